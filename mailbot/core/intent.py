"""From what a student wrote to the fact ``mensaje``: what is meant, beside any document."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from mailbot.core.questions import MEANS, Knowledge, Match, asking, hands_over, has_form, match_topics
from mailbot.core.rulefile import Problems, Table, meant
from mailbot.core.wording import Sentence, find, says, sentences, without

TABLES = ("mensaje", "asunto")
# What a person answers alone: nothing else is said beside it.
ALONE = frozenset({"urgencia", "persona", "basta"})
# What is heard by resemblance alone and yet goes before a question that has its own answer.
BEFORE_ANSWERS = ALONE | {"pide_baja"}
# Fewer words that say something than these are no statement of a matter: "adjunto documento", "listo, ahí está".
LEAST_WORDS = 4
ANOTHER_MATTER = 8  # so many words beside courtesies and none near ours: whatever is attached, it is not for us
LONG = 25  # nobody asks a question of ours at such length without naming the insurance (the longest in the corpus: 12)
CLOSINGS = frozenset({"atte", "atentamente", "saludos", "cordiales", "cordialmente"})
_NAME = re.compile(r"[\n.!]\s*(?:[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+\.?\s*){1,5}$")
THUMBS = "👍👌🙏✅🙌😊❤👏🫡🤝"


@dataclass(frozen=True, slots=True)
class Phrases:
    """How one intent is said, and with which words beside it it is not meant."""

    value: str
    phrases: tuple[str, ...]
    unless: tuple[str, ...] = ()
    """In the same sentence."""
    unless_anywhere: tuple[str, ...] = ()
    """In any sentence of the mail: "Mi prepa ya cerró. ¿A quién le pido la baja?" is not asked of us."""
    weak: bool = False
    """Whether a question that has its own answer goes first."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How students say things (rules/40-mensajes.toml)."""

    intents: tuple[Phrases, ...] = ()
    courtesy: frozenset[str] = frozenset()
    """Words that say nothing about a matter."""
    thanks: tuple[str, ...] = ()
    """With nothing but courtesy beside it: the mail only thanks."""
    about: tuple[str, ...] = ()
    """Words of this insurance."""
    maybe: tuple[str, ...] = ()
    """Words of this insurance, unless the mail speaks of another matter ("constancia de estudios")."""
    other: tuple[str, ...] = ()
    """Words of other matters of the office."""
    introduces: tuple[str, ...] = ()
    """How students say who they are: no part of what they ask."""
    near: tuple[str, ...] = ()
    """Words that a question of ours may have without naming the insurance; with none of them it is not ours."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a mail says: the fact ``mensaje`` and the questions it asks."""

    value: str
    topics: tuple[Match, ...] = ()
    not_shown: bool = False
    """Whether it says that the alta still does not show."""


def understand(
    text: str,
    subject: str,
    wording: Wording,
    topics: Knowledge,
    *,
    attached: bool,
    known: bool,
    perhaps: bool = False,
    paper: bool = False,
    files: str = "",
) -> Said:
    """Say what a mail means.

    ``attached``: something of this insurance came with it; ``paper``: another paper of the IMSS did, which scholarships
    ask for too; ``known``: it belongs to an open case; ``perhaps``: what came could not be read, perhaps a constancia;
    ``files``: the names of what is attached, which may be the only word of the insurance. Whoever asks for the subject
    of an answer (``Re:``) passes "" for it: those are not the writer's words.
    """
    titled, told = sentences(subject), sentences(text)
    if _only_thanks(titled, text, told, wording):
        return Said("gracias")
    said = (*titled, *told)
    alien = _mentions(said, wording.other, exact=True)
    about = attached or is_about((*said, *sentences(files)), wording)
    if alien and not about and not _meant("urgencia", said, wording, weak=False):
        return Said("ajeno")
    about, attached = about or paper, attached or paper
    asked = match_topics(_matter(said, wording), topics)
    if not about and not known and not perhaps:
        near = _mentions(said, (*wording.maybe, *wording.near))
        asked = tuple(m for m in asked if near and (m.asks or _says(said, wording) < LONG))
    if attached:  # the constancia has its own reply: what is only told beside it needs an answer where it is a trouble
        asked = tuple(m for m in asked if m.asks or m.topic.means or (m.topic.copy_staff and m.topic.answer))
    useful = tuple(m for m in asked if m.topic.answer)
    value = _wanted(said, asked, wording)
    if value == "ya_lo_llene" and not known and not perhaps and any(m.topic.copy_staff for m in asked):
        value = None  # "lo llené hace un mes y nada": without a case no day is known to wait for
    if value in ALONE:
        return Said(value)
    if value:
        beside = match_topics(_beside(value, titled, told, wording), topics)
        answers = tuple(m for m in beside if m.topic.answer and m.asks)
        return Said(value, answers, not_shown=any(m.topic.in_case for m in asked))
    if asked:
        hard = any(m.topic.copy_staff for m in asked)
        return Said("pregunta_y_personal" if hard else "pregunta" if useful else "ninguno", useful)
    ours = about or known or (perhaps and not _is_of_another_matter(said, wording))
    return Said(_not_understood(said, ours, attached, wording))


