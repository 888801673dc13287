"""All that a rule may ask about a mail, its documents and its case: a closed list with closed values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from mailbot.core.choice import Choice, kind_of, no_constancia_can_be_had
from mailbot.core.constancia import Constancia
from mailbot.core.intent import Said, understand
from mailbot.core.machine import NOTE_SUBJECT
from mailbot.core.patron import of_constancia
from mailbot.core.spanish import fold

if TYPE_CHECKING:
    from mailbot.core.case import Case
    from mailbot.core.message import Message
    from mailbot.core.office import Office
    from mailbot.core.rules import RuleBook

# contract.md, "rules/": name of the fact -> the values it can take. None (not known) holds in no condition.
VALUES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "documento": ("constancia", "otro", "ilegible", "con_contrasena", "imagen", "otro_formato", "ninguno"),
        "falta": ("nss", "estado", "fecha", "patron", "nada"),
        "estado": ("vigente", "baja", "otro"),
        "servicio": ("si", "no"),
        "patron": ("nuestro", "otra_escuela", "empresa", "programa", "ninguno", "dudoso"),
        "fecha": ("hoy", "reciente", "vieja", "futura"),
        "caso": ("nuevo", "alta_pedida", "esperando_baja", "confirmado", "con_persona"),
        "plazo": ("corriendo", "cumplido"),
        "intentos": ("1", "2", "3"),
        "repetida": ("si", "no"),
        "sospecha": ("si", "no"),
        "mensaje": (
            "ninguno", "gracias", "pregunta", "ya_lo_llene", "pide_baja", "urgencia", "no_derechohabiente", "ajeno",
        ),
        # beyond contract.md: what a "pregunta" asks for where no answer of rules/preguntas.toml will do: a person
        # (parents' insurance and deaths too), no more mails, "¿y ahora?", a question whose answer may not be enough,
        # and a text about the insurance that nobody here understands
        "pide": ("persona", "basta", "que_sigue", "pregunta_y_personal", "no_entendido", "nada"),
        # what came again, or is as useless as what came before, has already been answered "ya lo recibimos"
        "insiste": ("si", "no"),
        # a person took the case over (mailbot keeps silent in it)
        "tomado": ("si", "no"),
        # the student has said, in this mail or before, that the form was filled in
        "formulario": ("si", "no"),
        # "aún no aparece" was already said once
        "otra_vez": ("si", "no"),
        # beside "ya llené el formulario": the alta still does not show
        "no_aparece": ("si", "no"),
        # the student asked for the baja of our insurance, and was given no other step since
        "pidio_baja": ("si", "no"),
    }
)  # fmt: skip
# Facts that only a constancia (as a PDF or a picture) can give: with another document they are never known.
OF_CONSTANCIA = frozenset({"falta", "estado", "servicio", "patron", "fecha"})
# Papers of the IMSS: a mail that brings one is about the insurance, unless its words are of another matter.
OF_IMSS = frozenset({"semanas_cotizadas", "asignacion_nss", "no_derechohabiencia", "cartilla_salud"})
# What a paper of "no derechohabiencia" outweighs: the student who asks for a person or a baja still gets that.
BELOW_NOT_FOUND = frozenset(
    {"ninguno", "gracias", "pregunta", "pregunta_y_personal", "no_entendido", "que_sigue"}
)
ASKS = frozenset({"pregunta", "pregunta_y_personal"})


@dataclass(frozen=True, slots=True)
class Facts:
    """One value of each fact, or None where it is not known."""

    documento: str
    mensaje: str
    falta: str | None = None
    estado: str | None = None
    servicio: str | None = None
    patron: str | None = None
    fecha: str | None = None
    caso: str | None = None
    plazo: str | None = None
    intentos: str | None = None
    repetida: str | None = None
    sospecha: str | None = None
    pide: str | None = None
    insiste: str | None = None
    tomado: str | None = None
    formulario: str | None = None
    otra_vez: str | None = None
    no_aparece: str | None = None
    pidio_baja: str | None = None

    def __post_init__(self) -> None:
        for f in fields(self):
            value = getattr(self, f.name)
            if value is not None and value not in VALUES[f.name]:
                raise ValueError(f"{f.name} cannot be {value!r}")


def hear(message: Message | None, choice: Choice, case: Case | None, rulebook: RuleBook) -> Said:
    """Say what the writer of a mail means: the fact ``mensaje`` and the questions asked."""
    if message is None:
        return Said("no_derechohabiente" if no_constancia_can_be_had(choice) else "ninguno")
    every = [d for d in (choice.document, *choice.others) if d]
    said = understand(
        message.text,
        message.subject if is_in_own_words(message) else "",
        rulebook.wording,
        rulebook.questions,
        attached=any(d.constancia or d.imss_error for d in every),
        paper=any(d.kind in OF_IMSS for d in every),
        known=case is not None and (_goes_on(case) or bool(message.case_token)),
        perhaps=_may_be_one(choice),
        files=" . ".join(spelled(a.name) for a in message.attachments),
    )
    if said.value in BELOW_NOT_FOUND and no_constancia_can_be_had(choice):
        return Said("no_derechohabiente", said.topics)
    waits = case is not None and (case.state == "alta_pedida" or case.leaving)
    if waits and said.value in ASKS and any(m.topic.in_case for m in said.topics):
        return Said("que_sigue", said.topics)
    return said


def _goes_on(case: Case) -> bool:
    """Tell whether the student may still write about it: a baja that was asked for is not over with our answer."""
    return case.state != "cerrado" or case.leaving


def _may_be_one(choice: Choice) -> bool:
    """Tell whether what could not be read may be the constancia: then only a text of another matter leaves it alone."""
    return _documento(choice) in ("ilegible", "con_contrasena", "imagen", "otro_formato")


def is_in_own_words(message: Message) -> bool:
    """Tell whether the writer chose the subject: not that of a mail which answers another, or of an absence note."""
    answers = message.in_reply_to or message.subject.casefold().lstrip().startswith(("re:", "rv:", "fw", "aw:"))
    return not answers and NOTE_SUBJECT not in message.weak_marks


def spelled(file_name: str) -> str:
    """Write a file name as words: "comprobanteVigenciaDerechos.pdf" -> "comprobante Vigencia Derechos"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-zÀ-ÿ]+", " ", file_name.rpartition(".")[0] or file_name)


