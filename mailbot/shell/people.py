"""Persons at the mailbox, as rows: whose case a person has taken, and whom a person has answered before us.

A case is handed over by staff who write in its thread (intake), by a mail that a person sent from the mailbox itself or
moved to a folder (``sent_watch``), and by `mailbot case ID --take`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, select, update

from mailbot.core import handover
from mailbot.core.case import Case, new_case
from mailbot.core.message import Message
from mailbot.core.office import Office
from mailbot.core.outcome import Past
from mailbot.shell import case_rows, flags, ledger, letters, reminder_rows
from mailbot.shell.case_rows import Asked, Version
from mailbot.shell.tables import messages, meta, outbox

ANSWERED = "answered "  # keys of ``meta``: to whom a person wrote that had no case yet
MOST_IDS = 40  # of one address; a person answers the last mail or the one before
KEPT = timedelta(days=60)  # a mail that mailbot has not read by then will not be answered any more


@dataclass(frozen=True, slots=True)
class PersonMail:
    """A mail of a person to students: to whom, and which mails it answers."""

    to: tuple[str, ...]
    thread: tuple[str, ...]
    message_id: str | None

    @classmethod
    def of(cls, message: Message) -> PersonMail:
        thread = tuple(i for i in (message.in_reply_to, *message.references) if i)
        to = tuple(dict.fromkeys(a.lower() for a in (*message.to, *message.cc)))
        return cls(to, thread, message.message_id)


def students(mail: PersonMail, office: Office) -> list[str]:
    inside = office.own_addresses | {a.lower() for a in office.staff}
    return [a for a in mail.to if a not in inside]


# -- a person writes -------------------------------------------------------------------------------------------


def wrote(c: Connection, mail: PersonMail, now: datetime, office: Office) -> list[int]:
    """Hand over the cases in whose thread a person wrote to their address; return which."""
    strangers = students(mail, office)
    if not strangers or not mail.thread:
        return []
    case_rows.lock(c, strangers)
    past, _ = case_rows.past_of(c, Asked(tuple(strangers), staff=True, thread=mail.thread), now)
    for address in strangers:
        if all(case.address != address for case in past.staff_wrote):
            remember(c, address, mail, now)
    return [_taken(c, case, now, office) for case in past.staff_wrote if not case.taken]


def moved(c: Connection, message: Message, now: datetime, office: Office) -> int | None:
    """Hand over the case of a mail that a person moved away; return which, None where a person had it already."""
    address = message.sender
    if address is None or address in office.own_addresses or address in {s.lower() for s in office.staff}:
        return None
    case_rows.lock(c, [address])
    past, _ = case_rows.past_of(c, Asked((address,)), now)
    named = [case for case in past.cases if message.message_id in (case.thread[0], *case.mails)]
    case = next((k for k in (*named, *past.cases) if k.state != "cerrado"), None)
    if case is None:
        case = new_case(address, now, message.digest)
    return None if case.taken else _taken(c, case, now, office)


def take(c: Connection, number: int, now: datetime, office: Office) -> bool:
    """Let a person take a case; False where one has it already."""
    case = _held(c, number)
    if case is None or case.taken:
        return False
    _taken(c, case, now, office)
    return True


def give_back(c: Connection, number: int, now: datetime, office: Office) -> bool:
    """Give a case back to mailbot; False where no person had it."""
    case = _held(c, number)
    if case is None or not case.taken:
        return False
    case_rows.save(c, handover.give_back(case, now, office), ("devuelve_persona",), now)
    forget(c, case.address)
    return True


def _held(c: Connection, number: int) -> Case | None:
    found = case_rows.find(c, number)
    if found is None:
        return None
    case_rows.lock(c, [found[0].address])
    found = case_rows.find(c, number)
    return found[0] if found else None


def _taken(c: Connection, case: Case, now: datetime, office: Office) -> int:
    number = case_rows.save(c, handover.take(case, now, office), ("toma_persona",), now)
    silence(c, number, now)
    return number


def silence(c: Connection, case_id: int, now: datetime) -> None:
    """End what mailbot was still going to send in a case: reminders, and replies that have not left yet."""
    reminder_rows.cancel(c, case_id, handover.TAKEN, now)
    o, m = outbox.c, messages.c
    unsent = and_(o.case_id == case_id, o.kind == "reply", o.state == letters.WAITING)
    replied = list(c.execute(select(o.message_id).where(unsent, o.message_id.is_not(None))).scalars())
    c.execute(update(outbox).where(unsent).values(state=letters.CANCELLED, claimed_by=None))
    for number in replied:
        ended = {"state": ledger.IGNORED, "reason": handover.TAKEN}
        if c.execute(update(messages).where(m.id == number, m.state == ledger.DECIDED).values(ended)).rowcount:
            ledger.note(c, number, now, f"la respuesta ya no sale: {handover.TAKEN}")


# -- a person was quicker than we -----------------------------------------------------------------------------


def remember(c: Connection, address: str, mail: PersonMail, now: datetime) -> None:
    """Keep which mails of an address a person has answered, where no case of it knows them yet."""
    _drop_old(c, now)
    key = _key(c, address)
    before = (flags.get(c, key) or {}).get("ids", [])
    ids = dict.fromkeys([*before, *mail.thread, *([mail.message_id] if mail.message_id else [])])
    flags.put(c, key, {"at": now.isoformat(), "ids": list(ids)[-MOST_IDS:]})


def past_of(c: Connection, asked: Asked, message: Message, now: datetime, office: Office) -> tuple[Past, Version]:
    """Return what bears on a mail; where a person has answered it already, the case is theirs."""
    past, version = case_rows.past_of(c, asked, now)
    if asked.bounce is not None or asked.staff or message.sender is None:
        return past, version
    known = (flags.get(c, _key(c, message.sender)) or {}).get("ids", ())
    if {message.message_id, message.in_reply_to}.isdisjoint(known):
        return past, version
    return handover.answered_by_a_person(past, message.sender, message.digest, now, office), version


def forget(c: Connection, address: str) -> None:
    flags.drop(c, _key(c, address))


def _key(c: Connection, address: str) -> str:
    return ANSWERED + flags.keyed_digest(c)(f"persona {address.lower()}")[:64]


def _drop_old(c: Connection, now: datetime) -> None:
    keys: Iterable[str] = c.execute(select(meta.c.key).where(meta.c.key.startswith(ANSWERED))).scalars().all()
    old = [key for key in keys if now - datetime.fromisoformat(flags.get(c, key)["at"]) > KEPT]
    if old:
        c.execute(delete(meta).where(meta.c.key.in_(old)))
