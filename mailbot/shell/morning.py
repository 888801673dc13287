"""The morning digest: posted once on a business day, from its hour on, within office hours; never an empty one.

The day it was posted for and the digest itself are one commit, and its Message-ID is made from that day: a crash, a
second daemon or a clock that jumps back cannot send it twice.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy import Connection

from mailbot.core.answer import Desk
from mailbot.core.digest import digest_of
from mailbot.core.outcome import Outgoing
from mailbot.core.values import Digest
from mailbot.shell import digest_rows, flags, letters

DIGEST_PRIORITY = 8  # after every reply and note, before reminders
DAY, SINCE = "digest_day", "digest_at"
LONGEST_BACK = timedelta(days=7)  # after a longer pause last month's answers are no news


def post_digest(c: Connection, now: datetime, desk: Desk, at: time) -> bool:
    """Post today's digest where it is due and says something; tell whether it was posted."""
    local = now.astimezone(desk.office.timezone)
    today = local.date().isoformat()
    before = flags.get(c, SINCE)
    due = local.time() >= at and desk.calendar.is_open(now, desk.office)
    if before is None:
        # The first contact of all: nothing lies behind it, and its own answers are seconds old.
        _begin(c, now, today if due else None)
        return False
    if not due or flags.get(c, DAY) == today:
        return False
    since = datetime.fromisoformat(before)
    if since > now:  # the clock was ahead when the last one went
        since = now - timedelta(days=1)
    rows = digest_rows.gather(c, max(since, now - LONGEST_BACK))
    _begin(c, now, today)
    digest = digest_of(rows, now, desk.office.timezone)
    if digest is None:
        return False
    digest_rows.told(c, rows.spared)
    return letters.post(c, _compose(digest, now, desk), now) is not None


def _begin(c: Connection, now: datetime, day: str | None) -> None:
    flags.put(c, SINCE, now.isoformat())
    if day is not None:
        flags.put(c, DAY, day)


def _compose(digest: Digest, now: datetime, desk: Desk) -> Outgoing:
    from mailbot.core.post import note
    from mailbot.core.reply import render
    from mailbot.core.values import Values

    day = now.astimezone(desk.office.timezone).date()
    reply = render(desk.templates, "resumen", Values(hoy=day, resumen=digest), desk.office)
    mail = note(desk.keyed(f"resumen {day.isoformat()}"), reply, now, desk, "resumen")
    return replace(mail, kind="digest", priority=DIGEST_PRIORITY)
