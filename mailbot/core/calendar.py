"""Which days the office works, and when within them a mail may go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from mailbot.core.rulefile import Problems, Table, spoken
from mailbot.core.spanish import format_date

if TYPE_CHECKING:
    from mailbot.core.office import Office

WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
# Longest search for a business day: a recess and a half-year strike fit; a calendar with less is a mistake.
MOST_DAYS = 400
# Longest stretch without a business day that `check` lets pass: summer and winter recesses take about five weeks.
LONGEST_RECESS = 92
# How far ahead the office's days off must be known: the longest ladder (20 business days) and a recess beside it.
KNOWN_AHEAD = 60
# Reminders of one day leave within its first hour or so, not in one burst at nine.
SPREAD = timedelta(minutes=75)
TABLES = ("calendario", "dia_inhabil", "receso")


class NoBusinessDay(ValueError):
    """The calendar has no business day for more than a year: rules/30-calendario.toml is wrong."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The office's business days: its weekdays, without its own days off and Mexico's legal ones (LFT, art. 74)."""

    non_working: frozenset[date] = frozenset()
    weekdays: frozenset[int] = frozenset(range(5))
    """Monday is 0."""
    legal: bool = True
    confirmed: bool = True
    """Whether the office has said that these are the days of its official calendar."""

    def is_business_day(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.non_working and not (self.legal and _is_legal(day))

    def next_business_day(self, day: date) -> date:
        """Return ``day`` itself where the office works on it, or the first later day on which it does."""
        for ahead in range(MOST_DAYS):
            if self.is_business_day(day + timedelta(days=ahead)):
                return day + timedelta(days=ahead)
        raise NoBusinessDay(f"no business day within {MOST_DAYS} days")

    def add_business_days(self, day: date, count: int) -> date:
        """Return the ``count``-th business day after ``day``; ``count`` 0 is ``day`` or the next business day."""
        if count == 0:
            return self.next_business_day(day)
        for _ in range(count):
            day = self.next_business_day(day + timedelta(days=1))
        return day

    def opening(self, day: date, office: Office) -> datetime:
        """Return the instant at which the office opens on a day."""
        return datetime.combine(day, office.opens, tzinfo=office.timezone)

    def next_office_instant(self, at: datetime, office: Office) -> datetime:
        """Return ``at`` where the office is open then, or the next opening."""
        local = at.astimezone(office.timezone)
        day = self.next_business_day(local.date())
        if day != local.date() or local.timetz().replace(tzinfo=None) < office.opens:
            return self.opening(day, office)
        if local.timetz().replace(tzinfo=None) < office.closes:
            return local
        return self.opening(self.next_business_day(local.date() + timedelta(days=1)), office)

    def is_open(self, at: datetime, office: Office) -> bool:
        """Tell whether the office is open at an instant."""
        return self.next_office_instant(at, office) == at


def spread(digest: str, office: Office) -> timedelta:
    """Return how long after the opening a mail leaves: always the same for the same digest (hexadecimal)."""
    open_for = _minutes(office.closes) - _minutes(office.opens)
    room = min(int(SPREAD.total_seconds()), max(0, open_for * 60 // 2))
    return timedelta(seconds=int(digest[:8] or "0", 16) % (room + 1))


def promise(calendar: Calendar, when: datetime, office: Office, business_days: int) -> date:
    """Return the day by which a person will have looked, for a mail of ``when``.

    What comes after closing time or on a day off counts as come on the next business day.
    """
    begins = calendar.next_office_instant(when, office).date()
    return calendar.add_business_days(begins, business_days)


def parse_calendar(tables: list[Table], problems: Problems) -> Calendar:
    """Read [calendario], [[dia_inhabil]] and [[receso]]."""
    weekdays, legal, confirmed, days = frozenset(range(5)), True, True, set[date]()
    for table in tables:
        if table.name == "calendario":
            problems.closed(table, ("dias_laborables", "festivos_de_ley", "confirmado"))
            legal = problems.truth(table, "festivos_de_ley", True)
            confirmed = problems.truth(table, "confirmado", True)
            if "dias_laborables" in table.values:
                weekdays = _weekdays(table, problems)
        elif table.name == "dia_inhabil":
            problems.closed(table, ("fecha", "nombre"))
            if day := problems.day(table, "fecha"):
                days.add(day)
        else:
            days.update(_recess(table, problems))
    calendar = Calendar(frozenset(days), weekdays, legal, confirmed)
    if weekdays and (idle := _idle_stretch(calendar)):
        at = next(t for t in tables if t.name != "calendario")
        problems.lines.append(
            f"{at.file}: calendario: del {idle.isoformat()} en adelante pasan más de {LONGEST_RECESS} días sin uno"
            " solo hábil; revisa los recesos"
        )
    return calendar


def _weekdays(table: Table, problems: Problems) -> frozenset[int]:
    listed = problems.texts(table, "dias_laborables")
    plain = {name.translate(str.maketrans("áé", "ae")): n for n, name in enumerate(WEEKDAYS)}
    found = set[int]()
    for text in listed:
        number = plain.get(text.casefold().translate(str.maketrans("áé", "ae")))
        if number is None:
            problems.add(table, "dias_laborables", f"«{text}» no es un día de la semana")
        else:
            found.add(number)
    if not listed:
        problems.add(table, "dias_laborables", "un calendario sin días laborables no sirve: nada saldría nunca")
    return frozenset(found)


def _recess(table: Table, problems: Problems) -> set[date]:
    problems.closed(table, ("desde", "hasta", "nombre"))
    start, end = problems.day(table, "desde"), problems.day(table, "hasta")
    if start is None or end is None:
        return set()
    if end < start:
        problems.add(table, "hasta", f"termina ({spoken(end)}) antes de empezar ({spoken(start)})")
        return set()
    if (end - start).days > MOST_DAYS:
        problems.add(table, "hasta", f"un receso de más de {MOST_DAYS} días deja al calendario sin días laborables")
        return set()
    return {start + timedelta(days=n) for n in range((end - start).days + 1)}


def doubts(calendar: Calendar, today: date) -> list[str]:
    """Say in Spanish what the office should look at: days that nobody confirmed, or that are coming to an end."""
    said = []
    if not calendar.confirmed:
        said.append(
            "los recesos son una suposición: compáralos con el calendario oficial y, "
            "ya corregidos, pon confirmado = true"
        )
    last = max(calendar.non_working, default=None)
    if last is None or last < today + timedelta(days=KNOWN_AHEAD):
        known = "no hay recesos" if last is None else f"después del {format_date(last)} no hay ningún receso"
        said.append(f"{known}: agrega los siguientes, o habrá recordatorios y plazos en vacaciones")
    return said


def _idle_stretch(calendar: Calendar) -> date | None:
    """Return the first listed day from which no business day comes for too long."""
    run = 0
    for day in sorted(calendar.non_working):
        run = run if run > 0 and (day - timedelta(days=1)) in calendar.non_working else 0
        run += 1
        if run > LONGEST_RECESS:
            return day - timedelta(days=run - 1)
    return None


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _is_legal(day: date) -> bool:
    return day in _legal(day.year)


@cache
def _legal(year: int) -> frozenset[date]:
    import holidays  # 160 ms: only where a day is asked for

    mexico: Any = holidays.country_holidays("MX", years=year)
    return frozenset(d for d in mexico if d.year == year)
