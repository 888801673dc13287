"""From the lines of a table's columns to its rows: each cell may wrap, and stand high, in the middle or low."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mailbot.core.identifiers import parse_registro
from mailbot.core.labels import MODALIDAD, RAZON, REGISTRO
from mailbot.core.printed import is_placeholder
from mailbot.core.sheet import Segment
from mailbot.core.spanish import OPEN_WORDS, compact, fold

_WRAPS, _NEW_ROW = 1.4, 1.5  # of a line's height: wrapped lines stand closer, rows further apart
_TOUCHES = 1.2  # of a line's height, from one line to the next
_NEAR = 0.3  # of a line's height: two cells' lines at the same place
_EVEN = 1.15  # lines of one cell are spaced alike: a gap beyond this part of the least one is another row's


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one cell."""

    segments: tuple[Segment, ...]
    turned: bool = False
    """Whether its page was turned over, foot to head: its lines come as they are read, so it counts from the foot."""

    @property
    def middle(self) -> float:
        s = self.segments[0]
        return (s.top + s.bottom) / 2 * (-1 if self.turned else 1)

    @property
    def height(self) -> float:
        return self.segments[0].height

    @property
    def text(self) -> str:
        return " ".join(s.text for s in self.segments)


Cells = list[list[Line]]
Row = dict[str, list[Line]]
Known = Mapping[str, str]
"""Compact text of each known modalidad."""


def split_rows(columns: dict[str, list[Line]], known: Known) -> list[Row] | None:
    """Return the rows of a table, or None where its lines can be grouped in more than one way.

    A column whose cells show by themselves where they begin and end leads: registros patronales, else known
    modalidades, else the gaps between lines. The others follow in one manner, all high, all in the middle or all low.
    """
    columns = {kind: lines for kind, lines in columns.items() if lines}
    if not columns:
        return []
    if len(columns) == 1:
        (kind,) = columns
        cells = _cells(kind, columns[kind], known)
        return None if cells is None else [{kind: cell} for cell in cells]
    for kind, cells in _leaders(columns, known):
        others = {k: lines for k, lines in columns.items() if k != kind}
        found = _together(cells, others, kind, known)
        if found is not None:
            rest = any(_is_a_rest(row, columns) for row in found) or _cuts_a_modalidad(found, known)
            numbered = kind == REGISTRO and _numbers_each(cells)
            return None if rest or not (numbered or _spaced_as_cells(found)) else found
    return None


def _numbers_each(cells: Cells) -> bool:
    """Tell whether every row has its registro patronal, or a dash in its place where others have one."""
    texts = [_joined(cell) for cell in cells]
    return any(map(parse_registro, texts)) and all(is_placeholder(text) or parse_registro(text) for text in texts)


def _is_a_rest(row: Row, columns: Mapping[str, list[Line]]) -> bool:
    """Tell whether a row has nothing but a name where the table has columns for more: as likely a name's last line."""
    return len(columns) > 1 and not any(row.get(kind) for kind in (REGISTRO, MODALIDAD))


def _cuts_a_modalidad(rows: Sequence[Row], known: Known) -> bool:
    """Tell whether two rows have one registro patronal, and their modalidades together are a known one."""
    return any(
        (not a.get(REGISTRO) or not b.get(REGISTRO)) and _key([*a.get(MODALIDAD, []), *b.get(MODALIDAD, [])]) in known
        for a, b in pairwise(rows)
        if a.get(MODALIDAD) and b.get(MODALIDAD)
    )


def _leaders(columns: Mapping[str, list[Line]], known: Known) -> Iterator[tuple[str, Cells]]:
    """Yield each column that may lead, with its cells, the surest first."""
    if REGISTRO in columns:
        yield REGISTRO, _whole_numbers(columns[REGISTRO])
    if MODALIDAD in columns and (cells := _by_known(columns[MODALIDAD], known)):
        yield MODALIDAD, cells
    for kind in (RAZON, MODALIDAD):
        if kind in columns and (cells := _by_gaps(columns[kind])):
            yield kind, cells


def _cells(kind: str, lines: list[Line], known: Known) -> Cells | None:
    """Return the cells of a table's only column."""
    if kind == REGISTRO:
        return _whole_numbers(lines)
    return (_by_known(lines, known) if kind == MODALIDAD else None) or _by_gaps(lines)


