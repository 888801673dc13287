"""What staff ask of the cases: the list of all, and everything that happened in one, in order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select

from mailbot.core.case import EVENTS, Case
from mailbot.core.digest import REMINDER_NAMES
from mailbot.shell import case_rows, letters, reminder_rows
from mailbot.shell.reminder_rows import DueReminder
from mailbot.shell.tables import messages, outbox, reminders

KINDS = {"reply": "respuesta", "reminder": "recordatorio", "note": "aviso al personal", "digest": "resumen"}
STILL = {
    letters.WAITING: "por enviar", letters.SENT: "enviada", letters.FAILED: "no se pudo entregar",
    letters.CANCELLED: "cancelada",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A case, and the reminder that is next in it."""

    case: Case
    reminder: DueReminder | None


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened in a case; ``mail`` is the number of the student's mail that it came from."""

    at: datetime
    what: str
    mail: int | None = None


def list_cases(c: Connection, states: Collection[str]) -> list[Entry]:
    """Return the cases in these states (none: all), with the reminder that is next; the erased are left out."""
    coming: dict[int, DueReminder] = {}
    for one in reminder_rows.scheduled(c):
        coming.setdefault(one.case_id, one)
    return [
        Entry(case, coming.get(case.id or 0))
        for case in case_rows.all_cases(c)
        if case.address and (not states or case.standing in states)
    ]


def one_case(c: Connection, number: int) -> Entry | None:
    found = case_rows.find(c, number)
    if found is None:
        return None
    coming = [r for r in reminder_rows.scheduled(c) if r.case_id == number]
    return Entry(found[0], coming[0] if coming else None)


def timeline(c: Connection, number: int) -> list[Line]:
    """Return all that happened in a case, oldest first."""
    lines = [*_mails(c, number), *_events(c, number), *_letters(c, number), *_cancelled(c, number)]
    return sorted(lines, key=lambda line: line.at)


def _mails(c: Connection, number: int) -> list[Line]:
    m = messages.c
    rows = c.execute(select(m.id, m.received_at, m.rule).where(m.case_id == number).order_by(m.id))
    return [Line(r.received_at, "llega un correo" + (f" (regla «{r.rule}»)" if r.rule else ""), r.id) for r in rows]


def _events(c: Connection, number: int) -> list[Line]:
    words: dict[str, str] = {str(name): said for name, said in EVENTS.items()}
    return [Line(at, words.get(what, what), mail) for at, what, mail in case_rows.history(c, number)]


def _letters(c: Connection, number: int) -> list[Line]:
    o = outbox.c
    where = or_(o.case_id == number, o.message_id.in_(select(messages.c.id).where(messages.c.case_id == number)))
    rows = c.execute(
        select(o.kind, o.stem, o.state, o.sent_at, o.next_at, o.first_at, o.message_id).where(where).order_by(o.id)
    )
    return [
        Line(r.sent_at or r.first_at, letter_name(r.kind, r.stem, r.state), r.message_id) for r in rows
    ]


def letter_name(kind: str, stem: str, state: str) -> str:
    """Say which mail of ours it is, and what has become of it."""
    said = STILL.get(state, state)
    agreed = said if kind == "reply" or not said.endswith("a") else f"{said[:-1]}o"
    return f"{KINDS[kind]} «{stem}»: {agreed}"


def _cancelled(c: Connection, number: int) -> list[Line]:
    r = reminders.c
    rows = c.execute(
        select(r.kind, r.why, r.closed_at, r.message_id).where(
            r.case_id == number, r.state == reminder_rows.CANCELLED, r.closed_at.is_not(None)
        )
    )
    return [Line(x.closed_at, f"se cancela el {reminder_name(x.kind)}: {x.why or 'ya no hace falta'}") for x in rows]


def reminder_name(kind: str) -> str:
    return REMINDER_NAMES.get(kind, (kind,))[0]
