"""In text that flows as a paragraph, labels and values go on where the next line begins: which line is that?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

from mailbot.core.labels import EMPLOYER, LABELS
from mailbot.core.places import NEXT_LINE, NEXT_PIECE, SAME_EDGE, follows, one_start, overlap
from mailbot.core.sheet import Segment
from mailbot.core.spanish import compact

Rows = Sequence[Sequence[Segment]]
_LONGEST = 7  # words of a label before the line's end
_NEAR = 6  # lines above and below that show how wide the paragraph is
_CLOSING = (",", ";", "|", "/", "—", "–")
_SENTENCE_END = re.compile(r"[^\W_]{4}\.$")  # no abbreviation is so long


def join_justified(row: list[Segment]) -> list[Segment]:
    """Join the words of a label that are set far apart, as justified text is: "Nombre" "completo:"."""
    for end, last in enumerate(row):
        if not last.colon:
            continue
        for start in range(max(0, end - _LONGEST + 1), end):
            run = row[start : end + 1]
            label = LABELS.get("".join(compact(s.text) for s in run))
            one_font = all(s.words[0].font == last.words[0].font for s in run)
            if label is not None and one_font and compact(run[0].text) and not any(s.colon for s in run[:-1]):
                whole = replace(last, words=tuple(w for s in run for w in s.words), label=label)
                return join_justified([*row[:start], whole, *row[end + 1 :]])
    return row


def join_broken_labels(rows: list[list[Segment]]) -> list[list[Segment]]:
    """Join labels of which the first words end a line and the last ones, with a colon, begin the next."""
    for row in rows:
        for s in list(row):
            following = line_after(rows, s)
            if not following or not following[0].colon or s.colon:
                continue
            end = following[0]
            for length in range(min(len(s.words), _LONGEST), 0, -1):
                rest, start = s.words[:-length], s.words[-length:]
                label = LABELS.get("".join(compact(w.text) for w in (*start, *end.words)))
                begins = compact(start[0].text) and (not rest or _closed(rest[-1].text, start[0].text))
                if label is None or not begins or start[0].x0 < end.x1:
                    continue
                moved = tuple(
                    replace(w, x0=end.x0, x1=end.x0, top=end.words[0].top, bottom=end.words[0].bottom) for w in start
                )
                place = rows[end.row]
                place[place.index(end)] = replace(end, words=moved + end.words, label=label)
                row[row.index(s) : row.index(s) + 1] = [replace(s, words=rest)] if rest else []
                break
    return rows


def _closed(before: str, start: str) -> bool:
    """Tell whether a label may begin after a word: a value's end, or one in capitals where the label is in none."""
    return before.endswith((*_CLOSING, ".")) or (before == before.upper() and start != start.upper())


def line_after(rows: Rows, s: Segment) -> list[Segment]:
    """Return the line that a paragraph goes on with after a text that ends its line; none where it ends none."""
    stretch = _stretch(rows, rows[s.row], s)
    if stretch[-1] is not s:
        return []
    for row in rows[s.row + 1 : s.row + 4]:
        for t in row:
            if abs(t.x0 - stretch[0].x0) < SAME_EDGE * s.height and follows(s, t, NEXT_LINE):
                return [] if _has_a_label(rows, t) else _stretch(rows, row, t)
    return []


def _has_a_label(rows: Rows, s: Segment) -> bool:
    """Tell whether left of a text, at its height, stands a label: it is a cell's line and begins no paragraph's."""
    near = [t for row in rows[max(0, s.row - 4) : s.row + 4] for t in row]
    return any(t.label is not None and t.x1 <= s.x0 + 1 and overlap(t, s) >= 0.4 for t in near)


def goes_on(rows: Rows, s: Segment, kind: str | None) -> list[Segment]:
    """Return the texts that begin the next line, where the paragraph had no room for them after a text."""
    stretch = _stretch(rows, rows[s.row], s)
    following = list(takewhile(lambda t: t.label is None, line_after(rows, s)))
    if not following or stretch[0] is s or closes(s, kind):
        return []
    word = following[0].words[0]
    near = [t for row in rows[max(0, s.row - _NEAR) : s.row + _NEAR + 1] for t in row]
    edge = max(_stretch(rows, rows[t.row], t)[-1].x1 for t in near if abs(t.x0 - stretch[0].x0) < SAME_EDGE * s.height)
    return following if s.x1 + 0.2 * s.height + word.x1 - word.x0 > edge - 0.1 * s.height else []


def goes_on_from_a_later(rows: Rows, text: Segment, s: Segment) -> bool:
    """Tell whether what begins the next line follows not a text but what ends its line: "Sexo:" over "MASCULINO"."""
    stretch = _stretch(rows, rows[text.row], text)
    end = stretch[-1]
    if end is text or any(b.x0 - a.x1 >= b.height for a, b in pairwise(stretch)):
        return False  # set further apart than words, it may be of another column
    following = line_after(rows, end) if end.label is not None else goes_on(rows, end, None)
    return following[:1] == [s]


def closes(s: Segment, kind: str | None) -> bool:
    """Tell whether a text ends with a mark that parts it from what follows; an employer's name may abbreviate."""
    sentence = kind not in EMPLOYER and _SENTENCE_END.search(s.text) is not None
    return sentence or s.text.endswith(_CLOSING)


def _stretch(rows: Rows, row: Sequence[Segment], s: Segment) -> list[Segment]:
    """Return the texts of a line that follow each other without a column's gap or edge, one of them given."""
    at = next(i for i, t in enumerate(row) if t is s)
    start = end = at
    while start > 0 and not _column_between(rows, row[start - 1], row[start]):
        start -= 1
    while end + 1 < len(row) and not _column_between(rows, row[end], row[end + 1]):
        end += 1
    return list(row[start : end + 1])


def _column_between(rows: Rows, a: Segment, b: Segment) -> bool:
    """Tell whether between two texts of a line a column ends: a wide gap, or where other lines or labels begin."""
    gap = b.x0 - a.x1
    if gap >= NEXT_PIECE * b.height or gap < b.height:
        return gap >= b.height
    near = [t for row in rows[max(0, b.row - _NEAR) : b.row + _NEAR + 1] for t in row if t is not b and one_start(t, b)]
    return len(near) > 2 or (b.label is not None and any(t.label is not None for t in near))
