"""One note an hour for the copies that staff were spared, because more than [office] copies_per_hour were due."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailbot.core.answer import Desk
from mailbot.core.digest import spared_rows
from mailbot.core.spanish import counted
from mailbot.shell import digest_rows, flags, letters
from mailbot.shell.notices import staff_note

EVERY = timedelta(hours=1)
GATHERS = timedelta(minutes=10)  # a wave of mails lasts longer than its first minute: one note for it, not two
SHOWN = 18  # lines of a note that are read; the template takes twenty
LAST = "bundle_at"


def post_bundle(c: Connection, now: datetime, desk: Desk, *, gathers: timedelta = GATHERS) -> bool:
    """Tell staff of the spared copies, at most once an hour; ``gathers``: how long the first one waits for others."""
    first = digest_rows.first_spared_at(c)
    if first is None:
        return False
    last = flags.get(c, LAST)
    passed = now - datetime.fromisoformat(last) if last else None
    if passed is not None and timedelta() <= passed < EVERY:  # a negative span: the clock was ahead then
        return False
    if timedelta() <= now - first < gathers:
        return False
    spared = digest_rows.spared(c)
    flags.put(c, LAST, now.isoformat())
    digest_rows.told(c, spared)
    rows = [(row.etiqueta, row.valor) for row in spared_rows(spared)]
    more = [("Y además", f"{counted(len(rows) - SHOWN, 'caso')} (mailbot cases)")] if len(rows) > SHOWN else []
    note = staff_note(
        desk, f"juntas {spared[0].message} {spared[-1].message} {now.isoformat()}",
        "Varios casos necesitan a una persona",
        f"En una hora hubo más de {desk.office.copies_per_hour} copias; aquí van juntas las que faltaron.",
        [*rows[:SHOWN], *more], now,
    )  # fmt: skip
    return note is not None and letters.post(c, note, now) is not None
