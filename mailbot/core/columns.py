"""From a label to the text that may be its value: beside it, or below it in its column; never above."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from mailbot.core.cell import Cell
from mailbot.core.flowing import closes, goes_on, goes_on_from_a_later, line_after
from mailbot.core.labels import CURP, EMPLOYER, HEADINGS, NSS
from mailbot.core.places import (
    FIRST_LINE_BELOW,
    NEXT_LINE,
    NEXT_PIECE,
    SAME_EDGE,
    after,
    aligned,
    amid_labels,
    asks_too,
    closer_below,
    column_of,
    follows,
    has_text_beside,
    heads,
    in_column,
    in_front,
    marks_a_label,
    neighbours,
    one_start,
    over_one_another,
    owned,
    same_type,
    set_alike,
    set_as_a_value,
    stands_as,
    touching_above,
    touching_below,
    would_have_fitted,
)
from mailbot.core.printed import is_placeholder
from mailbot.core.sheet import Segment, Sheet
from mailbot.core.spanish import OPEN_WORDS, compact, fold
from mailbot.core.wholeness import breaks_in_a_word, doubtful, with_pieces_inside

LOOSE_LINE = 1.3  # lines of one text set wide apart
NEAR = 6  # rows of the same part of the form
MOST_LINES = 8  # of one wrapped cell above its label's line


def beside(sheet: Sheet, label: Segment) -> Cell | None:
    """Return the text to the right of a label, up to the next label, with the lines it wraps into."""
    near = neighbours(sheet, label)
    over = [t for row in sheet.rows[max(0, label.row - 3) : label.row + 2] for t in row if t.label is not None]
    on_row = [s for s in near if s.x0 >= label.end - 0.3 * label.height]  # a label that wraps may end further left
    base: list[Segment] = []
    for s in on_row:
        if s.label is not None or any(heads(t, s) for t in over if t is not label and t.bottom > label.top):
            break
        on_its_line = [b.x1 for b in base if b.row == s.row]  # a table at half heights may begin between
        far = on_its_line and s.x0 - max(on_its_line) > NEXT_PIECE * label.height and s.row == base[0].row
        if far or (base and (_at_a_labels_edge(sheet, s, base[-1]) or _of_another_size(s, base[-1]))):
            break
        base.append(s)
    if not base:
        return None
    by_row: dict[int, list[Segment]] = {}
    for s in base:
        by_row.setdefault(s.row, []).append(s)
    lines = [tuple(by_row[row]) for row in sorted(by_row)]
    if len(lines) > 1:
        # Rows at half heights: only those that stand in one column are lines of one cell.
        nearest = tuple(by_row[base[0].row])
        lines = [line for line in lines if in_column(line, nearest) and not owned(sheet, line[0], label)]
        if not lines:
            return None
    first = lines[0][0]
    further = _wrapped(sheet, lines[-1], label, first) or _under_its_label(sheet, lines[-1], label)
    flowing = [] if further or not label.colon else goes_on(sheet.rows, lines[-1][-1], label.kind)
    if flowing and set_alike(lines[-1][-1], flowing[0]):
        return Cell((*lines, tuple(flowing)))
    lines = [*_upper_lines(sheet, first, label), *lines, *further]
    lines, apart = with_pieces_inside(sheet, lines, label)
    cut = apart or doubtful(sheet, lines, label)
    return Cell(tuple(lines), cut=cut, split=breaks_in_a_word(sheet, lines))


def _line_from(sheet: Sheet, s: Segment) -> tuple[Segment, ...]:
    """Return a text with what follows it on its line in the same cell."""
    line = [s]
    for t in after(sheet, s):
        if _ends_before(sheet, t, line[-1]):
            break
        line.append(t)
    return tuple(line)


def _ends_before(sheet: Sheet, t: Segment, last: Segment) -> bool:
    """Tell whether a line of a cell ends before a text: a label, one far off, or one that begins as a label over it."""
    if t.label is not None or t.x0 - last.x1 > NEXT_PIECE * last.height or _of_another_size(t, last):
        return True
    over = sheet.rows[t.row - 1] if t.row > 0 else ()
    return t.x0 - last.x1 > 0.4 * last.height and any(u.colon and one_start(u, t) for u in over)


def _at_a_labels_edge(sheet: Sheet, s: Segment, last: Segment) -> bool:
    """Tell whether a text set off from the last begins where a label right above or below it does, as its column's."""
    near = [t for row in sheet.rows[max(0, s.row - 3) : s.row + 4] for t in row if abs(t.top - s.top) < 2 * s.height]
    return s.x0 - last.x1 > s.height and any(t.label is not None and one_start(t, s) for t in near)


def _of_another_size(s: Segment, last: Segment) -> bool:
    """Tell whether a text set off from the last is in another size, as notes beside a form are; OCR knows no sizes."""
    return bool(s.words[0].font) and s.x0 - last.x1 > s.height and abs(s.height - last.height) > 0.2 * last.height


