"""A person took a case over: by writing to the student, by moving the mail, or by saying so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from mailbot.core.case import Case, Event, advance, new_case
from mailbot.core.office import Office
from mailbot.core.outcome import Outcome, Past

TAKEN = "lo atiende una persona"


def hand_over(cases: Sequence[Case], now: datetime, office: Office, why: str) -> Outcome:
    """Return what follows where a person wrote in a case: mailbot keeps silent in it from then on.

    ``cases`` are those of the addresses that were written to, each in whose own thread the person's mail is (never by
    References alone: students answer in each other's threads); a case that is taken already stays as it is. A closed
    one is taken too: who asks for the baja is answered by staff after the last step that mailbot gives.
    """
    taken = [take(case, now, office) for case in cases if not case.taken]
    if not taken:
        return Outcome("ignored", why)
    first, *others = taken
    events = ("toma_persona",)
    return Outcome("ignored", why, case=first, events=events, cancels_reminders=TAKEN, also_taken=tuple(others))


def take(case: Case, now: datetime, office: Office) -> Case:
    """Return a case as a person has it: mailbot keeps silent in it."""
    return advance(case, Event("toma_persona", now, now.astimezone(office.timezone).date()))


def give_back(case: Case, now: datetime, office: Office) -> Case:
    """Return a case to mailbot: it answers in it again, as in a new one."""
    return advance(case, Event("devuelve_persona", now, now.astimezone(office.timezone).date()))


def answered_by_a_person(past: Past, address: str, digest: str, now: datetime, office: Office) -> Past:
    """Return the past of a mail that a person has answered before mailbot read it: the case is theirs."""
    mine = past.cases or (new_case(address, now, digest),)
    if all(case.state == "cerrado" for case in mine):
        mine = (new_case(address, now, digest), *mine)
    return replace(past, cases=tuple(c if c.state == "cerrado" or c.taken else take(c, now, office) for c in mine))
