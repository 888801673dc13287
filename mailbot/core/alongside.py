"""Which texts left of a table stand in a column of their own, as a side bar's do, and belong to none of its rows?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from mailbot.core.labels import EMPLOYER
from mailbot.core.places import FIRST_LINE_BELOW, one_start
from mailbot.core.sheet import Segment, Sheet

_ABOVE, _BELOW = 6, 12  # lines of the page around the headers in which the column shows
_COLUMN = 3  # values on one edge make a column


def beside_a_table(sheet: Sheet, heads: Sequence[Segment]) -> Callable[[Segment], bool]:
    """Return what tells such texts: labels left of the headers, above them and below, each with its value left too."""
    left, top, foot = min(h.x0 for h in heads), min(h.top for h in heads), max(h.bottom for h in heads)
    number = heads[0].row
    rows = sheet.rows[max(0, number - _ABOVE) : number + _BELOW]
    found = [s for row in rows for s in row if s.label is not None and s.x1 < left - s.height]
    edges: list[Segment] = []
    values = [_value(sheet, label, left) for label in found]
    begins = Counter(round(value.x0) for value in values if value is not None)
    for label, value in zip(found, values, strict=True):
        blank = bool(begins) and max(begins.values()) >= _COLUMN  # it stands where the others have theirs
        if label.kind in EMPLOYER or (value is None and not blank and sheet.rows[label.row][-1].x0 >= left):
            return lambda _: False  # what it asks for may stand beyond the table's edge
        if value is not None and value.x1 >= left:
            return lambda _: False
        edges += [label] if value is None else [label, value]
    begun = any(
        s.bottom <= top or (s.top < foot and v is not None and v.x0 > s.x1)  # beside a table's header stands the next
        for s, v in zip(found, values, strict=True)
    )
    if not begun or not any(s.top >= foot for s in found):
        return lambda _: False
    return lambda s: s.x1 < left and any(one_start(s, edge) for edge in edges)


def _value(sheet: Sheet, label: Segment, left: float) -> Segment | None:
    """Return the text right of a label on its line, left of the table, or else right below it on its edge."""
    after = [s for s in sheet.rows[label.row] if s.x0 >= label.x1 - 1]
    if after and after[0].label is None and (label.colon or after[0].x1 < left):
        return after[0]
    for row in sheet.rows[label.row + 1 : label.row + 4]:
        for s in row:
            if one_start(s, label) and s.top - label.bottom < FIRST_LINE_BELOW * s.height:
                return s if s.label is None else None
    return None