def _wanted(said: tuple[Sentence, ...], asked: tuple[Match, ...], wording: Wording) -> str | None:
    """Return what the mail wants beside an answer: by its very words, or by their resemblance to examples."""
    like = {m.topic.means for m in asked}
    sure = (like & BEFORE_ANSWERS) | {v for v in MEANS if _meant(v, said, wording, weak=False)}
    answered = any(m.topic.answer for m in asked)
    perhaps = set() if answered else like | {v for v in MEANS if _meant(v, said, wording, weak=True)}
    return next((v for found in (sure, perhaps) for v in MEANS if v in found), None)


def _matter(said: tuple[Sentence, ...], wording: Wording) -> list[Sentence]:
    """Leave out courtesy, and the clauses in which the writers say who they are ("soy Ana, de primer semestre")."""
    kept: list[Sentence] = []
    for sentence in said:
        clauses = tuple(c for c in sentence.clauses if has_form(c) or not _any(wording.introduces, c))
        words = tuple(w for clause in clauses for w in clause)
        plain = replace(sentence, words=words, clauses=clauses)
        if words and (asking(plain) or _content(plain, wording)):
            kept.append(plain)
    return kept


def _only_thanks(titled: tuple[Sentence, ...], text: str, told: tuple[Sentence, ...], wording: Wording) -> bool:
    """Tell whether a text only thanks or takes note, whatever its subject names; a subject that asks still asks."""
    told = _unsigned(told, text)
    if any(_content(s, wording) for s in told) or any(asking(s) for s in (*titled, *told)):
        return False
    thumb = not told and any(sign in text for sign in THUMBS)
    if not thumb and not _mentions(told or titled, wording.thanks):
        return False
    return not any(_meant(value, titled, wording, weak=False) for value in MEANS)


def _unsigned(told: tuple[Sentence, ...], text: str) -> tuple[Sentence, ...]:
    """Leave out the signature: what follows "Atte.", or a last line that is nothing but a name."""
    end = next((n + 1 for n, s in enumerate(told) if s.words[-1] in CLOSINGS), len(told))
    return told[: end - 1] if end == len(told) > 1 and _NAME.search(text) else told[:end]


def _not_understood(said: tuple[Sentence, ...], ours: bool, attached: bool, wording: Wording) -> str:
    """Say what a text is that no topic claims: of another matter, of ours but not understood, or nothing at all."""
    told = tuple(s for s in said if not hands_over(s.words))
    asks = any(asking(s) and _content(s, wording) for s in told)
    if not ours:
        return "ajeno" if _says(said, wording) >= (1 if asks else LEAST_WORDS) else "ninguno"
    named = tuple(phrase for phrase in wording.about if " " in phrase)  # the name of the paper alone states nothing
    stated = _says(tuple(replace(s, words=without(named, s.words)) for s in told), wording) >= LEAST_WORDS
    return "no_entendido" if not attached and (asks or stated) else "ninguno"


