"""The ledger: one row for every mail ever taken in, and the only functions that move it along its life."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, insert, or_, select, update

from mailbot.shell.daemons import is_abandoned
from mailbot.shell.fetched import Found
from mailbot.shell.tables import events, inserting, messages, outbox

SEEN, DECIDED, ANSWERED, IGNORED, SET_ASIDE = "seen", "decided", "answered", "ignored", "set_aside"

MOST_DEATHS = 10  # contract.md, "Trying again": ten deaths in a row set a mail aside
MOST_TRIES = 3  # a bug fails the same way each time; three rules out bad luck
SUSPECT_DEATHS = 3  # from here on a mail waits for the others: it may be what kills us
AGAIN_AFTER = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that is ours to work on; ``deaths`` counts the times that it was in hand when a process died."""

    id: int
    folder: str
    uidvalidity: int
    uid: int
    size: int
    received: datetime
    deaths: int
    attempts: int


class NotOurs(Exception):
    """Another daemon has taken this mail since, or somebody dealt with it: what we worked out is dropped."""


def note(c: Connection, message_id: int, now: datetime, what: str) -> None:
    """Write down what happened to a message, in Spanish and without anything of its writer."""
    c.execute(insert(events).values(message_id=message_id, at=now, what=what))


def see(
    c: Connection, account: str, folder: str, found: Iterable[Found], now: datetime, *, pretend: bool = False
) -> int:
    """Enter mails into the ledger, once each; return how many were new.

    A row that waits under an earlier UIDVALIDITY and has the same size and date is the same mail: it gets the new UID.
    ``pretend``: the clock is not the real one, so what comes in counts as received now.
    """
    new = 0
    for f in found:
        place = {"account": account, "folder": folder, "uidvalidity": f.uidvalidity, "uid": f.uid}
        if _renumbered_while_waiting(c, place, f, now):
            continue
        received = now if pretend else f.received
        row = place | {"size": f.size, "received_at": received, "seen_at": now, "state": SEEN,
                       "attempts": 0, "deaths": 0, "failed": 0, "bundled": 0}  # fmt: skip
        made = c.execute(inserting(c, messages).values(row).on_conflict_do_nothing().returning(messages.c.id)).scalar()
        if made is not None:
            new += 1
            note(c, made, now, "llegó al buzón")
    return new


def _renumbered_while_waiting(c: Connection, place: dict[str, Any], f: Found, now: datetime) -> bool:
    m = messages.c
    same = and_(m.account == place["account"], m.folder == place["folder"], m.uidvalidity != f.uidvalidity,
                m.state == SEEN, m.digest.is_(None), m.size == f.size, m.received_at == f.received)  # fmt: skip
    row = c.execute(select(m.id).where(same).order_by(m.id).limit(1)).scalar()
    taken = select(m.id).where(_place(place["account"], place["folder"], f.uidvalidity), m.uid == f.uid)
    if row is None or c.execute(taken).scalar() is not None:
        return False
    c.execute(update(messages).where(m.id == row).values(
        uidvalidity=f.uidvalidity, uid=f.uid, claimed_by=None, attempts=0, next_at=None))
    note(c, row, now, RENUMBERED)
    return True


RENUMBERED = "la carpeta cambió de UIDVALIDITY; es el mismo correo con otro número"


def _place(account: str, folder: str, uidvalidity: int) -> Any:
    m = messages.c
    return and_(m.account == account, m.folder == folder, m.uidvalidity == uidvalidity)


