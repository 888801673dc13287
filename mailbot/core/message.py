"""From raw e-mail to Message: sender, thread, text, attachments, and whether a machine wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Sniffed = Literal["pdf", "imagen", "otro"]
Authentication = Literal["pass", "fail", "none"]
"""Verdict of the configured server's topmost Authentication-Results; ``none``: no such header (RFC 8601)."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail, however it was wrapped; ``sniffed`` is from its bytes, never its name."""

    name: str
    data: bytes
    sniffed: Sniffed


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report that mail of ours was not delivered: to whom, for good or not yet, and which Message-ID of ours."""

    recipients: tuple[str, ...]
    permanent: bool
    message_id: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """One e-mail as the core sees it; every string is decoded, without control characters, and of bounded length."""

    digest: str
    """SHA-256 of the raw bytes, hexadecimal: what tells one mail from another."""
    message_id: str | None
    sender: str | None
    """The From address, lower case; None where there is none or it cannot be an address."""
    sender_name: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    sent: datetime | None
    """The Date header, with its zone; None where absent or unreadable."""
    in_reply_to: str | None
    references: tuple[str, ...]
    text: str
    """What the writer wrote, without the quoted mail below, at most 20,000 characters."""
    attachments: tuple[Attachment, ...]
    problems: tuple[str, ...] = ()
    """Files that could not be taken out: "zip_sin_un_pdf", "enlace_a_la_nube", "demasiado_grande", …"""
    hard_mark: str | None = None
    """Why it must never be answered (contract.md, "Whose mail is answered"); None: it may be."""
    weak_marks: tuple[str, ...] = ()
    bounce: Bounce | None = None
    authentication: Authentication = "none"
    case_token: str | None = None
    """The token of a "one tap" answer (a prepared mailto:), where the text carries one."""
