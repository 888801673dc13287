"""Which words of an employer's cells are its name and which its modalidad, and are they all of it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from mailbot.core import labels
from mailbot.core.cell import Cell
from mailbot.core.printed import read_value
from mailbot.core.spanish import OPEN_WORDS, compact, fold


def modalidad_in(text: str) -> str | None:
    """Return a printed text as a modalidad, None where it is a dash, a number or a piece of a label."""
    value = read_value(labels.MODALIDAD, text)
    return value if isinstance(value, str) else None


def unbroken(modalidad: str, known: dict[str, str]) -> str:
    """Return a modalidad, or where its cell was too narrow for its words the known one of the same letters."""
    whole = known.get(compact(modalidad))
    words = [w for w in modalidad.split() if compact(w)]
    return modalidad if whole is None or len(words) <= len(whole.replace("/", " ").split()) else whole


def is_a_part(modalidad: str, known: dict[str, str]) -> bool:
    """Tell whether a modalidad is only some words of a known one, has others between its words, or breaks off."""
    key, words = compact(modalidad), fold(modalidad).split()
    if key in known:
        return False
    cut = len(key) > 4 and any(text.startswith(key) or text.endswith(key) for text in known)
    texts = [fold(text).split() for text in known.values()]
    mixed = any(_in_order(words, text) or (len(text) > 1 and _parted(text, words)) for text in texts)
    return cut or mixed or words[0] in OPEN_WORDS or words[-1] in OPEN_WORDS


def _parted(few: Sequence[str], many: Sequence[str]) -> bool:
    """Tell whether the words of one text stand in another in order, with others between them in two places or more."""
    places: list[int] = []
    for word in few:
        start = places[-1] + 1 if places else 0
        if word not in many[start:]:
            return False
        places.append(many.index(word, start))
    return sum(b - a > 1 for a, b in pairwise(places)) > 1


def _in_order(few: Sequence[str], many: Sequence[str]) -> bool:
    """Tell whether all words of one text stand in another in the same order, whatever is between them."""
    rest = iter(many)
    return all(word in rest for word in few)


def holds_a_part(razon: str, modalidad: str | None, known: dict[str, str]) -> bool:
    """Tell whether a name begins with a modalidad, or has the very words that its own lacks: a line is misplaced."""
    name, own = fold(razon).split(), fold(modalidad or "").split()
    for text in (fold(one).split() for one in known.values() if len(one.split()) > 1):
        key = compact("".join(text))
        if compact(razon).startswith(key) and compact(razon) != key:
            return True
        lacking = list(text)
        if own and own != text and _in_order(own, text):
            for word in own:
                lacking.remove(word)
            if _in_order(lacking, name) and any(word not in OPEN_WORDS for word in lacking):
                return True
    return False


def split_modalidad(cell: Cell, known: dict[str, str]) -> tuple[str | None, str | None]:
    """Take a known modalidad, printed without a label or in a cell that touches, off a razón social's end or start."""
    words = [w.text for line in cell.lines for s in line for w in s.words]
    for cut in range(1, len(words)):
        if compact("".join(words[cut:])) in known:
            return _name_of(words[: _before_its_label(words, cut)]), modalidad_in(" ".join(words[cut:]))
    for number in range(1, len(cell.lines)):
        rest = Cell(cell.lines[number:]).text
        if begins_as_known(rest, known):
            return _name_of([Cell(cell.lines[:number]).text]), rest
    for cut in range(len(words) - 1, 1, -1):
        if compact("".join(words[:cut])) in known:
            return _name_of(words[cut:]), " ".join(words[:cut])
    return _name_of([cell.text]), None


def _name_of(words: Sequence[str]) -> str | None:
    name = read_value(labels.RAZON, " ".join(words))
    return name if isinstance(name, str) else None


def hides_a_modalidad(cell: Cell, razon: str | None, known: dict[str, str]) -> bool:
    """Tell whether a line of a name begins as modalidades do: "TRABAJADORES ESTACIONALES", which may be another one."""
    firsts = Counter(fold(text.split(maxsplit=1)[0]) for text in known.values())
    left = len((razon or "").split())
    for a, b in pairwise(cell.texts):
        left -= len(a.split())
        if left > 0 and firsts[fold(b.split()[0])] > 1 and fold(a.split()[-1]) not in OPEN_WORDS:
            return True
    return False


def begins_as_known(text: str, known: dict[str, str]) -> bool:
    """Tell whether text is a known modalidad, or begins with one and goes on: "TRABAJADORES EVENTUALES URBANOS"."""
    words = text.split()
    return compact(text) in known or any(compact("".join(words[:end])) in known for end in range(2, len(words)))


def _before_its_label(words: Sequence[str], cut: int) -> int:
    """Return where the name ends: before "MODALIDAD", where that stands too close to its own value to be a label."""
    for start in range(max(1, cut - 3), cut):
        label = labels.LABELS.get(compact("".join(words[start:cut])))
        if label is not None and label.kind == labels.MODALIDAD:
            return start
    return cut
