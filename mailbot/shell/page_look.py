"""From an open PDF to what its pages hold before a word is read: text, pictures, rubbish, or nothing."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from mailbot.shell.painted import painted

if TYPE_CHECKING:
    import pypdfium2

FULL_PAGE = 0.5  # of the page's area: a picture so large is a scan; header and footer pictures are far smaller
MOST_OBJECTS = 20_000  # on a page; a constancia has some hundreds
LOOKED_AT = 3  # pages that are not blank; a scan of many pages shows on the first ones
OUTLINES = 60  # paths on a page: a frame and some rules are a dozen, letters drawn as outlines are hundreds
INVISIBLE = 3  # text render mode (ISO 32000-1, 9.3.6): what OCR programs lay over their scans


@dataclass(frozen=True, slots=True)
class PageLook:
    """What the first pages hold."""

    letters: int
    readable: bool
    """Whether the text can be trusted as exported: there is some, it maps to letters, and is seen on the page."""
    has_pictures: bool
    scan: bool
    """Whether a picture covers a page."""
    outlines: bool
    """Whether so much is drawn by lines that it may be letters."""
    mentions_vigencia: bool


def look_at(pdf: pypdfium2.PdfDocument, most: int) -> PageLook:
    """Look at the first pages of a document; raise PdfiumError where none of them can be opened."""
    from pypdfium2 import PdfiumError

    letters = rubbish = hidden_pages = scans = opened = 0
    broken: Exception | None = None
    pictures = outlines = vigencia = False
    looked = 0
    for index in range(min(len(pdf), most)):
        if looked == LOOKED_AT:
            break
        try:
            page = pdf[index]
        except PdfiumError as error:  # one broken page among good ones
            broken = error
            continue
        opened += 1
        textpage = page.get_textpage()
        text = textpage.get_text_range()
        letters_here = [c for c in text if not c.isspace()]
        letters += len(letters_here)
        rubbish += sum(1 for c in letters_here if _is_rubbish(c))
        vigencia = vigencia or "vigencia" in "".join(letters_here).lower()
        objects = _Objects(page)
        pictures = pictures or objects.pictures > 0
        outlines = outlines or objects.paths >= OUTLINES
        looked += bool(letters_here or objects.pictures or objects.paths)
        scans += objects.scan
        hidden_pages += bool(letters_here) and objects.scan and not objects.text_on_top
        textpage.close()
        page.close()
    if broken is not None and not opened:
        raise broken
    return PageLook(
        letters=letters,
        readable=letters > 0 and rubbish <= 0.4 * letters and not hidden_pages and not (scans and letters < 20),
        has_pictures=pictures,
        scan=scans > 0,
        outlines=outlines,
        mentions_vigencia=vigencia,
    )


def _is_rubbish(char: str) -> bool:
    """Tell whether a character is none that a Spanish document prints: unmapped, private, or a control."""
    code = ord(char)
    control = code < 32 or 0x7F <= code < 0xA0
    return control or 0xE000 <= code <= 0xF8FF or code >= 0xFFFD


class _Objects:
    """How the page is drawn: whether a picture covers it, and whether text was drawn visibly above that picture."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        from pypdfium2 import raw

        self._raw: Any = raw
        self._area = max(1.0, page.get_width() * page.get_height())
        self._sides = [ctypes.c_float() for _ in range(4)]
        self._visible = self._hidden = 0  # text objects since the last full-page picture, and the others
        self.pictures = self.paths = 0
        self.scan = False
        for item, kind, forms in painted(page, MOST_OBJECTS):
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                invisible = raw.FPDFTextObj_GetTextRenderMode(item) == INVISIBLE
                self._visible, self._hidden = self._visible + (not invisible), self._hidden + invisible
            elif kind == raw.FPDF_PAGEOBJ_IMAGE:
                self._picture(item, prod(abs(m.a * m.d - m.b * m.c) for m in forms))
            else:
                self.paths += 1

    @property
    def text_on_top(self) -> bool:
        return self._visible > self._hidden

    def _picture(self, item: Any, zoom: float) -> None:
        """Count a picture; ``zoom`` is how much the forms around it enlarge areas."""
        self.pictures += 1
        self._raw.FPDFPageObj_GetBounds(item, *self._sides)
        left, bottom, right, top = (side.value for side in self._sides)
        if (right - left) * (top - bottom) * zoom >= FULL_PAGE * self._area:
            self.scan, self._hidden, self._visible = True, self._hidden + self._visible, 0