def _upper_lines(sheet: Sheet, first: Segment, label: Segment) -> list[tuple[Segment, ...]]:
    """Return the lines above the label's own that nothing else claims: its cell stands in the middle or low."""
    chain: list[Segment] = []
    at = below = first
    while (above := touching_above(sheet, at)) is not None:
        owned = above.x0 < label.x1 or any(in_front(t, above, label) for t in neighbours(sheet, above))
        if owned and chain and closer_below(above, at, below):
            break  # another cell's last line
        other_font = above.words[0].font != first.words[0].font  # a heading over the row
        if owned or other_font or not set_alike(above, first) or len(chain) == MOST_LINES:
            return []
        below = at
        chain.append(above)
        at = above
    return [(s,) for s in reversed(chain)] if chain and not _under_a_header(sheet, at) else []


def _under_a_header(sheet: Sheet, s: Segment) -> bool:
    over = [
        t
        for row in sheet.rows[max(0, s.row - 4) : s.row]
        for t in row
        if 2 * (min(t.x1, s.x1) - max(t.x0, s.x0)) > min(t.x1 - t.x0, s.x1 - s.x0)
        and s.top - t.bottom < FIRST_LINE_BELOW * s.height
    ]
    head = over[-1] if over else None
    if head is None or head.label is None or has_text_beside(sheet, head):
        return False
    return head.kind not in HEADINGS or aligned(head, s)


def next_line(sheet: Sheet, label: Segment) -> Cell | None:
    """Return the first text of the next line where a label ends its own: text that flows as a paragraph."""
    row = sheet.rows[label.row]
    flows = label.kind in (NSS, CURP) or any(s.label is not None for s in row[: row.index(label)])
    following = line_after(sheet.rows, label)
    if not label.colon or not flows or not following or following[0].label is not None:
        return None
    return Cell(((following[0],),))


def _wrapped(
    sheet: Sheet, line: tuple[Segment, ...], label: Segment, first: Segment
) -> list[tuple[Segment, ...]]:
    """Return the further lines of a text that wraps: close below, aligned, and without a label of their own."""
    lines: list[tuple[Segment, ...]] = []
    last = line[0]
    for row in sheet.rows[last.row + 1 : last.row + 12]:
        under = [s for s in row if set_as_a_value(s, first, label) and aligned(first, s) and s.x0 > label.x0 - 2]
        if not under:
            if any(s.label is not None and s is not label and s.x0 < first.x1 and s.x1 > label.x0 - 2 for s in row):
                break
            continue
        s = under[0]
        gap = s.top - last.bottom
        if gap > NEXT_LINE * last.height or not set_alike(first, s) or stands_as(s, label):
            break
        if any(in_front(t, s, label) for t in neighbours(sheet, s)):
            break
        following = touching_below(sheet, s)
        if following is not None and set_alike(s, following) and closer_below(last, s, following):
            break  # the first line of the next cell
        lines.append(_line_from(sheet, s))
        last = s
    return lines


def _no_room(sheet: Sheet, last: Segment, s: Segment) -> bool:
    """Tell whether the first word of a line would have run over the edge that the page's texts keep."""
    word = s.words[0]
    return last.x1 + 0.25 * s.height + word.x1 - word.x0 > max(t.x1 for t in sheet.segments) - 2


def _under_its_label(sheet: Sheet, line: tuple[Segment, ...], label: Segment) -> list[tuple[Segment, ...]]:
    """Return the further lines of a text that begins right after its label and wraps back to where that begins."""
    first = last = line[0]
    end = line[-1]
    lines: list[tuple[Segment, ...]] = []
    edges = _edges(sheet, label)
    if first.x0 - label.x1 > 2.2 * label.height or first.row != label.row or closes(end, label.kind):
        return lines
    for row in sheet.rows[last.row + 1 : last.row + 8]:
        at = next((i for i, s in enumerate(row) if any(abs(s.x0 - x) < SAME_EDGE * s.height for x in edges)), None)
        if at is None:
            continue
        s = row[at]
        if at > 0 and row[at - 1].colon and s.x0 - row[at - 1].x1 < s.height:
            break  # text that flows: it is what that label asks for
        if not lines and goes_on_from_a_later(sheet.rows, end, s):
            break
        reach = LOOSE_LINE if _no_room(sheet, end, s) else NEXT_LINE
        if s.label is not None or not compact(s.text) or not same_type(first, s) or marks_a_label(sheet, s):
            break
        if not follows(last, s, reach) or asks_too(sheet, s, first):
            break
        lines.append(_line_from(sheet, s))
        last, end = s, lines[-1][-1]
    return lines


def _edges(sheet: Sheet, label: Segment) -> list[float]:
    """Return where a label begins, and the bullet or number before it: what wraps goes back to either."""
    return [label.x0, *(s.x0 for s in sheet.rows[label.row] if s.x1 <= label.x0 and marks_a_label(sheet, s))]