def claim(c: Connection, me: str, now: datetime, most: int) -> list[Claimed]:
    """Take up to ``most`` waiting mails in hand, oldest first, and count a death in advance.

    A mail that was in hand when a process died is taken alone, so that an innocent one is not counted with it; one
    that died often waits until the others are done, the oftener the longer: where every life is too short for even one
    mail, each death falls to another.
    """
    m = messages.c
    free = and_(
        m.state == SEEN,
        # never what is in our own hands: a beat may be late, as a long document keeps the machine busy
        or_(m.claimed_by.is_(None), and_(is_abandoned(c, m.claimed_by), m.claimed_by != me)),
        or_(m.next_at.is_(None), m.next_at <= now),
    )
    order = (case((m.deaths >= SUSPECT_DEATHS, m.deaths), else_=0), m.id)
    ids = select(m.id, m.deaths).where(free).order_by(*order).limit(most).with_for_update(skip_locked=True)
    taken: list[int] = []
    for row in c.execute(ids).all():
        if row.deaths and taken:
            break
        taken.append(row.id)
        if row.deaths:
            break
    if not taken:
        return []
    c.execute(update(messages).where(m.id.in_(taken)).values(claimed_by=me, deaths=m.deaths + 1))
    rows = c.execute(select(messages).where(m.id.in_(taken)).order_by(m.id)).all()
    return [
        Claimed(r.id, r.folder, r.uidvalidity, r.uid, r.size, r.received_at, r.deaths - 1, r.attempts) for r in rows
    ]


def next_waiting(c: Connection) -> datetime | None:
    """Return when the next mail that waits for a second try is due; None: none waits."""
    m = messages.c
    return c.execute(select(func.min(m.next_at)).where(m.state == SEEN, m.next_at.is_not(None))).scalar()


def know(
    c: Connection, message_id: int, me: str, digest: str, sender: str | None, subject: str, now: datetime
) -> Known:
    """Write down which bytes these are and whose, and tell whether the ledger knew them."""
    ours(c, message_id, me)
    m = messages.c
    row = c.execute(select(messages).where(m.id == message_id)).one()
    same = and_(m.account == row.account, m.folder == row.folder, m.digest == digest, m.id != message_id)
    moved = c.execute(select(m.id).where(same, m.uidvalidity != row.uidvalidity).order_by(m.id).limit(1)).scalar()
    if moved is not None:
        # The folder was renumbered: the earlier row is this mail, and the new row never was one.
        c.execute(delete(events).where(events.c.message_id == message_id))
        c.execute(delete(messages).where(m.id == message_id))
        c.execute(update(messages).where(m.id == moved).values(uidvalidity=row.uidvalidity, uid=row.uid))
        note(c, moved, now, RENUMBERED)
        return Known(moved_to=moved)
    c.execute(update(messages).where(m.id == message_id).values(digest=digest, sender=sender, subject=subject))
    first = select(func.min(m.id)).where(same, m.uidvalidity == row.uidvalidity, m.id < message_id)
    return Known(copy_of=c.execute(first).scalar())


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger says of a mail's bytes: a second copy of another mail, or an old acquaintance renumbered."""

    copy_of: int | None = None
    moved_to: int | None = None


def ours(c: Connection, message_id: int, me: str) -> None:
    """Hold the row for this transaction; raise NotOurs unless it still waits and we claimed it."""
    m = messages.c
    row = c.execute(select(m.state, m.claimed_by).where(m.id == message_id).with_for_update()).one_or_none()
    if row is None or row.state != SEEN or row.claimed_by != me:
        raise NotOurs


def close(
    c: Connection, message_id: int, me: str, state: str, reason: str, now: datetime, *, failed: bool = False
) -> None:
    """End a message without a decision: ignored, or set aside for a person."""
    ours(c, message_id, me)
    _close(c, message_id, state, reason, now, failed=failed)


def _close(c: Connection, message_id: int, state: str, reason: str, now: datetime, *, failed: bool) -> None:
    values = {"state": state, "reason": reason, "failed": int(failed), "claimed_by": None, "deaths": 0, "next_at": None,
              "decided_at": now}  # fmt: skip
    c.execute(update(messages).where(messages.c.id == message_id).values(values))
    said = {IGNORED: "no se contesta", SET_ASIDE: "apartado para una persona"}[state]
    note(c, message_id, now, f"{said}: {reason}")


def failed_try(c: Connection, message_id: int, me: str, why: str, now: datetime) -> bool:
    """Count a failed try; tell whether it was the last, and the mail is set aside."""
    ours(c, message_id, me)
    m = messages.c
    tries = c.execute(select(m.attempts).where(m.id == message_id)).scalar_one() + 1
    if tries >= MOST_TRIES:
        c.execute(update(messages).where(m.id == message_id).values(attempts=tries))
        _close(c, message_id, SET_ASIDE, f"falló {tries} veces ({why})", now, failed=True)
        return True
    values = {"attempts": tries, "deaths": 0, "claimed_by": None, "next_at": now + AGAIN_AFTER * tries}
    c.execute(update(messages).where(m.id == message_id).values(values))
    note(c, message_id, now, f"intento {tries} fallido ({why}); se intenta otra vez")
    return False


