"""Words on pages: all that the core knows of how a document looks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page as it is seen: points from the top left corner; ``page`` counts from 1."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Word:
    """A run of glyphs without a gap, and where it stands (points from the top left corner, after rotation)."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    font: str = ""
    upright: bool = True
    tracking: float = 0.0
    """How far its letters are set apart, in points; 0 for ordinary text."""
    cut: bool = False
    """Whether the edge of a cell cuts it off: letters of it may be missing, or words after it."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page; ``words`` come in any order, as a PDF may draw them."""

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    turned: int = 0
    """Degrees clockwise (0, 90, 180, 270) by which the page as displayed was turned so that its text reads upright:
    width, height and words are those of the turned page. 0 for nearly all."""
    overfull: bool = False
    """Whether it holds more text than any constancia: what is beyond the limit was not taken."""
