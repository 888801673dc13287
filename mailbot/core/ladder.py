"""From a case to its next reminder, and whether one that falls due is still wanted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from mailbot.core.calendar import Calendar
from mailbot.core.outcome import PlannedReminder
from mailbot.core.rulefile import Problems, Table

if TYPE_CHECKING:
    from mailbot.core.case import Case, State
    from mailbot.core.office import Office

TABLES = ("escalera",)
MOST_RUNG_DAYS = 60  # three months of business days: later nobody remembers what the mail is about


@dataclass(frozen=True, slots=True)
class Rung:
    """One mail of a ladder: which, and how many business days after the step."""

    kind: str
    business_days: int


@dataclass(frozen=True, slots=True)
class Ladder:
    """The reminders that follow one step; ``repeats`` goes out as often and as far apart as config.toml says."""

    name: str
    state: State
    """The case state in which it goes on; in any other it is over."""
    repeats: str | None = None
    at_end: str | None = None
    fixed: tuple[Rung, ...] = ()

    def rungs(self, office: Office) -> tuple[Rung, ...]:
        """Return the whole ladder: nothing at all where config.toml wants no reminders."""
        if self.repeats is None:
            return self.fixed
        every, most = office.reminder_business_days, office.reminders_most
        steps = tuple(Rung(self.repeats, every * n) for n in range(1, most + 1))
        return (*steps, Rung(self.at_end, every * (most + 1))) if steps and self.at_end else steps


def first_reminder(ladder: Ladder, anchor: date, calendar: Calendar, office: Office) -> PlannedReminder | None:
    """Return the reminder that a step given on ``anchor`` starts."""
    rungs = ladder.rungs(office)
    return planned(rungs[0], anchor, calendar, office) if rungs else None


def next_reminder(
    ladder: Ladder, sent: PlannedReminder, sent_on: date, calendar: Calendar, office: Office
) -> PlannedReminder | None:
    """Return the rung after one that went out on ``sent_on``, or None at the top.

    A rung that went out late (downtime) pushes the next one, so that the distance between two mails stays.
    """
    rungs = ladder.rungs(office)
    later = next((r for r in rungs if r.business_days > sent.business_days), None)
    if later is None:
        return None
    apart = later.business_days - sent.business_days
    due = max(calendar.add_business_days(sent.anchor, later.business_days), calendar.add_business_days(sent_on, apart))
    return PlannedReminder(later.kind, sent.anchor, later.business_days, calendar.opening(due, office))


def planned(rung: Rung, anchor: date, calendar: Calendar, office: Office) -> PlannedReminder:
    """Return when a rung is due: at the opening of its business day (the daemon adds ``calendar.spread``)."""
    day = calendar.add_business_days(anchor, rung.business_days)
    return PlannedReminder(rung.kind, anchor, rung.business_days, calendar.opening(day, office))


def not_due(
    reminder: PlannedReminder, case: Case, ladder: Ladder, now: datetime, calendar: Calendar, office: Office
) -> str | None:
    """Say in Spanish why a reminder must not go out at ``now``; None: it goes.

    ``cancels`` tells whether the reason is for good.
    """
    if case.taken:
        return "una persona lleva el caso"
    if case.state != ladder.state:
        return f"el caso ya está en «{case.state}»"
    if not case.reminders_wanted and reminder.kind != "aviso_personal":
        return "no quiere recordatorios o su dirección no recibe"
    if not calendar.is_open(now, office):
        return WAITS
    return None


WAITS = "la oficina está cerrada"


def parse_ladders(tables: list[Table], problems: Problems) -> tuple[Ladder, ...]:
    """Read [[escalera]]."""
    ladders: dict[str, Ladder] = {}
    for table in tables:
        problems.closed(table, ("nombre", "mientras", "repite", "al_final", "peldanos"))
        name = problems.text(table, "nombre", required=True)
        if name in ladders:
            problems.add(table, "nombre", f"hay dos escaleras «{name}»")
        ladders[name] = Ladder(
            name,
            _state(table, problems),
            problems.text(table, "repite") or None,
            problems.text(table, "al_final") or None,
            _fixed(table, problems),
        )
        if ("repite" in table.values) == ("peldanos" in table.values):
            problems.add(table, "", "lleva «repite» (según config.toml) o «peldanos», una de las dos")
    return tuple(ladders.values())


def _state(table: Table, problems: Problems) -> State:
    from mailbot.core.case import STATES
    from mailbot.core.rulefile import meant

    said = problems.text(table, "mientras", required=True)
    for state in STATES:
        if state == said:
            return state
    if said:
        problems.add(table, "mientras", f"«{said}» no es un estado del caso{meant(said, STATES)}")
    return "nuevo"


def _fixed(table: Table, problems: Problems) -> tuple[Rung, ...]:
    listed = table.values.get("peldanos", [])
    if not isinstance(listed, list) or not all(isinstance(rung, dict) for rung in listed):
        problems.add(table, "peldanos", "debe ser una lista de { dias = 10, envia = \"…\" }")
        return ()
    rungs: list[Rung] = []
    for number, values in enumerate(listed, start=1):
        rung = Table(table.file, f"{table.name} (peldaño {number})", values, {}, table.line_of("peldanos"))
        problems.closed(rung, ("dias", "envia"))
        days = problems.number(rung, "dias", 0, 1, MOST_RUNG_DAYS)
        if rungs and days <= rungs[-1].business_days:
            problems.add(rung, "dias", f"va después del de {rungs[-1].business_days} días: debe ser mayor")
        rungs.append(Rung(problems.text(rung, "envia", required=True), days))
    return tuple(rungs)
