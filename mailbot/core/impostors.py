"""Which texts look like a label and are a value: a surname ESTADO, a razón social that is a keyword."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from mailbot.core import labels
from mailbot.core.columns import FIRST_LINE_BELOW, aligned, column_of, neighbours
from mailbot.core.identifiers import parse_curp, parse_nss
from mailbot.core.lines import Segment, Sheet
from mailbot.core.spanish import compact, fold

_ASKS_FOR_WORDS = frozenset({labels.NOMBRE, labels.PATERNO, labels.MATERNO, labels.RAZON, labels.MODALIDAD})
# Nobody is called PRIMER APELLIDO or REGISTRO PATRONAL; a company may well be called SERVICIOS MEDICOS.
_UNMISTAKABLE = labels.READ - {labels.SERVICIO, labels.ESTADO, labels.MODALIDAD}
_ACRONYMS = frozenset({"nss", "curp", "rfc", "umf", "ooad", "sbc", "nrp", "cp"})  # in capitals wherever they stand
_OPEN_WORDS = frozenset({"de", "del", "la", "las", "el", "los", "y", "e", "o", "en", "para", "por", "con", "al"})
Look = tuple[str, int, bool]


def unmask(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Take the label off texts that stand where a value belongs and look like the values of the document."""
    every = [s for sheet in sheets for s in sheet.segments]
    suspects = {id(s) for sheet in sheets for s in sheet.segments if _suspect(s) and _in_a_values_place(sheet, s)}
    sure = [s for s in every if s.label is not None and (s.colon or len(s.words) > 1) and id(s) not in suspects]
    counted = Counter(_look(s) for s in sure)
    label_looks = {look for look, times in counted.items() if times >= max(2, 0.15 * len(sure))}
    value_looks = {_look(s) for s in every if s.label is None and (parse_nss(s.text) or parse_curp(s.text))}
    with_colon = sum(s.colon for s in sure) >= 0.8 * max(len(sure), 1) and bool(sure)
    result = []
    for sheet in sheets:
        masked = {
            id(s)
            for s in sheet.segments
            if id(s) in suspects
            and (
                with_colon
                or (_look(s) in value_looks and _look(s) not in label_looks)
                or _ends_a_phrase(sheet, s)
            )
        }
        rows = [tuple(replace(s, label=None) if id(s) in masked else s for s in row) for row in sheet.rows]
        result.append(Sheet(sheet.page, tuple(rows)) if masked else sheet)
    return result


def _suspect(s: Segment) -> bool:
    """Tell whether a label could as well be a word of a value: short, in capitals, without a colon."""
    short = s.label is not None and not s.colon and s.capitals and len(s.words) <= 3
    if s.kind in _UNMISTAKABLE and len(s.words) > 1:
        return False
    return short and s.kind not in labels.HEADINGS and compact(s.text) not in _ACRONYMS


def _ends_a_phrase(sheet: Sheet, s: Segment) -> bool:
    """Tell whether the line above breaks off at a small word: "TRABAJADORES … DE LA" over "CIUDAD"."""
    above = [t for row in sheet.rows[max(0, s.row - 3) : s.row] for t in row if t.label is None and _goes_on(t, s)]
    return bool(above) and fold(above[-1].words[-1].text) in _OPEN_WORDS


def _look(s: Segment) -> Look:
    """Return how a text is set: font, size, capitals."""
    return s.words[0].font, round(s.height), s.capitals


def _in_a_values_place(sheet: Sheet, s: Segment) -> bool:
    """Tell whether a label that asks for words has this text as its next neighbour, to the right or below."""
    near = neighbours(sheet, s)
    before = [t for t in near if t.x1 <= s.x0 + 1]
    if before and before[-1].kind in _ASKS_FOR_WORDS and (before[-1].colon or not before[-1].capitals):
        return True
    for row in reversed(sheet.rows[max(0, s.row - 6) : s.row]):
        heads = [t for t in row if t.bottom < s.top + 0.4 * s.height]
        if heads and s.top - heads[0].bottom > FIRST_LINE_BELOW * s.height:
            return False
        head = column_of(s, heads)
        if head is None or min(s.x1, head.x1) <= max(s.x0, head.x0):
            continue
        if head.label is None:
            return _goes_on(head, s) and not (before and before[-1].label is not None)
        return head.kind in _ASKS_FOR_WORDS and not _has_text_beside(sheet, head)
    return False


def _goes_on(above: Segment, s: Segment) -> bool:
    """Tell whether a text is the next line of the one above it: touching, aligned, set alike."""
    near = s.top - above.bottom < 0.5 * s.height and aligned(above, s)
    return near and _look(above) == _look(s)


def _has_text_beside(sheet: Sheet, head: Segment) -> bool:
    after = [t for t in neighbours(sheet, head) if t.x0 >= head.x1 - 1]
    return bool(after) and after[0].label is None
