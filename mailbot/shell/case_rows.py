"""Cases as rows: a Case in, a Case out, and all that the past says about one mail."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, text, update

from mailbot.core.case import Case
from mailbot.core.message import Bounce, Message
from mailbot.core.outcome import Past
from mailbot.shell.tables import case_events, cases, mutes, outbox

BOUNCES_WITHIN = timedelta(days=5)  # how long servers try before they report (RFC 5321, 4.5.4.1)
COLUMNS = ("address", "state", "since", "id", "nss_key", "opened_by")
_BODY = tuple(f for f in dataclasses.fields(Case) if f.name not in COLUMNS)
_KINDS = typing.get_type_hints(Case)

Version = tuple[tuple[int, int], ...]
"""(case, version) of every case of the addresses, and of the NSS, that an answer was worked out from."""


class Stale(Exception):
    """The past changed while an answer was being worked out: it is worked out again."""


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _typed(kind: Any, value: Any) -> Any:
    options = typing.get_args(kind) if type(None) in typing.get_args(kind) else (kind,)
    if value is None:
        return None
    if datetime in options:
        return datetime.fromisoformat(value)
    if date in options:
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value


def from_row(row: Any) -> Case:
    """Rebuild a case; a field that an older version did not know keeps its default."""
    body = {f.name: _typed(_KINDS[f.name], row.body[f.name]) for f in _BODY if f.name in row.body}
    return Case(address=row.address, state=row.state, since=row.since, id=row.id, nss_key=row.nss_key,
                opened_by=row.opened_by or "", **body)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the store bears on a mail: whose cases, which NSS, and for a bounce or staff, which thread."""

    addresses: tuple[str, ...]
    nss_keys: tuple[str, ...] = ()
    bounce: Bounce | None = None
    staff: bool = False
    thread: tuple[str, ...] = ()

    @classmethod
    def about(cls, message: Message, nss_keys: Sequence[str]) -> Asked:
        """Ask for the sender's past; for a bounce that of its recipients, for staff that of those written to."""
        thread = tuple(i for i in (message.in_reply_to, *message.references) if i)
        if message.bounce is not None:
            return cls(_lower(message.bounce.recipients), bounce=message.bounce, thread=thread)
        if message.mark_code == "staff":
            return cls(_lower((*message.to, *message.cc)), staff=True, thread=thread)
        return cls(_lower((message.sender,) if message.sender else ()), tuple(nss_keys))


def _lower(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(a.lower() for a in addresses))


def past_of(c: Connection, asked: Asked, now: datetime) -> tuple[Past, Version]:
    """Return what bears on a mail, and the version to record its outcome against."""
    mine = asked.addresses
    rows = c.execute(select(cases).where(cases.c.address.in_(mine)).order_by(cases.c.id.desc())).all()
    own = tuple(from_row(r) for r in rows)
    others = _others(asked)
    o = outbox.c
    day = now - timedelta(days=1)
    replies = select(func.count()).where(o.kind == "reply", o.rcpt_to.in_(mine), o.first_at > day)
    past = Past(
        cases=own,
        others_with_nss=tuple(c.execute(select(cases.c.id).where(others).order_by(cases.c.id)).scalars()),
        replies_today=c.execute(replies).scalar_one(),
        copies_last_hour=copies_last_hour(c, now),
        wrote_to=_wrote_to(c, asked, now) if asked.bounce else (),
        staff_wrote=tuple(k for k in own if _in_thread(c, k, asked.thread)) if asked.staff else (),
        muted=c.execute(select(mutes.c.why).where(mutes.c.address.in_(mine)).limit(1)).scalar(),
    )
    return past, _version(c, asked)


def _others(asked: Asked) -> ColumnElement[bool]:
    """Select the cases of the same NSS at other addresses."""
    k = cases.c
    return and_(k.nss_key.in_(asked.nss_keys), k.address.not_in(asked.addresses), k.address != "")


def _version(c: Connection, asked: Asked) -> Version:
    concerned = or_(cases.c.address.in_(asked.addresses), _others(asked))
    rows = c.execute(select(cases.c.id, cases.c.version).where(concerned))
    return tuple(sorted((r.id, r.version) for r in rows))


