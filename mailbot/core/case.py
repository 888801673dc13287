"""What one student's matter has been through: its states, and the one table of how they change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

State = Literal["nuevo", "alta_pedida", "esperando_baja", "confirmado", "con_persona", "cerrado"]
STATES: tuple[State, ...] = ("nuevo", "alta_pedida", "esperando_baja", "confirmado", "con_persona", "cerrado")

EventName = Literal[
    "escribe", "pide_alta", "pide_baja", "confirma", "pasa_a_persona", "cierra", "formulario_llenado",
    "intento_fallido", "repite", "aun_no_aparece", "recuerda", "no_mas_avisos", "rebota", "toma_persona",
    "devuelve_persona", "reabre", "espera_persona", "pide_persona", "pide_salida",
]  # fmt: skip
EVENTS: Mapping[EventName, str] = MappingProxyType(
    {
        "escribe": "escribió; nada cambia",
        "pide_alta": "queda en espera de su alta",
        "pide_baja": "queda en espera de la baja en su escuela anterior",
        "confirma": "su constancia ya dice VIGENTE por la escuela",
        "pasa_a_persona": "queda para una persona",
        "cierra": "el caso se cierra",
        "formulario_llenado": "dice que ya llenó el formulario",
        "intento_fallido": "mandó algo que no sirvió",
        "repite": "mandó otra vez lo mismo",
        "aun_no_aparece": "pasó el plazo y el alta aún no aparece",
        "recuerda": "se cumple el plazo de un recordatorio",
        "no_mas_avisos": "pidió que ya no le escribamos",
        "rebota": "el correo a su dirección rebotó",
        "toma_persona": "una persona tomó el caso",
        "devuelve_persona": "una persona devolvió el caso",
        "reabre": "el caso se abre de nuevo",
        "espera_persona": "se le prometió que el personal lo revisa",
        "pide_persona": "dijo algo que sólo contesta una persona",
        "pide_salida": "pidió la baja de nuestro seguro",
    }
)

# Event -> state before -> state after. A pair that is not here leaves the state as it is.
_ANY_TO_ALTA: Mapping[State, State] = dict.fromkeys(STATES, "alta_pedida")
TRANSITIONS: Mapping[EventName, Mapping[State, State]] = MappingProxyType(
    {
        # a step was given: what the last constancia says counts, whatever was before
        "pide_alta": _ANY_TO_ALTA,
        "pide_baja": dict.fromkeys(STATES, "esperando_baja"),
        "confirma": dict.fromkeys(STATES, "confirmado"),
        "pasa_a_persona": dict.fromkeys(STATES, "con_persona"),
        "cierra": dict.fromkeys(STATES, "cerrado"),
        # the student speaks
        "escribe": {},
        "formulario_llenado": {"nuevo": "alta_pedida", "esperando_baja": "alta_pedida", "cerrado": "alta_pedida"},
        "intento_fallido": {},
        "repite": {},
        "aun_no_aparece": {},
        "reabre": {"cerrado": "nuevo"},
        "espera_persona": {},
        "pide_persona": {},
        "pide_salida": {},
        # we or the world
        "recuerda": {},
        "no_mas_avisos": {},
        "rebota": {},
        "toma_persona": dict.fromkeys(STATES, "con_persona"),
        "devuelve_persona": {"con_persona": "nuevo"},
    }
)
# What ends the debt of a person: one has taken the case over, or what was open has answered itself.
BY_A_PERSON: frozenset[EventName] = frozenset({"toma_persona", "devuelve_persona"})
BY_ITSELF: frozenset[EventName] = frozenset({"confirma", "pide_baja", "cierra"})
# A step was given: what the student last wanted of us is no longer the baja.
STAYS: frozenset[EventName] = frozenset({"pide_alta", "pide_baja", "confirma", "devuelve_persona"})
MOST_MAILS = 20  # of a student in one case; a person answers one of the last
# Which event a rule's `paso` stands for.
EVENT_OF_STEP: Mapping[State, EventName] = MappingProxyType(
    {
        "nuevo": "reabre",
        "alta_pedida": "pide_alta",
        "esperando_baja": "pide_baja",
        "confirmado": "confirma",
        "con_persona": "pasa_a_persona",
        "cerrado": "cierra",
    }
)


@dataclass(frozen=True, slots=True)
class Case:
    """One student's matter over time; a value, changed only by ``advance``.

    Days are days in the office's time zone; ``since`` is aware.
    """

    address: str
    """The address it began with: the only one that case details are ever sent to."""
    state: State
    since: datetime
    id: int | None = None
    nss_key: str | None = None
    """Keyed digest of the NSS; links cases for staff only."""
    opened_by: str = ""
    """Digest of the mail that opened it; reminders derive their Message-IDs from it."""
    thread: tuple[str, str] = ("", "")
    """Message-ID and subject of the last mail of the student: reminders go in that thread."""
    mails: tuple[str, ...] = ()
    """Message-IDs of the student's mails in it, the newest last: what a person's answer in the thread names."""
    step_day: date | None = None
    """The day the present step was given."""
    form_day: date | None = None
    """The day the student said that the form was filled in."""
    failed_tries: int = 0
    fingerprint: str | None = None
    """Keyed digest of what the last constancia said (NSS, date, estado, patrones)."""
    repeats: int = 0
    not_shown: int = 0
    """How often ``aun_no_aparece`` was due."""
    reminders_sent: int = 0
    reminders_wanted: bool = True
    """False once the student wrote "ya no me escriban" or mail to the address bounced."""
    heard: date | None = None
    """The day of the student's last mail in it."""
    answered: date | None = None
    """The day of the last of those mails that got a reply."""
    owed_since: datetime | None = None
    """Since when a person owes the student an answer while the case goes on; None: nobody does."""
    owed_words: bool = False
    """Whether what is owed answers the student's own words ("quiero hablar con una persona"): no constancia does."""
    leaving: bool = False
    """Whether the student asked for the baja of our insurance, and was given no other step since."""
    taken: bool = False
    """True from the moment a person took it over until it is given back: mailbot keeps silent."""

    @property
    def counts_from(self) -> date | None:
        """Return the day from which the business days of the confirmation count: the later of the step and the form."""
        return max((day for day in (self.step_day, self.form_day) if day), default=None)

    @property
    def standing(self) -> State:
        """Say where it stands: a person who owes an answer comes before what the student waits for."""
        return self.state if self.owed_since is None else "con_persona"

    @property
    def waits_for_person(self) -> bool:
        """Tell whether a person must answer and none has the case yet."""
        return not self.taken and self.standing == "con_persona"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a case; ``day`` is the day in the office's zone, ``at`` is aware."""

    name: EventName
    at: datetime
    day: date
    nss_key: str | None = None
    fingerprint: str | None = None
    thread: tuple[str, str] | None = None
    replied: bool = False
    """Whether the student's mail was answered."""


