"""What the store says came of one of the demonstration's mails, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import Connection, select

from mailbot.core.aloud import spoken
from mailbot.core.values import long_day
from mailbot.shell.case_book import reminder_name
from mailbot.shell.tables import messages, reminders

SHOWN = ("documento", "estado", "patron", "fecha", "falta", "mensaje")


@dataclass(frozen=True)
class Recorded:
    """One mail as recorded: what was read, by which rule, why no reply, which reminder."""

    read: str
    rule: str
    why: str
    reminder: str
    reminder_kind: str | None


def recorded(c: Connection, sender: str, zone: tzinfo) -> Recorded:
    """Look the mail of a sender up; each of the demonstration's senders writes once."""
    row = c.execute(select(messages).where(messages.c.sender == sender)).one()
    planned = c.execute(
        select(reminders.c.kind, reminders.c.due_at).where(reminders.c.case_id == row.case_id).order_by(reminders.c.id)
    ).first()
    facts = {name: value for name, value in (row.facts or {}).items() if value not in (None, "ninguno", "nada")}
    return Recorded(
        read="; ".join(spoken(name, facts[name]) for name in SHOWN if name in facts),
        rule=row.rule or "",
        why=f"no se contesta ({row.reason})",
        reminder=f"{reminder_name(planned.kind)}, {_when(planned.due_at.astimezone(zone))}" if planned else "",
        reminder_kind=planned.kind if planned else None,
    )


def _when(due: datetime) -> str:
    return f"{long_day(due.date())} a las {due:%H:%M}"
