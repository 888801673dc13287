"""Reminders: rows are the truth; checked again when due, on business days, in office hours, once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from mailbot.config import without_file
from mailbot.core.answer import Desk
from mailbot.core.case import Case, new_case
from mailbot.core.outcome import PlannedReminder
from mailbot.desk import set_desk
from mailbot.shell import case_rows, letters, reminder_rows
from mailbot.shell.clock import Clock
from mailbot.shell.reminding import AT_ONCE, Reminding, fire, follow_calendar
from mailbot.shell.store import Store, open_store

MONDAY = date(2026, 11, 23)
# Mexico City is six hours behind UTC: the office opens at 15:00 UTC.
OPENING = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
KIND = "recordatorio_confirmacion"


@pytest.fixture(scope="module")
def desk() -> Desk:
    return set_desk(without_file(), lambda text: sha256(text.encode()).hexdigest())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'mailbot.db'}")
    yield opened
    opened.close()


def waiting_case(store: Store, address: str = "alumna@correo.test", due: datetime = OPENING) -> int:
    """Enter a case whose alta was asked for on Monday, and its reminder; return its number."""
    opened_by = sha256(address.encode()).hexdigest()
    case = replace(new_case(address, OPENING - timedelta(days=7), opened_by), state="alta_pedida", step_day=MONDAY)
    number = store.write_now(case_rows.save, case, ["pide_alta"], case.since)
    store.write_now(reminder_rows.plan, number, PlannedReminder(KIND, MONDAY, 5, due))
    return number


def tick(store: Store, desk: Desk, at: datetime, *, spread_out: bool = False) -> int:
    import asyncio

    return asyncio.run(Reminding(store, lambda: desk, Clock(at)).tick(spread_out=spread_out))


def counts(store: Store, at: datetime) -> dict[str, int]:
    return store.read_now(reminder_rows.counts, at)


def waiting(store: Store) -> int:
    return store.read_now(letters.counts)["waiting"]


def case_of(store: Store, number: int) -> Case:
    found = store.read_now(case_rows.find, number)
    assert found is not None
    return found[0]


def test_a_reminder_goes_out_when_due_and_not_before_and_the_next_rung_is_planned(store: Store, desk: Desk) -> None:
    number = waiting_case(store)
    assert (tick(store, desk, OPENING - timedelta(minutes=1)), waiting(store)) == (0, 0)
    assert (tick(store, desk, OPENING), waiting(store)) == (1, 1)
    assert counts(store, OPENING) == {"due": 0, "scheduled": 1, "sent": 1, "cancelled": 0}
    assert case_of(store, number).reminders_sent == 1
    assert tick(store, desk, OPENING + timedelta(hours=1)) == 0  # not twice


def test_what_falls_due_at_night_or_on_a_holiday_waits_for_the_office_to_open(store: Store, desk: Desk) -> None:
    christmas = datetime(2026, 12, 25, 15, 0, tzinfo=UTC)
    waiting_case(store, due=christmas)
    waiting_case(store, "otra@correo.test", OPENING)
    assert tick(store, desk, OPENING + timedelta(hours=12)) == 0  # three in the morning
    assert tick(store, desk, OPENING + timedelta(days=1)) == 1
    assert tick(store, desk, christmas) == 0
    assert store.read_now(reminder_rows.next_due) > christmas + timedelta(days=2)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"state": "confirmado"}, "confirmado"),
        ({"taken": True}, "una persona"),
        ({"reminders_wanted": False}, "no quiere recordatorios"),
    ],
)
def test_one_that_is_no_longer_wanted_is_cancelled_with_its_reason(
    store: Store, desk: Desk, change: dict[str, object], why: str
) -> None:
    number = waiting_case(store)
    store.write_now(case_rows.save, replace(case_of(store, number), **change), [], OPENING)  # type: ignore[arg-type]
    assert (tick(store, desk, OPENING), waiting(store)) == (0, 0)
    assert counts(store, OPENING)["cancelled"] == 1
    [reason] = store.read_now(lambda c: c.exec_driver_sql("SELECT why FROM reminders").scalars().all())
    assert why in reason


@pytest.mark.parametrize(("answered", "posted"), [(date(2026, 11, 29), 1), (date(2026, 11, 30), 0), (date(2026, 12, 1), 0)])
def test_who_was_answered_since_it_fell_due_is_reminded_at_the_next_rung(
    store: Store, desk: Desk, answered: date, posted: int
) -> None:
    """The reply has just said the same; downtime only makes it likelier."""
    number = waiting_case(store)
    store.write_now(case_rows.save, replace(case_of(store, number), answered=answered), [], OPENING)
    late = OPENING + timedelta(days=1, hours=2)
    assert (tick(store, desk, late), waiting(store)) == (posted, posted)
    assert counts(store, late) == {"due": 0, "scheduled": 1, "sent": posted, "cancelled": 1 - posted}
    assert (tick(store, desk, OPENING + timedelta(days=8)), waiting(store)) == (1, posted + 1)


def test_nothing_goes_to_an_address_that_bounced(store: Store, desk: Desk) -> None:
    waiting_case(store)
    store.write_now(case_rows.mute, "alumna@correo.test", "un correo nuestro rebotó", OPENING)
    assert (tick(store, desk, OPENING), waiting(store)) == (0, 0)
    assert counts(store, OPENING)["cancelled"] == 1


def test_after_a_long_downtime_each_case_gets_one_and_the_flood_leaves_over_several_ticks(store: Store, desk: Desk) -> None:
    for n in range(AT_ONCE + 5):
        waiting_case(store, f"alumna{n}@correo.test")
    late = OPENING + timedelta(days=15)  # a Tuesday: three rungs would have been due
    assert [tick(store, desk, late, spread_out=True) for _ in range(3)] == [AT_ONCE, 5, 0]
    assert waiting(store) == AT_ONCE + 5
    assert counts(store, late) == {"due": 0, "scheduled": AT_ONCE + 5, "sent": AT_ONCE + 5, "cancelled": 0}


def test_once_sends_all_that_is_due_at_that_instant(store: Store, desk: Desk) -> None:
    for n in range(AT_ONCE + 5):
        waiting_case(store, f"alumna{n}@correo.test")
    assert tick(store, desk, OPENING) == AT_ONCE + 5


def test_on_an_ordinary_day_reminders_do_not_all_leave_at_nine(store: Store, desk: Desk) -> None:
    waiting_case(store)
    assert tick(store, desk, OPENING, spread_out=True) == 0
    assert tick(store, desk, OPENING + timedelta(minutes=76), spread_out=True) == 1


def test_a_crash_after_the_mail_was_posted_posts_no_second_one(store: Store, desk: Desk) -> None:
    waiting_case(store)
    [due] = store.read_now(reminder_rows.due, OPENING)
    assert store.write_now(fire, due, OPENING, desk, spread_out=False) == ""
    assert store.write_now(fire, due, OPENING, desk, spread_out=False) is None
    assert waiting(store) == 1


def test_a_new_day_off_moves_what_is_scheduled_and_taking_it_back_moves_it_again(store: Store, desk: Desk) -> None:
    waiting_case(store)
    closed = replace(desk, calendar=replace(desk.calendar, non_working=desk.calendar.non_working | {date(2026, 11, 27)}))
    assert store.write_now(follow_calendar, closed) == 1
    assert store.read_now(reminder_rows.next_due) == OPENING + timedelta(days=1)
    assert store.write_now(follow_calendar, desk) == 1
    assert store.read_now(reminder_rows.next_due) == OPENING
    assert store.write_now(follow_calendar, desk) == 0


def test_a_reminder_that_meets_a_bug_holds_up_no_other(store: Store, desk: Desk) -> None:
    broken = waiting_case(store)
    store.write_now(lambda c: c.exec_driver_sql(f"UPDATE cases SET body = 'null' WHERE id = {broken}"))
    waiting_case(store, "otra@correo.test")
    assert (tick(store, desk, OPENING), waiting(store)) == (1, 1)
    assert store.read_now(reminder_rows.next_due) == OPENING + timedelta(hours=1)  # the broken one, tried again then
