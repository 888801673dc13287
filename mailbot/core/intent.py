"""From what a student wrote to the fact ``mensaje``: what is meant, beside any document."""

from __future__ import annotations

from dataclasses import dataclass

from mailbot.core.questions import Match, Topic, match_topics
from mailbot.core.rulefile import Problems, Table, meant
from mailbot.core.wording import Sentence, find, says, sentences

TABLES = ("mensaje", "asunto")
# Which of several intents in one mail counts: what cannot wait first.
ORDER = ("urgencia", "persona", "basta", "pide_baja", "no_derechohabiente", "ya_lo_llene", "que_sigue")
# Fewer words that say something than these are no statement of a matter: "adjunto documento", "listo, ahí está".
LEAST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Phrases:
    """How one intent is said, and with which words beside it it is not meant."""

    value: str
    phrases: tuple[str, ...]
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """How students say things (rules/40-mensajes.toml)."""

    intents: tuple[Phrases, ...] = ()
    thanks: tuple[str, ...] = ()
    """Words of a mail that only thanks or greets; they say nothing about a matter."""
    about: tuple[str, ...] = ()
    """Words of this insurance."""
    other: tuple[str, ...] = ()
    """Words of other matters of the office."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a mail says: the fact ``mensaje`` and the questions it asks."""

    value: str
    topics: tuple[Match, ...] = ()


def understand(
    text: str, subject: str, wording: Wording, topics: tuple[Topic, ...], *, attached: bool, known: bool, files: str = ""
) -> Said:
    """Say what a mail means.

    ``attached``: something of this insurance came with it; ``known``: it belongs to a case that is open; ``files``:
    the names of what is attached, which may be the only word of the insurance. Whoever asks for the subject of an
    answer (``Re:``) passes "" for it: those are not the writer's words.
    """
    said = sentences(f"{subject}\n{text}")
    asked = match_topics(said, topics)
    about = attached or is_about(said, wording) or is_about(sentences(files), wording)
    alien = not about and any(find(phrase, s.words) is not None for s in said for phrase in wording.other)
    if alien and not _meant("urgencia", said, wording, asked=False):
        return Said("ajeno")
    for value in ORDER:
        if _meant(value, said, wording, bool(asked)):
            return Said(value, asked)
    if asked:
        useful = tuple(m for m in asked if m.topic.answer)
        return Said("pregunta" if useful else "ninguno", useful)
    content = [w for s in said for w in s.words if not _is_courtesy(w, wording)]
    if said and not content:
        return Said("gracias" if any(_is_thanks(s) for s in said) else "ninguno")
    if not about and not known:
        return Said("ajeno" if len(content) >= LEAST_WORDS else "ninguno")
    if not attached and len(content) >= LEAST_WORDS:
        return Said("no_entendido")
    return Said("ninguno")


def is_about(said: tuple[Sentence, ...], wording: Wording) -> bool:
    """Tell whether a text has a word of this insurance."""
    return any(find(phrase, s.words) is not None for s in said for phrase in wording.about)


def _meant(value: str, said: tuple[Sentence, ...], wording: Wording, asked: bool) -> bool:
    for phrases in wording.intents:
        if phrases.value == value and any(says(phrases.phrases, phrases.unless, s) for s in said):
            return True
    return False


def _is_courtesy(word: str, wording: Wording) -> bool:
    return word in wording.thanks or len(word) < 2


def _is_thanks(sentence: Sentence) -> bool:
    return any(w.startswith(("gracia", "agradec", "agradez")) for w in sentence.words)


def parse_wording(tables: list[Table], problems: Problems) -> Wording:
    """Read [[mensaje]] and [asunto]."""
    intents: list[Phrases] = []
    lists: dict[str, tuple[str, ...]] = {"cortesia": (), "seguro": (), "otros": ()}
    for table in tables:
        if table.name == "asunto":
            problems.closed(table, tuple(lists))
            for key in lists:
                lists[key] += problems.texts(table, key)
            continue
        problems.closed(table, ("valor", "frases", "salvo"))
        value = problems.text(table, "valor", required=True)
        if value and value not in ORDER:
            problems.add(table, "valor", f"«{value}» no se reconoce por frases{meant(value, ORDER)}")
        phrases = problems.texts(table, "frases", required=True)
        for phrase in phrases:
            if len([w for w in phrase.split() if w.strip("…*.")]) == 0:
                problems.add(table, "frases", f"«{phrase}» se encontraría en cualquier correo")
        intents.append(Phrases(value, phrases, problems.texts(table, "salvo")))
    courtesy = frozenset(w for text in lists["cortesia"] for s in sentences(text) for w in s.words)
    return Wording(tuple(intents), tuple(sorted(courtesy)), lists["seguro"], lists["otros"])

