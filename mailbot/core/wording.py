"""From what a student wrote to sentences of plain words, and whether a phrase of rules/ is said in one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mailbot.core.spanish import fold

MOST_CHARS = 4000  # what a student asks stands in the first page; bounds the work on a hostile text
MOST_SENTENCES = 120
SWAPPED = ({"b", "v"}, {"c", "s"}, {"s", "z"}, {"c", "k"}, {"y", "l"}, {"g", "j"})
"""First letters that are written one for the other; any other slip there makes another word ("tienda", "atiende")."""
_SENTENCE_ENDS = re.compile(r"[.!;\n]+|(?<=\?)|(?=¿)")
_CLAUSE_ENDS = re.compile(
    r"[,:()]|\s-\s|\b(?:porque|xq|ya que)\b|"
    r"\b[ye] (?=(?:(?:a|en|de|con|por) )?(?:(?:qu[eé]|q)\b|cu[aá]|d[oó]nde|c[oó]mo))",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"\b(?:(?:muy )?buen[oa]?s? (?:dia|tarde|noche)s?|(?:excelente|lindo|bonito|feliz) (?:dia|tarde|noche|semana))\b"
)
_WORD = re.compile(r"[a-z0-9]+")
_MUTE_U = re.compile(r"\bq(?=[ei])")  # "qiero"
# Words skipped by "…" in a phrase: enough for "quiero por favor que me den de baja".
GAP = 6
SHORT = 5  # letters: in a shorter word one slip makes another word
_VOWELS = frozenset("aeo")
_NOT = {"no", "ni", "nunca"}
# As written in chats; also the letters that a phone's keyboard swaps.
_CHAT = {
    "q": "que", "k": "que", "ke": "que", "xq": "porque", "pq": "porque", "xk": "porque", "x": "por", "c": "se",
    "xfa": "por favor", "xfavor": "por favor", "porfa": "por favor", "porfavor": "por favor", "d": "de", "dl": "del",
    "tmb": "tambien", "tmbn": "tambien", "toy": "estoy", "ps": "pues", "pa": "para", "dnd": "donde", "asta": "hasta",
    "aber": "a ver", "seg": "seguro", "facul": "facultativo", "doc": "documento", "inf": "informacion",
    "info": "informacion", "imms": "imss", "ims": "imss", "ace": "hace", "iso": "hizo", "hise": "hice", "ise": "hice",
    "yene": "llene", "yame": "llame", "llege": "llegue", "chamba": "trabajo", "chambeo": "trabajo",
    "lleve": "entregue", "baje": "descargue", "findes": "fines de semana", "jale": "trabajo", "checar": "revisar",
    "checo": "reviso", "m": "me", "ala": "a la", "alo": "a lo", "ase": "hace", "hize": "hice", "mui": "muy",
    "form": "formulario", "kuanto": "cuanto", "kedo": "quedo", "vijencia": "vigencia",
    "ago": "hago", "aser": "hacer", "nesesito": "necesito", "nesecito": "necesito", "nesesita": "necesita",
    "nesecita": "necesita", "kiero": "quiero", "pag": "pagina", "ta": "esta", "porfis": "por favor",
    "plis": "por favor", "pls": "por favor", "xfis": "por favor", "bn": "bien", "msj": "mensaje", "tb": "tambien",
    "tbn": "tambien", "qn": "quien", "cdo": "cuando", "cuand": "cuando", "aki": "aqui", "jala": "funciona",
    "jalo": "funciona", "uni": "universidad", "ocupo": "necesito", "click": "clic",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its folded words, and whether it asks."""

    words: tuple[str, ...]
    asks: bool
    clauses: tuple[tuple[str, ...], ...] = ()
    """The same words, split at the commas."""


def sentences(text: str) -> tuple[Sentence, ...]:
    """Split a text into sentences of folded words, chat spellings written out."""
    found: list[Sentence] = []
    for part in _SENTENCE_ENDS.split(text[:MOST_CHARS]):
        clauses = tuple(words for clause in _CLAUSE_ENDS.split(part) if (words := _plain_words(clause)))
        if clauses:
            found.append(Sentence(tuple(w for words in clauses for w in words), "?" in part or "¿" in part, clauses))
    return tuple(found[:MOST_SENTENCES])


