"""From a line of headers to the cells of the rows below it, over the page's end if the table goes on there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from mailbot.core.alongside import beside_a_table
from mailbot.core.cell import Cell
from mailbot.core.places import (
    aligned,
    column_of,
    neighbours,
    one_start,
    over_one_another,
    same_type,
    set_alike,
    set_as_a_value,
    stands_as_a_cell,
)
from mailbot.core.printed import is_placeholder
from mailbot.core.rows import Line, split_rows
from mailbot.core.sheet import Segment, Sheet

ROW_GAP = 2.6  # heights between two rows of a table; beyond it something else begins
_CLOSER = 1.3  # times the gap below a heading that the gap above it is
_APART = 0.3  # heights above a heading; a cell's next line keeps closer
_FOOT, _HEAD = 0.9, 0.06  # of a page's height: below and above stand page numbers, addresses, the browser's lines


def read_table(
    sheet: Sheet, heads: list[Segment], known: Mapping[str, str], following: Sequence[Sheet] = ()
) -> tuple[list[dict[str, Cell]], bool]:
    """Read the rows under a line of headers; the second value tells whether all of it was read with certainty."""
    aside = beside_a_table(sheet, heads)
    all_heads = sorted([heads[0], *neighbours(sheet, heads[0])], key=lambda s: s.x0)
    all_heads = [h for h in all_heads if not aside(h)]
    all_heads = [h for h in all_heads if h.label is not None or same_type(h, heads[0])]  # "No." is no label
    columns: dict[str, list[Line]] = {h.kind: [] for h in heads if h.kind}
    legible = True
    body, sure = _body(sheet, all_heads, aside, following)
    starts = Counter(round(s.x0) for row in body for s in row)
    for row in body:
        pieces = [piece for whole in row for piece in _cut_into_cells(whole, all_heads, starts)]
        by_column: dict[str, list[Segment]] = {}
        in_order = len(pieces) == len(row) and _one_in_each(pieces, all_heads)
        for index, s in enumerate(pieces):
            head = all_heads[index] if in_order else column_of(s, all_heads)
            kind = _edge_of(s, columns) or (head.kind if head is not None else None)
            if kind is None:
                legible = legible and (is_placeholder(s.text) or s.text.strip(".)").isdigit())  # a row's number
            elif kind in columns:
                by_column.setdefault(kind, []).append(s)
        for kind, segments in by_column.items():
            columns[kind].append(Line(tuple(segments), sheet.turned))
    rows = split_rows({kind: lines[::-1] for kind, lines in columns.items()} if sheet.turned else columns, known)
    if rows is None:
        return [], False
    rows = rows[::-1] if sheet.turned else rows
    cells = [{k: _cell(lines, following) for k, lines in row.items() if lines} for row in rows]
    return cells, legible and sure


def _cell(lines: Sequence[Line], following: Sequence[Sheet]) -> Cell:
    return Cell(tuple(tuple(_as_printed(s, following) for s in line.segments) for line in lines))


def _as_printed(s: Segment, following: Sequence[Sheet]) -> Segment:
    """Return a text of the next page, which was read as if it were below this one, where it stands there."""
    words = [w for sheet in following if sheet.page.number == s.page for t in sheet.rows[s.row] for w in t.words]
    own = {(w.x0, w.text) for w in s.words}
    return replace(s, words=tuple(w for w in words if (w.x0, w.text) in own)) if words else s


def _body(
    sheet: Sheet, heads: Sequence[Segment], aside: Callable[[Segment], bool], following: Sequence[Sheet]
) -> tuple[list[list[Segment]], bool]:
    """Return the lines of a table, to the next label, paragraph or gap; and whether it surely ends there."""
    under = bottom = max(h.bottom for h in heads)
    height = heads[0].height
    body: list[list[Segment]] = []
    for row in _rows_on(sheet, heads, following, body):
        line = [s for s in row if s not in heads and _below_heads(s, heads, under) and not aside(s)]
        if not line:
            continue
        cells = [s for above in body for s in above]
        line = [replace(s, label=None) if any(_is_of(s, t, heads) for t in cells) else s for s in line]
        if any(s.label is not None for s in line) or line[0].top - bottom > ROW_GAP * max(height, line[0].height):
            return body, not any(_goes_on(s, cells) for s in line if s.label is None)
        lettered = [s for s in line if any(c.isalpha() for c in s.text)] or line  # a date may end a paragraph's line
        paragraph = not any(_like_a_cell(s, body) for s in lettered)
        if paragraph:
            return body, bool(body) or not line[0].capitals
        if _begins_a_paragraph(line, heads):
            return body, True
        if len(line) == 1 and body and _heads_what_follows(sheet, line[0], bottom, aside):
            return body, True
        body.append(line)
        bottom = max(s.bottom for s in line)
    return body, True


def _is_of(s: Segment, cell: Segment, heads: Sequence[Segment]) -> bool:
    """Tell whether a label begins and is set as a cell is, and as no header: "SERVICIOS MÉDICOS" of a name."""
    return s.label is not None and one_start(s, cell) and all(set_as_a_value(s, cell, h) for h in heads)


def _heads_what_follows(sheet: Sheet, s: Segment, bottom: float, aside: Callable[[Segment], bool]) -> bool:
    """Tell whether a text keeps closer to the labels right below it than to the table: the next section's heading."""
    following = next((row for row in sheet.rows[s.row + 1 : s.row + 3] if row), ())
    labels = [t for t in following if t.label is not None and not aside(t)]
    if not labels or s.page != labels[0].page:
        return False
    return s.top - bottom > max(_CLOSER * (labels[0].top - s.bottom), _APART * s.height)


