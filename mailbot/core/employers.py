"""From the employer block to its rows: tables, repeated blocks of labels, or lines stacked under one header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, takewhile

from mailbot.core import labels
from mailbot.core.columns import Cell, below, beside
from mailbot.core.identifiers import RegistroPatronal, parse_registro
from mailbot.core.lines import Segment, Sheet
from mailbot.core.page import Box
from mailbot.core.places import box_of, column_of, neighbours, set_alike, would_have_fitted
from mailbot.core.printed import is_placeholder, read_value
from mailbot.core.rows import Line, split_rows
from mailbot.core.spanish import compact
from mailbot.core.turning import box_as_seen, turned_over

ROW_GAP = 2.6  # heights between two rows of a table; beyond it something else begins


@dataclass(slots=True)
class Block:
    """What is known so far of one employer."""

    cells: dict[str, Cell] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)


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
    if with_captions and all(_mode(s, _asked(s)) is None for s in sheets):
        over = [turned_over(s) for s in reversed(sheets)]
        found_over, sure = read_employers(over, modalidades, whole)
        return [replace(row, box=box_as_seen(row.box, over)) for row in reversed(found_over)], sure
    known = {compact(m): m for m in modalidades}
    rows: list[Row] = []
    legible = True
    blocks: list[Block] = []
    open_blocks: dict[int, Block] = {}
    cells: list[Segment] = []
    for sheet in sheets:
        legible = legible and not any(_carried_over(s, cells) for s in _before_labels(sheet))
        found, sure = _blocks(sheet, known, open_blocks)
        legible = legible and sure
        blocks += found
        cells = [s for block in found for cell in block.cells.values() for s in cell.segments]
    for block in blocks:
        row, sure = _row(block, known)
        legible = legible and sure
        if row is not None:
            rows.append(row)
    read = {r.registro_patronal.text for r in rows if r.registro_patronal}
    for sheet in whole:
        for text in (text for s in sheet.segments for text in (s.text, *(w.text for w in s.words))):
            printed = parse_registro(text) if 11 <= len(text) <= 18 else None
            if printed is not None and printed.text not in read:
                legible = False
    return _without_repeats(rows), legible


def _before_labels(sheet: Sheet) -> list[Segment]:
    """Return the texts of a page above its first label."""
    return list(takewhile(lambda s: s.label is None, sheet.segments))


def _carried_over(s: Segment, cells: Sequence[Segment]) -> bool:
    """Tell whether a text at a page's head is set as a cell of the employers on the page before: the table goes on."""
    return any(abs(s.x0 - c.x0) < 1.5 and s.words[0].font == c.words[0].font and set_alike(c, s) for c in cells)


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


def _asked(sheet: Sheet) -> list[Segment]:
    return [s for s in sheet.segments if s.kind in labels.EMPLOYER]


def _blocks(sheet: Sheet, known: dict[str, str], open_blocks: dict[int, Block]) -> tuple[list[Block], bool]:
    """Find the employers of a page, each with the cell of each of its labels."""
    asked = _asked(sheet)
    if not asked:
        return [], True
    legible = True
    done: list[Block] = []
    starts = _column_starts(asked)
    mode = _mode(sheet, asked)
    only_names = {t.kind for t in asked} == {labels.RAZON}
    seen: set[int] = set()
    for s in asked:
        if id(s) in seen:
            continue
        group = sorted(
            [s, *(n for n in neighbours(sheet, s) if n.kind in labels.EMPLOYER)], key=lambda t: t.x0
        )
        seen.update(id(t) for t in group)
        columns = len({t.kind for t in group}) == len(group) and (len(group) > 1 or only_names)
        if columns and not any(beside(sheet, t) for t in group):
            table, sure = _table(sheet, group, known)
            legible = legible and sure
            column = _column(group[0], starts)
            last = open_blocks.get(column)
            if len(table) == 1 and last is not None and not set(last.cells) & set(table[0].cells):
                last.cells.update(table[0].cells)
                continue
            for block in table:
                open_blocks[column] = block
                done.append(block)
            if not table:
                open_blocks.pop(column, None)
            continue
        for t in group:
            cell = _cell(sheet, t, mode)
            assert t.kind is not None  # noqa: S101 - employer labels have a kind
            column = _column(t, starts)
            block = open_blocks.get(column) or Block()
            if t.kind in block.asked or t.kind in block.cells or column not in open_blocks:
                block = Block()
                open_blocks[column] = block
                done.append(block)
            block.asked.add(t.kind)
            if cell is not None:
                block.cells[t.kind] = cell
    return done, legible


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
    if mode == "beside":
        return beside(sheet, label)
    return (None if mode == "below" else beside(sheet, label)) or below(sheet, label)


