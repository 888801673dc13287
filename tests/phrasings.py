"""What a list of phrasings (tests/corpus/preguntas*.toml) expects of the understanding, and where it falls short."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailbot.core.intent import Said, understand
from mailbot.core.own_words import split_words
from mailbot.core.rules import RuleBook

CORPUS = Path(__file__).parent / "corpus"
TO_STAFF = frozenset({"no_entendido", "pregunta_y_personal", "persona"})
ASKED = frozenset({"pregunta", "pregunta_y_personal"})
# Topics that say nearly the same: either answer is right.
ALIKE = {
    "que_clinica": {"que_papeles"},
    "vigente_por_otra_escuela": {"escuela_no_responde"},
    "escuela_no_responde": {"vigente_por_otra_escuela"},
    "que_papeles": {"que_clinica"},
    "no_aparece": {"ya_quedo"},
    "datos_mal": {"datos_con_error"},
}
# What a phrasing may be understood as, beside a question.
ALSO = {
    "como_pido_baja": {"pide_baja"},
    "primer_nss": {"no_derechohabiente"},
    "donde_formulario": {"que_sigue"},
    "como_empezar": {"ninguno", "que_sigue"},
}


# An answer that serves as well as the reply that the intent would draw.
ANSWERED_AS = {"no_derechohabiente": {"datos_con_error"}, "pide_baja": {"como_pido_baja"}}


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One mail's subject and text, and what it is about."""

    kind: str
    """Table of the corpus: temas, varias, personal, ajenos…"""
    label: str
    """What it is about; after a bar, what it may be understood as instead ("cuanto_tarda|ya_lo_llene")."""
    subject: str
    text: str
    held_out: bool


def phrasings(name: str) -> Iterator[Phrasing]:
    """Read one corpus; «asunto || texto» is a mail with its own subject; every second one of a list is held out."""
    for kind, lists in tomllib.loads((CORPUS / name).read_text(encoding="utf-8")).items():
        for label, texts in lists.items():
            for number, both in enumerate(texts):
                subject, bar, text = both.partition(" || ")
                yield Phrasing(kind, label, subject if bar else "", text if bar else both, number % 2 == 1)


def hear(phrasing: Phrasing, book: RuleBook) -> Said:
    """Understand it as a first mail without a document; what is quoted, and an answer's subject, are not the writer's."""
    subject = "" if phrasing.subject.startswith("Re:") else phrasing.subject
    return understand(split_words(phrasing.text).own, subject, book.wording, book.questions, attached=False, known=False)


def shortfall(phrasing: Phrasing, said: Said) -> str | None:
    """Say how an understanding falls short: "wrong" (it says what it should not) or "missed"; None: it is right."""
    got = {m.topic.name for m in said.topics if m.topic.answer}
    kind, (label, *instead) = phrasing.kind, phrasing.label.split("|")
    if said.value in instead:
        return None
    if kind in ("temas", "varias"):
        right = set(label.split("+"))
        for topic in tuple(right):
            right |= ALIKE.get(topic, set())
        if got - right or said.value not in ASKED | {"no_entendido", "ninguno"} | ALSO.get(label, set()):
            return "wrong"
        return None if got or said.value in ALSO.get(label, set()) else "missed"
    if kind == "personal":
        if got - ALIKE.get(label, set()) - {label} or said.value not in TO_STAFF | {"ninguno", "pregunta"}:
            return "wrong"
        return None if said.value in TO_STAFF else "missed"
    if kind == "ajenos":
        return None if said.value == "ajeno" else "wrong"
    if kind == "gracias":
        return None if said.value == "gracias" else "wrong"
    if kind in ("no_urgencia", "no_pide_baja"):
        return "wrong" if said.value == kind.removeprefix("no_") else None
    if said.value == label or got == ANSWERED_AS.get(label):
        return None
    return "missed" if said.value in TO_STAFF and not got else "wrong"
