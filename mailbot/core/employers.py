"""From the employer block to its rows: tables, repeated blocks of labels, or lines stacked under one header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, takewhile

from mailbot.core import labels
from mailbot.core.cell import Cell
from mailbot.core.columns import below, beside, next_line
from mailbot.core.identifiers import RegistroPatronal, parse_registro
from mailbot.core.modalidades import (
    begins_as_known,
    hides_a_modalidad,
    holds_a_part,
    is_a_part,
    modalidad_in,
    split_modalidad,
    unbroken,
)
from mailbot.core.page import Box
from mailbot.core.places import (
    FIRST_LINE_BELOW,
    at_the_edge,
    box_of,
    has_text_beside,
    left_of,
    marks_a_label,
    neighbours,
    one_start,
    over_one_another,
    same_type,
    set_alike,
    stands_as_a_cell,
    would_have_fitted,
)
from mailbot.core.printed import is_placeholder, of_two_kinds, read_value
from mailbot.core.sheet import Segment, Sheet
from mailbot.core.spanish import compact, fold
from mailbot.core.table import read_table
from mailbot.core.turning import box_as_seen, turned_over

_NO_ENDS = frozenset({"de", "del", "la", "las", "los", "y", "e", "en", "para", "num", "no", "s", "spr", "sapi"})
"""No employer's name ends so, nor in "S" or "SPR" of a form of company: the rest stands somewhere else."""
_GLUED = re.compile(r"\d{7}")  # a registro patronal that a name has run into


@dataclass(slots=True)
class Block:
    """What is known so far of one employer."""

    cells: dict[str, Cell] = field(default_factory=dict)
    asked: dict[str, None] = field(default_factory=dict)
    """The kinds of its labels, in their order; none where it is a row of a table."""


@dataclass(frozen=True, slots=True)
class Row:
    """One employer as read."""

    razon_social: str | None
    registro_patronal: RegistroPatronal | None
    modalidad: str | None
    box: Box


def read_employers(
    sheets: Sequence[Sheet], modalidades: Sequence[str], whole: Sequence[Sheet], *, with_captions: bool = False
) -> tuple[list[Row], bool]:
    """Read every employer; the second value tells whether all that is printed was read with certainty.

    ``whole`` are the pages with all their sections: a registro patronal anywhere that was not read leaves a doubt.
    ``with_captions`` tells that the document's other values stand above their labels; a table's may still not.
    """
    known = {compact(m): m for m in modalidades}
    if not with_captions:
        return _read(sheets, known, whole)
    over = [turned_over(s) for s in reversed(sheets)]
    found, sure = _read(over, known, whole)
    from_above = [replace(row, box=box_as_seen(row.box, over)) for row in reversed(found)]
    modes = {_mode(s, _asked(s)) for s in sheets} - {None}
    if not modes:
        return from_above, sure
    upright = _read(sheets, known, whole)
    numbered = bool(found) and all(row.registro_patronal is not None for row in found)
    over_each = modes == {"below"} and sure and numbered  # what seems below is the next employer's
    return (from_above, True) if over_each and not upright[1] else upright


def _read(sheets: Sequence[Sheet], known: dict[str, str], whole: Sequence[Sheet]) -> tuple[list[Row], bool]:
    """Read the employers of pages whose values stand beside their labels or below them."""
    rows: list[Row] = []
    legible = True
    blocks: list[Block] = []
    last: Block | None = None
    cells: list[Segment] = []
    for number, sheet in enumerate(sheets):
        texts = {w.text for s in cells if s.page == sheet.page.number for w in s.words}
        further = [s for s in _before_labels(sheet) if not texts & {w.text for w in s.words}]
        legible = legible and not any(_carried_over(s, cells) for s in further)
        begun = [] if last is None else [last]  # on the page before, and going on here
        found, last, sure = _blocks(sheet, known, last, sheets[number + 1 :])
        legible = legible and sure
        blocks += found
        cells = [s for block in (*begun, *found) for cell in block.cells.values() for s in cell.segments]
        here = [s for s in (*_asked(sheet), *cells) if s.page == sheet.page.number]
        legible = legible and not any(at_the_edge(sheet.page, s) for s in here)
        if any(block.asked for block in found):
            legible = legible and not any(_left_over(sheet, s, cells) for s in sheet.segments)
    legible = legible and _give_back(blocks, known) and len({next(iter(b.asked)) for b in blocks if b.asked}) < 2
    for block in blocks:
        row, sure = _row(block, known)
        legible = legible and sure
        if row is not None:
            rows.append(row)
    read = {r.registro_patronal.text for r in rows if r.registro_patronal}
    for sheet in whole:
        for printed in (number for s in sheet.segments for number in _numbers(s)):
            legible = legible and printed.text in read
    unread = [] if any(block.cells for block in blocks) else [(s, t) for s in sheets for t in _asked(s)]
    legible = legible and not any(_runs_through(sheet, t) for sheet, t in unread if not t.colon)
    return _without_repeats(rows), legible


