"""Which texts look like a label and are a value: a surname ESTADO, a razón social that is a keyword."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from mailbot.core import labels
from mailbot.core.identifiers import parse_curp, parse_nss
from mailbot.core.places import FIRST_LINE_BELOW, aligned, column_of, has_text_beside, left_of, over_one_another
from mailbot.core.printed import is_placeholder
from mailbot.core.sheet import Segment, Sheet
from mailbot.core.spanish import OPEN_WORDS, compact, fold

_ASKS_FOR_WORDS = frozenset({labels.NOMBRE, labels.PATERNO, labels.MATERNO, labels.RAZON, labels.MODALIDAD})
# Nobody is called PRIMER APELLIDO or REGISTRO PATRONAL; a company may well be called SERVICIOS MEDICOS.
_UNMISTAKABLE = labels.READ - {labels.SERVICIO, labels.ESTADO, labels.MODALIDAD}
_ACRONYMS = frozenset({"nss", "curp", "rfc", "umf", "ooad", "sbc", "nrp", "cp"})  # in capitals wherever they stand
Look = tuple[str, int, bool]


def unmask(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Take the label off texts that stand where a value belongs and look like the values of the document."""
    every = [s for sheet in sheets for s in sheet.segments]
    suspects = {
        id(s)
        for sheet in sheets
        for s in sheet.segments
        if (_suspect(s) and _in_a_values_place(sheet, s) and not (_heads_a_column(sheet, s) or _is_answered(sheet, s)))
        or _after_a_colon(sheet, s)
    }
    sure = [s for s in every if s.label is not None and (s.colon or len(s.words) > 1) and id(s) not in suspects]
    counted = Counter(_look(s) for s in sure)
    label_looks = {look for look, times in counted.items() if times >= max(2, 0.15 * len(sure))}
    numbers = [s for s in every if s.label is None and (parse_nss(s.text) or parse_curp(s.text))]
    value_looks = {(*_look(s)[:2], True) for s in numbers}  # digits are neither capitals nor small letters
    of_fields = [s for s in sure if s.kind not in labels.HEADINGS | labels.EMPLOYER]  # headers of tables have none
    with_colon = sum(s.colon for s in of_fields) >= 0.8 * max(len(of_fields), 1) and bool(of_fields)
    result = []
    for sheet in sheets:
        masked = {
            id(s)
            for s in sheet.segments
            if id(s) in suspects
            and (
                (with_colon and s.kind not in labels.HEADINGS)
                or (_look(s) in value_looks and _look(s) not in label_looks)
                or _ends_a_phrase(sheet, s)
                or _in_a_row_of_values(sheet, s)
            )
        }
        rows = [tuple(replace(s, label=None) if id(s) in masked else s for s in row) for row in sheet.rows]
        result.append(Sheet(sheet.page, tuple(rows)) if masked else sheet)
    return result


def _is_answered(sheet: Sheet, s: Segment) -> bool:
    """Tell whether right under a heading stands that there is nothing: "BENEFICIARIOS" over "NO APLICA"."""
    under = (t for row in sheet.rows[s.row + 1 : s.row + 3] for t in row if aligned(t, s))
    return s.kind in labels.HEADINGS and any(compact(t.text) and is_placeholder(t.text) for t in under)


def _suspect(s: Segment) -> bool:
    """Tell whether a label could as well be a word of a value: short, in capitals, without a colon."""
    short = s.label is not None and not s.colon and s.capitals and len(s.words) <= 3
    if s.kind in _UNMISTAKABLE and len(s.words) > 1:
        return False
    heading = s.kind in labels.HEADINGS and len(s.words) > 1
    return short and not heading and compact(s.text) not in _ACRONYMS


def _after_a_colon(sheet: Sheet, s: Segment) -> bool:
    """Tell whether a word without a colon stands right of a label with one that asks for a name: "Apellido: Turno"."""
    if s.label is None or s.colon or len(s.words) > 2:
        return False
    before = left_of(sheet, s)
    return before is not None and before.colon and before.kind in _ASKS_FOR_WORDS


