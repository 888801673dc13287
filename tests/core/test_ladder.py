"""Do the reminders of a case go out on their days, in order, and only while they are wanted?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mailbot.core.case import Case
from mailbot.core.ladder import (
    WAITS,
    Ladder,
    Rung,
    first_reminder,
    next_reminder,
    not_due,
    planned,
)  # fmt: skip
from mailbot.core.outcome import PlannedReminder
from tests.office_rules import OFFICE, RULEBOOK, TODAY, at

CALENDAR = RULEBOOK.calendar
ALTA, BAJA = RULEBOOK.ladder("alta"), RULEBOOK.ladder("baja")
CASE = Case("ana@example.com", "alta_pedida", at(), step_day=TODAY)


def test_the_ladders_of_the_office() -> None:
    """Alta: every five business days, twice, then a kind word. Baja: a question, then a line for staff."""
    assert Ladder("alta", "alta_pedida", "recordatorio_confirmacion", "cierre") == ALTA
    assert Ladder(
        "baja", "esperando_baja", fixed=(Rung("recordatorio_baja", 10), Rung("aviso_personal", 20))
    ) == BAJA
    assert RULEBOOK.ladder(None) is None


@pytest.mark.parametrize(
    ("days", "most", "rungs"),
    [
        (5, 2, [("recordatorio_confirmacion", 5), ("recordatorio_confirmacion", 10), ("cierre", 15)]),
        (3, 1, [("recordatorio_confirmacion", 3), ("cierre", 6)]),
        (5, 0, []),
    ],
)
def test_config_says_how_often(days: int, most: int, rungs: list[tuple[str, int]]) -> None:
    """No reminders wanted, none sent, nor a farewell."""
    assert ALTA is not None
    office = replace(OFFICE, reminder_business_days=days, reminders_most=most)
    assert [(r.kind, r.business_days) for r in ALTA.rungs(office)] == rungs
    assert (first_reminder(ALTA, TODAY, CALENDAR, office) is None) == (most == 0)


def climb(ladder: Ladder, late: dict[int, date] | None = None) -> list[tuple[str, date]]:
    """Follow a ladder to its top; ``late`` says on which day a rung went out instead of its own."""
    sent, found = first_reminder(ladder, TODAY, CALENDAR, OFFICE), []
    while sent is not None:
        found.append((sent.kind, sent.due.date()))
        day = (late or {}).get(sent.business_days, sent.due.date())
        sent = next_reminder(ladder, sent, day, CALENDAR, OFFICE)
    return found


def test_the_days_of_the_alta() -> None:
    """From Monday 23 November: the 30th, 7 December, and the case closes on the 14th."""
    assert ALTA is not None
    assert climb(ALTA) == [
        ("recordatorio_confirmacion", date(2026, 11, 30)),
        ("recordatorio_confirmacion", date(2026, 12, 7)),
        ("cierre", date(2026, 12, 14)),
    ]


def test_the_days_of_the_baja() -> None:
    """The tenth and the twentieth business day."""
    assert BAJA is not None
    assert climb(BAJA) == [("recordatorio_baja", date(2026, 12, 7)), ("aviso_personal", date(2026, 12, 21))]


def test_after_downtime_the_next_one_keeps_its_distance() -> None:
    """A reminder that went out a week late pushes the following one."""
    assert ALTA is not None
    assert climb(ALTA, {5: date(2026, 12, 4)})[1] == ("recordatorio_confirmacion", date(2026, 12, 11))


def test_a_reminder_is_due_at_the_opening() -> None:
    """The whole row, so that a change of calendar can move it."""
    assert planned(Rung("x", 5), TODAY, CALENDAR, OFFICE) == PlannedReminder("x", TODAY, 5, at(date(2026, 11, 30), 9))


def test_what_holds_a_reminder_back() -> None:
    """Each reason alone; out of office hours it only waits."""
    assert ALTA is not None
    assert BAJA is not None
    due = first_reminder(ALTA, TODAY, CALENDAR, OFFICE)
    assert due is not None
    now = due.due

    def why(case: Case, moment: object = now) -> str | None:
        return not_due(due, case, ALTA, moment, CALENDAR, OFFICE)  # type: ignore[arg-type]

    assert why(CASE) is None
    assert why(replace(CASE, taken=True)) == "una persona lleva el caso"
    assert why(replace(CASE, state="confirmado")) == "el caso ya está en «confirmado»"
    assert why(replace(CASE, reminders_wanted=False)) == "no quiere recordatorios o su dirección no recibe"
    assert why(CASE, at(date(2026, 11, 30), 8, 59)) == WAITS
    assert why(CASE, at(date(2026, 11, 28), 12)) == WAITS


def test_staff_hear_of_a_baja_that_drags_on_even_if_the_student_wants_no_mails() -> None:
    """The line on the twentieth day is for staff."""
    assert BAJA is not None
    waiting = replace(CASE, state="esperando_baja", reminders_wanted=False)
    line = planned(Rung("aviso_personal", 20), TODAY, CALENDAR, OFFICE)
    question = planned(Rung("recordatorio_baja", 10), TODAY, CALENDAR, OFFICE)
    assert not_due(line, waiting, BAJA, line.due, CALENDAR, OFFICE) is None
    assert not_due(question, waiting, BAJA, question.due, CALENDAR, OFFICE)


def test_a_reminder_knows_its_ladder() -> None:
    """By its kind, and by the case's state where two ladders send the same."""
    assert RULEBOOK.ladder_with("cierre", "alta_pedida") == ALTA
    assert RULEBOOK.ladder_with("recordatorio_baja", "esperando_baja") == BAJA
    assert RULEBOOK.ladder_with("recordatorio_baja", "confirmado") == BAJA
    assert RULEBOOK.ladder_with("nada", "nuevo") is None
