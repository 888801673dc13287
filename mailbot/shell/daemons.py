"""Who works on this store: each daemon's beat, and whose claims are therefore abandoned."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, text, update

from mailbot.shell.tables import daemons

BEAT_SECONDS = 2.0
SQLITE_BEAT_SECONDS = 5.0  # nobody else works there: only `mailbot status` asks, and it must not miss a live daemon
DEAD_AFTER = timedelta(seconds=8)  # four missed beats; then another daemon goes on with what it had in hand


def database_now(c: Connection) -> datetime:
    """Return the database's clock: daemons on two machines must agree on what a fresh beat is."""
    if c.dialect.name == "postgresql":
        now: datetime = c.execute(text("SELECT clock_timestamp()")).scalar_one()
        return now.astimezone(UTC)
    return datetime.now(UTC)


def arrive(c: Connection, me: str) -> None:
    """Enter a daemon. On SQLite, where the lock says that we are alone, all earlier ones are gone."""
    now = database_now(c)
    old = delete(daemons)
    c.execute(old if c.dialect.name == "sqlite" else old.where(daemons.c.beat_at < now - DEAD_AFTER * 20))
    c.execute(
        insert(daemons).values(id=me, host=socket.gethostname()[:200], pid=os.getpid(), started_at=now, beat_at=now)
    )


def beat(c: Connection, me: str) -> None:
    now = database_now(c)
    if not c.execute(update(daemons).where(daemons.c.id == me).values(beat_at=now)).rowcount:
        arrive(c, me)


def leave(c: Connection, me: str) -> None:
    c.execute(delete(daemons).where(daemons.c.id == me))


def is_abandoned(c: Connection, claimed_by: ColumnElement[Any]) -> ColumnElement[bool]:
    """Say in SQL that a claim's daemon is gone, or has not shown a beat for too long."""
    alive = select(daemons.c.id).where(daemons.c.beat_at >= database_now(c) - DEAD_AFTER)
    return claimed_by.is_not(None) & claimed_by.not_in(alive)


def running(c: Connection) -> list[tuple[str, int, datetime, datetime]]:
    """Return host, pid, start and last beat of each daemon whose beat is fresh."""
    d = daemons.c
    fresh = d.beat_at >= database_now(c) - DEAD_AFTER
    rows = c.execute(select(d.host, d.pid, d.started_at, d.beat_at).where(fresh).order_by(d.started_at))
    return [(r.host, r.pid, r.started_at, r.beat_at) for r in rows]


def count(c: Connection) -> int:
    return c.execute(select(func.count()).select_from(daemons)).scalar_one()
