"""Which texts of a page stand on one another, so that nobody can tell from the words alone which of them is seen?

A value that was painted over and written anew leaves both in the file, and word by word they interleave: what is read
at such a place is no value. Bold made by drawing twice, accents drawn apart and large watermarks are no such thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mailbot.core.page import Box, Word
from mailbot.core.sheet import Sheet
from mailbot.core.spanish import compact

SHARE = 0.6  # of the shorter word's width, and of the lower one's height, that the other stands on
ALIKE = 1.7  # times as tall at most: a stamp or a watermark is larger
OVERPRINTED = "hay un texto encima de otro"


def overprinted(sheets: Iterable[Sheet]) -> list[Box]:
    """Return the boxes of words on which another stands; a label may reach into a value's room."""
    return [box for sheet in sheets for box in _of_page(sheet)]


def touched(box: Box, places: Sequence[Box]) -> bool:
    """Tell whether the middle of one of the places lies in a box."""
    return any(
        p.page == box.page and box.x0 <= (p.x0 + p.x1) / 2 <= box.x1 and box.top <= (p.top + p.bottom) / 2 <= box.bottom
        for p in places
    )


def _of_page(sheet: Sheet) -> Iterable[Box]:
    texts = [w for s in sheet.segments if s.label is None for w in s.words]
    words = sorted((w for w in texts if compact(w.text)), key=lambda w: w.x0)
    reaching: list[Word] = []  # those that may still stand under what follows
    for word in words:
        reaching = [w for w in reaching if w.x1 > word.x0]
        for other in reaching:
            if _on_one_another(other, word):
                yield Box(sheet.page.number, word.x0, word.top, word.x1, word.bottom)
                yield Box(sheet.page.number, other.x0, other.top, other.x1, other.bottom)
        reaching.append(word)


def _on_one_another(a: Word, b: Word) -> bool:
    wide, high = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.bottom, b.bottom) - max(a.top, b.top)
    one, other = a.bottom - a.top, b.bottom - b.top
    lower = min(one, other)
    if wide < SHARE * min(a.x1 - a.x0, b.x1 - b.x0) or high < SHARE * lower or max(one, other) > ALIKE * lower:
        return False
    return compact(a.text) != compact(b.text)
