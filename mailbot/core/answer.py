"""One mail, its documents and its past -> everything that follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from mailbot.core.case import EVENT_OF_STEP, Case, Event, EventName, advance, new_case
from mailbot.core.documents import Document
from mailbot.core.handover import hand_over
from mailbot.core.judgement import ONLY_A_PERSON, Desk, Judgement, Silence, judge
from mailbot.core.ladder import first_reminder
from mailbot.core.message import Message
from mailbot.core.outcome import Outcome, Outgoing, Past, PlannedReminder, Verdict
from mailbot.core.patron import deciding
from mailbot.core.picture_marks import Mark, marks_for
from mailbot.core.post import note, post_reply
from mailbot.core.questions import topics
from mailbot.core.reply import render
from mailbot.core.telling import evidence, note_title, person_by, values_for, worth_a_note
from mailbot.core.values import Fila, Values

__all__ = ["Desk", "PictureWanted", "answer", "nss_keys", "picture_wanted", "warm_up"]

# Replies about a constancia that was recognised: they show the student's own page with the marks on it.
ILLUSTRATED = frozenset(
    {
        "ya_tienes_seguro", "pide_tu_baja", "puedes_tener_ambos", "solicita_tu_alta", "fecha_no_es_de_hoy",
        "espera_unos_dias", "aun_no_aparece",
    }
)  # fmt: skip
PICTURE_ALT = "La primera página de tu constancia, con lo que revisa la oficina señalado"
CAP = "ya se le contestó hoy tantas veces como permite el tope"


@dataclass(frozen=True, slots=True)
class PictureWanted:
    """Which document the reply should show, and the marks on it."""

    document: int
    """Index among the documents of the mail."""
    marks: Mapping[str, Mark]


def warm_up(desk: Desk, today: date) -> None:
    """Do once what the first answer would wait for: look up the year's legal days, index the questions."""
    desk.calendar.next_business_day(today)
    topics("hola", desk.rulebook.questions)


def picture_wanted(
    message: Message, documents: Sequence[Document], past: Past, received: datetime, now: datetime, desk: Desk
) -> PictureWanted | None:
    """Say whether the reply shows the student's page, before it is written: drawing it is the shell's work."""
    j = judge(message, documents, past, received, now, desk)
    if isinstance(j, Silence) or j.facts.documento != "constancia" or j.decision.reply not in ILLUSTRATED:
        return None
    if not j.details or j.sibling or j.choice.document is None:
        return None
    at = next(n for n, document in enumerate(documents) if document is j.choice.document)
    return PictureWanted(at, marks_for(j.facts, j.decision.reply, _deciding_row(j, desk)))


def _deciding_row(j: Judgement, desk: Desk) -> int:
    read = j.choice.constancia
    patron = deciding(read, desk.office, desk.rulebook.patrones) if read else None
    return read.patrones.index(patron) if read and patron else 0


def answer(
    message: Message,
    documents: Sequence[Document],
    past: Past,
    received: datetime,
    now: datetime,
    desk: Desk,
    picture: bytes | None = None,
) -> Outcome:
    """Decide all that follows from a mail; pure: the same inputs give the same bytes, Message-ID included."""
    if message.bounce is not None:
        return _bounced(message, past, now, desk)
    if message.mark_code == "staff":  # whoever only says that they are staff takes no case
        theirs = past.staff_wrote if message.authentication != "fail" else ()
        return hand_over(theirs, now, desk.office, message.hard_mark or "")
    j = judge(message, documents, past, received, now, desk)
    if isinstance(j, Silence):
        return Outcome(j.verdict, j.why)
    capped = 0 < desk.office.replies_per_sender_per_day <= past.replies_today
    if capped and j.decision.reply is not None:
        return Outcome("set_aside", CAP, facts=j.facts, decision=j.decision)
    case, events = _followed(message, j, now, desk)
    reminder = _reminder(j, case, desk)
    mails, bundled = _mails(message, j, case, reminder, past, now, desk, picture)
    silent = _silent_verdict(j)
    return Outcome(
        verdict="answered" if j.decision.reply else silent,
        why=j.decision.why or "",
        facts=j.facts,
        decision=j.decision,
        mails=mails,
        case=case,
        events=tuple(events),
        reminder=reminder,
        cancels_reminders=_cancels(j, case, reminder, desk),
        bundled=bundled,
    )


def nss_keys(documents: Sequence[Document], desk: Desk) -> tuple[str, ...]:
    """Return the keyed digests of the NSS that the documents show, for the store to look up ``Past`` by."""
    read = (d.constancia.nss for d in documents if d.constancia and d.constancia.nss)
    return tuple(dict.fromkeys(desk.keyed(nss.value.digits) for nss in read))


def _bounced(message: Message, past: Past, now: datetime, desk: Desk) -> Outcome:
    """A report about mail of ours: an address that refuses for good gets no more reminders, and staff are told once."""
    assert message.bounce is not None  # noqa: S101  (asked by the caller)
    if not past.wrote_to:
        return Outcome("ignored", message.hard_mark or "dice que rebotó un correo que no mandamos")
    if not message.bounce.permanent:
        return Outcome("ignored", "un correo nuestro se retrasa; el servidor sigue intentando")
    why = "un correo nuestro a esta dirección rebotó"
    mutes = tuple((address, why) for address in past.wrote_to)
    if past.muted is not None or not desk.office.staff:
        return Outcome("ignored", why, mutes=mutes)
    values = Values(
        hoy=now.astimezone(desk.office.timezone).date(),
        titulo="Un correo nuestro rebotó",
        motivo="El servidor de quien escribió no lo recibió. Ya no se le mandan recordatorios: "
        "hay que avisarle por otro medio.",
        detalles=(
            *(Fila("Dirección", half_hidden(address)) for address in past.wrote_to),
            *(Fila("Caso", str(c.id)) for c in past.cases if c.id and c.address in past.wrote_to),
        ),
    )
    told = note(message.digest, render(desk.templates, "aviso_personal", values, desk.office), now, desk)
    return Outcome("ignored", why, mails=(told,), mutes=mutes)


