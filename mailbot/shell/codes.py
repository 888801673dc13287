"""Which drawings of a page may hold a code (a QR, a barcode, a seal)? They are taken off before it is shown.

A QR holds the NSS and the CURP as plainly as the text beside it. It comes as a picture or as some hundred little
squares; so every picture goes, and so does every crowd of little shapes that is no line: letters drawn as outlines too,
of which nobody knows what they say.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pypdfium2

MOST_OBJECTS = 20_000  # on a page; the page is not shown if it has more
FORM_DEPTH = 4  # forms inside forms
CROWD = 20  # shapes: a QR's smallest version has some 200 dark squares, a barcode of eleven digits 27 bars
MANY_CORNERS = 80  # of one shape: a QR drawn in one stroke has hundreds, a rounded frame a dozen
SMALL = 14.0  # points: a QR's square is 1 to 4, a letter less than its font
THIN, TALL = 6.0, 100.0  # points: a barcode's bar
NEAR = 6.0  # points between the shapes of one crowd
LEAST_SIDE = 12.0  # points: a lower crowd is a dotted line


class TooMuchDrawn(ValueError):
    """More objects than any constancia has: nobody has looked at all of them."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """One object, in points of the page's scale, and what takes it off."""

    left: float
    bottom: float
    right: float
    top: float
    holder: Any
    item: Any


class _Walk:
    """The objects of a page, into its forms."""

    def __init__(self) -> None:
        from pypdfium2 import raw

        self._raw: Any = raw
        self._sides = [ctypes.c_float() for _ in range(4)]
        self._left = MOST_OBJECTS
        self.doomed: list[_Shape] = []
        self.small: list[list[_Shape]] = []
        """Little shapes, by the form that holds them: each has its own origin."""

    def over(self, holder: Any, count: Any, get: Any, zoom: float, depth: int) -> None:
        raw = self._raw
        small: list[_Shape] = []
        self.small.append(small)
        for index in range(count(holder)):
            self._left -= 1
            if self._left < 0:
                raise TooMuchDrawn
            item = get(holder, index)
            kind = raw.FPDFPageObj_GetType(item)
            if kind == raw.FPDF_PAGEOBJ_FORM and depth:
                matrix = raw.FS_MATRIX()
                raw.FPDFPageObj_GetMatrix(item, matrix)
                larger = zoom * (sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c)) or 1.0)
                self.over(item, raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject, larger, depth - 1)
            elif kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM, raw.FPDF_PAGEOBJ_SHADING):
                self.doomed.append(self._shape(holder, item, zoom))
            elif kind == raw.FPDF_PAGEOBJ_PATH:
                shape = self._shape(holder, item, zoom)
                if raw.FPDFPath_CountSegments(item) >= MANY_CORNERS:
                    self.doomed.append(shape)
                elif _is_small(shape):
                    small.append(shape)

    def _shape(self, holder: Any, item: Any, zoom: float) -> _Shape:
        self._raw.FPDFPageObj_GetBounds(item, *self._sides)
        left, bottom, right, top = (zoom * side.value for side in self._sides)
        return _Shape(left, bottom, right, top, holder, item)


def take_off_codes(page: pypdfium2.PdfPage) -> None:
    """Take every picture and every crowd of little shapes off an open page; the file itself is not changed."""
    from pypdfium2 import raw

    walk = _Walk()
    walk.over(page.raw, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject, 1.0, FORM_DEPTH)
    for shapes in walk.small:
        for crowd in _crowds(shapes):
            wide = max(s.right for s in crowd) - min(s.left for s in crowd)
            high = max(s.top for s in crowd) - min(s.bottom for s in crowd)
            if len(crowd) >= CROWD and min(wide, high) >= LEAST_SIDE:
                walk.doomed += crowd
    for shape in walk.doomed:
        on_page = shape.holder is page.raw
        gone = (raw.FPDFPage_RemoveObject if on_page else raw.FPDFFormObj_RemoveObject)(shape.holder, shape.item)
        if not gone:
            raise TooMuchDrawn  # what cannot be taken off must not be shown
        raw.FPDFPageObj_Destroy(shape.item)


def _is_small(shape: _Shape) -> bool:
    wide, high = shape.right - shape.left, shape.top - shape.bottom
    low, long = min(wide, high), max(wide, high)
    return long <= SMALL or (low <= THIN and long <= TALL)


def _crowds(shapes: list[_Shape]) -> list[list[_Shape]]:
    """Group shapes that stand near each other, by the squares of a grid that they touch."""
    squares: dict[tuple[int, int], list[_Shape]] = {}
    for shape in shapes:
        for x in range(int(shape.left // NEAR), int(shape.right // NEAR) + 1):
            for y in range(int(shape.bottom // NEAR), int(shape.top // NEAR) + 1):
                squares.setdefault((x, y), []).append(shape)
    crowds = []
    while squares:
        open_squares = [next(iter(squares))]
        crowd: dict[int, _Shape] = {}
        while open_squares:
            x, y = open_squares.pop()
            crowd.update((id(s), s) for s in squares.pop((x, y), ()))
            around = ((x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1))
            open_squares += [square for square in around if square in squares]
        crowds.append(list(crowd.values()))
    return crowds
