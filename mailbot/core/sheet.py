"""A page as a person sees it: lines from top to bottom, each of segments from left to right."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from mailbot.core.labels import Label
from mailbot.core.page import Box, Page, Word

LEAST_HEIGHT = 0.1  # points: a glyph may have a box without any, and distances are told in heights


@dataclass(frozen=True)
class Segment:
    """Words of one line that belong together: a label, or a text between labels."""

    page: int
    row: int
    words: tuple[Word, ...]
    label: Label | None = None
    colon: bool = False

    @cached_property
    def text(self) -> str:
        return " ".join(w.text for w in self.words)

    @cached_property
    def x0(self) -> float:
        return min(w.x0 for w in self.words)

    @cached_property
    def x1(self) -> float:
        return max(w.x1 for w in self.words)

    @cached_property
    def end(self) -> float:
        """Where the last line of it ends; a label may wrap."""
        return max(w.x1 for w in self.words if w.bottom > self.bottom - 0.5 * self.height)

    @cached_property
    def top(self) -> float:
        return min(w.top for w in self.words)

    @cached_property
    def bottom(self) -> float:
        return max(w.bottom for w in self.words)

    @cached_property
    def height(self) -> float:
        """Height of one line of it, never 0."""
        return max(LEAST_HEIGHT, *(w.bottom - w.top for w in self.words))

    @property
    def kind(self) -> str | None:
        return self.label.kind if self.label else None

    @property
    def box(self) -> Box:
        return Box(self.page, self.x0, self.top, self.x1, self.bottom)

    @cached_property
    def capitals(self) -> bool:
        letters = [c for c in self.text if c.isalpha()]
        return bool(letters) and all(c.isupper() for c in letters)


@dataclass(frozen=True)
class Sheet:
    """A page as lines from top to bottom, each a list of segments from left to right."""

    page: Page
    rows: tuple[tuple[Segment, ...], ...]
    turned: bool = False
    """Whether it was turned over, foot to head, to read values that stand above their labels (core.captions)."""

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        return tuple(s for row in self.rows for s in row)
