"""The outbox's rows: every mail to send with its final bytes, and what has become of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from mailbot.core.outcome import Outgoing
from mailbot.shell import ledger
from mailbot.shell.daemons import is_abandoned
from mailbot.shell.tables import messages, outbox

WAITING, SENT, FAILED, CANCELLED = "waiting", "sent", "failed", "cancelled"

# A 4xx to one mail: greylisting is over in minutes, a full mailbox in hours; RFC 5321, 4.5.4.1.
BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 20, 40, 60))
GIVE_UP_AFTER = timedelta(days=3)
UNCERTAIN_AFTER = timedelta(seconds=30)  # the server may still be busy with the first copy


@dataclass(frozen=True, slots=True)
class Letter:
    """A row that is ours to send now."""

    id: int
    message_id: int | None
    case_id: int | None
    reminder_id: int | None
    kind: str
    stem: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    raw: bytes
    rfc_id: str
    attempts: int
    first_at: datetime


def post(
    c: Connection,
    mail: Outgoing,
    now: datetime,
    *,
    message_id: int | None = None,
    case_id: int | None = None,
    reminder_id: int | None = None,
) -> int | None:
    """Put a mail into the outbox; None where this very Message-ID is there already (it is never sent anew)."""
    o = outbox.c
    there = c.execute(select(o.id, o.state).where(o.rfc_id == mail.message_id)).one_or_none()
    values = {
        "kind": mail.kind, "stem": mail.stem, "priority": mail.priority, "rcpt_to": ", ".join(mail.to),
        "rcpt_cc": list(mail.cc), "raw": mail.raw, "message_id": message_id, "case_id": case_id,
        "reminder_id": reminder_id, "state": WAITING, "attempts": 0, "first_at": now, "next_at": now,
        "claimed_by": None, "last_error": None,
    }  # fmt: skip
    if there is None:
        made = c.execute(insert(outbox).values(rfc_id=mail.message_id, **values)).inserted_primary_key
        return int(made[0]) if made else None
    if there.state not in (FAILED, CANCELLED):
        return None
    c.execute(update(outbox).where(o.id == there.id).values(values))
    return int(there.id)


def claim(c: Connection, me: str, now: datetime, most: int, kinds: Iterable[str] | None = None) -> list[Letter]:
    """Take the mails that are due in hand: who must act today first, reminders last."""
    o = outbox.c
    due = and_(
        o.state == WAITING,
        o.next_at <= now,
        or_(o.claimed_by.is_(None), is_abandoned(c, o.claimed_by), o.claimed_by == me),
    )
    if kinds is not None:
        due = and_(due, o.kind.in_(list(kinds)))
    rows = c.execute(
        select(outbox).where(due).order_by(o.priority, o.id).limit(most).with_for_update(skip_locked=True)
    ).all()
    if rows:
        c.execute(update(outbox).where(o.id.in_([r.id for r in rows])).values(claimed_by=me))
    return [
        Letter(r.id, r.message_id, r.case_id, r.reminder_id, r.kind, r.stem, _addresses(r.rcpt_to),
               tuple(r.rcpt_cc or ()), r.raw or b"", r.rfc_id, r.attempts, r.first_at)
        for r in rows
    ]  # fmt: skip


def _addresses(joined: str | None) -> tuple[str, ...]:
    return tuple(a.strip() for a in (joined or "").split(",") if a.strip())


def put_back(c: Connection, ids: Iterable[int]) -> None:
    c.execute(update(outbox).where(outbox.c.id.in_(list(ids)), outbox.c.state == WAITING).values(claimed_by=None))


def put_all_back(c: Connection, me: str) -> None:
    """Give back every claim of a daemon that stops in order."""
    c.execute(update(outbox).where(outbox.c.state == WAITING, outbox.c.claimed_by == me).values(claimed_by=None))


def next_due(c: Connection) -> datetime | None:
    return c.execute(select(func.min(outbox.c.next_at)).where(outbox.c.state == WAITING)).scalar()


def still_wanted(c: Connection, letter: Letter, me: str) -> bool:
    """Tell, at the last instant, whether the mail is still to go out and is still ours."""
    o = outbox.c
    return c.execute(select(o.id).where(o.id == letter.id, o.state == WAITING, o.claimed_by == me)).scalar() is not None


def sent(c: Connection, letter: Letter, now: datetime, refused_cc: int = 0) -> None:
    """Record SMTP's acceptance, and with it that the message is answered once all its replies are sent."""
    o = outbox.c
    c.execute(update(outbox).where(o.id == letter.id).values(state=SENT, sent_at=now, claimed_by=None, last_error=None))
    if letter.message_id is None:
        return
    says = {"reply": "respuesta enviada", "reminder": "recordatorio enviado"}.get(
        letter.kind, "aviso al personal enviado"
    )
    ledger.note(
        c, letter.message_id, now, f"{says}: {letter.stem}" + ("; no aceptaron una copia" if refused_cc else "")
    )
    if letter.kind == "reply":
        _settle(c, letter.message_id, now)