def half_hidden(address: str) -> str:
    """Write an address so that who knows it recognises it: a bounce is of nobody, so a note that keeps it whole
    could not be forgotten."""
    name, at, domain = address.rpartition("@")
    return f"{name[:2]}---{name[-1:]}{at}{domain}"


def _followed(message: Message, j: Judgement, now: datetime, desk: Desk) -> tuple[Case | None, list[EventName]]:
    """Return the case as it is afterwards and what happened to it; none is opened by mail that is not about it."""
    alien = j.said.value in ("ajeno", "gracias") and j.facts.documento == "ninguno"
    if not j.details or message.sender is None or (j.case is None and (alien or j.decision.reply is None)):
        return None, []
    case = j.case or new_case(message.sender, now, message.digest)
    names = _events(j) or ["escribe"]
    thread = (message.message_id or "", message.subject)
    for name in names:
        replied = j.decision.reply is not None
        case = advance(case, Event(name, now, j.when.date(), j.nss_key, j.fingerprint, thread, replied))
    return case, names


def _events(j: Judgement) -> list[EventName]:
    names: list[EventName] = []
    if j.said.value == "ya_lo_llene":
        names.append("formulario_llenado")
    if j.said.value == "pide_baja":
        names.append("pide_salida")
    if j.said.value == "basta":
        names.append("no_mas_avisos")
    if j.decision.failed_try:
        names.append("intento_fallido")
    if j.decision.reply == "ya_lo_recibimos":
        names.append("repite")
    if j.decision.reply == "aun_no_aparece":
        names += ["aun_no_aparece", "espera_persona"] if j.copies_staff else ["aun_no_aparece"]
    if j.decision.step:
        names.append(EVENT_OF_STEP[j.decision.step])
    if j.decision.step == "con_persona" and j.said.value in ONLY_A_PERSON:
        names.append("pide_persona")
    return names


def _reminder(j: Judgement, case: Case | None, desk: Desk) -> PlannedReminder | None:
    ladder = desk.rulebook.ladder(j.decision.reminder)
    if ladder is None or case is None or not case.reminders_wanted:
        return None
    return first_reminder(ladder, case.counts_from or j.when.date(), desk.calendar, desk.office)


def _cancels(j: Judgement, case: Case | None, reminder: PlannedReminder | None, desk: Desk) -> str | None:
    """Say why what was scheduled is over: the case has moved on, or the student wants no more mail."""
    if case is None or case.id is None or reminder is not None:
        return None
    if not case.reminders_wanted:
        return "pidió que ya no le escribamos"
    before = j.case.state if j.case else case.state
    if case.state == before:
        return "lo revisa el personal" if case.owed_since and not (j.case and j.case.owed_since) else None
    return {"confirmado": "ya tiene el seguro", "con_persona": "pasó a una persona"}.get(case.state, "el caso siguió")


def _silent_verdict(j: Judgement) -> Verdict:
    needs_person = j.facts.tomado == "si" or j.copies_staff or j.decision.staff_note is not None
    return "set_aside" if needs_person else "ignored"


def _mails(
    message: Message,
    j: Judgement,
    case: Case | None,
    reminder: PlannedReminder | None,
    past: Past,
    now: datetime,
    desk: Desk,
    picture: bytes | None,
) -> tuple[tuple[Outgoing, ...], bool]:
    """Write the reply and, where staff must know what the student must not see, a note."""
    office, mails = desk.office, []
    wants_copy = j.copies_staff and bool(office.staff)
    urgent = j.said.value == "urgencia"  # staff learn of it at once, however many copies they had
    bundled = wants_copy and not urgent and 0 < office.copies_per_hour <= past.copies_last_hour
    copied = wants_copy and not bundled
    if j.decision.reply:
        values = values_for(j, case, reminder, past, now, desk)
        if not copied:  # nobody of staff reads this mail: its last lines are not for the student
            values = replace(values, personal=None)
        if picture is not None:
            values = replace(values, imagen=picture, imagen_alt=PICTURE_ALT)
        reply = render(desk.templates, j.decision.reply, values, office)
        mails.append(post_reply(message, reply, copied, urgent, now, desk))
    rows = evidence(j, past)
    if office.staff and (j.decision.staff_note or worth_a_note(j, past)):
        values = Values(
            hoy=j.when.date(),
            titulo=note_title(message, j),
            motivo=j.decision.staff_note,
            urgente=urgent,
            detalles=(
                *((Fila("Caso", f"#{case.id}"),) if case and case.id else ()),
                Fila("Escribió", message.sender or ""), *rows,
            ),
            plazo_persona=person_by(now, desk, j.case) if j.copies_staff else None,
        )
        mails.append(note(message.digest, render(desk.templates, "aviso_personal", values, office), now, desk))
    return tuple(mails), bundled
