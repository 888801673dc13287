"""Does the clip through which a text is painted cut it off, as the narrow cell of a web page or a sheet does?"""

from __future__ import annotations

import ctypes
from typing import Any

_CELL = 10.0  # heights of a line at most; the margins of a page are a clip too, which letters overhang a little
_MOST = 16  # paths of a clip, and points of each, that are looked at; a cell's is one of five


def cut_off(textpage: Any, index: int, height: float) -> bool:
    """Tell whether the text with a page's glyph of that number, so high, reaches out of a cell's clip.

    A browser leaves out the letters of which not half is seen, others keep them: nobody reads what it goes on with.
    """
    from pypdfium2 import raw

    item = raw.FPDFText_GetTextObject(textpage, index)
    clip = raw.FPDFPageObj_GetClipPath(item) if item else None
    count = raw.FPDFClipPath_CountPaths(clip) if clip else 0
    if count < 1:
        return False
    sides = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(item, *sides)
    left, low, right, high = (side.value for side in sides)
    for path in range(min(count, _MOST)):
        points = _points(raw, clip, path)
        if not points:
            continue
        x0, y0, x1, y1 = *map(min, zip(*points, strict=True)), *map(max, zip(*points, strict=True))
        in_part = x0 < right and left < x1  # else all of it is hidden, which core.signs tells
        if in_part and y1 - y0 < _CELL * height and (left < x0 or right > x1 or low < y0 or high > y1):
            return True
    return False


def _points(raw: Any, clip: Any, path: int) -> list[tuple[float, float]]:
    found = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for number in range(min(raw.FPDFClipPath_CountPathSegments(clip, path), _MOST)):
        if raw.FPDFPathSegment_GetPoint(raw.FPDFClipPath_GetPathSegment(clip, path, number), x, y):
            found.append((x.value, y.value))
    return found