def _column_starts(asked: Sequence[Segment]) -> list[float]:
    """Find where blocks set side by side begin: the same label twice on one line."""
    for kind in (labels.RAZON, labels.REGISTRO, labels.MODALIDAD):
        for row in {s.row for s in asked}:
            same = sorted(s.x0 for s in asked if s.row == row and s.kind == kind)
            if len(same) > 1:
                return same
    return []


def _column(s: Segment, starts: Sequence[float]) -> int:
    return sum(start <= s.x0 + s.height for start in starts[1:])


def _table(sheet: Sheet, heads: list[Segment], known: dict[str, str]) -> tuple[list[Block], bool]:
    """Read the rows under a line of headers."""
    all_heads = sorted([heads[0], *neighbours(sheet, heads[0])], key=lambda s: s.x0)
    all_heads = [h for h in all_heads if h.label is not None] if len(all_heads) > len(heads) else all_heads
    columns: dict[str, list[Line]] = {h.kind: [] for h in heads if h.kind}
    under = bottom = max(h.bottom for h in heads)
    height = heads[0].height
    legible = True
    for row in sheet.rows[min(h.row for h in heads) :]:
        body = [s for s in row if s not in all_heads and _below_heads(s, all_heads, under)]
        if not body:
            continue
        if any(s.label is not None for s in body) or body[0].top - bottom > ROW_GAP * max(height, body[0].height):
            legible = legible and not any(_goes_on(s, columns) for s in body if s.label is None)
            break
        pieces = [piece for whole in body for piece in _cut_at_heads(whole, all_heads)]
        paragraph = not any(_like_a_cell(piece, columns) for piece in pieces)
        if paragraph or (len(pieces) == 1 and _spans_columns(pieces[0], all_heads)):
            cell_like = pieces[0].capitals and not paragraph
            legible = legible and not cell_like and (any(columns.values()) or not pieces[0].capitals)
            break
        by_column: dict[str, list[Segment]] = {}
        for index, s in enumerate(pieces):
            head = column_of(s, all_heads)
            if head is None and len(pieces) == len(all_heads):
                head = all_heads[index]  # a short text at the left of a wide column, its header in the middle
            kind = _edge_of(s, columns) or (head.kind if head is not None else None)
            if kind is None:
                legible = legible and (is_placeholder(s.text) or len(s.text) < 3)
            elif kind in columns:
                by_column.setdefault(kind, []).append(s)
        for kind, segments in by_column.items():
            columns[kind].append(Line(tuple(segments)))
        bottom = max(s.bottom for s in body)
    rows = split_rows(columns, known)
    if rows is None:
        return [], False
    if sheet.turned:
        rows = [{kind: lines[::-1] for kind, lines in row.items()} for row in rows]
    return [Block({k: Cell(tuple(line.segments for line in ls)) for k, ls in r.items() if ls}) for r in rows], legible


def _below_heads(s: Segment, heads: Sequence[Segment], under: float) -> bool:
    """Tell whether a text stands below the header of its column; headers may be of one line and of more."""
    if s.top > under - 0.5 * s.height:
        return True
    over = [h for h in heads if abs(h.x0 - s.x0) < 0.4 * s.height]
    return s.label is None and any(s.top > h.bottom - 0.3 * s.height for h in over)


