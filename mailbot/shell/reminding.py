"""From a reminder row whose time has come to a mail in the outbox, or to the reason why none goes out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailbot.core.answer import Desk
from mailbot.core.calendar import spread
from mailbot.core.remind import remind
from mailbot.shell import case_rows, letters, reminder_rows
from mailbot.shell.clock import Clock
from mailbot.shell.log import log
from mailbot.shell.reminder_rows import DueReminder
from mailbot.shell.store import Store, StoreUnavailable

AT_ONCE = 10  # reminders a tick: after a long downtime they leave over minutes, not in one burst
ALL = 100_000
AFTER_A_BUG = timedelta(hours=1)


class Reminding:
    """Asks the store what is due; each reminder is checked again and recorded in one transaction."""

    def __init__(self, store: Store, desk: Callable[[], Desk], clock: Clock) -> None:
        self._store, self._desk, self._clock = store, desk, clock

    async def tick(self, *, spread_out: bool = True) -> int:
        """Put what is due into the outbox; return how many went there."""
        now, desk = self._clock.now(), self._desk()
        due = await self._store.read(reminder_rows.due, now, ALL)
        posted = 0
        for one in due:
            if spread_out and posted >= AT_ONCE:
                break
            said = await self._guarded(one, now, desk, spread_out=spread_out)
            if said is not None:
                posted += said == ""
                log.info("reminder fell due", reminder=one.id, case=one.case_id, outcome=said or "posted")
        return posted

    async def _guarded(self, one: DueReminder, now: datetime, desk: Desk, *, spread_out: bool) -> str | None:
        """Let no reminder hold up another: one that meets a bug is put off for an hour."""
        try:
            return await self._store.write(fire, one, now, desk, spread_out=spread_out)
        except StoreUnavailable:
            raise
        except Exception as error:
            log.error("a reminder failed", reminder=one.id, case=one.case_id, error=type(error).__name__)
            await self._store.write(reminder_rows.move, one.id, now + AFTER_A_BUG)
            return None

    async def calendar_changed(self) -> int:
        """Move what is scheduled to where today's calendar wants it; return how many moved."""
        return await self._store.write(follow_calendar, self._desk())


def fire(c: Connection, due: DueReminder, now: datetime, desk: Desk, *, spread_out: bool) -> str | None:
    """Send, put off or cancel one reminder; return why it was cancelled, "" when it goes out, None when it waits."""
    found = case_rows.find(c, due.case_id)
    if found is None:
        return None
    case_rows.lock(c, [found[0].address])  # the student's answer may be recorded at this very instant
    found = case_rows.find(c, due.case_id)
    if found is None or not reminder_rows.take(c, due.id):
        return None
    case = found[0]
    if spread_out and case.opened_by and now < due.planned.due + spread(case.opened_by, desk.office):
        return None
    result = remind(due.planned, case, case_rows.muted(c, [case.address]), now, desk)
    if result.later is not None:
        reminder_rows.move(c, due.id, result.later)
        return None
    if result.why:
        reminder_rows.close(c, due.id, reminder_rows.CANCELLED, result.why, now)
        case_rows.happened(c, due.case_id, f"recordatorio cancelado: {result.why}", now)
        if result.following is not None:
            reminder_rows.plan(c, due.case_id, result.following)
        return result.why
    if result.mail is not None:
        letters.post(c, result.mail, now, case_id=due.case_id, reminder_id=due.id)
    reminder_rows.close(c, due.id, reminder_rows.SENT, None, now)
    if result.case is not None:
        case_rows.save(c, result.case, result.events, now)
    if result.following is not None:
        reminder_rows.plan(c, due.case_id, result.following)
    return ""


def follow_calendar(c: Connection, desk: Desk) -> int:
    """Recompute when each scheduled reminder is due.

    A later day always counts. An earlier one only for the first rung: a later rung keeps its distance from the mail
    before it, which went out when it did.
    """
    moved = 0
    calendar, office = desk.calendar, desk.office
    for one in reminder_rows.scheduled(c):
        planned = one.planned
        wanted = calendar.opening(calendar.add_business_days(planned.anchor, planned.business_days), office)
        found = case_rows.find(c, one.case_id)
        first = found is not None and found[0].reminders_sent == 0
        due = wanted if first else max(wanted, calendar.next_office_instant(planned.due, office))
        if due != planned.due:
            reminder_rows.move(c, one.id, due)
            moved += 1
    return moved