def _rows_on(
    sheet: Sheet, heads: Sequence[Segment], following: Sequence[Sheet], body: Sequence[Sequence[Segment]]
) -> Iterator[Sequence[Segment]]:
    """Yield the lines from the headers on; where only the page's foot follows, those of the next page right below."""
    end = sheet.page.height * _FOOT
    rest = sheet.rows[min(h.row for h in heads) :]
    for number, row in enumerate(rest):
        if body and row and all(not r or r[0].top > end for r in rest[number:]):
            apart = row[0].top - max(s.bottom for s in body[-1]) > ROW_GAP * row[0].height
            if apart or not any(_like_a_cell(s, body) for s in row):
                break
        yield row
    if not body or sheet.turned:
        return
    last = max(s.bottom for s in body[-1])
    for after in following[:1]:
        rows = [row for row in after.rows if row and row[0].bottom > _HEAD * after.page.height]
        here = any(stands_as_a_cell(s, t) for s in (rows[0] if rows else ()) for t in body[-1])
        if last < 0.6 * sheet.page.height or not here:
            return
        off = last + 0.9 * rows[0][0].height - rows[0][0].top
        for row in rows:
            yield [_lowered(s, off) for s in row]


def _lowered(s: Segment, off: float) -> Segment:
    return replace(s, words=tuple(replace(w, top=w.top + off, bottom=w.bottom + off) for w in s.words))


def _below_heads(s: Segment, heads: Sequence[Segment], under: float) -> bool:
    """Tell whether a text stands below the header of its column; headers may be of one line and of more."""
    if s.top > under - 0.5 * s.height:
        return True
    over = [h for h in heads if abs(h.x0 - s.x0) < 0.4 * s.height]
    return s.label is None and any(s.top > h.bottom - 0.3 * s.height for h in over)


def _goes_on(s: Segment, cells: Sequence[Segment]) -> bool:
    """Tell whether a text beside another section's label is as likely the next line of a cell."""
    return any(one_start(t, s) and 0 < s.top - t.top < 1.3 * s.height and set_alike(t, s) for t in cells)


def _edge_of(s: Segment, columns: dict[str, list[Line]]) -> str | None:
    """Return the column whose cells so far begin where a text begins."""
    found = {k for k, lines in columns.items() for line in lines if one_start(line.segments[0], s)}
    return found.pop() if len(found) == 1 else None


def _like_a_cell(s: Segment, body: Sequence[Sequence[Segment]]) -> bool:
    """Tell whether a text is set as the table's first cells are, or as the cell it goes on, and not as a paragraph."""
    alike = not body or all(set_alike(first, s) for first in body[0])
    return alike or any(set_alike(t, s) and aligned(t, s) for row in body[-2:] for t in row)


def _cut_into_cells(s: Segment, heads: Sequence[Segment], starts: Counter[int]) -> list[Segment]:
    """Cut a text that runs through two cells where a word starts under the next header's edge, or as other cells do."""
    wide = sum(over_one_another(s, h) for h in heads) > 1
    cuts = [
        i
        for i, w in enumerate(s.words)
        if i > 0
        and (
            any(one_start(w, h) and h.x0 > s.x0 + s.height for h in heads)
            or (wide and any(starts[round(w.x0) + off] > 0 for off in (-1, 0, 1)))
        )
    ]
    edges = [0, *cuts, len(s.words)]
    return [replace(s, words=s.words[a:b]) for a, b in pairwise(edges)] if cuts else [s]


def _one_in_each(pieces: Sequence[Segment], heads: Sequence[Segment]) -> bool:
    """Tell whether a line has a text for each header, in their order.

    A short text at the left of a wide column stands nearer to the header before its own, which is in the middle.
    """

    def under(s: Segment) -> list[Segment]:
        return [h for h in heads if over_one_another(s, h)]

    return len(pieces) == len(heads) and all(
        not under(s) or head in under(s) for s, head in zip(pieces, heads, strict=True)
    )


def _begins_a_paragraph(line: Sequence[Segment], heads: Sequence[Segment]) -> bool:
    """Tell whether a line is a paragraph's, over more than one column; a date may stand set off at its end."""
    first = line[0]
    wide = sum(over_one_another(first, h) for h in heads) > 1 and len(first.words) > 7
    return wide and not first.capitals and not any(one_start(s, h) for s in line[1:] for h in heads)