def _plain_words(text: str) -> tuple[str, ...]:
    plain = _WORD.findall(_MUTE_U.sub("qu", _GREETING.sub(" ", fold(text)).replace("'", "")))
    return tuple(w for word in plain for w in _CHAT.get(word, word).split())


@lru_cache(maxsize=65536)
def alike(word: str, meant: str) -> bool:
    """Tell whether a word is another one with a typo: the longer the word, the more is forgiven."""
    if word == meant:
        return True
    if len(meant) < SHORT or abs(len(word) - len(meant)) > 2:
        return False
    if len(meant) <= SHORT + 1 and word[:-1] == meant[:-1] and {word[-1], meant[-1]} <= _VOWELS:
        return False  # "lleno" and "llené" are two things said
    if word[:-3] == meant[:-3] and {word[-3:], meant[-3:]} == {"ron", "ran"}:
        return False  # "me dieron de baja" was done, "me dieran de baja" is wished
    if word[:-2] == meant[:-2] and {word[-2:], meant[-2:]} == {"an", "en"}:
        return False  # "¿me quitan el seguro?" is feared, "que me quiten el seguro" is wished
    from rapidfuzz.distance import OSA

    # one slip in a word of five letters, two from nine on; the first letter is seldom the wrong one
    allowed = 2 if len(meant) >= 9 else 1
    if word[0] != meant[0] and meant[1:] != word and {word[0], meant[0]} not in SWAPPED:
        return False
    if meant[1:] == word:
        return meant[0] == "h"  # "ospital"
    return OSA.distance(word, meant, score_cutoff=allowed) <= allowed


@lru_cache(maxsize=4096)
def _pattern(phrase: str) -> tuple[str, ...]:
    return tuple(re.findall(r"…|[a-z0-9]+\*?", fold(phrase.replace("…", " … ")).replace("...", " … ")))


def find(phrase: str, words: Sequence[str], *, exact: bool = False) -> int | None:
    """Return where in a sentence a phrase begins. ``…`` is up to six words, ``hospital*`` any ending."""
    pattern = _pattern(phrase)
    distinct = _distinct(tuple(words))
    if not all(w == "…" or w in distinct or _any_fits(w, distinct, exact) for w in pattern):
        return None
    for start in range(len(words)):
        if pattern and _from(pattern, 0, words, start, exact):
            return start
    return None


def without(phrases: Iterable[str], words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words that are left where these phrases (without "…") are taken out, exactly as written."""
    for phrase in phrases:
        while (start := find(phrase, words, exact=True)) is not None:
            words = words[:start] + words[start + len(_pattern(phrase)) :]
    return words


@lru_cache(maxsize=1024)
def _distinct(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(words)


def _any_fits(wanted: str, distinct: frozenset[str], exact: bool) -> bool:
    # short words bear no typo: where one is missing, the phrase is not said
    if not wanted.endswith("*") and (exact or len(wanted) < SHORT):
        return f"{wanted}s" in distinct or f"{wanted}es" in distinct
    return any(_fits(word, wanted, exact) for word in distinct)


def _from(pattern: Sequence[str], at: int, words: Sequence[str], place: int, exact: bool) -> bool:
    if at == len(pattern):
        return True
    if pattern[at] == "…":
        return any(_from(pattern, at + 1, words, place + skip, exact) for skip in range(GAP + 1))
    if place >= len(words) or not _fits(words[place], pattern[at], exact):
        return False
    return _from(pattern, at + 1, words, place + 1, exact)


def _fits(word: str, wanted: str, exact: bool) -> bool:
    if wanted.endswith("*"):
        return word.startswith(wanted[:-1])
    return word in (wanted, f"{wanted}s", f"{wanted}es") or (not exact and alike(word, wanted))


def says(phrases: Iterable[str], unless: Iterable[str], sentence: Sentence) -> bool:
    """Tell whether a sentence says one of the phrases, neither denied nor with one of the exceptions."""
    words = sentence.words
    for phrase in phrases:
        start = find(phrase, words)
        if start is not None and not _denied(phrase, words, start):
            return not any(find(other, words) is not None for other in unless)
    return False


def _denied(phrase: str, words: Sequence[str], start: int) -> bool:
    """Tell whether "no", "ni" or "nunca" stands just before the phrase; a phrase with its own "no" is not denied."""
    if _NOT & set(_pattern(phrase)[:2]):
        return False
    return bool(_NOT & set(words[max(0, start - 2) : start]))