def _together(lead: Cells, others: Mapping[str, list[Line]], kind: str, known: Known) -> list[Row] | None:
    """Give the lines of the other columns to the leading cells' rows; None where more than one way is as good."""
    found: list[list[Row]] = []
    for manner in (_high, _middle, _low):
        rows: list[Row] = [{kind: cell} for cell in lead]
        for other, lines in others.items():
            groups = manner(lines, lead) if len(lead) > 1 else [list(lines)]
            if groups is None:
                break
            for row, group in zip(rows, groups, strict=True):
                row[other] = group
        else:
            if rows not in found and all(_is_one_employer(row, known) for row in rows):
                found.append(rows)
    for better in (_all_known(known), _spaced_as_cells, _all_ended):
        if len(found) > 1:
            found = [rows for rows in found if better(rows)] or found
    if len(found) != 1 or (kind != REGISTRO and _in_step(found[0], known)):
        return None
    return found[0]


def _all_known(known: Known) -> Callable[[list[Row]], bool]:
    def every(rows: list[Row]) -> bool:
        cells = [row[MODALIDAD] for row in rows if row.get(MODALIDAD)]
        return bool(cells) and all(_key(cell) in known for cell in cells)

    return every


def _all_ended(rows: list[Row]) -> bool:
    """Tell whether no name ends in a small word: "… SA DE" goes on in the next line, "CV"."""
    return not any(fold(row[RAZON][-1].text.split()[-1]) in OPEN_WORDS for row in rows if row.get(RAZON))


def _key(lines: Sequence[Line]) -> str:
    return compact(_joined(lines))


def _is_one_employer(row: Row, known: Known) -> bool:
    """Tell whether no cell of a row is as likely two: modalidades one after the other, or lines set apart."""
    modalidad = row.get(MODALIDAD, [])
    if len(modalidad) > 1 and _key(modalidad) not in known and len(_by_known(modalidad, known) or []) > 1:
        return False
    razon = row.get(RAZON, [])
    numbered = parse_registro(_joined(row.get(REGISTRO, []))) is not None
    whole = numbered and (_key(modalidad) in known or any(_key(razon[n:]) in known for n in range(1, len(razon))))
    for cell in row.values():
        gaps = [b.middle - a.middle for a, b in pairwise(cell)]
        if gaps and (max(gaps) > _EVEN * min(gaps) or (max(gaps) > _NEW_ROW * cell[0].height and not whole)):
            return False
    return True


def _by_known(lines: Sequence[Line], known: Known) -> Cells | None:
    """Cut a column of modalidades into texts that are known, in the one way that there is."""
    ways: list[Cells] = [[]]
    at: list[list[Cells]] = [ways, *([] for _ in lines)]
    for start in range(len(lines)):
        for end in range(start + 1, min(start + 7, len(lines)) + 1):
            whole = list(lines[start:end])
            if _key(whole) in known or (end == start + 1 and is_placeholder(whole[0].text)):
                at[end] += [[*before, whole] for before in at[start][:2]]
    found = at[-1]
    if len(found) > 1:
        found = [cells for cells in found if _evenly_spaced(cells)]
    return found[0] if len(found) == 1 else None


def _evenly_spaced(cells: Cells) -> bool:
    within = [b.middle - a.middle for cell in cells for a, b in pairwise(cell)]
    between = [b[0].middle - a[-1].middle for a, b in pairwise(cells)]
    return not within or not between or max(within) < 0.95 * min(between)


def _by_gaps(lines: Sequence[Line]) -> Cells | None:
    """Group lines into cells where the gaps tell; all alike and close is one cell only if it is one line."""
    gaps = [(b.middle - a.middle) / a.height for a, b in pairwise(lines)]
    wraps, rows = _WRAPS, _NEW_ROW
    if gaps and max(gaps) > 1.2 * min(gaps) and min(gaps) < _WRAPS:
        middle = (max(gaps) + min(gaps)) / 2  # two kinds of gaps: those within a cell, and those between
        if not any(0.93 * middle < gap < 1.07 * middle for gap in gaps):
            wraps = rows = middle
    groups = [[lines[0]]]
    for gap, line in zip(gaps, lines[1:], strict=True):
        if wraps < gap < rows:
            return None
        if gap >= rows:
            groups.append([line])
        else:
            groups[-1].append(line)
    if len(groups) == 1 and len(lines) > 2:
        return None
    return groups


