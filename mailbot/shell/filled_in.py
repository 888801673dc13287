"""What a form's fields show, drawn into its pages: a page's text is then all that a person reads on it.

pdfium's text and pdfplumber's leave fields (widgets) out, so a form that was filled in would seem empty.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, NamedTuple

from mailbot.shell.annotations import MOST_ANNOTATIONS, annotations_on

if TYPE_CHECKING:
    import pypdfium2

EMPTY = 2  # bytes of an appearance without a letter: the end of a text in UTF-16


class CannotBeDrawn(ValueError):
    """There are fields, and nobody knows what they show."""


def with_fields_drawn(pdf: pypdfium2.PdfDocument, data: bytes, most: int) -> bytes | None:
    """Return the file with the fields of its first ``most`` pages drawn into them; None where it has no field.

    Comments and stamps are no part of the form and are left out: who laid something over a page is another question
    (traces). A field without an appearance gets the one that a viewer would give it; a hidden one stays hidden.
    """
    import pypdfium2 as engine

    pages = range(min(len(pdf), most))
    if not any(_has_fields(pdf, index) for index in pages):
        return None
    copy = engine.PdfDocument(data)
    try:
        copy.init_forms()  # makes the missing appearances; without JavaScript and XFA in this build
        for index in pages:
            _draw(copy, index)
        out = io.BytesIO()
        copy.save(out)
        return out.getvalue()
    finally:
        copy.close()


class _Annotation(NamedTuple):
    """Whether it is a field that is seen on a screen, and whether there is something of it to see."""

    field: bool
    drawn: bool


def _has_fields(pdf: pypdfium2.PdfDocument, index: int) -> bool:
    from pypdfium2 import PdfiumError

    try:
        page = pdf[index]
    except PdfiumError:  # one broken page among good ones
        return False
    try:
        return any(one.field for one in _annotations(page))
    finally:
        page.close()


def _draw(pdf: pypdfium2.PdfDocument, index: int) -> None:
    from pypdfium2 import PdfiumError, raw

    try:
        page = pdf[index]
    except PdfiumError:
        return
    try:
        annotations = _annotations(page)
        for number in reversed(range(len(annotations))):
            if not annotations[number].field and not raw.FPDFPage_RemoveAnnot(page, number):
                raise CannotBeDrawn
        before = raw.FPDFPage_CountObjects(page)
        done = raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
    finally:
        page.close()
    if done == raw.FLATTEN_FAIL or (any(one.drawn for one in annotations) and not _has_more(pdf, index, before)):
        raise CannotBeDrawn


def _has_more(pdf: pypdfium2.PdfDocument, index: int, than: int) -> bool:
    """Tell whether something was added to a page: what breaks off within a text swallows all that is drawn after it."""
    from pypdfium2 import raw

    page = pdf[index]
    try:
        return int(raw.FPDFPage_CountObjects(page)) > than
    finally:
        page.close()


def _annotations(page: Any) -> list[_Annotation]:
    from pypdfium2 import raw

    if raw.FPDFPage_GetAnnotCount(page) > MOST_ANNOTATIONS:
        raise CannotBeDrawn
    sides = raw.FS_RECTF()
    found = []
    for kind, annotation in annotations_on(page):
        field = kind == raw.FPDF_ANNOT_WIDGET
        sized = raw.FPDFAnnot_GetRect(annotation, sides) and sides.right > sides.left and sides.top > sides.bottom
        appearance = raw.FPDFAnnot_GetAP(annotation, raw.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None, 0)
        found.append(_Annotation(field, bool(field and sized and appearance > EMPTY)))
    return found
