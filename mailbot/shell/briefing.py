"""What staff are told of their own accord: the morning digest, and copies that were bundled into one note."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from sqlalchemy import Connection, func, select, update

from mailbot.core.answer import Desk
from mailbot.core.outcome import Outgoing
from mailbot.core.values import Digest, Fila
from mailbot.shell import flags, ledger, letters, reminder_rows
from mailbot.shell.clock import Clock
from mailbot.shell.notices import staff_note
from mailbot.shell.store import Store
from mailbot.shell.tables import cases, messages, outbox

DIGEST_PRIORITY = 8
NEXT_REMINDERS = 5
SHOWN = 10
BUNDLE_EVERY = timedelta(hours=1)


class Briefing:
    """Asks the store each minute whether there is something that staff are to be told now."""

    def __init__(self, store: Store, desk: Callable[[], Desk], clock: Clock, digest_at: time) -> None:
        self._store, self._desk, self._clock, self._digest_at = store, desk, clock, digest_at

    async def tick(self) -> None:
        now, desk = self._clock.now(), self._desk()
        if desk.office.staff:
            await self._store.write(post_digest, now, desk, self._digest_at)
            await self._store.write(post_bundle, now, desk)


def post_digest(c: Connection, now: datetime, desk: Desk, at: time) -> bool:
    """Post the morning digest once on a business day, from its hour on; never an empty one."""
    local = now.astimezone(desk.office.timezone)
    today = local.date().isoformat()
    last = flags.get(c, "digest_day")
    if last == today or local.time() < at or not desk.calendar.is_open(now, desk.office):
        return False
    since = flags.get(c, "digest_at")
    flags.put(c, "digest_day", today)
    flags.put(c, "digest_at", now.isoformat())
    if since is None:  # the first day of all has nothing behind it
        return False
    digest = gather(c, datetime.fromisoformat(since), now, desk)
    if not (digest.esperan or digest.contestados or digest.fallas):
        return False
    letters.post(c, _compose(digest, now, desk), now)
    return True


def gather(c: Connection, since: datetime, now: datetime, desk: Desk) -> Digest:
    """Gather what the digest tells: who waits, what was answered since, what failed, what goes out next."""
    m, k, o = messages.c, cases.c, outbox.c
    rows = c.execute(select(k.id, k.since).where(k.state == "con_persona").order_by(k.since)).all()
    waits = [Fila(f"Caso #{r.id}", f"desde hace {_days(now - r.since)}") for r in rows]
    aside = c.execute(
        select(m.id, m.reason).where(m.state == ledger.SET_ASIDE, m.decided_at > since).order_by(m.id)
    ).all()
    waits += [Fila(f"Correo #{r.id}", r.reason or "apartado") for r in aside]
    kinds = select(o.stem, func.count()).where(o.kind == "reply", o.state == letters.SENT, o.sent_at > since)
    answered = c.execute(kinds.group_by(o.stem).order_by(func.count().desc())).all()
    failed = c.execute(select(func.count()).where(o.state == letters.FAILED, o.first_at > since)).scalar_one()
    held = flags.get(c, flags.PAUSED) or flags.get(c, flags.BREAKER)
    failures = [f"{failed} correos no se pudieron entregar"] if failed else []
    failures += ["los envíos están detenidos; mailbot resume los reanuda"] if held else []
    soon = reminder_rows.scheduled(c)[:NEXT_REMINDERS]
    zone = desk.office.timezone
    upcoming = [
        Fila(f"{r.planned.due.astimezone(zone):%d/%m %H:%M}", f"caso #{r.case_id}: {r.planned.kind}") for r in soon
    ]
    return Digest(
        esperan=tuple(waits[:SHOWN]), esperan_total=len(waits), fallas=tuple(failures), proximos=tuple(upcoming),
        contestados=tuple((stem.replace("_", " "), n) for stem, n in answered),
    )  # fmt: skip


def _days(span: timedelta) -> str:
    days = max(span.days, 0)
    return "hoy mismo" if days == 0 else "1 día" if days == 1 else f"{days} días"


def _compose(digest: Digest, now: datetime, desk: Desk) -> Outgoing:
    from dataclasses import replace

    from mailbot.core.post import note
    from mailbot.core.reply import render
    from mailbot.core.values import Values

    day = now.astimezone(desk.office.timezone).date()
    reply = render(desk.templates, "resumen", Values(hoy=day, resumen=digest), desk.office)
    mail = note(desk.keyed(f"resumen {day.isoformat()}"), reply, now, desk, "resumen")
    return replace(mail, kind="digest", priority=DIGEST_PRIORITY)


def post_bundle(c: Connection, now: datetime, desk: Desk) -> bool:
    """Tell staff, at most once an hour, of the replies whose copy they were spared."""
    m = messages.c
    spared = list(c.execute(select(m.id).where(m.bundled == 1).order_by(m.id)).scalars())
    last = flags.get(c, "bundle_at")
    if not spared or (last and now - datetime.fromisoformat(last) < BUNDLE_EVERY):
        return False
    flags.put(c, "bundle_at", now.isoformat())
    c.execute(update(messages).where(m.id.in_(spared)).values(bundled=2))
    shown = ", ".join(f"#{n}" for n in spared[:SHOWN]) + (
        f" y {len(spared) - SHOWN} más" if len(spared) > SHOWN else ""
    )
    note = staff_note(desk, f"juntas {spared[0]} {spared[-1]}", "Varios casos necesitan a una persona",
                      "Hubo muchas copias en poco tiempo; aquí van juntas las que faltaron.",
                      (("Correos", shown), ("Ver uno", f"mailbot show {spared[0]}")), now)  # fmt: skip
    if note is not None:
        letters.post(c, note, now)
    return note is not None
