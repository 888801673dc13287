"""A label that keeps closer to the text above it than to the one below is a caption: its value stands over it."""

from __future__ import annotations

from mailbot.core.cell import Cell
from mailbot.core.columns import below
from mailbot.core.places import column_of, one_font
from mailbot.core.sheet import Segment, Sheet
from mailbot.core.turning import turned_over

_REACH = 2.0  # heights from a value to its caption, from one line's foot to the other's
_CLOSER = 0.8  # of the step to what follows
_ONE_COLUMN = 3.0  # heights from a line to the next


def over_its_caption(sheet: Sheet, label: Segment) -> Cell | None:
    """Return the text over a label that has none beside it, where that is its caption."""
    over = _next(sheet, label, -1)
    if label.colon or over is None or over.label is not None:
        return None
    step = label.bottom - over.bottom
    under = _next(sheet, label, 1)
    if step > _REACH * over.height or (under is not None and step > _CLOSER * (under.bottom - label.bottom)):
        return None
    if _begins_with_a_label(sheet, label):
        return None
    turned = turned_over(sheet)
    last = len(sheet.rows) - 1
    cell = below(turned, turned.rows[last - label.row][_place(sheet, label)])
    if cell is None:
        return None
    lines = [[sheet.rows[last - s.row][_place(turned, s)] for s in line] for line in cell.lines]
    return Cell(tuple(map(tuple, lines)), cut=cell.cut)


def _begins_with_a_label(sheet: Sheet, label: Segment) -> bool:
    """Tell whether the column in which labels and values alternate begins with a label, set as this one is."""
    first, value = label, _next(sheet, label, -1)
    while (over := _next(sheet, first, -1)) is not None and first.bottom - over.bottom < _ONE_COLUMN * label.height:
        if over.label is not None and (first.label is not None or not one_font(over, label)):
            break
        if over.label is None and (value is None or not one_font(over, value)):
            break  # a title
        first = over
    return first.label is not None


def _place(sheet: Sheet, s: Segment) -> int:
    return next(i for i, t in enumerate(sheet.rows[s.row]) if t is s)


def _next(sheet: Sheet, label: Segment, step: int) -> Segment | None:
    """Return the nearest text above or below a label in its column."""
    rows = sheet.rows[label.row + 1 :] if step > 0 else sheet.rows[label.row - 1 :: -1] if label.row else ()
    for row in rows:
        near = [s for s in row if (s.top - label.top) * step > 0.5 * label.height and column_of(s, [label]) is label]
        if near:
            return near[0]
    return None
