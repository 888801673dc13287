"""Is what was read of a cell all of it? Further lines, words set apart and broken words leave a doubt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from mailbot.core.flowing import closes, goes_on_from_a_later
from mailbot.core.places import (
    NEXT_LINE,
    after,
    aligned,
    asks_too,
    before,
    closer_below,
    follows,
    marks_a_label,
    neighbours,
    off_edges,
    one_start,
    over_one_another,
    same_type,
    touching_below,
)
from mailbot.core.sheet import Segment, Sheet

_STRETCHED = 8.0  # heights between two words of a line that is stretched to its cell's width
_ORPHAN = 1.2  # heights from a cell to a line that may be its last
_LONG_WORD = 4  # letters of a word that a cell may be too narrow for

SHORT = re.compile(
    r"(?:de|la|el|en|al|no|ma|mc|sa|sc|ac|ab|cv|rl|ii|iv|vi|y|e|s de r[li]|[a-z] &)(?= |$)", re.IGNORECASE
)
"""Words as short as what is left of a broken one."""

Lines = Sequence[tuple[Segment, ...]]


def doubtful(sheet: Sheet, lines: Lines, label: Segment) -> bool:
    """Tell whether a text by a cell is as likely its first or last line."""
    return _word_above(sheet, lines[0][0], label) or _orphan_below(sheet, lines, label)


def breaks_in_a_word(sheet: Sheet, lines: Lines) -> bool:
    """Tell whether a line may end within a word: it is one long word, and nothing shows that its column is wider.

    Report engines break a word by letters only where it is alone on its line and wider than the cell.
    """
    for a, b in pairwise(lines):
        word = a[0].words[0]
        if len(a) > 1 or len(a[0].words) > 1 or len(word.text) < _LONG_WORD or not word.text.isalpha():
            continue
        if a[0].x0 - b[0].x0 > a[0].height:  # it follows its label, in one text that wraps under it: not alone
            continue
        if not b[0].words[0].text[0].isalpha() or SHORT.match(" ".join(s.text for s in b)):
            continue
        letter = (word.x1 - word.x0) / len(word.text)
        least = word.x1 - word.x0 + letter
        own = any(line[-1].x1 - line[0].x0 > least for line in lines)
        if not own and not any(t.x1 - t.x0 > least and off_edges(t, a[0]) < 1 for t in sheet.segments if not t.label):
            return True
    return False


def with_pieces_inside(
    sheet: Sheet, lines: Lines, label: Segment
) -> tuple[list[tuple[Segment, ...]], bool]:
    """Give each line of a cell the texts that stand within the cell's width: words set apart, as justified text is.

    The second value tells whether one reaches out of the cell: then it is not sure whose it is.
    """
    right = max(s.x1 for line in lines for s in line)
    found: list[tuple[Segment, ...]] = []
    apart = False
    for line in lines:
        whole = list(line)
        for s in after(sheet, line[-1]):
            if s.label is not None or s.x0 > right - 1 or not same_type(line[0], s):
                break
            whole.append(s)
        apart = apart or whole[-1].x1 > right + 1 or _goes_on_apart(sheet, whole[-1], label)
        found.append(tuple(whole))
    return found, apart


def _goes_on_apart(sheet: Sheet, last: Segment, label: Segment) -> bool:
    """Tell whether right of a cell's line stands a word of it, set far apart."""
    s = next(iter(after(sheet, last)), None)
    if s is None or s.x0 - last.x1 > _STRETCHED * s.height or not same_type(last, s):
        return False
    if s.label is not None:  # a word that is a label elsewhere, set as the value is: "DEL ESTADO DE"
        return label.colon and not s.colon and s.capitals and not label.capitals
    if any(t.label is not None and last.x1 <= t.x0 and t.x1 <= s.x0 for t in neighbours(sheet, s)):
        return False  # the label between them wraps
    near = [t for r in sheet.rows[max(0, s.row - 12) : s.row + 5] for t in r if t is not s]
    headed = any(t.label is not None and over_one_another(t, s) and t.row <= s.row for t in near)
    return not headed and not any(one_start(t, s) for t in near if t.label is None)


def _word_above(sheet: Sheet, first: Segment, label: Segment) -> bool:
    """Tell whether right above a cell stands a word that is a label elsewhere, set as the cell is."""
    return any(
        t.label is not None and not t.colon and t.x0 > label.x1 and same_type(t, first) and aligned(t, first)
        and follows(t, first, NEXT_LINE)
        for row in sheet.rows[max(0, first.row - 3) : first.row]
        for t in row
    )  # fmt: skip


def _orphan_below(sheet: Sheet, lines: Sequence[tuple[Segment, ...]], label: Segment) -> bool:
    """Tell whether a text right under a cell, set as the cell is, belongs to no label: as likely its last line."""
    last, members = lines[-1][0], {id(s) for line in lines for s in line}
    if closes(lines[-1][-1], label.kind):
        return False
    for row in sheet.rows[last.row + 1 : last.row + 4]:
        for s in row:
            if id(s) in members or not same_type(last, s) or not last.capitals or marks_a_label(sheet, s):
                continue
            like_a_label = s.colon or (same_type(label, s) and not label.colon)
            in_place = one_start(s, last) or one_start(s, label)
            if not in_place or asks_too(sheet, s, last) or (s.label is not None and like_a_label):
                continue  # but a word that could be a label may stand where a value goes on
            following = touching_below(sheet, s)
            if following is not None and closer_below(last, s, following):
                continue  # the first line of the next cell
            if goes_on_from_a_later(sheet.rows, lines[-1][-1], s):
                continue
            another = any(t is not label and before(t, s, label) for t in neighbours(sheet, s))
            if follows(last, s, _ORPHAN) and not another:
                return True
    return False
