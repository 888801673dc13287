"""A person took a case over: by writing to the student, by moving the mail, or by saying so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailbot.core.case import Case, Event, advance
from mailbot.core.judgement import Desk
from mailbot.core.outcome import Outcome

TAKEN = "lo atiende una persona"


def hand_over(cases: Sequence[Case], now: datetime, desk: Desk, why: str) -> Outcome:
    """Return what follows where a person wrote in a case: mailbot keeps silent in it from then on.

    ``cases`` are those of the address that was written to, in whose thread the person's mail is (never by
    References alone: students answer in each other's threads); a case that is taken already stays as it is.
    """
    case = next((c for c in cases if not c.taken and c.state != "cerrado"), None)
    if case is None:
        return Outcome("ignored", why)
    day = now.astimezone(desk.office.timezone).date()
    taken = advance(case, Event("toma_persona", now, day))
    return Outcome("ignored", why, case=taken, events=("toma_persona",), cancels_reminders=TAKEN)


def give_back(case: Case, now: datetime, desk: Desk) -> Case:
    """Return a case to mailbot: it answers in it again."""
    return advance(case, Event("devuelve_persona", now, now.astimezone(desk.office.timezone).date()))