def gather(
    said: Said,
    choice: Choice,
    case: Case | None,
    when: datetime,
    office: Office,
    rulebook: RuleBook,
    fingerprint: str | None = None,
) -> Facts:
    """Gather the facts of one mail.

    ``when`` is the mail's own instant in the office's zone (core.message.mail_day); ``fingerprint`` is the keyed
    ``choice.fingerprint`` of the deciding constancia, as ``case.fingerprint`` is.
    """
    return Facts(
        documento=_documento(choice),
        mensaje="pregunta" if said.value in VALUES["pide"] else said.value,
        pide=said.value if said.value in VALUES["pide"] else "nada",
        **_of_constancia(choice, when, office, rulebook),
        **_of_case(said, choice, case, when, rulebook, fingerprint),
    )


def as_if_text(facts: Facts) -> Facts | None:
    """Return the facts that a picture's constancia would give as a PDF, where every field was read; else None."""
    whole = facts.documento == "imagen" and facts.falta == "nada" and facts.sospecha == "no"
    return replace(facts, documento="constancia", mensaje="ninguno", pide="nada", repetida=None) if whole else None


def _documento(choice: Choice) -> str:
    if choice.document is None:
        return "otro_formato" if choice.unopened else "ninguno"
    kind = kind_of(choice.document)
    # a link to a cloud drive beside the CURP: the constancia is likely behind the link
    return "otro_formato" if kind == "otro" and choice.unopened else kind


