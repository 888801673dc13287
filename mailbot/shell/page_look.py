"""From an open PDF to what its pages hold before a word is read: text, pictures, rubbish, or nothing."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pypdfium2

FULL_PAGE = 0.5  # of the page's area: a picture so large is a scan; header and footer pictures are far smaller
MOST_OBJECTS = 20_000  # on a page; a constancia has some hundreds
LOOKED_AT = 3  # pages that are not blank; a scan of many pages shows on the first ones
INVISIBLE = 3  # text render mode (ISO 32000-1, 9.3.6): what OCR programs lay over their scans


@dataclass(frozen=True, slots=True)
class PageLook:
    """What the first pages hold."""

    letters: int
    readable: bool
    """Whether the text can be trusted as exported: there is some, it maps to letters, and is seen on the page."""
    has_pictures: bool
    drawn: bool
    xfa: bool
    mentions_vigencia: bool


def look_at(pdf: pypdfium2.PdfDocument, most: int) -> PageLook:
    """Look at the first pages of a document."""
    from pypdfium2 import raw

    letters = rubbish = hidden_pages = scans = 0
    pictures = drawn = vigencia = False
    looked = 0
    for index in range(min(len(pdf), most)):
        if looked == LOOKED_AT:
            break
        try:
            page = pdf[index]
        except pypdfium2.PdfiumError:  # one broken page among good ones
            continue
        textpage = page.get_textpage()
        text = textpage.get_text_range()
        letters_here = [c for c in text if not c.isspace()]
        letters += len(letters_here)
        rubbish += sum(1 for c in letters_here if _is_rubbish(c))
        vigencia = vigencia or "vigencia" in "".join(letters_here).lower()
        objects = _Objects.of(page)
        pictures = pictures or objects.pictures > 0
        drawn = drawn or objects.paths > 0
        looked += bool(letters_here or objects.pictures or objects.paths)
        scans += objects.scan
        hidden_pages += bool(letters_here) and objects.scan and not objects.text_on_top
        textpage.close()
        page.close()
    return PageLook(
        letters=letters,
        readable=letters > 0 and rubbish <= 0.4 * letters and not hidden_pages and not (scans and letters < 20),
        has_pictures=pictures,
        drawn=drawn,
        xfa=pdf.get_formtype() in (raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND),
        mentions_vigencia=vigencia,
    )


def _is_rubbish(char: str) -> bool:
    """Tell whether a character is none that a Spanish document prints: unmapped, private, or a control."""
    code = ord(char)
    control = code < 32 or 0x7F <= code < 0xA0
    return control or 0xE000 <= code <= 0xF8FF or code >= 0xFFFD


@dataclass(frozen=True, slots=True)
class _Objects:
    """How the page is drawn: whether a picture covers it, and whether text was drawn visibly above that picture."""

    pictures: int
    paths: int
    scan: bool
    text_on_top: bool

    @classmethod
    def of(cls, page: pypdfium2.PdfPage) -> _Objects:
        from pypdfium2 import raw

        area = max(1.0, page.get_width() * page.get_height())
        pictures = paths = 0
        visible = hidden = 0  # text objects since the last full-page picture, and the others
        scan = False
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        for index in range(min(raw.FPDFPage_CountObjects(page), MOST_OBJECTS)):
            item = raw.FPDFPage_GetObject(page, index)
            kind = raw.FPDFPageObj_GetType(item)
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                invisible = raw.FPDFTextObj_GetTextRenderMode(item) == INVISIBLE
                visible, hidden = visible + (not invisible), hidden + invisible
            elif kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM):
                pictures += kind == raw.FPDF_PAGEOBJ_IMAGE
                raw.FPDFPageObj_GetBounds(item, left, bottom, right, top)
                covers = (right.value - left.value) * (top.value - bottom.value) >= FULL_PAGE * area
                if kind == raw.FPDF_PAGEOBJ_IMAGE and covers:
                    scan, hidden, visible = True, hidden + visible, 0
            elif kind in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING):
                paths += 1
        return cls(pictures, paths, scan, visible > hidden)