def _numbers(s: Segment) -> Iterator[RegistroPatronal]:
    """Yield every registro patronal in a text, however it is spaced."""
    for start in range(len(s.words)):
        for end in range(start + 1, min(start + 4, len(s.words)) + 1):
            text = "".join(w.text for w in s.words[start:end])
            if 11 <= len(text) <= 18 and (number := parse_registro(text)):
                yield number


def _give_back(blocks: Sequence[Block], known: dict[str, str]) -> bool:
    """Leave a line that two cells hold to the one that needs it; tell whether none is left in doubt."""
    times = Counter(id(s) for block in blocks for cell in block.cells.values() for s in cell.segments)
    for block in blocks:
        cell = block.cells.get(labels.MODALIDAD)
        own = tuple(line for line in cell.lines if all(times[id(s)] == 1 for s in line)) if cell else ()
        if cell is None or own == cell.lines:
            continue
        shared = {id(s) for line in cell.lines if line not in own for s in line}
        if compact(cell.text) in known:  # the other cell holds the line too, and is the one to lose it
            for kind, other in ((k, c) for b in blocks for k, c in list(b.cells.items()) if c is not cell):
                kept = (tuple(s for s in line if id(s) not in shared) for line in other.lines)
                rest = tuple(line for line in kept if line)
                if rest and rest != other.lines:
                    next(b for b in blocks if b.cells.get(kind) is other).cells[kind] = Cell(rest, cut=other.cut)
                    times.subtract(shared)
        elif compact(Cell(own).text if own else "") in known:
            block.cells[labels.MODALIDAD] = Cell(own, cut=cell.cut)
            times.subtract(shared)
    return all(times[id(s)] == 1 for block in blocks for cell in block.cells.values() for s in cell.segments)


def _before_labels(sheet: Sheet) -> list[Segment]:
    """Return the texts of a page above its first label."""
    return list(takewhile(lambda s: s.label is None, sheet.segments))


def _carried_over(s: Segment, cells: Sequence[Segment]) -> bool:
    """Tell whether a text at a page's head is set as a cell of the employers on the page before: the table goes on."""
    return any(stands_as_a_cell(s, c) for c in cells)


def _left_over(sheet: Sheet, s: Segment, cells: Sequence[Segment]) -> bool:
    """Tell whether a text amid the employers, set as their cells are, is of none: one may go on there."""
    like = [c for c in cells if c.page == s.page and c.words[0].font == s.words[0].font and set_alike(c, s)]
    small = any(c.islower() for c in s.text)
    if _rest_before_a_label(sheet, s, cells):
        return True
    if s.label is not None or small or not compact(s.text) or not like or any(c is s for c in cells):
        return False
    tops = [t.top for t in (*like, *_asked(sheet))]
    if not min(tops) - 0.5 * s.height < s.top < max(c.bottom for c in like) + s.height:
        return False
    if marks_a_label(sheet, s):
        return False
    before = left_of(sheet, s)
    if before is not None and before.label is not None and before.kind not in labels.EMPLOYER:
        return False
    for row in reversed(sheet.rows[max(0, s.row - 6) : s.row]):
        over = [t for t in row if over_one_another(t, s) and t.top < s.top - 0.5 * s.height]
        if over:
            far = s.top - over[0].bottom > FIRST_LINE_BELOW * s.height
            return far or over[0].label is None or has_text_beside(sheet, over[0])
    return True


def _rest_before_a_label(sheet: Sheet, s: Segment, cells: Sequence[Segment]) -> bool:
    """Tell whether a line after one that ends in a cell begins with words and a label in one: "7 MODALIDAD:"."""
    before = sheet.rows[s.row - 1] if s.row > 0 else []
    if s.kind != labels.OTHER or not s.colon or len(before) < 2 or not one_start(before[0], s):
        return False
    ends = [labels.LABELS.get("".join(compact(w.text) for w in s.words[n:])) for n in range(1, len(s.words))]
    return any(c is before[-1] for c in cells) and any(e is not None and e.kind in labels.EMPLOYER for e in ends)


def _without_repeats(rows: list[Row]) -> list[Row]:
    """Drop a row that a second page prints again."""
    seen: list[tuple[str | None, RegistroPatronal | None, str | None]] = []
    kept = []
    for row in rows:
        key = (row.razon_social, row.registro_patronal, row.modalidad)
        if row.registro_patronal is None or key not in seen:
            kept.append(row)
        seen.append(key)
    return kept