def _breaks_off(s: Segment) -> bool:
    return s.capitals and fold(s.words[-1].text) in OPEN_WORDS


def _ends_a_phrase(sheet: Sheet, s: Segment) -> bool:
    """Tell whether the line above breaks off at a small word: "TRABAJADORES … DE LA" over "CIUDAD"."""
    rows = sheet.rows[max(0, s.row - 3) : s.row]
    above = [t for row in rows for t in row if t.label is None and aligned(t, s) and _look(t) == _look(s)]
    return bool(above) and _breaks_off(above[-1]) and s.top - above[-1].bottom < FIRST_LINE_BELOW * s.height


def _look(s: Segment) -> Look:
    """Return how a text is set: font, size, capitals."""
    return s.words[0].font, round(s.height), s.capitals


def _alike(t: Segment, s: Segment) -> bool:
    """Tell whether two texts are set alike, so far as digits can be in capitals."""
    font, height, capitals = _look(t)
    return (font, height) == _look(s)[:2] and (capitals == s.capitals or not any(c.isalpha() for c in t.text))


def _in_a_values_place(sheet: Sheet, s: Segment) -> bool:
    """Tell whether a label that asks for words has this text as its next neighbour, to the right or below."""
    before = left_of(sheet, s)
    if _in_a_row_of_values(sheet, s) or (before is not None and _asks_for(before, s)):
        return True
    for row in reversed(sheet.rows[max(0, s.row - 6) : s.row]):
        heads = [t for t in row if t.bottom < s.top + 0.4 * s.height]
        if heads and s.top - heads[0].bottom > FIRST_LINE_BELOW * s.height:
            return False
        head = column_of(s, heads)
        if head is None or not over_one_another(s, head):
            continue
        if head.label is None:
            return (_goes_on(head, s) or _breaks_off(head)) and (before is None or before.label is None)
        return head.kind in _ASKS_FOR_WORDS and not has_text_beside(sheet, head)
    return False


def _heads_a_column(sheet: Sheet, s: Segment) -> bool:
    """Tell whether a text stands on the employers' line of headers, each asked for once, with a text below its own."""
    row = sheet.rows[s.row]
    kinds = [t.kind for t in row]
    asked = [kind for kind in kinds if kind in labels.EMPLOYER]
    once = set(kinds) <= labels.EMPLOYER | {labels.OTHER} and len(set(asked)) == len(asked) > 1
    under = (t for below in sheet.rows[s.row + 1 : s.row + 5] for t in below if over_one_another(t, s))
    first = next(under, None)
    near = first is not None and first.label is None and first.top - s.bottom < FIRST_LINE_BELOW * first.height
    return once and near and not any(t.colon for t in row)


def _asks_for(label: Segment, s: Segment) -> bool:
    """Tell whether a label asks for words, and is set otherwise than a text."""
    otherwise = label.colon or not label.capitals or _look(label) != _look(s)
    return label.kind in _ASKS_FOR_WORDS and otherwise


def _in_a_row_of_values(sheet: Sheet, s: Segment) -> bool:
    """Tell whether all else on the line is text set as this one is, and so is the cell above it."""
    row = [t for t in sheet.rows[s.row] if t is not s]
    if len(row) < 2 or any(t.label is not None or not _alike(t, s) for t in row):
        return False
    for above in reversed(sheet.rows[max(0, s.row - 4) : s.row]):
        head = column_of(s, above)
        if head is not None and over_one_another(s, head):
            return _alike(head, s) if head.label is None else s is not sheet.rows[s.row][0]
    return False


def _goes_on(above: Segment, s: Segment) -> bool:
    """Tell whether a text is the next line of the one above it: touching, aligned, set alike."""
    near = s.top - above.bottom < 0.5 * s.height and aligned(above, s)
    return near and _look(above) == _look(s)