def too_many_deaths(c: Connection, message_id: int, me: str, now: datetime) -> None:
    reason = f"el programa murió {MOST_DEATHS} veces seguidas con este correo en las manos"
    close(c, message_id, me, SET_ASIDE, reason, now, failed=True)


def put_back(c: Connection, message_id: int, me: str) -> None:
    """Give a mail back unharmed: we stop, or its server is away; that is no death of its own."""
    m = messages.c
    here = and_(m.id == message_id, m.state == SEEN, m.claimed_by == me)
    lived = case((m.deaths > 0, m.deaths - 1), else_=0)
    c.execute(update(messages).where(here).values(claimed_by=None, deaths=lived))


def put_all_back(c: Connection, me: str) -> None:
    """Give back all that a daemon which stops in order still has in hand, a claim of its last instant too."""
    m = messages.c
    lived = case((m.deaths > 0, m.deaths - 1), else_=0)
    c.execute(update(messages).where(m.state == SEEN, m.claimed_by == me).values(claimed_by=None, deaths=lived))


def reprocess(c: Connection, ids: Iterable[int] | None, now: datetime) -> list[int]:
    """Let set-aside mails be tried again (None: all that a failure set aside); return which.

    What has a recorded reply that failed has that reply sent again; a reply that was sent is never made anew.
    It is due since it was made: the next run may have a clock of its own (``run --once --now``), behind this one.
    """
    m, o = messages.c, outbox.c
    where = m.failed == 1 if ids is None else m.id.in_(list(ids))
    again: list[int] = []
    for row in c.execute(select(m.id, m.decided_at, m.stem).where(m.state == SET_ASIDE, where).order_by(m.id)).all():
        mine = and_(o.message_id == row.id, o.kind == "reply")
        states = set(c.execute(select(o.state).where(mine, o.raw.is_not(None))).scalars())
        if "sent" in states:
            continue
        fresh = {"failed": 0, "attempts": 0, "deaths": 0, "next_at": None, "claimed_by": None, "filed_at": None}
        if "failed" in states:
            c.execute(update(outbox).where(mine, o.state == "failed").values(
                state="waiting", attempts=0, first_at=now, next_at=o.first_at, claimed_by=None))  # fmt: skip
            c.execute(update(messages).where(m.id == row.id).values(fresh | {"state": DECIDED, "verdict": ANSWERED}))
        else:
            c.execute(update(messages).where(m.id == row.id).values(fresh | {"state": SEEN, "reason": None}))
        note(c, row.id, now, "una persona pidió intentarlo otra vez")
        again.append(row.id)
    return again


def to_file(c: Connection, states: Iterable[str], most: int) -> list[Any]:
    """Return dealt-with messages that the mailbox does not show in their final place yet."""
    m = messages.c
    where = and_(m.state.in_(list(states)), m.filed_at.is_(None))
    return list(
        c.execute(select(m.id, m.folder, m.uidvalidity, m.uid, m.state).where(where).order_by(m.id).limit(most))
    )


def filed(c: Connection, message_id: int, now: datetime, what: str) -> None:
    c.execute(update(messages).where(messages.c.id == message_id).values(filed_at=now))
    note(c, message_id, now, what)


def counts(c: Connection) -> dict[str, int]:
    """Return the contract's counts: total = answered + ignored + set_aside + waiting."""
    by: dict[str, int] = {
        row[0]: row[1] for row in c.execute(select(messages.c.state, func.count()).group_by(messages.c.state))
    }
    waiting = by.get(SEEN, 0) + by.get(DECIDED, 0)
    return {"total": sum(by.values()), "answered": by.get(ANSWERED, 0), "ignored": by.get(IGNORED, 0),
            "set_aside": by.get(SET_ASIDE, 0), "waiting": waiting}  # fmt: skip