def _of_constancia(choice: Choice, when: datetime, office: Office, rulebook: RuleBook) -> dict[str, str | None]:
    read = choice.constancia
    if read is None or choice.document is None or kind_of(choice.document) not in ("constancia", "imagen"):
        return {}
    kinds = {s.kind for s in (*choice.document.signs, *choice.signs)}
    estado = _estado(read)
    patron = of_constancia(read, office, rulebook.patrones)
    return {
        "falta": _falta(read, estado, patron),
        "estado": estado,
        "servicio": None if read.servicio_medico is None else "si" if read.servicio_medico.value else "no",
        "patron": patron,
        "fecha": None if read.fecha is None else _fecha(read.fecha.value, when, office, rulebook.terms.recent),
        "sospecha": "si" if kinds & rulebook.suspicious else "no",
    }


def _estado(read: Constancia) -> str | None:
    """BAJA and VIGENTE are exact words: "VIGENTE POR PRORROGA" and "NO VIGENTE" are neither."""
    if read.estado is None:
        return None
    exact = {"vigente": "vigente", "baja": "baja", "dado de baja": "baja"}
    return exact.get(fold(read.estado.value).strip(" ."), "otro")


def _falta(read: Constancia, estado: str | None, patron: str) -> str:
    if read.nss is None:
        return "nss"
    if estado is None:
        return "estado"
    if read.fecha is None:
        return "fecha"
    unread = patron == "ninguno" or not read.patrones_legible or all(p.razon_social is None for p in read.patrones)
    return "patron" if estado == "vigente" and unread else "nada"


def _fecha(day: date, when: datetime, office: Office, recent: int) -> str:
    today = when.astimezone(office.timezone).date()
    if day > today:
        return "futura"
    # made at 23:58 and mailed at 00:03: still the day's constancia
    in_grace = (when.astimezone(office.timezone) - timedelta(hours=office.date_grace_hours)).date()
    if day >= min(today, in_grace):
        return "hoy"
    return "reciente" if (today - day).days <= recent else "vieja"


def _of_case(
    said: Said, choice: Choice, case: Case | None, when: datetime, rulebook: RuleBook, fingerprint: str | None
) -> dict[str, str | None]:
    said_so: dict[str, str | None] = {
        "formulario": "si" if said.value == "ya_lo_llene" or (case and case.form_day) else "no",
        "no_aparece": "si" if said.not_shown else "no",
        "pidio_baja": "si" if case and case.leaving else "no",
    }
    if case is None or case.state == "cerrado":
        new = "no" if fingerprint else None
        first: dict[str, str | None] = {"caso": "nuevo", "intentos": "1", "tomado": "no", "otra_vez": "no"}
        return said_so | first | {"repetida": new, "insiste": new}
    again = fingerprint is not None and fingerprint == case.fingerprint
    told = case.repeats > 0 and (again or (fingerprint is None and _documento(choice) != "ninguno"))
    return said_so | {
        "caso": case.state,
        "plazo": _plazo(choice, case, when.date(), rulebook),
        "intentos": str(min(3, case.failed_tries + 1)),
        "repetida": None if fingerprint is None else "si" if again else "no",
        "insiste": "si" if told else None if fingerprint is None else "no",
        "tomado": "si" if case.taken else "no",
        "otra_vez": "si" if case.not_shown else "no",
    }


def _plazo(choice: Choice, case: Case, today: date, rulebook: RuleBook) -> str | None:
    """Say whether the days until the alta shows are still running; None where none run, or where the constancia is
    older than the step and so cannot show anything of it."""
    begins = case.counts_from
    if case.state != "alta_pedida" or begins is None:
        return None
    issued = choice.constancia.fecha if choice.constancia else None
    if issued and case.step_day and issued.value < case.step_day and not case.form_day:
        return None
    last = rulebook.calendar.add_business_days(begins, rulebook.terms.confirmation)
    return "corriendo" if today <= last else "cumplido"
