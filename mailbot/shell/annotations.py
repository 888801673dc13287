"""What lies over a page (comments, stamps, a form's fields), and whether it changes what is read there by eye?

A text or a stamp is read instead of what lies under it. Of everything else (a redaction not yet applied, a filled
square, ink) the page itself is asked, painted without and with it: a highlighter's stroke leaves every letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pypdfium2

MOST_ANNOTATIONS = 2_000  # on a page: forms of many pages have some hundred on each; filled_in refuses more


def has_notes(pdf: pypdfium2.PdfDocument, most: int) -> bool:
    """Tell whether a text or a stamp was laid over one of the first ``most`` pages."""
    from pypdfium2 import PdfiumError

    for index in range(min(len(pdf), most)):
        try:
            page = pdf[index]
        except PdfiumError:  # one broken page among good ones
            continue
        try:
            if notes_on(page):
                return True
        finally:
            page.close()
    return False


Sides = tuple[float, float, float, float]
"""Left, bottom, right and top, in the page's own points."""


def notes_on(page: Any) -> list[Sides]:
    """Return where texts and stamps lie over a page."""
    from pypdfium2 import raw

    return _places(page, (raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP))


def fields_on(page: Any) -> list[Sides]:
    """Return where the fields of a form stand."""
    from pypdfium2 import raw

    return _places(page, (raw.FPDF_ANNOT_WIDGET,))


def _places(page: Any, kinds: tuple[int, ...]) -> list[Sides]:
    from pypdfium2 import raw

    sides = raw.FS_RECTF()
    return [
        (sides.left, sides.bottom, sides.right, sides.top)
        for kind, annotation in annotations_on(page)
        if kind in kinds and raw.FPDFAnnot_GetRect(annotation, sides)
    ]


def others_on(page: Any) -> bool:
    """Tell whether a page has comments of other kinds that paint something: no links, no fields of a form."""
    from pypdfium2 import raw

    harmless = (
        None, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_LINK,
        raw.FPDF_ANNOT_POPUP,
    )  # fmt: skip
    return any(kind not in harmless for kind, _ in annotations_on(page))


def annotations_on(page: Any) -> Iterator[tuple[int | None, Any]]:
    """Yield each annotation with its kind; one that is not seen on a screen has none."""
    from pypdfium2 import raw

    for index in range(min(raw.FPDFPage_GetAnnotCount(page), MOST_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        unseen = raw.FPDFAnnot_GetFlags(annotation) & (raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW)
        try:
            yield None if unseen else raw.FPDFAnnot_GetSubtype(annotation), annotation
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
