"""How do two texts of a page stand to each other: beside, over, touching, aligned, set alike?"""

from __future__ import annotations

from collections.abc import Sequence

from mailbot.core.page import Box, Page, Word
from mailbot.core.sheet import Segment, Sheet
from mailbot.core.spanish import numbers_an_item

SAME_START = 1.5  # points: texts of one column begin at one edge, but letters have bearings and engines round

# In heights of a line (about 1.2 of the font's size).
FIRST_LINE_BELOW = 2.5  # a roomy table cell; the next field is further or has its own label
NEXT_LINE = 0.75  # lines of one wrapped cell touch, or nearly
NEXT_PIECE = 3.0  # words of one value set apart
SAME_EDGE = 0.4
LABEL_GAP = 1.2  # no two words of one label stand further apart
_ACRONYM = 5  # letters of a label that is in capitals beside others that are not: "OOAD"
OVERLAP = -0.4  # boxes of lines set close reach into each other
_CLOSER = 1.08  # times: lines of one cell are spaced alike, but for rounding
_NO_WORD, _NO_LINE = 0.6, 1.0  # to the page's edge: less is no room for another word, for another line

Placed = Segment | Word | Box


def box_of(segments: Sequence[Segment]) -> Box:
    """Return the rectangle around segments, on the page of the first."""
    segments = [s for s in segments if s.page == segments[0].page]
    return Box(
        segments[0].page,
        min(s.x0 for s in segments),
        min(s.top for s in segments),
        max(s.x1 for s in segments),
        max(s.bottom for s in segments),
    )


def overlap(a: Segment, b: Segment) -> float:
    """Return which part of the lower of two segments stands on the same height as the other."""
    shared = min(a.bottom, b.bottom) - max(a.top, b.top)
    return shared / max(min(a.bottom - a.top, b.bottom - b.top), 0.1)


def neighbours(sheet: Sheet, segment: Segment) -> list[Segment]:
    """Return the other segments at the height of a segment, from left to right."""
    last = segment.row
    found = []
    for row in sheet.rows[max(0, last - 8) : last + 9]:  # a label that wraps is in the row of its last line
        found += [s for s in row if s is not segment and overlap(s, segment) >= 0.4]
    return sorted(found, key=lambda s: s.x0)


def after(sheet: Sheet, s: Segment) -> tuple[Segment, ...]:
    """Return the segments of its line that follow a segment."""
    row = sheet.rows[s.row]
    return row[next(i for i, t in enumerate(row) if t is s) + 1 :]


def left_of(sheet: Sheet, s: Segment) -> Segment | None:
    """Return the next segment to the left at the height of a segment."""
    return next((t for t in reversed(neighbours(sheet, s)) if t.x1 <= s.x0 + 1), None)


def would_have_fitted(line: Segment, following: Segment, width: float) -> bool:
    """Tell whether a text of that width had room for the next line's first word: then it was not broken for room."""
    first = following.words[0]
    return line.x1 - line.x0 + 0.3 * line.height + first.x1 - first.x0 <= 0.97 * width


def at_the_edge(page: Page, s: Segment) -> bool:
    """Tell whether a text reaches its cell's or the page's edge, where nobody sees what it goes on with."""
    across = any(w.cut for w in s.words) or s.x0 < 0 or s.x1 + _NO_WORD * s.height > page.width
    return across or s.top < _NO_LINE * s.height or s.bottom + _NO_LINE * s.height > page.height


def one_start(a: Placed, b: Placed) -> bool:
    """Tell whether two texts begin at one edge."""
    return abs(a.x0 - b.x0) < SAME_START


def off_edges(a: Placed, b: Placed) -> float:
    """Return by how many points two texts miss having the left edge, the right edge or the middle in common."""
    return min(abs(a.x0 - b.x0), abs(a.x1 - b.x1), abs(a.x0 + a.x1 - b.x0 - b.x1) / 2)


def over_one_another(a: Placed, b: Placed) -> bool:
    """Tell whether two texts share some of the page's width, so that one stands in the other's column."""
    return a.x0 < b.x1 and b.x0 < a.x1


def follows(over: Segment, s: Segment, most: float) -> bool:
    """Tell whether a text is right below another, at most so many heights of it."""
    return OVERLAP < (s.top - over.bottom) / s.height < most


def closer_below(over: Segment, s: Segment, under: Segment) -> bool:
    """Tell whether a text keeps closer to what is under it than to what is over it: there it begins another cell."""
    return s.bottom - over.bottom > _CLOSER * (under.bottom - s.bottom)


def heads(head: Segment, s: Segment) -> bool:
    """Tell whether a label at the same height ends above a text and begins where it does: the text is its own."""
    return abs(head.x0 - s.x0) < SAME_EDGE * s.height and follows(head, s, FIRST_LINE_BELOW)


def marks_a_label(sheet: Sheet, s: Segment) -> bool:
    """Tell whether a text is the bullet or the number of the label right after it."""
    following = after(sheet, s)[:1]
    near = any(t.label is not None and t.x0 - s.x1 < NEXT_PIECE * s.height for t in following)
    return near and s.label is None and all(numbers_an_item(w.text) for w in s.words)


