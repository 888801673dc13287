"""Reminders as rows: due time and state are the truth; the clock only asks what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select, update

from mailbot.core.outcome import PlannedReminder
from mailbot.shell.tables import outbox, reminders

SCHEDULED, SENT, CANCELLED = "scheduled", "sent", "cancelled"


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A row whose time has come."""

    id: int
    case_id: int
    planned: PlannedReminder


def cancel(c: Connection, case_id: int, why: str, now: datetime) -> int:
    """Cancel what is scheduled for a case, and the reminder mails of it that have not left yet."""
    r, o = reminders.c, outbox.c
    ended = update(reminders).where(r.case_id == case_id, r.state == SCHEDULED)
    n = c.execute(ended.values(state=CANCELLED, why=why, closed_at=now)).rowcount
    late = and_(o.case_id == case_id, o.kind == "reminder", o.state == "waiting")
    unsent = list(c.execute(select(o.reminder_id).where(late, o.reminder_id.is_not(None))).scalars())
    c.execute(update(outbox).where(late).values(state="cancelled", claimed_by=None))
    if unsent:
        c.execute(update(reminders).where(r.id.in_(unsent)).values(state=CANCELLED, why=why, closed_at=now))
    return n + len(unsent)


def plan(c: Connection, case_id: int, planned: PlannedReminder, message_id: int | None = None) -> int:
    made = c.execute(insert(reminders).values(
        case_id=case_id, message_id=message_id, kind=planned.kind, anchor=planned.anchor.isoformat(),
        business_days=planned.business_days, due_at=planned.due, state=SCHEDULED,
    )).inserted_primary_key  # fmt: skip
    assert made is not None  # noqa: S101  (an INSERT of one row has a key)
    return int(made[0])


def due(c: Connection, now: datetime, most: int = 1000) -> list[DueReminder]:
    """Return what has fallen due, the longest overdue first."""
    r = reminders.c
    where = and_(r.state == SCHEDULED, r.due_at <= now)
    return [_due(x) for x in c.execute(select(reminders).where(where).order_by(r.due_at, r.id).limit(most))]


def _due(row: Any) -> DueReminder:
    planned = PlannedReminder(row.kind, date.fromisoformat(row.anchor), row.business_days, row.due_at)
    return DueReminder(row.id, row.case_id, planned)


def scheduled(c: Connection) -> list[DueReminder]:
    r = reminders.c
    return [_due(x) for x in c.execute(select(reminders).where(r.state == SCHEDULED).order_by(r.due_at, r.id))]


def move(c: Connection, reminder_id: int, due_at: datetime) -> None:
    r = reminders.c
    c.execute(update(reminders).where(r.id == reminder_id, r.state == SCHEDULED).values(due_at=due_at))


def take(c: Connection, reminder_id: int) -> bool:
    """Hold a row for this transaction; False where it is no longer scheduled (another daemon, a cancellation)."""
    r = reminders.c
    row = select(r.id).where(r.id == reminder_id, r.state == SCHEDULED).with_for_update(skip_locked=True)
    return c.execute(row).scalar() is not None


def close(c: Connection, reminder_id: int, state: str, why: str | None, now: datetime) -> None:
    r = reminders.c
    c.execute(update(reminders).where(r.id == reminder_id).values(state=state, why=why, closed_at=now))


def next_due(c: Connection) -> datetime | None:
    return c.execute(select(func.min(reminders.c.due_at)).where(reminders.c.state == SCHEDULED)).scalar()


def counts(c: Connection, now: datetime) -> dict[str, int]:
    """Return the contract's counts; what is due is counted there and not under scheduled."""
    r = reminders.c
    by: dict[str, int] = {row[0]: row[1] for row in c.execute(select(r.state, func.count()).group_by(r.state))}
    late = c.execute(select(func.count()).where(r.state == SCHEDULED, r.due_at <= now)).scalar_one()
    return {
        "due": late,
        "scheduled": by.get(SCHEDULED, 0) - late,
        "sent": by.get(SENT, 0),
        "cancelled": by.get(CANCELLED, 0),
    }
