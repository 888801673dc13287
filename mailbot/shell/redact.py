"""From the words of a page to the places that must not be seen on a picture of it: NSS, CURP, beneficiaries, seal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mailbot.core.page import Box, Page, Word
from mailbot.core.spanish import fold

SHOWN_DIGITS = 4  # of the holder's NSS, as in the mail's text
LONG_WORD = 24  # letters without a space: a seal or an original string, never a word
# CURP's form, loosely: what is nearly one is blacked out too.
_CURP = re.compile(r"[a-z]{4}\d{6}[a-z]{6}[a-z0-9]\d", re.IGNORECASE)
_DIGITS = re.compile(r"\d{11,}")
_BENEFICIARIES = re.compile(r"^beneficiari[oa]s?\b|^datos de los? beneficiari")
_SEAL = re.compile(r"cadena original|sello digital|secuencia notarial|numero de serie|firma electronica|codigo qr")


@dataclass(frozen=True, slots=True)
class _Glyph:
    char: str
    box: Box


def hidden_places(page: Page, nss: str | None, kept: Iterable[Box]) -> Iterator[Box]:
    """Yield what is to be blacked out; ``kept`` are the holder's own fields, which end a block of beneficiaries."""
    for line in _lines(page):
        glyphs = [g for word in line for g in _glyphs(word, page.number)]
        text = "".join(g.char for g in glyphs)
        for found in _CURP.finditer(text):
            yield _around(glyphs[found.start() : found.end()])
        for found in _DIGITS.finditer(text):
            end = found.end()
            if nss is not None and found.group().startswith(nss):
                end = found.start() + len(nss) - SHOWN_DIGITS
                yield from _rest(glyphs, found.start() + len(nss), found.end())
            yield _around(glyphs[found.start() : end])
        for word in line:
            if len(word.text) >= LONG_WORD or not word.upright:
                yield _box(word, page.number)
    yield from _blocks(page, tuple(kept))


def _rest(glyphs: list[_Glyph], start: int, end: int) -> Iterator[Box]:
    if start < end:
        yield _around(glyphs[start:end])


def _blocks(page: Page, kept: tuple[Box, ...]) -> Iterator[Box]:
    """Yield everything from the heading of the beneficiaries, or of the seal, down to the next own field."""
    lines = list(_lines(page))
    for line in lines:
        text = fold(" ".join(w.text for w in line))
        if _BENEFICIARIES.search(text) or _SEAL.search(text):
            top = min(w.top for w in line)
            bottom = max(w.bottom for w in line)
            below = [b.top for b in kept if b.page == page.number and b.top > bottom]
            yield Box(page.number, 0, top if _SEAL.search(text) else bottom, page.width, min([page.height, *below]))


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
    """Yield the letters and digits of a word, each with its share of the word's width."""
    step = (word.x1 - word.x0) / max(1, len(word.text))
    for index, char in enumerate(word.text):
        if char.isalnum():
            left = word.x0 + index * step
            yield _Glyph(char, Box(number, left, word.top, left + step, word.bottom))


def _box(word: Word, number: int) -> Box:
    return Box(number, word.x0, word.top, word.x1, word.bottom)


def _around(glyphs: list[_Glyph]) -> Box:
    boxes = [g.box for g in glyphs]
    return Box(
        boxes[0].page, min(b.x0 for b in boxes), min(b.top for b in boxes), max(b.x1 for b in boxes),
        max(b.bottom for b in boxes),
    )  # fmt: skip
