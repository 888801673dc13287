"""From the words of a page to the places that must not be seen on a picture of it: NSS, CURP, beneficiaries, seal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from mailbot.core.lines import lay_out
from mailbot.core.page import Box, Page, Word
from mailbot.core.sections import holders_part
from mailbot.core.spanish import fold

SHOWN_DIGITS = 4  # of the holder's NSS, as in the mail's text
LONG_WORD = 24  # letters without a space: a seal or an original string, never a word
APART = 2.0  # of a line's height: groups of digits further from each other are not one number
WRAPPED = 0.9  # of a line's height: the second half of a number that wraps stands so close below the first
# Forms of the CURP and, within it, of the RFC, loosely: what is nearly one is blacked out too.
_CURP = re.compile(r"[a-zñ&]{3,4}\d{6}(?:[a-z]{6}[a-z0-9]\d|[a-z0-9]{3}(?![a-z0-9]))", re.IGNORECASE)
_CURP_HEAD = re.compile(r"[a-z]{4}\d{0,6}[a-z]{0,7}$", re.IGNORECASE)
_CURP_WHOLE = re.compile(r"[a-z]{4}\d{6}[a-z]{6}[a-z0-9]\d", re.IGNORECASE)
_DIGITS = re.compile(r"\d{11,}")
_JOINS = frozenset(" .-–—_·*")  # what is printed between the groups of one number; a slash or a colon is a date's
_BENEFICIARIES = re.compile(r"^beneficiari[oa]s?\b|^datos de los? beneficiari")
_SEAL = re.compile(r"cadena original|sello digital|secuencia notarial|numero de serie|firma electronica|codigo qr")


@dataclass(frozen=True, slots=True)
class _Glyph:
    char: str
    box: Box


def hidden_places(page: Page, nss: str | None, kept: Iterable[Box]) -> Iterator[Box]:
    """Yield what is to be blacked out; ``kept`` are the holder's own fields, which end a block of beneficiaries."""
    lines = _lines(page)
    for line in lines:
        for glyphs in _runs(line, page.number):
            yield from _numbers(glyphs, nss)
        for word in line:
            if len(word.text) >= LONG_WORD or not word.upright or word.text.count("|") > 1 or _unmapped(word.text):
                yield _box(word, page.number)
    yield from _wrapped_numbers(lines, page.number)
    own = tuple(kept)
    yield from _blocks(page, lines, own)
    yield from _others_parts(page, own)


def _numbers(glyphs: list[_Glyph], nss: str | None) -> Iterator[Box]:
    """Yield the numbers of a run of letters and digits; of the holder's NSS all but its last digits."""
    text = "".join(g.char for g in glyphs)
    for found in _CURP.finditer(text):
        yield _around(glyphs[found.start() : found.end()])
    for found in _DIGITS.finditer(text):
        end = found.end()
        if nss is not None and found.group() == nss:
            end -= SHOWN_DIGITS
        yield _around(glyphs[found.start() : end])


def _runs(line: list[Word], number: int) -> Iterator[list[_Glyph]]:
    """Part a line where no number goes on: at a wide gap, and at a mark that is printed in none."""
    run: list[_Glyph] = []
    last: Word | None = None
    for word in line:
        if last is not None and word.x0 - last.x1 > APART * (word.bottom - word.top):
            yield run
            run = []
        for glyph in _glyphs(word, number):
            if glyph.char.isalnum():
                run.append(glyph)
            elif glyph.char not in _JOINS:
                yield run
                run = []
        last = word
    yield run


def _wrapped_numbers(lines: list[list[Word]], number: int) -> Iterator[Box]:
    """Yield both halves of an NSS or a CURP that wraps inside its cell."""
    for upper, lower in pairwise(lines):
        for a in upper:
            head = _letters(a.text)
            if not (_CURP_HEAD.search(head) or head.isdigit()):
                continue
            for b in lower:
                near = abs(b.x0 - a.x0) < a.bottom - a.top and b.top - a.bottom < WRAPPED * (a.bottom - a.top)
                both = head + _letters(b.text)
                if near and (_CURP_WHOLE.fullmatch(both) or (both.isdigit() and len(both) == 11)):
                    yield from (_box(a, number), _box(b, number))


def _blocks(page: Page, lines: list[list[Word]], kept: tuple[Box, ...]) -> Iterator[Box]:
    """Yield everything from the heading of the beneficiaries, or of the seal, down to the next own field."""
    for line in lines:
        text = fold(" ".join(w.text for w in line))
        if _BENEFICIARIES.search(text) or _SEAL.search(text):
            top = min(w.top for w in line)
            bottom = max(w.bottom for w in line)
            below = [b.top for b in kept if b.page == page.number and b.top > bottom]
            yield Box(page.number, 0, top if _SEAL.search(text) else bottom, page.width, min([page.height, *below]))


def _others_parts(page: Page, kept: tuple[Box, ...]) -> Iterator[Box]:
    """Yield what the reader itself takes for the beneficiaries' or the seal's, under whatever heading."""
    sheet = lay_out(page)
    (own,), _ = holders_part([sheet])
    mine = {id(s) for s in own.segments}
    for s in sheet.segments:
        if id(s) not in mine and s.label is None and not any(_overlap(s.box, box) for box in kept):
            yield s.box


def _lines(page: Page) -> list[list[Word]]:
    """Return the words by lines, left to right."""
    lines: list[list[Word]] = []
    for word in sorted(page.words, key=lambda w: (w.top + w.bottom) / 2):
        middle = (word.top + word.bottom) / 2
        last = lines[-1] if lines else None
        if last is not None and abs((last[-1].top + last[-1].bottom) / 2 - middle) < 0.5 * (word.bottom - word.top):
            last.append(word)
        else:
            lines.append([word])
    for line in lines:
        line.sort(key=lambda w: w.x0)
    return lines


def _glyphs(word: Word, number: int) -> Iterator[_Glyph]:
    """Yield the characters of a word, each with its share of the word's width."""
    step = (word.x1 - word.x0) / max(1, len(word.text))
    for index, char in enumerate(word.text):
        left = word.x0 + index * step
        yield _Glyph(char, Box(number, left, word.top, left + step, word.bottom))


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def _unmapped(text: str) -> bool:
    """Tell whether a word has characters that stand for no letter: nobody knows what is seen there."""
    return any(unicodedata.category(c) in ("Cc", "Co", "Cn") or c == "\ufffd" for c in text)


def _overlap(a: Box, b: Box) -> bool:
    same = a.page == b.page and a.x0 < b.x1 and b.x0 < a.x1
    return same and min(a.bottom, b.bottom) - max(a.top, b.top) > 0.3 * (a.bottom - a.top)


def _box(word: Word, number: int) -> Box:
    return Box(number, word.x0, word.top, word.x1, word.bottom)


def _around(glyphs: list[_Glyph]) -> Box:
    boxes = [g.box for g in glyphs]
    return Box(
        boxes[0].page, min(b.x0 for b in boxes), min(b.top for b in boxes), max(b.x1 for b in boxes),
        max(b.bottom for b in boxes),
    )  # fmt: skip