def _goes_on(s: Segment, columns: dict[str, list[Line]]) -> bool:
    """Tell whether a text beside another section's label is as likely the next line of a cell."""
    lasts = [line.segments[0] for lines in columns.values() for line in lines[-1:]]
    return any(abs(t.x0 - s.x0) < 1.5 and s.top - t.bottom < 0.3 * s.height and set_alike(t, s) for t in lasts)


def _edge_of(s: Segment, columns: dict[str, list[Line]]) -> str | None:
    """Return the column whose cells so far begin where a text begins."""
    found = {k for k, lines in columns.items() for line in lines if abs(line.segments[0].x0 - s.x0) < 1.5}
    return found.pop() if len(found) == 1 else None


def _like_a_cell(s: Segment, columns: dict[str, list[Line]]) -> bool:
    """Tell whether a text alone on its line is set as the table's cells are, and not as the paragraph after it."""
    firsts = [lines[0].segments[0] for lines in columns.values() if lines]
    return all(set_alike(first, s) for first in firsts)


def _cut_at_heads(s: Segment, heads: Sequence[Segment]) -> list[Segment]:
    """Cut a text that runs through two cells where a word starts right under the next header's edge."""
    cuts = [
        i
        for i, w in enumerate(s.words)
        if i > 0 and any(abs(w.x0 - h.x0) < 1.5 and h.x0 > s.x0 + s.height for h in heads)
    ]
    edges = [0, *cuts, len(s.words)]
    return [replace(s, words=s.words[a:b]) for a, b in pairwise(edges)] if cuts else [s]


def _spans_columns(s: Segment, heads: Sequence[Segment]) -> bool:
    return sum(min(s.x1, h.x1) - max(s.x0, h.x0) > 0 for h in heads) > 1 and len(s.words) > 7


def _row(block: Block, known: dict[str, str]) -> tuple[Row | None, bool]:
    """Turn the cells of a block to values; placeholders are no employer."""
    cells = {k: c for k, c in block.cells.items() if not is_placeholder(c.text)}
    if not cells:
        return None, True
    legible = not any(c.cut or (k == labels.RAZON and _of_two(c, known)) for k, c in cells.items())
    registro = None
    if cell := cells.get(labels.REGISTRO):
        registro = parse_registro(cell.text) or parse_registro(cell.texts[0])
        legible = registro is not None
    modalidad = _line(cells.get(labels.MODALIDAD), labels.MODALIDAD)
    razon, unlabelled = None, None
    if cell := cells.get(labels.RAZON):
        razon, unlabelled = _split_modalidad(cell, known)
    if razon is None:
        legible = False
    elif cells.keys() == {labels.RAZON} and razon != razon.upper() and (len(razon.split()) > 5 or razon[-1] == "."):
        return None, True  # a legend that stands where the first employer would
    segments = [s for c in cells.values() for s in c.segments]
    return Row(razon, registro, modalidad or unlabelled, box_of(segments)), legible


def _of_two(cell: Cell, known: dict[str, str]) -> bool:
    """Tell whether a name's lines break where the next word had room: as likely two names."""
    width = cell.box.x1 - cell.box.x0
    for number, (a, b) in enumerate(pairwise(cell.lines), 1):
        rest = compact("".join(s.text for line in cell.lines[number:] for s in line))
        if len(a) == 1 and would_have_fitted(a[0], b[0], width) and rest not in known:
            return True
    return False


def _line(cell: Cell | None, kind: str) -> str | None:
    value = read_value(kind, cell.text) if cell else None
    return value if isinstance(value, str) else None


def _split_modalidad(cell: Cell, known: dict[str, str]) -> tuple[str | None, str | None]:
    """Take a known modalidad, printed without a label, off the end of a razón social."""
    words = [w.text for line in cell.lines for s in line for w in s.words]
    for cut in range(1, len(words)):
        if compact("".join(words[cut:])) in known:
            name = read_value(labels.RAZON, " ".join(words[:cut]))
            return (name if isinstance(name, str) else None), " ".join(words[cut:])
    name = read_value(labels.RAZON, cell.text)
    return (name if isinstance(name, str) else None), None
