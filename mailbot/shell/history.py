"""All that happened to one mail, for `mailbot show`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from mailbot.shell.tables import events, messages, outbox


def tell(c: Connection, number: int) -> tuple[Any, list[Any], list[Any]] | None:
    """Return the row, what happened in order, and the mails that followed; None where there is no such mail."""
    row = c.execute(select(messages).where(messages.c.id == number)).one_or_none()
    if row is None:
        return None
    o = outbox.c
    happened = c.execute(select(events).where(events.c.message_id == number).order_by(events.c.id)).all()
    mails = c.execute(
        select(o.kind, o.stem, o.state, o.attempts, o.last_error).where(o.message_id == number).order_by(o.id)
    )
    return row, list(happened), list(mails)
