"""From an Outcome to rows: the whole of it in one transaction. The promise starts here."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from sqlalchemy import Connection, select, update

from mailbot.core.outcome import Outcome
from mailbot.core.spanish import format_date
from mailbot.shell import case_rows, ledger, letters, people, reminder_rows
from mailbot.shell.tables import messages, outbox


def record(
    c: Connection,
    message_id: int,
    me: str,
    outcome: Outcome,
    asked: case_rows.Asked,
    version: case_rows.Version,
    now: datetime,
    most_copies: int = 0,
) -> str:
    """Write down all that follows from a mail; return the message's state.

    Raises ledger.NotOurs where another daemon has it, and case_rows.Stale where what was ``asked`` about has changed
    since the outcome was worked out, or meanwhile staff have had their ``most_copies`` of the hour (0: no limit): then
    nothing is written.
    """
    ledger.ours(c, message_id, me)
    case_rows.hold(c, asked, version)
    urgent = outcome.facts is not None and outcome.facts.mensaje == "urgencia"
    copied = not urgent and any(mail.cc for mail in outcome.mails)
    if copied and 0 < most_copies <= case_rows.copies_last_hour(c, now):
        raise case_rows.Stale
    case_id = _case(c, message_id, outcome, now)
    _mute(c, outcome, now)
    for mail in outcome.mails:
        if letters.post(c, mail, now, message_id=message_id, case_id=case_id) is None:
            ledger.note(c, message_id, now, f"{mail.stem}: ya estaba registrada con el mismo Message-ID; no se repite")
    state = _state(c, message_id, outcome)
    decision = outcome.decision
    replies = [m for m in outcome.mails if m.kind == "reply"]
    c.execute(update(messages).where(messages.c.id == message_id).values(
        state=state, verdict=outcome.verdict, decided_at=now, reason=outcome.why, case_id=case_id, claimed_by=None,
        deaths=0, next_at=None, failed=0, bundled=int(outcome.bundled), rule=decision.rule if decision else None,
        stem=replies[0].stem if replies else None,
        facts=dataclasses.asdict(outcome.facts) if outcome.facts else None,
        because=[list(pair) for pair in decision.because] if decision else None,
        answered_at=now if state == ledger.ANSWERED else None,
    ))  # fmt: skip
    says = {"decided": "decidido", "ignored": "no se contesta", "set_aside": "apartado para una persona"}.get(
        state, "resuelto"
    )
    ledger.note(c, message_id, now, says + (f": {outcome.why}" if outcome.why else "") + _rule(outcome))
    return state


def _rule(outcome: Outcome) -> str:
    return f" (regla «{outcome.decision.rule}»)" if outcome.decision else ""


def _case(c: Connection, message_id: int, outcome: Outcome, now: datetime) -> int | None:
    if outcome.case is None:
        return None
    # A person answered the mail before we read it: the case begins in their hands.
    begins = ("toma_persona",) if outcome.case.id is None and outcome.case.taken else ()
    case_id = case_rows.save(c, outcome.case, (*outcome.events, *begins), now, message_id)
    if "toma_persona" in outcome.events:
        people.silence(c, case_id, now)
    for case in outcome.also_taken:
        people.silence(c, case_rows.save(c, case, outcome.events, now, message_id), now)
    cancelled = 0
    if outcome.cancels_reminders is not None:
        cancelled = reminder_rows.cancel(c, case_id, outcome.cancels_reminders, now)
    if outcome.reminder is not None:
        cancelled += reminder_rows.cancel(c, case_id, "lo sustituye otro recordatorio", now)
        reminder_rows.plan(c, case_id, outcome.reminder, message_id)
        due = outcome.reminder.due
        ledger.note(c, message_id, now, f"recordatorio «{outcome.reminder.kind}» para el {format_date(due.date())}")
    if cancelled:
        ledger.note(c, message_id, now, f"recordatorios cancelados: {cancelled}")
    return case_id


def _mute(c: Connection, outcome: Outcome, now: datetime) -> None:
    for address, why in outcome.mutes:
        for case_id in case_rows.mute(c, address, why, now):
            if reminder_rows.cancel(c, case_id, why, now):
                case_rows.happened(c, case_id, f"recordatorios cancelados: {why}", now)


def _state(c: Connection, message_id: int, outcome: Outcome) -> str:
    """A message with a reply still to be sent is decided; with none, it is what the outcome says."""
    o = outbox.c
    waiting = select(o.id).where(o.message_id == message_id, o.kind == "reply", o.state == letters.WAITING).limit(1)
    return outcome.verdict if c.execute(waiting).scalar() is None else ledger.DECIDED