def asks_too(sheet: Sheet, s: Segment, value: Segment) -> bool:
    """Tell whether right of a text stands one that begins where a label's value does: it is a label nobody knew."""
    return value.x0 > s.x1 and any(one_start(t, value) for t in after(sheet, s))


def has_text_beside(sheet: Sheet, head: Segment) -> bool:
    """Tell whether the next text to the right of a label is no label: then what stands below is another's."""
    beside = next((t for t in neighbours(sheet, head) if t.x0 >= head.x1 - 1), None)
    return beside is not None and beside.label is None


def touching_below(sheet: Sheet, s: Segment) -> Segment | None:
    """Return the text in a text's column that its next line would be."""
    near = (t for row in sheet.rows[s.row + 1 : s.row + 5] for t in row if t.label is None)
    return next((t for t in near if aligned(s, t) and follows(s, t, NEXT_LINE)), None)


def touching_above(sheet: Sheet, s: Segment) -> Segment | None:
    """Return the text in a text's column whose next line it would be."""
    near = (t for row in reversed(sheet.rows[max(0, s.row - 4) : s.row]) for t in row if t.label is None)
    return next((t for t in near if aligned(t, s) and follows(t, s, NEXT_LINE)), None)


def in_column(line: tuple[Segment, ...], other: tuple[Segment, ...]) -> bool:
    """Tell whether two lines, each as a whole, share their left edge, right edge or middle."""
    near = SAME_EDGE * max(line[0].height, other[0].height)
    left, right = line[0].x0 - other[0].x0, line[-1].x1 - other[-1].x1
    return abs(left) < near or abs(right) < near or abs(left + right) / 2 < near


def owned(sheet: Sheet, s: Segment, label: Segment) -> bool:
    """Tell whether another label of its own line stands between a label's edge and a segment."""
    return any(t is not label and before(t, s, label) for t in sheet.rows[s.row])


def aligned(a: Segment, b: Segment) -> bool:
    """Tell whether two segments share their left edge, right edge or middle."""
    return off_edges(a, b) < SAME_EDGE * max(a.height, b.height)


def same_type(a: Segment, b: Segment) -> bool:
    """Tell whether two texts are in one font and size, both in capitals or neither."""
    return one_font(a, b) and set_alike(a, b)


def one_font(a: Segment, b: Segment) -> bool:
    """Tell whether two texts are in one font and size."""
    return a.words[0].font == b.words[0].font and abs(a.height - b.height) < 0.1 * a.height


def set_alike(first: Segment, further: Segment) -> bool:
    """Tell whether a line may be of the same value: no value in capitals goes on in small letters or other sizes."""
    sentence = first.capitals and not further.capitals and any(c.isalpha() for c in further.text)
    return not sentence and abs(further.height - first.height) <= 0.3 * first.height


def stands_as_a_cell(s: Segment, cell: Segment) -> bool:
    """Tell whether a text begins where a table's cell does, and is set as it is: it may be one of the same column."""
    return one_start(s, cell) and s.words[0].font == cell.words[0].font and set_alike(cell, s)


def set_as_a_value(s: Segment, value: Segment, label: Segment) -> bool:
    """Tell whether a text is no label, or one elsewhere that is set here as a value is and its label is not."""
    return s.label is None or (not s.colon and same_type(value, s) and not same_type(label, s))


def in_front(t: Segment, s: Segment, label: Segment) -> bool:
    """Tell whether a segment is a label before ``s`` in the zone of ``label``, so that ``s`` is its value."""
    return before(t, s, label) and overlap(t, s) >= 0.5


def before(t: Segment, s: Segment, label: Segment) -> bool:
    """Tell whether a segment is a label to the left of ``s`` that does not end before ``label`` begins.

    Labels may be set flush right, so that their left edges differ; those of another column of the page end earlier.
    A text that stands in the column of ``label`` as it does is a label too, one that nobody knew.
    """
    if t.x1 > s.x0 + 1:
        return False
    return t.x1 > label.x0 if t.label is not None else stands_as(t, label)


def stands_as(t: Segment, label: Segment) -> bool:
    """Tell whether a text has the left or the right edge of a label, and its font and size."""
    edge = min(abs(t.x0 - label.x0), abs(t.x1 - label.x1))
    return t is not label and edge < 1.5 and any(c.isalpha() for c in t.text) and same_type(t, label)


def amid_labels(row: Sequence[Segment], s: Segment) -> bool:
    """Tell whether a text stands on a line of labels as one of them does: it may be a label that nobody knew."""
    like = [t for t in row if t is not s and t.label is not None and same_type(t, s) and overlap(t, s) > 0.9]
    return any(t.capitals == s.capitals or len(s.text) <= _ACRONYM for t in like)


def column_of(s: Segment, heads: Sequence[Segment]) -> Segment | None:
    """Return the header in whose column a segment stands: it overlaps it, and its edge or middle agrees best."""
    if not heads:
        return None
    if over := [head for head in heads if over_one_another(s, head)]:
        return min(over, key=lambda head: off_edges(s, head))
    near = sorted((max(head.x0 - s.x1, s.x0 - head.x1), i) for i, head in enumerate(heads))
    if near[0][0] < 3 * s.height and (len(near) == 1 or near[0][0] < 0.5 * near[1][0]):
        return heads[near[0][1]]
    return None
