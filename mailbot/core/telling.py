"""From a judgement to what the reply tells the student, and what a note tells staff."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from mailbot.core.case import Case
from mailbot.core.choice import kind_of
from mailbot.core.constancia import Constancia
from mailbot.core.decision import decide
from mailbot.core.documents import Document
from mailbot.core.facts import Facts, as_if_text
from mailbot.core.judgement import ONLY_A_PERSON, Desk, Judgement, token
from mailbot.core.message import Message
from mailbot.core.outcome import Past, PlannedReminder
from mailbot.core.patron import deciding
from mailbot.core.signs import WEAK
from mailbot.core.spanish import fold
from mailbot.core.values import Fila, Link, StaffBlock, Values, dated, tap_buttons

# The reply that names what is wrong with a document of each kind (fact ``documento``).
STEM_OF_KIND = {
    "con_contrasena": "con_contrasena",
    "ilegible": "no_se_puede_leer",
    "otro_formato": "formato_no_aceptado",
    "imagen": "es_una_imagen",
    "otro": "no_es_la_constancia",
}
# What comes next in a case of each state, as the stem whose template has the words.
STEP_OF_STATE = {
    "alta_pedida": "espera_unos_dias",
    "esperando_baja": "pide_tu_baja",
    "confirmado": "ya_tienes_seguro",
    "con_persona": "lo_revisa_una_persona",
}
ALTA = ("Ya llené el formulario", "Aún no", "Quiero hablar con una persona")
FILLED_IN = ("Aún no aparece", "Quiero hablar con una persona")
BAJA = ("Ya me dieron la baja", "Aún no", "Quiero hablar con una persona")
BUTTONS = {
    "solicita_tu_alta": ALTA,
    "puedes_tener_ambos": ALTA,
    "fecha_no_es_de_hoy": ALTA,
    "espera_unos_dias": ALTA,
    "aun_no_aparece": ALTA,
    "recordatorio_confirmacion": ALTA,
    "pide_tu_baja": BAJA,
    "recordatorio_baja": BAJA,
}
PERSON_REPLY = "lo_revisa_una_persona"


def values_for(
    j: Judgement, case: Case | None, reminder: PlannedReminder | None, past: Past, now: datetime, desk: Desk
) -> Values:
    """Return all that the reply may say; ``case`` is as it is after the decision."""
    office, facts, read = desk.office, j.facts, j.choice.constancia
    shown = read if read and not j.sibling and facts.sospecha != "si" else None
    patron = deciding(read, office, desk.rulebook.patrones) if read else None
    stem = j.decision.reply or ""
    anchor = case.counts_from if case else None
    cap = office.replies_per_sender_per_day
    person = stem == PERSON_REPLY or j.copies_staff
    return Values(
        hoy=j.when.date(),
        nombre=greeting(shown) if shown else None,
        nss_final=shown.nss.value.last_four if shown and shown.nss else None,
        estado=read.estado.printed if read and read.estado else None,
        servicio=read.servicio_medico.value if read and read.servicio_medico else None,
        fecha=read.fecha.value if read and read.fecha else None,
        patron=patron.razon_social if patron else None,
        documento=_named(j.choice.document, desk),
        formato=next(iter(j.choice.unopened), None),
        faltantes=missing(read) if facts.documento == "constancia" else (),
        problemas=further_problems(j, desk),
        respuestas=tuple(
            m.topic.answer for m in j.said.topics if m.topic.answer and j.decision.reply not in m.topic.said_in
        ),
        leido=what_was_read(read, patron.razon_social if patron else None) if facts.documento == "imagen" else (),
        paso_provisional=_provisional(facts, desk),
        siguiente_paso=next_step(case, facts) if j.said.value == "que_sigue" or stem == "ya_lo_recibimos" else None,
        dia_recordatorio=reminder.due.astimezone(office.timezone).date() if reminder else None,
        dia_confirmar=confirmation_day(anchor, case, desk),
        plazo_persona=person_by(now, desk, j.case) if person else None,
        motivo=reason_for_person(j) if stem == PERSON_REPLY else None,
        urgente=j.said.value == "urgencia",
        vigente_con_nosotros=facts.estado == "vigente" and facts.patron == "nuestro",
        fecha_futura=facts.fecha == "futura",
        formulario_lleno=facts.formulario == "si",
        con_persona=case is not None and (case.taken or case.state == "con_persona"),
        ultimo_antes_del_tope=cap > 0 and past.replies_today == cap - 1,
        botones=buttons(stem, case, desk) if j.details else (),
        personal=staff_block(j, case, patron.razon_social if patron else None) if j.copies_staff else None,
        calendario_id=case.opened_by if case else "",
    )


def next_step(case: Case | None, facts: Facts) -> str | None:
    """Return what comes next in a case, as a stem: once the days are over, waiting is no step."""
    if case is not None and case.state == "alta_pedida" and facts.plazo == "cumplido":
        return "aun_no_aparece"
    return STEP_OF_STATE.get(case.state) if case else None


def greeting(read: Constancia) -> str | None:
    """Return the printed name where it begins with the given name, as far as the CURP tells (its fourth letter)."""
    if read.nombre is None:
        return None
    words = fold(read.nombre.value).upper().split()
    if not words or read.curp is None or words[0] in ("MARIA", "MA", "MA.", "JOSE", "J", "J."):
        return read.nombre.value if words else None
    return read.nombre.value if words[0][0] == read.curp.value.text[3] else None


def missing(read: Constancia | None) -> tuple[str, ...]:
    """Name the fields that the office needs and that were not read."""
    if read is None:
        return ()
    fields = (("nss", read.nss), ("estado", read.estado), ("fecha", read.fecha))
    return tuple(name for name, field in fields if field is None)


def further_problems(j: Judgement, desk: Desk) -> tuple[str, ...]:
    """Name what else is wrong with the mail, as stems whose templates have the words; the deciding one is not among
    them. Beside a good constancia other papers are no problem."""
    decided = j.decision.reply or ""
    found: list[str] = []
    if j.facts.documento == "constancia":
        found += [_once_legible(j.facts, desk) or ""] if decided == "no_se_puede_leer" else []
    else:
        found += [STEM_OF_KIND.get(kind_of(d), "") for d in j.choice.others]
        found += ["formato_no_aceptado"] if j.choice.unopened and j.choice.document else []
    return tuple(dict.fromkeys(stem for stem in found if stem and stem != decided))


def _once_legible(facts: Facts, desk: Desk) -> str | None:
    """Return what the student would hear if what is missing could be read and were in order; a person's look is not
    announced, because staff have no copy of this reply."""
    if facts.estado is None and facts.patron == "nuestro":
        return None  # whether the day's date matters hangs on the estado
    seen = {"falta": "nada", "estado": facts.estado or "baja", "fecha": facts.fecha or "hoy"}
    first_mail = {"mensaje": "ninguno", "pide": "nada", "caso": "nuevo", "intentos": "1"}
    reply = decide(replace(facts, **seen, **first_mail), desk.rulebook).reply
    return None if reply == PERSON_REPLY else reply


def what_was_read(read: Constancia | None, patron: str | None) -> tuple[Fila, ...]:
    """List what a document says, masked, for the student and for staff."""
    if read is None:
        return ()
    service = read.servicio_medico
    rows = (
        ("Número de seguro social", f"terminado en {read.nss.value.last_four}" if read.nss else None),
        ("Estado", read.estado.printed if read.estado else None),
        ("Fecha de la constancia", dated(read.fecha.value) if read.fecha else None),
        ("Derecho a servicio médico", ("sí" if service.value else "no") if service else None),
        ("Nombre o razón social", patron),
    )
    return tuple(Fila(label, value) for label, value in rows if value)


def staff_block(j: Judgement, case: Case | None, patron: str | None) -> StaffBlock:
    """Return the end of a reply for staff in copy; the student sees it too, so suspicions stay out of it.

    A case has its number for `mailbot case` from its second mail on: the first is written before it is recorded.
    """
    names = {"nss": "no se lee el NSS", "estado": "no se lee el estado", "fecha": "no se lee la fecha"}
    doubts = tuple(names[m] for m in missing(j.choice.constancia)) if j.facts.documento == "constancia" else ()
    if j.facts.patron == "dudoso":
        doubts = (*doubts, "no es claro qué patrón lo registra")
    number = (Fila("Caso", str(case.id)),) if case and case.id else ()
    return StaffBlock((*number, *what_was_read(j.choice.constancia, patron)), j.decision.rule, doubts)


def worth_a_note(j: Judgement, past: Past) -> bool:
    """Tell whether staff must learn something that the student must not see: not what a mere re-print leaves too."""
    signs = (*(j.choice.document.signs if j.choice.document else ()), *j.choice.signs)
    telling = any(sign.kind not in WEAK for sign in signs)
    return j.sibling or bool(past.others_with_nss) or (telling and j.copies_staff)


def evidence(j: Judgement, past: Past) -> tuple[Fila, ...]:
    """List for staff alone what may need a look: signs of the document, other cases with the same NSS."""
    signs = (*(j.choice.document.signs if j.choice.document else ()), *j.choice.signs)
    rows = [Fila("Señal", sign.detail) for sign in signs]
    if past.others_with_nss:
        rows.append(Fila("Mismo NSS desde otra dirección", ", ".join(f"caso #{n}" for n in past.others_with_nss)))
    if j.sibling:
        rows.append(Fila("Misma dirección, otra persona", ", ".join(f"caso #{c.id}" for c in past.cases if c.id)))
    return tuple(rows)


def reason_for_person(j: Judgement) -> str | None:
    """Say to the student, without accusing, why a person looks; None where there is no need to say."""
    facts = j.facts
    if facts.pidio_baja == "si" and j.said.value not in ONLY_A_PERSON:
        return "pediste la baja de tu seguro facultativo"
    if facts.documento != "constancia":
        return None
    if facts.estado == "otro" and j.choice.constancia and j.choice.constancia.estado:
        return f"tu constancia dice «{j.choice.constancia.estado.printed}»"
    if facts.sospecha == "si":
        return "hay datos que hay que revisar con calma"
    if facts.estado == "vigente" and facts.patron in ("dudoso", "ninguno"):
        return "no queda claro quién te tiene registrado"
    if facts.estado == "vigente" and facts.servicio == "no":
        return "tu constancia dice VIGENTE, pero sin derecho a servicio médico"
    if facts.patron == "programa":
        return "tu seguro es por un programa"
    return None


def confirmation_day(anchor: date | None, case: Case | None, desk: Desk) -> date | None:
    """Return the first day by which the alta must show, counted from the step or from the form."""
    if anchor is None or case is None or case.state != "alta_pedida":
        return None
    return desk.calendar.add_business_days(anchor, desk.rulebook.terms.confirmation)


def person_by(now: datetime, desk: Desk, case: Case | None) -> date:
    """Return the day by which a person will have answered; what was promised already is promised no later."""
    from mailbot.core.calendar import promise

    terms = desk.rulebook.terms.person
    if case is not None and case.waits_for_person:
        told = promise(desk.calendar, case.owed_since or case.since, desk.office, terms)
        if told >= now.astimezone(desk.office.timezone).date():
            return told
    return promise(desk.calendar, now, desk.office, terms)


def buttons(stem: str, case: Case | None, desk: Desk) -> tuple[Link, ...]:
    """Return the "one tap" answers of a reply; who has filled in the form is not asked whether."""
    labels: tuple[str, ...] = BUTTONS.get(stem, ())
    if case is None:
        return ()
    if labels is ALTA and case.form_day is not None:
        labels = () if case.owed_since else FILLED_IN  # whom staff owe an answer need not write again
    return tap_buttons(desk.office.address, token(case, desk), labels)


def note_title(message: Message, j: Judgement) -> str:
    """Say in a few words what a note to staff is about."""
    if j.said.value == "urgencia":
        return "Una emergencia necesita a una persona"
    if j.sibling:
        return "Una dirección manda constancias de dos personas"
    if j.facts.sospecha == "si":
        return "Una constancia necesita que alguien la revise"
    return "Hay algo que revisar en un caso"


def _named(document: Document | None, desk: Desk) -> str | None:
    if document is None:
        return None
    return next((k.name for k in desk.rulebook.reading.kinds if k.kind == document.kind), None)


def _provisional(facts: Facts, desk: Desk) -> str | None:
    """Return the step that a picture would mean if it were the PDF, where every field was read and checks."""
    text = as_if_text(facts)
    return decide(text, desk.rulebook).reply if text else None
