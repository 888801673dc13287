"""What is forgotten, and when: old rows, sent bodies, and all of one person on request.

Rows stay, so that the counts stay true; the columns with a person's data (tables.PERSONAL) are blanked.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, and_, delete, func, or_, select, update

from mailbot.shell import letters, people, reminder_rows
from mailbot.shell.ledger import ANSWERED, DECIDED, IGNORED, SEEN, SET_ASIDE, note
from mailbot.shell.tables import cases, messages, mutes, outbox

FORGOTTEN = "borrado a petición"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows lost their personal data."""

    messages: int
    mails: int
    cases: int


def drop_bodies(c: Connection, now: datetime, days: int) -> int:
    """Drop the bytes of replies sent more than ``days`` ago (0: never)."""
    o = outbox.c
    old = and_(
        o.raw.is_not(None),
        o.state.in_((letters.SENT, letters.CANCELLED)),
        func.coalesce(o.sent_at, o.first_at) < now - timedelta(days=days),
    )
    return c.execute(update(outbox).where(old).values(raw=None)).rowcount if days else 0


def purge(c: Connection, now: datetime, days: int) -> Forgotten:
    """Blank what is older than the retention period (0: never); what still waits is never touched."""
    if not days:
        return Forgotten(0, 0, 0)
    before = now - timedelta(days=days)
    m, o, k = messages.c, outbox.c, cases.c
    old_mail = and_(m.state.in_((ANSWERED, IGNORED, SET_ASIDE)), func.coalesce(m.decided_at, m.seen_at) < before,
                    or_(m.sender.is_not(None), m.subject.is_not(None)))  # fmt: skip
    mails = c.execute(update(messages).where(old_mail).values(sender=None, subject=None)).rowcount
    old_letter = and_(o.state != letters.WAITING, o.first_at < before, o.rcpt_to.is_not(None))
    letter = c.execute(update(outbox).where(old_letter).values(rcpt_to=None, rcpt_cc=None, raw=None)).rowcount
    old_cases = list(c.execute(select(k.id).where(k.touched_at < before, k.address != "")).scalars())
    _blank_cases(c, old_cases, "pasó el plazo de conservación", now)
    c.execute(delete(mutes).where(mutes.c.since < before))
    return Forgotten(mails, letter, len(old_cases))


def forget(c: Connection, address: str, now: datetime) -> Forgotten:
    """Erase one person: every row of the address keeps its number and its state, and nothing else of them."""
    address = address.strip().lower()
    m, o, k = messages.c, outbox.c, cases.c
    numbers = list(c.execute(select(cases.c.id).where(k.address == address)).scalars())
    mine = list(c.execute(select(m.id).where(or_(m.sender == address, m.case_id.in_(numbers)))).scalars())
    waiting = and_(m.id.in_(mine), m.state.in_((SEEN, DECIDED)))
    for message_id in c.execute(select(m.id).where(waiting)).scalars():
        note(c, message_id, now, FORGOTTEN)
    c.execute(update(messages).where(waiting).values(state=IGNORED, reason=FORGOTTEN, claimed_by=None))
    c.execute(update(messages).where(m.id.in_(mine)).values(sender=None, subject=None))
    # The report of a bounce is a machine's mail, and may name whom it could not reach in its subject.
    named = func.lower(m.subject).contains(address, autoescape=True)
    c.execute(update(messages).where(named).values(subject=None))
    # A digest or a note of bundled copies names the addresses of many, and belongs to none of them.
    names_many = and_(o.kind.in_(("digest", "note")), o.message_id.is_(None), o.case_id.is_(None))
    c.execute(update(outbox).where(names_many, o.state != letters.WAITING).values(raw=None))
    people.forget(c, address)
    theirs = or_(o.rcpt_to == address, o.message_id.in_(mine), o.case_id.in_(numbers))
    c.execute(update(outbox).where(theirs, o.state == letters.WAITING).values(state=letters.CANCELLED, claimed_by=None))
    letter = c.execute(update(outbox).where(theirs).values(rcpt_to=None, rcpt_cc=None, raw=None)).rowcount
    _blank_cases(c, numbers, FORGOTTEN, now)
    c.execute(delete(mutes).where(mutes.c.address == address))
    return Forgotten(len(mine), letter, len(numbers))


def _blank_cases(c: Connection, numbers: list[int], why: str, now: datetime) -> None:
    k = cases.c
    for number in numbers:
        reminder_rows.cancel(c, number, why, now)
        body: dict[str, Any] = dict(c.execute(select(k.body).where(k.id == number)).scalar_one())
        for key in ("thread", "mails", "fingerprint", "form_day"):
            body.pop(key, None)
        blank = {"address": "", "nss_key": None, "state": "cerrado", "body": body, "version": k.version + 1}
        c.execute(update(cases).where(k.id == number).values(blank))


def rewrite(engine: Engine) -> None:
    """Write the database file anew, so that what was blanked is in no free page and no log of it either."""
    if engine.dialect.name != "sqlite":
        return
    raw = engine.raw_connection()
    try:
        for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            with suppress(sqlite3.OperationalError):  # a daemon is writing; secure_delete has overwritten the pages
                raw.cursor().execute(statement)
    finally:
        raw.close()