def _in_step(rows: Sequence[Row], known: Known) -> bool:
    """Tell whether a row's cells all have the same lines, more than one: as likely so many rows set close.

    Lines of one cell touch, or nearly; rows of a table have a little room between them.
    """
    for row in rows:
        cells = [cell for cell in row.values() if cell]
        if _key(row.get(MODALIDAD, [])) in known:
            continue
        places = [[line.middle for line in cell] for cell in cells]
        if len(places[0]) > 1 and places[0][1] - places[0][0] < _TOUCHES * cells[0][0].height:
            continue
        if len(cells) > 1 and len(places[0]) > 1 and all(len(p) == len(places[0]) for p in places):
            near = _NEAR * cells[0][0].height
            if all(abs(a - b) < near for p in places[1:] for a, b in zip(places[0], p, strict=True)):
                return True
    return False


def _whole_numbers(lines: Sequence[Line]) -> Cells:
    """Join the lines of a registro patronal that breaks at hyphens: "E12-51553-" over "32-9"."""
    groups: Cells = []
    at = 0
    while at < len(lines):
        ends = (end for end in range(at + 1, min(at + 4, len(lines)) + 1) if parse_registro(_joined(lines[at:end])))
        end = at + 1 if is_placeholder(lines[at].text) else next(ends, at + 1)
        groups.append(list(lines[at:end]))
        at = end
    return groups


def _joined(lines: Sequence[Line]) -> str:
    return "".join(line.text for line in lines)


def _high(lines: Sequence[Line], lead: Cells) -> Cells | None:
    """Give each line to the last cell that has begun; None where a group does not begin where its cell does."""
    anchors = [cell[0].middle for cell in lead]
    return _grouped(lines, anchors, [sum(a <= x.middle + _NEAR * x.height for a in anchors) - 1 for x in lines], 0)


def _low(lines: Sequence[Line], lead: Cells) -> Cells | None:
    """Give each line to the first cell that has not ended; None where a group does not end where its cell does."""
    anchors = [cell[-1].middle for cell in lead]
    return _grouped(lines, anchors, [sum(a < x.middle - _NEAR * x.height for a in anchors) for x in lines], -1)


def _grouped(lines: Sequence[Line], anchors: Sequence[float], rows: Sequence[int], end: int) -> Cells | None:
    """Group lines by their row, where each group has its first or last line (``end``) at its row's anchor."""
    if not all(0 <= row < len(anchors) for row in rows):
        return None
    groups = [[line for line, own in zip(lines, rows, strict=True) if own == row] for row in range(len(anchors))]
    at_anchor = (not g or abs(g[end].middle - a) <= _NEAR * g[0].height for g, a in zip(groups, anchors, strict=True))
    return groups if all(at_anchor) else None


def _middle(lines: Sequence[Line], lead: Cells) -> Cells | None:
    anchors = [(cell[0].middle + cell[-1].middle) / 2 for cell in lead]
    groups: Cells = []
    rest = list(lines)
    for anchor, following in zip(anchors, [*anchors[1:], float("inf")], strict=True):
        if not rest:
            groups.append([])
            continue
        near = _NEAR * rest[0].height
        wanted = 2 * anchor - rest[0].middle
        if rest[0].middle > anchor + near:
            groups.append([])  # an empty cell: the next line is another row's
            continue
        if wanted < rest[0].middle - 2 * near:
            return None
        end = next((i for i, line in enumerate(rest) if abs(line.middle - wanted) <= 2 * near), None)
        if end is None or rest[end].middle > following - near:
            return None
        groups.append(rest[: end + 1])
        rest = rest[end + 1 :]
    return None if rest else groups


def _spaced_as_cells(rows: list[Row]) -> bool:
    """Tell whether, in every column, lines of one cell stand closer to each other than to those of the next."""
    kinds = {kind for row in rows for kind in row}
    return all(_evenly_spaced([row[kind] for row in rows if row.get(kind)]) for kind in kinds)