def _settle(c: Connection, message_id: int, now: datetime) -> None:
    """End a decided message whose replies have all been sent, or can no longer be."""
    o, m = outbox.c, messages.c
    open_ones = select(func.count()).where(o.message_id == message_id, o.kind == "reply", o.state == WAITING)
    if c.execute(open_ones).scalar_one():
        return
    here = and_(m.id == message_id, m.state == ledger.DECIDED)
    verdict = c.execute(select(m.verdict).where(here)).scalar()
    if verdict is not None:
        c.execute(update(messages).where(here).values(state=verdict, answered_at=now))


def later(c: Connection, letter: Letter, now: datetime, said: str, *, uncertain: bool) -> bool:
    """Set the next try of one mail; False when its time is over and it has failed for good."""
    if now - letter.first_at >= GIVE_UP_AFTER:
        failed(c, letter, now, said, f"el servidor no aceptó la respuesta en {GIVE_UP_AFTER.days} días")
        return False
    step = BACK_OFF[min(letter.attempts, len(BACK_OFF) - 1)]
    wait = min(step, UNCERTAIN_AFTER) if uncertain and letter.attempts == 0 else step
    values = {"attempts": letter.attempts + 1, "next_at": now + wait, "last_error": said[:200], "claimed_by": None}
    c.execute(update(outbox).where(outbox.c.id == letter.id).values(values))
    if letter.message_id is not None:
        why = "no se sabe si el servidor la aceptó; va otra vez, la misma" if uncertain else "el servidor pide esperar"
        ledger.note(c, letter.message_id, now, f"envío {letter.attempts + 1}: {why}")
    return True


def failed(c: Connection, letter: Letter, now: datetime, said: str, reason: str) -> None:
    """Give a mail up; where it was the student's reply, a person must look at the message."""
    values = {"state": FAILED, "attempts": letter.attempts + 1, "last_error": said[:200], "claimed_by": None}
    c.execute(update(outbox).where(outbox.c.id == letter.id).values(values))
    if letter.message_id is None:
        return
    ledger.note(c, letter.message_id, now, f"{letter.stem}: {reason}")
    if letter.kind == "reply":
        m = messages.c
        dead = {"state": ledger.SET_ASIDE, "failed": 1, "reason": reason}
        c.execute(update(messages).where(m.id == letter.message_id, m.state == ledger.DECIDED).values(dead))


def cancel(c: Connection, letter_id: int, now: datetime) -> None:
    c.execute(
        update(outbox)
        .where(outbox.c.id == letter_id, outbox.c.state == WAITING)
        .values(state=CANCELLED, claimed_by=None)
    )


def to_copy(c: Connection, most: int, since: datetime) -> list[Any]:
    """Return sent mails whose copy is not in the Sent folder yet (id, raw, rfc_id)."""
    o = outbox.c
    where = and_(
        o.state == SENT,
        o.copied_at.is_(None),
        o.raw.is_not(None),
        o.sent_at >= since,
        o.kind.in_(("reply", "reminder")),
    )
    return list(c.execute(select(o.id, o.raw, o.rfc_id, o.sent_at).where(where).order_by(o.id).limit(most)))


def copied(c: Connection, letter_id: int, now: datetime) -> None:
    c.execute(update(outbox).where(outbox.c.id == letter_id).values(copied_at=now))


def sent_since(c: Connection, since: datetime) -> int:
    """Count what went to students since an instant, for the breaker and the rate."""
    o = outbox.c
    where = and_(o.state == SENT, o.sent_at > since, o.kind.in_(("reply", "reminder")))
    return c.execute(select(func.count()).select_from(outbox).where(where)).scalar_one()


def latest_sent(c: Connection) -> datetime | None:
    latest: datetime | None = c.execute(select(func.max(outbox.c.sent_at))).scalar()
    return latest


def is_ours(c: Connection, rfc_id: str) -> bool:
    return c.execute(select(outbox.c.id).where(outbox.c.rfc_id == rfc_id)).scalar() is not None


def counts(c: Connection) -> dict[str, int]:
    """Return the contract's counts of the outbox."""
    by: dict[str, int] = {
        row[0]: row[1] for row in c.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
    }
    return {"waiting": by.get(WAITING, 0), "sent": by.get(SENT, 0), "failed": by.get(FAILED, 0)}
