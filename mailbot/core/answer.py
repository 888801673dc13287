"""One mail, its documents and its past -> everything that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mailbot.core.documents import Document
from mailbot.core.message import Message
from mailbot.core.office import Office
from mailbot.core.outcome import Outcome, Past

if TYPE_CHECKING:
    from mailbot.core.calendar import Calendar
    from mailbot.core.reply import Templates
    from mailbot.core.rules import RuleBook


@dataclass(frozen=True)
class Desk:
    """All that stays the same from mail to mail: the office, its rules, templates, calendar, and the keyed digest."""

    office: Office
    rulebook: RuleBook
    templates: Templates
    calendar: Calendar
    keyed: Callable[[str], str]
    """Keyed digest (hexadecimal) of a text such as an NSS: only the store has the key."""


def answer(
    message: Message, documents: Sequence[Document], past: Past, received: datetime, now: datetime, desk: Desk
) -> Outcome:
    """Decide all that follows from a mail; pure: the same inputs give the same bytes, Message-ID included."""
    raise NotImplementedError


def nss_keys(documents: Sequence[Document], desk: Desk) -> tuple[str, ...]:
    """Return the keyed digests of the NSS that the documents show, for the store to look up ``Past`` by."""
    read = (d.constancia.nss for d in documents if d.constancia and d.constancia.nss)
    return tuple(dict.fromkeys(desk.keyed(nss.value.digits) for nss in read))