def advance(case: Case, event: Event) -> Case:
    """Return the case after an event: the new state by the table, and the counters that the event is about."""
    state = TRANSITIONS[event.name].get(case.state, case.state)
    if event.fingerprint and event.fingerprint != case.fingerprint:  # a constancia that was read, and another one
        case = replace(case, failed_tries=0, repeats=0)
    settled = event.name in BY_A_PERSON or (event.name in BY_ITSELF and not case.owed_words)
    case = replace(
        case,
        state=state,
        since=case.since if state == case.state else event.at,
        nss_key=event.nss_key or case.nss_key,
        fingerprint=event.fingerprint or case.fingerprint,
        thread=event.thread or case.thread,
        mails=_mails(case, event),
        heard=event.day if event.thread else case.heard,
        answered=event.day if event.replied else case.answered,
        owed_since=None if settled else case.owed_since,
        owed_words=case.owed_words and not settled,
        leaving=case.leaving and event.name not in STAYS,
    )
    return _counted(case, event)


def _mails(case: Case, event: Event) -> tuple[str, ...]:
    own = event.thread[0] if event.thread else ""
    return (*(known for known in case.mails if known != own), own)[-MOST_MAILS:] if own else case.mails


def _counted(case: Case, event: Event) -> Case:
    match event.name:
        case "pide_alta":
            return _step(case, event)
        case "pide_baja" | "confirma":
            return replace(_step(case, event), form_day=None, not_shown=0)
        case "pasa_a_persona":  # the tries stay: what comes after the third is no first one
            return replace(_step(case, event), form_day=None, not_shown=0, failed_tries=case.failed_tries)
        case "cierra":
            return replace(case, step_day=None, form_day=None, failed_tries=0, repeats=0, not_shown=0)
        case "formulario_llenado":
            step_day = case.step_day if case.state == "alta_pedida" and case.step_day else event.day
            return replace(case, step_day=step_day, form_day=event.day, reminders_sent=0, repeats=0)
        case "intento_fallido":
            return replace(case, failed_tries=case.failed_tries + 1)
        case "repite":
            return replace(case, repeats=case.repeats + 1)
        case "aun_no_aparece":
            return replace(case, not_shown=case.not_shown + 1, failed_tries=0, repeats=0)
        case "espera_persona":
            return replace(case, owed_since=case.owed_since or event.at)
        case "pide_persona":
            return replace(case, owed_since=case.owed_since or event.at, owed_words=True)
        case "pide_salida":
            return replace(case, leaving=True)
        case "recuerda":
            return replace(case, reminders_sent=case.reminders_sent + 1)
        case "no_mas_avisos" | "rebota":
            return replace(case, reminders_wanted=False)
        case "toma_persona":
            return replace(case, taken=True)
        case "devuelve_persona":  # whatever the person did, what mailbot said before counts no longer
            return replace(
                case,
                taken=False,
                step_day=None,
                form_day=None,
                fingerprint=None,
                failed_tries=0,
                repeats=0,
                not_shown=0,
            )
        case _:
            return case


def _step(case: Case, event: Event) -> Case:
    """A step was given: tries, repeats and reminders begin anew; the alta keeps the day the form was filled in."""
    return replace(case, step_day=event.day, failed_tries=0, repeats=0, reminders_sent=0)


def new_case(address: str, at: datetime, digest: str) -> Case:
    """Return the case that an address's first mail opens."""
    return Case(address=address.lower(), state="nuevo", since=at, opened_by=digest)
