"""Pages of words for the core's tests, without any PDF: each text at a place, its words as wide as they are long."""

from __future__ import annotations

from mailbot.core.page import Page, Word

LETTER = 5.0  # of ten-point type
SIZE = 12.0  # the box of ten-point type

At = tuple[float, float, str]


def page_of(*texts: At | tuple[float, float, str, float], number: int = 1, font: str = "Helvetica") -> Page:
    """Return a page with each text at (x, top); a fourth value is how many times larger it is set."""
    words = []
    for left, top, text, *scale in texts:
        x, times = left, scale[0] if scale else 1.0
        for word in text.split(" "):
            wide = len(word) * LETTER * times
            words.append(Word(word, x, top, x + wide, top + SIZE * times, font))
            x += wide + 2.8 * times
    return Page(number, 612.0, 792.0, tuple(words))


TITLE = (200.0, 40.0, "Constancia de Vigencia de Derechos", 1.4)


def labelled(*pairs: tuple[str, str], top: float = 90.0, step: float = 20.0, tab: float = 260.0) -> list[At]:
    """Return lines with a label at the left and its value at a tab."""
    texts: list[At] = []
    for number, (label, value) in enumerate(pairs):
        texts.append((60.0, top + number * step, label))
        if value:
            texts.append((tab, top + number * step, value))
    return texts
