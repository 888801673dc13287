"""Dates and names as people write them in Spanish."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip
WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")

_MONTH_NUMBER = {m: i for i, m in enumerate(MONTHS, 1)}
_MONTH_NUMBER |= {m[:3]: i for i, m in enumerate(MONTHS, 1)} | {"sept": 9, "set": 9, "setiembre": 9}
_MONTH = "|".join(sorted(_MONTH_NUMBER, key=len, reverse=True))
_DAY_NAME = "(?:(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo) ?,? ?(?:dia )?)?"
_TIME = r"(?: ?[,.;]? ?(?:a las )?\d{1,2} ?: ?\d{2}(?: ?: ?\d{2})?(?:\.\d+)? ?"
_TIME += r"(?:[ap]\.? ?m\.?)?(?: ?h(?:oras|rs|r)?\.?)?)?"
_NUMERIC = re.compile(rf"{_DAY_NAME}(\d{{1,2}}) ?([/.-]) ?(\d{{1,2}}) ?\2 ?(\d{{4}}){_TIME}")
_ISO = re.compile(rf"(\d{{4}})-(\d{{2}})-(\d{{2}})(?:t\d{{2}}:\d{{2}}(?::\d{{2}})?)?{_TIME}")
_WORDS = re.compile(
    rf"{_DAY_NAME}(\d{{1,2}})(?: ?o\b\.?)? ?(?:de ?(?:el mes de )?)?({_MONTH})\.? "
    rf"?(?:,|del? (?:ano )?|de?l?)? ?(\d{{4}}){_TIME}"
)
_ABBREVIATED = re.compile(rf"{_DAY_NAME}(\d{{1,2}}) ?([/.-]) ?({_MONTH})\.? ?\2 ?(\d{{4}}){_TIME}")
_ITEM = re.compile(r"\d+[.)]*|[A-Za-z]\)")
_EARLIEST_YEAR, _LATEST_YEAR = 1900, 2100  # a birth date is the oldest date on these papers


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Return the text in small letters, without accents, with single spaces: what comparisons see."""
    if text.isascii():
        return " ".join(text.casefold().split())
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())


@lru_cache(maxsize=8192)
def compact(text: str) -> str:
    """Return only the folded letters and digits: equal however the text was spaced or punctuated."""
    return "".join(c for c in fold(text) if c.isalnum())


def numbers_an_item(text: str) -> bool:
    """Tell whether a text is what stands before each item of a list: a bullet, "2.", "c)"."""
    return _ITEM.fullmatch(text) is not None or not compact(text)


def _real_date(year: str, month: int, day: str) -> date | None:
    try:
        found = date(int(year), month, int(day))
    except ValueError:
        return None
    return found if _EARLIEST_YEAR <= found.year <= _LATEST_YEAR else None


def parse_date(text: str) -> date | None:
    """Read one whole Mexican date, day first, with or without an hour; None for anything else."""
    plain = fold(text).strip(" .,;:")
    if match := _NUMERIC.fullmatch(plain):
        return _real_date(match[4], int(match[3]), match[1])
    if match := _ABBREVIATED.fullmatch(plain):
        return _real_date(match[4], _MONTH_NUMBER[match[3]], match[1])
    if match := _WORDS.fullmatch(plain):
        return _real_date(match[3], _MONTH_NUMBER[match[2]], match[1])
    if match := _ISO.fullmatch(plain):
        return _real_date(match[1], int(match[2]), match[3])
    return None


def format_date(day: date) -> str:
    """Write a date in full: "lunes 23 de noviembre de 2026"."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} de {MONTHS[day.month - 1]} de {day.year}"


def counted(n: int, one: str, many: str = "") -> str:
    """Write a number and what it counts: "1 correo", "2 correos"."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def either(words: Sequence[str]) -> str:
    """Join words by "o", which is "u" before its own sound: "imagen u otro"."""
    *others, last = words
    return f"{', '.join(others)} {'u' if fold(last).startswith(('o', 'ho')) else 'o'} {last}" if others else last


OPEN_WORDS = frozenset({"de", "del", "la", "las", "el", "los", "y", "e", "o", "en", "para", "por", "con", "al"})
"""Small words after which a phrase goes on."""

PARTICLES = frozenset({"de", "del", "la", "las", "los", "y", "e", "da", "das", "dos", "van", "von", "mc", "mac"})
"""Small words of a name."""

_LETTERS = re.compile(r"[^\W\d_]")
_NAME = re.compile(r"(?:[^\W\d_]|[ .,'’´`\-])+")


def looks_like_a_name(text: str) -> bool:
    """Tell whether the text is made as a person's name is: letters, and no small word as sentences have."""
    if not _NAME.fullmatch(text) or len(_LETTERS.findall(text)) < 2 or len(text) > 90:
        return False
    return not any(w.islower() and fold(w) not in PARTICLES for w in text.split())


def first_name(name: str) -> str:
    """Return how to greet the person: the first given name with a capital, particles kept out."""
    for word in name.split():
        if fold(word) not in PARTICLES:
            return word.capitalize()
    return ""
