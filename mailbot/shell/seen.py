"""A page as it is painted, in grey: is there ink where its words say, and is it the same with comments drawn?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailbot.core.page import Box

if TYPE_CHECKING:
    from PIL import Image

LONG_SIDE = 1200  # pixels: letters of a twentieth of a usual size are still seen
LEAST_SEEN = 2.0  # pixels of a page's 1200: letters a sixth of the smallest print
PRINT = 40  # of 255: by how much ink differs from its paper; letters on paper differ by 150 and more
CHANGED = 0.4  # of a field's ink, or of the paper around it: a line through or under a text changes a tenth


class Seen:
    """The picture of one page, without its form's fields, and without its comments unless ``notes``."""

    def __init__(self, page: Any, turned: int, *, notes: bool = False) -> None:
        self._scale = LONG_SIDE / max(page.get_size())
        self._bitmap = page.render(scale=self._scale, grayscale=True, may_draw_forms=False, draw_annots=notes)
        self._grey = self._bitmap.to_pil()  # no copy: it looks into the bitmap
        self._turned = self._grey.rotate(-turned, expand=True) if turned else self._grey

    def ink(self, box: Box) -> bool:
        """Tell whether something is painted at a place of the page as displayed."""
        return _differs(self._piece(self._grey, box))

    def shows(self, box: Box) -> bool:
        """Tell whether a field can be read by eye; its place is on the page turned until its text reads upright."""
        return (box.bottom - box.top) * self._scale > LEAST_SEEN and _differs(self._piece(self._turned, _inner(box)))

    def agrees(self, other: Seen, box: Box) -> bool:
        """Tell whether a field's ink is ink in the other picture too, and the paper around it paper."""
        mine, theirs = (_ink_of(seen._piece(seen._turned, _inner(box))) for seen in (self, other))
        return all(
            sum(a == tone != b for a, b in zip(mine, theirs, strict=True)) <= CHANGED * mine.count(tone)
            for tone in (True, False)
        )

    def _piece(self, grey: Image.Image, box: Box) -> Image.Image:
        area = [int(v * self._scale) for v in (box.x0, box.top, box.x1, box.bottom)]
        return grey.crop((area[0], area[1], max(area[2], area[0] + 2), max(area[3], area[1]) + 1))


def _inner(box: Box) -> Box:
    """Return a field's place without its cell's rules."""
    high = box.bottom - box.top
    return Box(box.page, box.x0, box.top + 0.15 * high, box.x1, box.bottom - 0.15 * high)


def _differs(piece: Image.Image) -> bool:
    low, high = _tones(piece)
    return high - low > PRINT


def _tones(piece: Image.Image) -> tuple[int, int]:
    low, high = piece.getextrema()
    return int(low), int(high)  # type: ignore[arg-type]  # one band has two numbers


def _ink_of(piece: Image.Image) -> list[bool]:
    """Return pixel by pixel whether it is darker than the middle of the piece's tones; no contrast is no ink."""
    low, high = _tones(piece)
    middle = (low + high) / 2 if high - low > PRINT else -1
    return [tone < middle for tone in piece.tobytes()]
