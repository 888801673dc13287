"""From words in any order to lines of words: loose letters joined, inner spaces and leaders cut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from mailbot.core.page import Word

MOST_WORDS = 6_000  # on one page; a full page of small print has 1,200

COLON = 0.23  # of the height of a glyph's box: its width in most fonts
_WATERMARK = 4  # times the usual height of a page's words; no title is so large

_LEADER = re.compile(r"(?:[.·_]\s?){3,}|…+")  # dots that lead the eye from a label to its value
# A whole number right before or after another cell's text: a registro with its hyphens, a CURP, digits before a CURP.
_CURP = r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z\d]\d"
_REGISTRO = r"[A-Z]\d\d-\d{5}-\d\d-\d"
_TWO_CELLS = re.compile(rf"^{_REGISTRO}(?=[A-Z]{{2}})|^{_CURP}(?=[A-Z][a-zú]|[A-Z]{{2}})|^\d+(?={_CURP}$)")


def pieces_of(word: Word) -> Iterator[Word]:
    """Cut a word at inner spaces (of a rare kind), after a label's colon, where cells touch, and at leaders."""
    if word.text in ("..", "__", "··"):
        return  # a leader too short to be more
    if word.text[0] == ":" and word.text[1:2].isalnum():  # a colon that its label has pushed against the value
        edge = word.x0 + COLON * (word.bottom - word.top)
        yield replace(word, text=":", x1=edge)
        word = replace(word, text=word.text[1:], x0=edge)
    if any(mark in word.text for mark in ("...", "…", "···", "___")):
        yield from _without_leaders(word)
    else:
        yield from _cut(word)


def _without_leaders(word: Word) -> Iterator[Word]:
    text, at = word.text, 0
    step = (word.x1 - word.x0) / len(text)
    for found in [*_LEADER.finditer(text), None]:
        end = found.start() if found else len(text)
        if text[at:end].strip():
            yield from _cut(replace(word, text=text[at:end], x0=word.x0 + at * step, x1=word.x0 + end * step))
        at = found.end() if found else end


def _cut(word: Word) -> Iterator[Word]:
    text = word.text
    meet = {m.end() for m in _TWO_CELLS.finditer(text)} if len(text) > 11 else ()
    cuts = [0]
    for i in range(1, len(text)):
        after_label = text[i - 1] == ":" and i > 1 and (text[i - 2].isalpha() or text[i - 2] in ").")
        if text[i].isspace() or text[i - 1].isspace() or (after_label and text[i] not in "/:") or i in meet:
            cuts.append(i)
    if len(cuts) == 1:
        if text.strip():
            yield word
        return
    step = (word.x1 - word.x0) / len(text)
    for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True):
        if text[start:end].strip():
            yield replace(word, text=text[start:end].strip(), x0=word.x0 + start * step, x1=word.x0 + end * step)


def without_watermark(words: list[Word]) -> list[Word]:
    """Leave out large words that lie across others of the page: "COPIA" behind the text."""
    heights = sorted(w.bottom - w.top for w in words)
    least = _WATERMARK * heights[len(heights) // 2] if heights else 0.0
    large = {id(w) for w in words if w.bottom - w.top > least and _lies_across(w, words)}
    return [w for w in words if id(w) not in large] if large else words


def _lies_across(large: Word, words: list[Word]) -> bool:
    """Tell whether two words and more stand within the height and width of a large one."""
    crossed = sum(
        w.x0 < large.x1 and large.x0 < w.x1 and large.top < (w.top + w.bottom) / 2 < large.bottom and w is not large
        for w in words
    )
    return crossed > 1


def lines_of(words: list[Word]) -> list[list[Word]]:
    """Group words whose middles agree; two fonts of different size on one line still do."""
    words = sorted(words, key=lambda w: w.top + w.bottom)[:MOST_WORDS]
    lines: list[list[Word]] = []
    middle = height = 0.0
    for w in words:
        centre, tall = (w.top + w.bottom) / 2, w.bottom - w.top
        if lines and centre - middle <= 0.35 * min(height, tall):
            line = lines[-1]
            line.append(w)
            middle += (centre - middle) / len(line)
            height = min(height, tall)
        else:
            lines.append([w])
            middle, height = centre, tall
    for line in lines:
        line.sort(key=lambda w: w.x0)
    return lines


def rejoin_tracked(line: list[Word]) -> list[Word]:
    """Join letters set far apart ("V I G E N T E"): nearly all words of a stretch are one letter long."""
    if sum(len(w.text) == 1 for w in line) < 4:
        return line
    result: list[Word] = []
    stretch: list[Word] = []
    for w in line:
        near = bool(stretch) and w.x0 - stretch[-1].x1 <= 1.5 * (w.bottom - w.top)
        if len(w.text) <= 2 and (near or not stretch):
            stretch.append(w)
            continue
        result += _join_letters(stretch)
        stretch = [w] if len(w.text) <= 2 else []
        if not stretch:
            result.append(w)
    return result + _join_letters(stretch)


def _join_letters(stretch: list[Word]) -> list[Word]:
    letters = sum(len(w.text) == 1 and w.text.isalnum() for w in stretch)
    if letters < 4 or letters < 0.7 * len(stretch):
        return stretch
    gaps = [b.x0 - a.x1 for a, b in pairwise(stretch)]
    usual = sorted(gaps)[len(gaps) // 3]
    height = stretch[0].bottom - stretch[0].top
    joined = [stretch[0]]
    for gap, w in zip(gaps, stretch[1:], strict=True):
        last = joined[-1]
        if gap <= max(1.6 * usual, usual + 0.12 * height):
            joined[-1] = replace(last, text=last.text + w.text, x1=w.x1, top=min(last.top, w.top))
        else:
            joined.append(w)
    return joined
