"""From the lines of a table's columns to its rows: each cell may wrap, and stand high, in the middle or low."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mailbot.core.identifiers import parse_registro
from mailbot.core.labels import MODALIDAD, RAZON, REGISTRO
from mailbot.core.lines import Segment

_WRAPS, _NEW_ROW = 1.4, 1.5  # of a line's height: wrapped lines stand closer, rows further apart
_TOUCHES = 1.2  # of a line's height, from one line to the next
_NEAR = 0.3  # of a line's height: two cells' lines at the same place


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one cell."""

    segments: tuple[Segment, ...]

    @property
    def middle(self) -> float:
        s = self.segments[0]
        return (s.top + s.bottom) / 2

    @property
    def height(self) -> float:
        return self.segments[0].height


Row = dict[str, list[Line]]


def split_rows(columns: dict[str, list[Line]]) -> list[Row] | None:
    """Return the rows of a table, or None where its lines can be grouped in more than one way."""
    if not any(columns.values()):
        return []
    leading = next((k for k in (REGISTRO, RAZON, MODALIDAD) if columns.get(k)), None)
    if leading is None:
        return []
    if leading == REGISTRO:
        anchors = _whole_numbers(columns[REGISTRO])
    else:
        found = _by_gaps(columns[leading])
        if found is None:
            return None
        anchors = found
    rows: list[Row] = [{leading: a} for a in anchors]
    for kind, lines in columns.items():
        if kind == leading or not lines:
            continue
        groups = _groups(lines, anchors)
        if groups is None:
            return None
        for row, group in zip(rows, groups, strict=True):
            row[kind] = group
    return None if leading != REGISTRO and _in_step(rows) else rows


def _by_gaps(lines: Sequence[Line]) -> list[list[Line]] | None:
    """Group lines into cells where the gaps tell; all alike and close is one cell only if it is one line."""
    groups = [[lines[0]]]
    for a, b in pairwise(lines):
        gap = (b.middle - a.middle) / a.height
        if _WRAPS < gap < _NEW_ROW:
            return None
        if gap >= _NEW_ROW:
            groups.append([b])
        else:
            groups[-1].append(b)
    if len(groups) == 1 and len(lines) > 2:
        return None
    return groups


def _in_step(rows: Sequence[Row]) -> bool:
    """Tell whether a row's cells all have the same lines, more than one: as likely so many rows set close.

    Lines of one cell touch, or nearly; rows of a table have a little room between them.
    """
    for row in rows:
        cells = list(row.values())
        places = [[line.middle for line in cell] for cell in cells]
        if len(places[0]) > 1 and places[0][1] - places[0][0] < _TOUCHES * cells[0][0].height:
            continue
        if len(cells) > 1 and len(places[0]) > 1 and all(len(p) == len(places[0]) for p in places):
            near = _NEAR * cells[0][0].height
            if all(abs(a - b) < near for p in places[1:] for a, b in zip(places[0], p, strict=True)):
                return True
    return False


def _whole_numbers(lines: Sequence[Line]) -> list[list[Line]]:
    """Join the lines of a registro patronal that breaks at a hyphen: "E12-51553-" over "32-9"."""
    groups: list[list[Line]] = []
    for line in lines:
        last = groups[-1] if groups else None
        text = "".join(s.text for part in [*(last or []), line] for s in part.segments)
        alone = last is not None and parse_registro("".join(s.text for part in last for s in part.segments))
        if last is not None and not alone and parse_registro(text):
            last.append(line)
        else:
            groups.append([line])
    return groups


def _groups(lines: Sequence[Line], anchors: Sequence[Sequence[Line]]) -> list[list[Line]] | None:
    """Give each line to the row it belongs to, trying cells set high, in the middle and low."""
    if len(anchors) == 1:
        return [list(lines)]
    tried = (
        _high(lines, [a[0].middle for a in anchors]),
        _middle(lines, [(a[0].middle + a[-1].middle) / 2 for a in anchors]),
        _low(lines, [a[-1].middle for a in anchors]),
    )
    found = [g for g in tried if g is not None]
    distinct = [g for i, g in enumerate(found) if g not in found[:i]]
    if len(distinct) == 1:
        return distinct[0]
    tight = [g for g in distinct if _closer_within(g)]
    return tight[0] if len(tight) == 1 else None


def _high(lines: Sequence[Line], anchors: Sequence[float]) -> list[list[Line]] | None:
    groups: list[list[Line]] = [[] for _ in anchors]
    for line in lines:
        near = _NEAR * line.height
        row = sum(a <= line.middle + near for a in anchors) - 1
        if row < 0:
            return None
        groups[row].append(line)
    if all(not g or abs(g[0].middle - a) <= _NEAR * g[0].height for g, a in zip(groups, anchors, strict=True)):
        return groups
    return None


def _low(lines: Sequence[Line], anchors: Sequence[float]) -> list[list[Line]] | None:
    groups: list[list[Line]] = [[] for _ in anchors]
    for line in lines:
        near = _NEAR * line.height
        row = sum(a < line.middle - near for a in anchors)
        if row >= len(anchors):
            return None
        groups[row].append(line)
    if all(not g or abs(g[-1].middle - a) <= _NEAR * g[0].height for g, a in zip(groups, anchors, strict=True)):
        return groups
    return None


def _middle(lines: Sequence[Line], anchors: Sequence[float]) -> list[list[Line]] | None:
    groups: list[list[Line]] = []
    rest = list(lines)
    for anchor, following in zip(anchors, [*anchors[1:], float("inf")], strict=True):
        if not rest:
            groups.append([])
            continue
        near = _NEAR * rest[0].height
        wanted = 2 * anchor - rest[0].middle
        if wanted < rest[0].middle - 2 * near:
            return None
        end = next((i for i, line in enumerate(rest) if abs(line.middle - wanted) <= 2 * near), None)
        if end is None and rest[0].middle > anchor + near:
            groups.append([])  # an empty cell: the next line is another row's
            continue
        if end is None or rest[end].middle > following - near:
            return None
        groups.append(rest[: end + 1])
        rest = rest[end + 1 :]
    return None if rest else groups


def _closer_within(groups: Sequence[Sequence[Line]]) -> bool:
    """Tell whether lines of one cell stand closer to each other than to those of the next."""
    within = [b.middle - a.middle for g in groups for a, b in pairwise(g)]
    filled = [g for g in groups if g]
    between = [b[0].middle - a[-1].middle for a, b in pairwise(filled)]
    return not within or not between or max(within) < 0.95 * min(between)
