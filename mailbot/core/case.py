"""What one student's matter has been through: its states, and the one table of how they change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

State = Literal["nuevo", "alta_pedida", "esperando_baja", "confirmado", "con_persona", "cerrado"]


@dataclass(frozen=True, slots=True)
class Case:
    """One student's matter over time; a value, changed only by ``advance``.

    Days are days in the office's time zone; ``since`` is aware.
    """

    address: str
    """The address it began with: the only one that case details are ever sent to."""
    state: State
    since: datetime
    id: int | None = None
    nss_key: str | None = None
    """Keyed digest of the NSS; links cases for staff only."""
    opened_by: str = ""
    """Digest of the mail that opened it; reminders derive their Message-IDs from it."""
    thread: tuple[str, str] = ("", "")
    """Message-ID and subject of the last mail of the student: reminders go in that thread."""
    step_day: date | None = None
    """The day the present step was given."""
    form_day: date | None = None
    """The day the student said that the form was filled in."""
    failed_tries: int = 0
    fingerprint: str | None = None
    """Keyed digest of what the last constancia said (NSS, date, estado, patrones)."""
    repeats: int = 0
    not_shown: int = 0
    """How often ``aun_no_aparece`` was due."""
    reminders_sent: int = 0
    reminders_wanted: bool = True
    """False once the student wrote "ya no me escriban" or mail to the address bounced."""
