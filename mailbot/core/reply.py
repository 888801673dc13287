"""From a decision and what was read to the reply: subject, text and HTML, made from one Markdown template."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply before it has an envelope; ``picture`` (PNG) is shown inline where there is one."""

    stem: str
    subject: str
    text: str
    html: str
    picture: bytes | None = None
    picture_alt: str = ""
    calendar: bytes | None = None
    """The confirmation day as an iCalendar file (RFC 5545)."""
