"""Everything that follows from one mail, or from one reminder that falls due: recorded whole, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from mailbot.core.case import Case
from mailbot.core.decision import Decision
from mailbot.core.facts import Facts

MailKind = Literal["reply", "reminder", "note", "digest"]
Verdict = Literal["answered", "ignored", "set_aside"]


@dataclass(frozen=True, slots=True)
class Past:
    """What the store knows that bears on one mail."""

    cases: tuple[Case, ...] = ()
    """The cases of the sender's address, newest first, closed ones too."""
    others_with_nss: tuple[int, ...] = ()
    """Case numbers of other addresses with the same NSS: for staff only."""
    replies_today: int = 0
    """Replies recorded for this address in the last 24 hours."""
    copies_last_hour: int = 0
    """Replies with staff in copy recorded in the last hour."""
    wrote_to: tuple[str, ...] = ()
    """Where the mail is a bounce: those of its recipients to whom a mail of ours went, by the Message-ID that it names
    or, where it names none, in the last five days."""
    staff_wrote: tuple[Case, ...] = ()
    """Where staff wrote the mail: the cases of those in its To and Cc, as far as it is in the thread of the case."""
    muted: str | None = None
    """Why nothing may be sent to this address (mail to it bounced), or None."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One mail to send: final bytes, final Message-ID. ``priority`` 0 goes first (the student must act today)."""

    kind: MailKind
    stem: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    raw: bytes
    message_id: str
    priority: int


@dataclass(frozen=True, slots=True)
class PlannedReminder:
    """A row of the reminders: ``business_days`` after ``anchor``, at ``due`` (aware); a change of calendar moves it."""

    kind: str
    """recordatorio_confirmacion, recordatorio_baja, cierre or aviso_personal."""
    anchor: date
    business_days: int
    due: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """``verdict`` is the message's state once its mails are sent; ``why`` says in Spanish what staff would ask."""

    verdict: Verdict
    why: str
    facts: Facts | None = None
    decision: Decision | None = None
    mails: tuple[Outgoing, ...] = ()
    case: Case | None = None
    """The case as it is afterwards; ``id`` None is a new one; None: no case is touched."""
    events: tuple[str, ...] = ()
    """What happened to the case, in order: words of core.case's table."""
    reminder: PlannedReminder | None = None
    """The reminder that starts; it replaces whatever of the case was scheduled."""
    cancels_reminders: str | None = None
    """Why the scheduled reminders of the case are cancelled, or None."""
    mutes: tuple[tuple[str, str], ...] = ()
    """Addresses to which nothing is sent from now on, each with the reason."""
    also_taken: tuple[Case, ...] = ()
    """Further cases that the same mail of a person hands over, as they are afterwards."""
    bundled: bool = False
    """Staff would have been in copy, but this hour had enough copies: the store bundles it into one note."""