def _as_table(
    sheet: Sheet, heads: list[Segment], known: dict[str, str], following: Sequence[Sheet]
) -> tuple[list[Block], bool]:
    rows, sure = read_table(sheet, heads, known, following)
    return [Block(cells) for cells in rows], sure


def _begins_with_a_rest(row: Block) -> bool:
    """Tell whether a row's cells do not begin at one height: on a further page, one may go on that was torn there."""
    tops = [cell.box.top for cell in row.cells.values()]
    return max(tops) - min(tops) > 0.5 * next(iter(row.cells.values())).lines[0][0].height


def _asked(sheet: Sheet) -> list[Segment]:
    return [s for s in sheet.segments if s.kind in labels.EMPLOYER and not _heads_the_block(sheet, s)]


def _heads_the_block(sheet: Sheet, s: Segment) -> bool:
    """Tell whether a label of a name is the block's heading: "Último patrón", alone on its line over the labels."""
    if s.kind != labels.RAZON or s.colon or len(sheet.rows[s.row]) > 1:
        return False
    following = next((row for row in sheet.rows[s.row + 1 :] if row), (s,))[0]
    others = [t for t in sheet.segments if t.kind == labels.RAZON and compact(t.text) != compact(s.text)]
    return following.kind in labels.EMPLOYER and bool(others)


def _blocks(
    sheet: Sheet, known: dict[str, str], last: Block | None, following: Sequence[Sheet] = ()
) -> tuple[list[Block], Block | None, bool]:
    """Find the employers of a page, each with the cell of each of its labels; ``last`` is one that may go on."""
    asked = _asked(sheet)
    legible = True
    done: list[Block] = []
    starts = _column_starts(asked)
    mode = _mode(sheet, asked)
    only_names = {t.kind for t in asked} == {labels.RAZON}
    seen: set[int] = set()
    for s in sorted(asked, key=lambda t: _column(t, starts)):
        if id(s) in seen:
            continue
        beside_it = [n for n in neighbours(sheet, s) if n.kind in labels.EMPLOYER]
        group = sorted([s, *(n for n in beside_it if _column(n, starts) == _column(s, starts))], key=lambda t: t.x0)
        seen.update(id(t) for t in group)
        columns = len({t.kind for t in group}) == len(group) and (len(group) > 1 or only_names)
        if columns and not any(_has_its_text_beside(sheet, t, mode) for t in group):
            table, sure = _as_table(sheet, group, known, following)
            torn = last is not None and not (last.asked or done) and table[:1] and _begins_with_a_rest(table[0])
            legible = legible and sure and not torn
            if len(table) == 1 and last is not None and not set(last.cells) & set(table[0].cells):
                last.cells.update(table[0].cells)
                continue
            done += table
            last = table[-1] if table else None
            continue
        for t in group:
            cell = _cell(sheet, t, mode)
            assert t.kind is not None  # noqa: S101 - employer labels have a kind
            if last is None or t.kind in last.asked or t.kind in last.cells:
                last = Block()
                done.append(last)
            last.asked[t.kind] = None
            if cell is not None:
                last.cells[t.kind] = cell
    return done, last, legible


def _mode(sheet: Sheet, asked: Sequence[Segment]) -> str | None:
    """Tell where the registros patronales stand, beside their labels or below; all the block is set so."""
    numbers = [s for s in asked if s.kind == labels.REGISTRO]
    for mode, place in (("beside", beside), ("below", below)):
        cells = [cell for s in numbers if (cell := place(sheet, s))]
        if any(parse_registro(cell.text) or parse_registro(cell.texts[0]) for cell in cells):
            return mode
    return None


def _cell(sheet: Sheet, label: Segment, mode: str | None) -> Cell | None:
    """Return the text of a label by itself, where the block has its texts."""
    cell = beside(sheet, label)
    if mode == "beside":
        return _on_the_next_line(sheet, label) if cell is None else cell
    close = cell is not None and label.colon and cell.box.x0 - label.x1 < label.height
    return cell if cell is not None and (mode != "below" or close) else below(sheet, label)


def _has_its_text_beside(sheet: Sheet, label: Segment, mode: str | None) -> bool:
    """Tell whether beside a label stands what it asks for; below one header of a table, the next one may: "No."."""
    cell = beside(sheet, label)
    header = mode == "below" and not label.colon and cell is not None and same_type(label, cell.lines[0][0])
    return cell is not None and not header