def copies_last_hour(c: Connection, now: datetime) -> int:
    """Count the replies of the last hour that staff had a copy of."""
    o = outbox.c
    copies = select(o.rcpt_cc).where(o.kind == "reply", o.first_at > now - timedelta(hours=1))
    return sum(1 for cc in c.execute(copies).scalars() if cc)


def _wrote_to(c: Connection, asked: Asked, now: datetime) -> tuple[str, ...]:
    """Return those recipients of a bounced mail to whom we did write: by its Message-ID, or else of late."""
    o = outbox.c
    named = asked.bounce.message_id if asked.bounce else None
    ours = o.rfc_id == named if named else o.first_at > now - BOUNCES_WITHIN
    found = set(c.execute(select(o.rcpt_to).where(o.rcpt_to.in_(asked.addresses), ours)).scalars())
    return tuple(a for a in asked.addresses if a in found)


def _in_thread(c: Connection, case: Case, thread: tuple[str, ...]) -> bool:
    """Tell whether a mail answers one of the case: a mail of the student's in it, or one of ours."""
    o = outbox.c
    ours = select(o.id).where(o.case_id == case.id, o.rfc_id.in_(thread)).limit(1)
    return not {case.thread[0], *case.mails}.isdisjoint(thread) or c.execute(ours).scalar() is not None


def lock(c: Connection, names: Iterable[str]) -> None:
    """Hold the cases of these addresses, or of these keys of an NSS, for this transaction; on SQLite every writing
    transaction does already."""
    if c.dialect.name == "postgresql":  # a case that is not there yet cannot be locked by its row
        for name in sorted({n.lower() for n in names}):
            c.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:a, 0))"), {"a": name})


def hold(c: Connection, asked: Asked, version: Version) -> None:
    """Hold what was asked about for this transaction; raise Stale if it is not what it was."""
    lock(c, (*asked.addresses, *asked.nss_keys))
    if _version(c, asked) != version:
        raise Stale


def save(c: Connection, case: Case, events: Iterable[str], now: datetime, message_id: int | None = None) -> int:
    """Write a case down, new or changed, and what happened to it."""
    values = {
        "address": case.address.lower(), "state": case.state, "since": case.since, "nss_key": case.nss_key,
        "opened_by": case.opened_by, "body": {f.name: _plain(getattr(case, f.name)) for f in _BODY}, "touched_at": now,
    }  # fmt: skip
    if case.id is None:
        made = c.execute(insert(cases).values(version=1, **values)).inserted_primary_key
        assert made is not None  # noqa: S101  (an INSERT of one row has a key)
        number = int(made[0])
    else:
        number = case.id
        c.execute(update(cases).where(cases.c.id == number).values(version=cases.c.version + 1, **values))
    for event in events:
        happened(c, number, event, now, message_id)
    return number


def happened(c: Connection, case_id: int, what: str, now: datetime, message_id: int | None = None) -> None:
    c.execute(insert(case_events).values(case_id=case_id, message_id=message_id, at=now, what=what))


def find(c: Connection, case_id: int) -> tuple[Case, int] | None:
    """Return a case and its version; None where there is none."""
    row = c.execute(select(cases).where(cases.c.id == case_id)).one_or_none()
    return (from_row(row), row.version) if row else None


def all_cases(c: Connection) -> list[Case]:
    return [from_row(r) for r in c.execute(select(cases).order_by(cases.c.id))]


def history(c: Connection, case_id: int) -> list[tuple[datetime, str, int | None]]:
    """Return when, what and by which message, oldest first."""
    e = case_events.c
    rows = c.execute(select(e.at, e.what, e.message_id).where(e.case_id == case_id).order_by(e.id))
    return [(r.at, r.what, r.message_id) for r in rows]


def mute(c: Connection, address: str, why: str, now: datetime) -> list[int]:
    """Send nothing more to an address; return its cases, whose reminders end."""
    address = address.lower()
    if not c.execute(select(mutes.c.why).where(mutes.c.address == address)).scalar():
        c.execute(insert(mutes).values(address=address, since=now, why=why))
    return list(c.execute(select(cases.c.id).where(cases.c.address == address)).scalars())


def muted(c: Connection, addresses: Iterable[str]) -> str | None:
    return c.execute(select(mutes.c.why).where(mutes.c.address.in_([a.lower() for a in addresses]))).scalar()