def _is_of_another_matter(said: tuple[Sentence, ...], wording: Wording) -> bool:
    """Tell whether a text says much, and nothing that a student might say beside a constancia."""
    return _says(said, wording) >= ANOTHER_MATTER and not _mentions(said, (*wording.maybe, *wording.near))


def _beside(
    value: str, subject: tuple[Sentence, ...], text: tuple[Sentence, ...], wording: Wording
) -> tuple[Sentence, ...]:
    """Return the sentences that may ask something beside what is meant: "ya llené el formulario" asks for no form."""
    said = [p for p in wording.intents if p.value == value]
    told = [s for s in text if not any(says(p.phrases, p.unless, s) for p in said)]
    return tuple(s for s in (*subject, *text) if asking(s) or s in told)


def is_about(said: tuple[Sentence, ...], wording: Wording) -> bool:
    """Tell whether a text has a word of this insurance, beside those of another matter ("seguro de auto")."""
    if _mentions(tuple(replace(s, words=without(wording.other, s.words)) for s in said), wording.about):
        return True
    return _mentions(said, wording.maybe) and not _mentions(said, wording.other, exact=True)


def _mentions(said: tuple[Sentence, ...], phrases: tuple[str, ...], *, exact: bool = False) -> bool:
    # exact: "fecha" is one slip from "ficha"
    return any(find(phrase, s.words, exact=exact) is not None for s in said for phrase in phrases)


def _any(phrases: tuple[str, ...], words: tuple[str, ...]) -> bool:
    return any(find(phrase, words) is not None for phrase in phrases)


def _meant(value: str, said: tuple[Sentence, ...], wording: Wording, *, weak: bool) -> bool:
    asked = [p for p in wording.intents if p.value == value and p.weak == weak]
    meant = [p for p in asked if any(says(p.phrases, p.unless, s) for s in said)]
    return any(not _mentions(said, p.unless_anywhere) for p in meant)


def _content(sentence: Sentence, wording: Wording) -> list[str]:
    """Return the words that are more than courtesy."""
    return [w for w in sentence.words if w not in wording.courtesy and len(w) > 1]


def _says(said: tuple[Sentence, ...], wording: Wording) -> int:
    return sum(len(_content(s, wording)) for s in said)


def parse_wording(tables: list[Table], problems: Problems) -> Wording:
    """Read [[mensaje]] and [asunto]."""
    intents: list[Phrases] = []
    named = ("cortesia", "gracias", "presentacion", "seguro", "tal_vez", "otros", "cerca")
    lists: dict[str, tuple[str, ...]] = dict.fromkeys(named, ())
    for table in tables:
        if table.name == "asunto":
            problems.closed(table, tuple(lists))
            for key in lists:
                lists[key] += problems.texts(table, key)
            continue
        problems.closed(table, ("valor", "frases", "salvo", "salvo_en_el_correo", "debil"))
        value = problems.text(table, "valor", required=True)
        if value and value not in MEANS:
            problems.add(table, "valor", f"«{value}» no se reconoce por frases{meant(value, MEANS)}")
        phrases = problems.texts(table, "frases", required=True)
        for phrase in phrases:
            if len([w for w in phrase.split() if w.strip("…*.")]) == 0:
                problems.add(table, "frases", f"«{phrase}» se encontraría en cualquier correo")
        weak = problems.truth(table, "debil", False)
        unless, anywhere = problems.texts(table, "salvo"), problems.texts(table, "salvo_en_el_correo")
        intents.append(Phrases(value, phrases, unless, anywhere, weak))
    courtesy = frozenset(w for text in lists["cortesia"] for s in sentences(text) for w in s.words)
    about, maybe, other, near = (lists[key] for key in ("seguro", "tal_vez", "otros", "cerca"))
    return Wording(tuple(intents), courtesy, lists["gracias"], about, maybe, other, lists["presentacion"], near)