def _on_the_next_line(sheet: Sheet, label: Segment) -> Cell | None:
    """Return a text that was too long for its label's line: right below the label, or where text that flows goes on."""
    cell = below(sheet, label)
    if cell is None or not label.colon:
        return next_line(sheet, label)
    first = cell.lines[0][0]
    at_once = one_start(first, label) and first.top - label.bottom < 0.5 * first.height
    return cell if at_once and first.capitals else next_line(sheet, label)


def _runs_through(sheet: Sheet, label: Segment) -> bool:
    """Tell whether right below a label without a cell stands a text that reaches out of its column."""
    reach = 2 * FIRST_LINE_BELOW * label.height  # the other headers may be of more lines
    return any(
        s.capitals and not is_placeholder(s.text) and s.label is None
        and over_one_another(s, label) and s.top - label.bottom < reach
        for row in sheet.rows[label.row + 1 : label.row + 5]
        for s in row
    )  # fmt: skip


def _column_starts(asked: Sequence[Segment]) -> list[float]:
    """Find where blocks set side by side begin: the same label twice on one line, or all labels on a few edges."""
    for kind in (labels.RAZON, labels.REGISTRO, labels.MODALIDAD):
        for row in {s.row for s in asked}:
            same = sorted(s.x0 for s in asked if s.row == row and s.kind == kind)
            if len(same) > 1:
                return same
    for kind in (labels.RAZON, labels.REGISTRO, labels.MODALIDAD):
        edges: list[float] = []
        for x in sorted(s.x0 for s in asked if s.kind == kind):
            if not edges or x - edges[-1] > 1.5:
                edges.append(x)
        if len(edges) > 1 and all(any(abs(s.x0 - x) <= 1.5 for x in edges) for s in asked):
            return edges
    return []


def _column(s: Segment, starts: Sequence[float]) -> int:
    return sum(start <= s.x0 + s.height for start in starts[1:])


def _row(block: Block, known: dict[str, str]) -> tuple[Row | None, bool]:
    """Turn the cells of a block to values; placeholders are no employer."""
    cells = {k: c for k, c in block.cells.items() if not is_placeholder(c.text)}
    if not cells:
        return None, True
    texts = {k: c for k, c in cells.items() if k != labels.REGISTRO}  # a number shows by itself that it is whole
    legible = not any(_doubtful(k, c, known) for k, c in texts.items())
    registro = None
    if cell := cells.get(labels.REGISTRO):
        found = read_value(labels.REGISTRO, cell.text) or read_value(labels.REGISTRO, cell.texts[0])
        registro = found if isinstance(found, RegistroPatronal) else None
        legible = legible and registro is not None
    cell = cells.get(labels.MODALIDAD)
    modalidad = modalidad_in(cell.text) if cell else None
    modalidad = modalidad and unbroken(modalidad, known)
    legible = legible and not (modalidad and (is_a_part(modalidad, known) or of_two_kinds(modalidad)))
    razon, unlabelled = None, None
    if cell := cells.get(labels.RAZON):
        razon, unlabelled = split_modalidad(cell, known)
        legible = legible and not (labels.MODALIDAD not in cells and hides_a_modalidad(cell, razon, known))
    if razon is None or _breaks_off(razon) or holds_a_part(razon, modalidad or unlabelled, known):
        legible = False
    elif cells.keys() == {labels.RAZON} and razon != razon.upper() and (len(razon.split()) > 5 or razon[-1] == "."):
        return None, True  # a legend that stands where the first employer would
    segments = [s for c in cells.values() for s in c.segments]
    return Row(razon, registro, modalidad or unlabelled, box_of(segments)), legible


def _breaks_off(razon: str) -> bool:
    """Tell whether a name has no end, or another cell's number in it."""
    return fold(razon.rsplit(maxsplit=1)[-1]).strip(".") in _NO_ENDS or _GLUED.search(razon) is not None


def _doubtful(kind: str, cell: Cell, known: dict[str, str]) -> bool:
    """Tell whether a cell's text may be a part, or more than one cell's."""
    if kind == labels.MODALIDAD and compact(cell.text) in known:
        return cell.cut  # however its words are broken
    return cell.doubtful or (kind == labels.RAZON and _of_two(cell, known))


def _of_two(cell: Cell, known: dict[str, str]) -> bool:
    """Tell whether a name's lines break where the next word had room: as likely two names."""
    width = cell.box.x1 - cell.box.x0
    for number, (a, b) in enumerate(pairwise(cell.lines), 1):
        rest = Cell(cell.lines[number:]).text
        indented = a[0].x0 - b[0].x0 > a[0].height  # the first line begins after its label, the others below it
        room = cell.box.x1 - a[0].x0 if indented else width
        if len(a) == 1 and would_have_fitted(a[0], b[0], room) and not begins_as_known(rest, known):
            return True
    return False
