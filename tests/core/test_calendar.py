"""Are business days, office hours and promises those of the law and of the office?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.calendar import Calendar, NoBusinessDay, doubts, promise, spread
from tests.office_rules import MEXICO, OFFICE, RULEBOOK, at

CALENDAR = RULEBOOK.calendar


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1), date(2026, 2, 2), date(2026, 3, 16), date(2026, 5, 1), date(2026, 9, 16), date(2026, 11, 16),
        date(2026, 12, 25), date(2027, 2, 1), date(2026, 4, 2), date(2026, 4, 3), date(2026, 5, 15), date(2027, 3, 25),
        date(2026, 11, 21), date(2026, 11, 22), date(2026, 12, 30), date(2026, 7, 20),
    ],
)  # fmt: skip
def test_days_off(day: date) -> None:
    """Legal holidays, Holy Thursday and Friday, Teachers' day, recesses and weekends."""
    assert not CALENDAR.is_business_day(day)


def test_ordinary_days() -> None:
    """12 December and 2 November are not in the law."""
    assert all(CALENDAR.is_business_day(d) for d in (date(2026, 11, 23), date(2026, 11, 20), date(2025, 12, 12)))


def test_the_law_can_be_left_out() -> None:
    """An office may list its own days only."""
    assert Calendar(legal=False).is_business_day(date(2026, 9, 16))


@pytest.mark.parametrize(
    ("day", "count", "then"),
    [
        (date(2026, 11, 23), 5, date(2026, 11, 30)),
        (date(2026, 11, 21), 5, date(2026, 11, 27)),
        (date(2026, 11, 13), 1, date(2026, 11, 17)),
        (date(2026, 12, 18), 5, date(2027, 1, 12)),
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
        (date(2026, 11, 22), 0, date(2026, 11, 23)),
    ],
)
def test_business_days_are_added(day: date, count: int, then: date) -> None:
    """The day itself does not count; days off are skipped."""
    assert CALENDAR.add_business_days(day, count) == then


@given(st.dates(date(2026, 1, 1), date(2027, 12, 1)), st.integers(1, 25))
def test_adding_and_counting_agree(day: date, count: int) -> None:
    """As many business days lie between as were added, and the last one is one."""
    then = CALENDAR.add_business_days(day, count)
    assert CALENDAR.is_business_day(then)
    days = (day + timedelta(days=n) for n in range(1, (then - day).days + 1))
    assert sum(CALENDAR.is_business_day(d) for d in days) == count


def test_a_calendar_without_working_days_is_an_error_not_a_loop() -> None:
    """The search is bounded."""
    with pytest.raises(NoBusinessDay):
        Calendar(weekdays=frozenset()).add_business_days(date(2026, 11, 23), 1)
    everything = frozenset(date(2026, 1, 1) + timedelta(n) for n in range(800))
    with pytest.raises(NoBusinessDay):
        Calendar(non_working=everything).next_business_day(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("moment", "then"),
    [
        (at(date(2026, 11, 23), 8, 59), at(date(2026, 11, 23), 9)),
        (at(date(2026, 11, 23), 9), at(date(2026, 11, 23), 9)),
        (at(date(2026, 11, 23), 17, 59), at(date(2026, 11, 23), 17, 59)),
        (at(date(2026, 11, 23), 18), at(date(2026, 11, 24), 9)),
        (at(date(2026, 11, 27), 18), at(date(2026, 11, 30), 9)),
        (at(date(2026, 11, 22), 12), at(date(2026, 11, 23), 9)),
        (datetime.fromisoformat("2026-11-24T01:00:00+00:00"), at(date(2026, 11, 24), 9)),
    ],
)
def test_office_hours(moment: datetime, then: datetime) -> None:
    """Inside hours nothing waits; else the next opening, in the office's own zone."""
    assert CALENDAR.next_office_instant(moment, OFFICE) == then


def test_a_promise_counts_from_the_next_opening() -> None:
    """What comes in the evening or on a Sunday counts as come on the next business day."""
    assert promise(CALENDAR, at(date(2026, 11, 23), 12), OFFICE, 2) == date(2026, 11, 25)
    assert promise(CALENDAR, at(date(2026, 11, 23), 20), OFFICE, 2) == date(2026, 11, 26)
    assert promise(CALENDAR, at(date(2026, 11, 22), 12), OFFICE, 2) == date(2026, 11, 25)
    assert promise(CALENDAR, at(date(2026, 11, 23), 12), OFFICE, 0) == date(2026, 11, 23)


def test_mails_of_one_morning_are_spread() -> None:
    """Always the same for one case, within the first hours, and not all at once."""
    ahead = [spread(f"{n * 7919:064x}"[::-1], OFFICE) for n in range(1, 200)]
    assert len(set(ahead)) > 100
    assert max(ahead) <= timedelta(minutes=75)
    assert spread("ab" * 32, OFFICE) == spread("ab" * 32, OFFICE)
    short = replace(OFFICE, closes=time(9, 30))
    assert all(spread(f"{n:064x}"[::-1], short) < timedelta(minutes=30) for n in range(200))


def test_the_zone_is_the_office_s() -> None:
    """An opening is an instant of Mexico City."""
    assert CALENDAR.opening(date(2026, 11, 23), OFFICE) == datetime(2026, 11, 23, 9, tzinfo=MEXICO)


def test_days_that_nobody_confirmed_or_that_come_to_an_end_are_doubted() -> None:
    last = Calendar(frozenset({date(2026, 12, 22)}), confirmed=False)
    assert doubts(last, date(2026, 10, 1)) == [
        "los recesos son una suposición: compáralos con el calendario oficial y, ya corregidos, pon confirmado = true"
    ]
    assert doubts(replace(last, confirmed=True), date(2026, 10, 1)) == []
    assert doubts(replace(last, confirmed=True), date(2026, 11, 1)) == [
        "después del martes 22 de diciembre de 2026 no hay ningún receso: agrega los siguientes, "
        "o habrá recordatorios y plazos en vacaciones"
    ]
    assert doubts(Calendar(), date(2026, 11, 1)) == [
        "no hay recesos: agrega los siguientes, o habrá recordatorios y plazos en vacaciones"
    ]
