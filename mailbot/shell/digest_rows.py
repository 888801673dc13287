"""What the store knows that the morning digest and the hourly note of spared copies tell."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Integer, func, or_, select
from sqlalchemy.sql.functions import coalesce

from mailbot.core.digest import DigestRows, NextReminder, SparedCopy, WaitingCase
from mailbot.shell import breaker, case_rows, ledger, letters, reminder_rows
from mailbot.shell.tables import cases, messages, outbox

TO_TELL, TOLD = 1, 2  # messages.bundled


def gather(c: Connection, since: datetime) -> DigestRows:
    """Gather what happened since an instant, and what stands now.

    A round of `--once` decides, then makes the digest, then sends, all at one pretended instant: hence > and >=.
    """
    m, o = messages.c, outbox.c
    waiting, taken = _waiting(c)
    aside = select(m.id, m.case_id, m.reason).where(
        m.state == ledger.SET_ASIDE, m.decided_at > since, or_(m.case_id.is_(None), m.stem.is_(None))
    )
    named = [(r.id, r.case_id, r.reason or "apartado") for r in c.execute(aside.order_by(m.id))]
    number = func.count().cast(Integer)
    kinds = select(o.stem, number).where(o.kind == "reply", o.state == letters.SENT, o.sent_at >= since)
    answered = c.execute(kinds.group_by(o.stem).order_by(number.desc(), o.stem)).all()
    given_up = select(func.count()).where(o.state == letters.FAILED, coalesce(o.next_at, o.first_at) >= since)
    broken = select(func.count()).where(m.failed == 1, m.state == ledger.SET_ASIDE)
    return DigestRows(
        waiting=waiting,
        taken=taken,
        set_aside=tuple(named),
        answered=tuple((stem, n) for stem, n in answered),
        undelivered=c.execute(given_up).scalar_one(),
        broken=c.execute(broken).scalar_one(),
        held=breaker.held(c),
        spared=spared(c),
        reminders=tuple(NextReminder(r.planned.kind, r.planned.due) for r in reminder_rows.scheduled(c)),
    )


def _waiting(c: Connection) -> tuple[tuple[WaitingCase, ...], int]:
    """Return the cases that wait for a person, oldest first, and how many a person has in hand."""
    k, m = cases.c, messages.c
    owed = k.body["owed_since"].as_string().is_not(None)
    found = c.execute(select(cases).where(k.address != "", or_(k.state == "con_persona", owed)).order_by(k.id)).all()
    kept = [case_rows.from_row(row) for row in found]
    waiting = []
    for case in kept:
        if not case.waits_for_person:
            continue
        asked = select(m.rule).where(m.case_id == case.id, m.rule.is_not(None)).order_by(m.id.desc()).limit(1)
        since = case.owed_since or case.since
        waiting.append(WaitingCase(case.id or 0, case.address, since, c.execute(asked).scalar()))
    return tuple(sorted(waiting, key=lambda w: w.since)), len(kept) - len(waiting)


def spared(c: Connection) -> tuple[SparedCopy, ...]:
    """Return the replies whose copy staff were spared and have not been told of."""
    m = messages.c
    rows = c.execute(
        select(m.id, m.case_id, m.sender, m.rule, m.stem).where(m.bundled == TO_TELL).order_by(m.id)
    ).all()
    return tuple(SparedCopy(r.id, r.case_id, r.sender or "", r.rule, r.stem) for r in rows)


def first_spared_at(c: Connection) -> datetime | None:
    """Return when the oldest copy that staff are still to be told of was spared."""
    m = messages.c
    return c.execute(select(func.min(m.decided_at)).where(m.bundled == TO_TELL)).scalar()


def told(c: Connection, copies: tuple[SparedCopy, ...]) -> None:
    """Write down that staff have been told of these."""
    m = messages.c
    c.execute(messages.update().where(m.id.in_([s.message for s in copies])).values(bundled=TOLD))