def _goes_on_beside(row: Sequence[Segment], last: Segment, heads: Sequence[Segment]) -> bool:
    """Tell whether right of a text, before any other header, stands one that may be of it: words set apart."""
    further = [s for s in row if s.label is None and 0 < s.x0 - last.x1 < NEXT_PIECE * last.height]
    if not further or not compact(further[0].text) or not same_type(last, further[0]):
        return False
    s = further[0]
    nearest = min((max(h.x0 - s.x1, s.x0 - h.x1) for h in heads if h.x0 > last.x1), default=float("inf"))
    return nearest > max(0.0, s.x0 - last.x1)


def _one_for_each(texts: Sequence[Segment], heads: Sequence[Segment]) -> bool:
    """Tell whether a line has a text for each header, none under another's: columns of a table do not overlap."""
    if len(texts) != len(heads) or len(heads) < 2 or any(t.label is not None for t in texts):
        return False
    before = [float("-inf"), *(h.x1 for h in heads[:-1])]
    after = [*(h.x0 for h in heads[1:]), float("inf")]
    places = zip(heads, texts, before, after, strict=True)
    return all(h.label is not None and left <= t.x0 and t.x1 <= right for h, t, left, right in places)


def below(sheet: Sheet, label: Segment) -> Cell | None:
    """Return the text under a label, in its column, down to the next label or gap."""
    heads = sorted([label, *neighbours(sheet, label)], key=lambda s: s.x0)
    foot = max(h.bottom for h in heads if h is label or h.label is not None)
    lines: list[tuple[Segment, ...]] = []
    last = label
    loose = apart = False
    for row in sheet.rows[label.row + 1 : label.row + 30]:
        members = [s for s in row if s not in heads and s.top > label.bottom - 0.4 * label.height]
        across = [s for s in members if s.label is None and over_one_another(s, label)]
        if not lines and _one_for_each(members, heads):
            members = [members[heads.index(label)]]  # set otherwise in their columns than the headers
        else:
            members = [s for s in members if column_of(s, heads) is label]
        members = [s for s in members if not is_placeholder(s.text)] or members  # beside a text, another field's dash
        if not members:
            if across and not lines:
                return None  # another column's text runs through this one's place
            continue
        room = FIRST_LINE_BELOW if not lines else NEXT_LINE
        off = members[0].top - (last.bottom if lines else foot)
        if off > room * max(label.height, members[0].height):
            first = lines[0][0] if lines else None
            open_set = first is not None and off <= 1.25 * max(first.top - label.bottom, 0.0)
            if first is None or not open_set or off > FIRST_LINE_BELOW * first.height:
                break
            if not same_type(first, members[0]) or any(s.label is not None for s in members):
                break
            loose = True
        value = lines[0][0] if lines else members[0]
        if not all(set_as_a_value(s, value, label) for s in members):
            break
        if lines and not aligned(lines[0][0], members[0]):
            break
        if lines and not set_alike(lines[0][0], members[0]):
            break
        if lines and (apart := apart or amid_labels(row, members[0])):
            break
        lines.append(tuple(members))
        last = members[0]
        apart = apart or _goes_on_beside(row, members[-1], heads)
    if not lines:
        return None
    cut = apart or (loose and not _broken_for_room(lines)) or (label.kind not in EMPLOYER and _had_room(sheet, lines))
    split = breaks_in_a_word(sheet, lines)
    return Cell(tuple(reversed(lines)) if sheet.turned else tuple(lines), cut=cut, split=split)


def _had_room(sheet: Sheet, lines: Sequence[tuple[Segment, ...]]) -> bool:
    """Tell whether a cell's lines are as likely of two fields: one says nothing, or its first word had room above it.

    There was room where another text of the column near by runs further than the line above with that word would have.
    """
    if len(lines) < 2:
        return False
    if any(is_placeholder(s.text) for line in lines for s in line):
        return True
    first = lines[0][0]
    inside = {id(s) for line in lines for s in line}
    near = [s for row in sheet.rows[max(0, first.row - NEAR) : lines[-1][0].row + NEAR + 1] for s in row]
    column = [s for s in near if one_start(s, first) and same_type(first, s) and id(s) not in inside]
    edge = max((s.x1 for s in column), default=0.0)
    ended = [(a[0], b[0]) for a, b in pairwise(lines) if len(a) == 1 and fold(a[0].words[-1].text) not in OPEN_WORDS]
    return any(would_have_fitted(a, b, edge - a.x0) for a, b in ended)


def _broken_for_room(lines: Sequence[tuple[Segment, ...]]) -> bool:
    """Tell whether every line but the last is as long as a text of that width allows."""
    width = max(line[-1].x1 - line[0].x0 for line in lines)
    return not any(would_have_fitted(a[0], b[0], width) for a, b in pairwise(lines) if len(a) == 1)
