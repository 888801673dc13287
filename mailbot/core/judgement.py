"""From one mail, its documents and its past to what it amounts to: facts and a decision, or silence and why."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mailbot.core.case import Case
from mailbot.core.choice import Choice, choose, fingerprint
from mailbot.core.decision import Decision, decide
from mailbot.core.documents import Document
from mailbot.core.envelope import writable
from mailbot.core.facts import Facts, gather, hear
from mailbot.core.intent import Said
from mailbot.core.machine import NOTE
from mailbot.core.message import Message, mail_day
from mailbot.core.office import Office
from mailbot.core.outcome import Past, Verdict

if TYPE_CHECKING:
    from mailbot.core.calendar import Calendar
    from mailbot.core.reply import Templates
    from mailbot.core.rules import RuleBook

# Problems of core.message that tell of a file which could not be taken out; the others tell of the mail itself.
FILE_PROBLEMS = frozenset({"zip_sin_un_pdf", "enlace_a_la_nube", "demasiado_grande"})
UNREADABLE_MAIL = "no_se_pudo_leer"
# Intent of a mail that asks, beside what rules/ can answer, what it cannot (rules/preguntas.toml: no answer).
FOR_STAFF_TOO = "pregunta_y_personal"
# Intents that only a person answers, whatever a constancia says.
ONLY_A_PERSON = frozenset({"urgencia", "persona"})


@dataclass(frozen=True)
class Desk:
    """All that stays the same from mail to mail: the office, its rules, templates, calendar, and the keyed digest."""

    office: Office
    rulebook: RuleBook
    templates: Templates
    calendar: Calendar
    keyed: Callable[[str], str]
    """Keyed digest (hexadecimal) of a text such as an NSS: only the store has the key."""


@dataclass(frozen=True, slots=True)
class Silence:
    """No reply is due whatever the documents say."""

    verdict: Verdict
    why: str
    """In Spanish, for staff."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a mail amounts to. ``case`` is the one it belongs to, None for a new one."""

    when: datetime
    """The mail's own instant, in the office's zone."""
    choice: Choice
    said: Said
    facts: Facts
    decision: Decision
    case: Case | None
    nss_key: str | None
    fingerprint: str | None
    details: bool
    """Whether case details and the picture may be sent: the sender is not in doubt."""
    sibling: bool
    """The address has a case of another person already: the reply is neutral and a person is told."""

    @property
    def copies_staff(self) -> bool:
        """Whether staff see the reply: the rule says so, or a question came along that only a person can answer."""
        return self.decision.copy_staff or (self.decision.reply is not None and self.said.value == FOR_STAFF_TOO)


def judge(
    message: Message, documents: Sequence[Document], past: Past, received: datetime, now: datetime, desk: Desk
) -> Judgement | Silence:
    """Gather the facts of a mail and decide by the first rule that holds."""
    silence = silenced(message)
    if silence is not None:
        return silence
    office, rulebook = desk.office, desk.rulebook
    when = mail_day(message, received, now, office.timezone)
    unopened = [p for p in message.problems if p in FILE_PROBLEMS]
    choice = choose(documents, message.sender_name, unopened)
    nss = choice.constancia.nss if choice.constancia else None
    nss_key = desk.keyed(nss.value.digits) if nss else None
    printed = fingerprint(choice)
    mark = desk.keyed(printed) if printed else None
    details = message.authentication == "pass" or not office.authenticates
    case = case_of(message, past.cases, nss_key, desk) if details else None
    said = hear(message, choice, case, rulebook)
    facts = gather(said, choice, case, when, office, rulebook, mark)
    sibling = case is None and nss_key is not None and any(c.nss_key not in (None, nss_key) for c in past.cases)
    return Judgement(when, choice, said, facts, decide(facts, rulebook), case, nss_key, mark, details, sibling)


def silenced(message: Message) -> Silence | None:
    """Say why a mail gets no reply before anything in it is read; None: it may get one."""
    if message.hard_mark:
        return Silence("ignored", message.hard_mark)
    if UNREADABLE_MAIL in message.problems:
        return Silence("set_aside", "el correo está tan dañado que no se pudo leer")
    if message.sender is None:
        several = "varios_remitentes" in message.problems
        return Silence("set_aside", "dice venir de varios remitentes" if several else "no dice de quién viene")
    if not writable(message.sender):
        return Silence("set_aside", "la dirección de quien escribe lleva letras que no caben en un correo común")
    if message.authentication == "fail":
        return Silence("set_aside", "el servidor no pudo comprobar que lo mandó quien dice ser")
    # the picture below an absence note is its writer's signature
    documents = ("pdf",) if NOTE in message.weak_marks else ("pdf", "imagen")
    if message.weak_marks and not any(a.sniffed in documents for a in message.attachments):
        return Silence("ignored", f"parece automático y no trae documento: {', '.join(message.weak_marks)}")
    return None


def case_of(message: Message, cases: Sequence[Case], nss_key: str | None, desk: Desk) -> Case | None:
    """Return the case of this address that a mail belongs to: by its NSS, by a button's token, else the latest."""
    if nss_key is not None:
        same = [c for c in cases if c.nss_key == nss_key]
        unknown = [c for c in cases if c.nss_key is None]
        return next(iter(same or unknown), None)
    if message.case_token:
        named = [c for c in cases if token(c, desk) == message.case_token.upper()]
        if named:
            return named[0]
    return next((c for c in cases if c.state != "cerrado"), next(iter(cases), None))


def token(case: Case, desk: Desk) -> str:
    """Return the token by which the buttons of a case's mails are known: 16 characters, A to Z and 2 to 7."""
    digest = desk.keyed(f"caso {case.address} {case.opened_by}")
    return b32encode(bytes.fromhex(digest[:20])).decode("ascii")
