"""Does a picture stand amid a constancia's fields, where it may say what no text of the page says?

Somebody pastes the employer's table as a screenshot into a page of text: no label of it is there to be missed, and the
page would read as one without any employer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mailbot.core.page import Box, Page
from mailbot.shell.page_look import MOST_OBJECTS
from mailbot.shell.painted import painted
from mailbot.shell.traces import Place

if TYPE_CHECKING:
    import pypdfium2

WIDE, HIGH = 90.0, 15.0  # points: an employer's name and number need as much; rules and icons are smaller
SQUARE = 1.3  # times as wide as high: a QR code is square, and no line of text
FOOT = 0.88  # of a page's height: a footer stands below
HEAD = 0.12  # and a header above, on a page without fields


def picture_amid(pdf: pypdfium2.PdfDocument, pages: Sequence[Page], fields: Sequence[Box]) -> bool:
    """Tell whether a picture with no text over it stands below the first field of a page and above its foot."""
    from pypdfium2 import raw

    for page in pages:
        sheet = pdf[page.number - 1]
        try:
            place = Place(sheet, page.number)
            boxes = [
                place.box(item, forms)
                for item, kind, forms in painted(sheet, MOST_OBJECTS)
                if kind == raw.FPDF_PAGEOBJ_IMAGE
            ]
        finally:
            sheet.close()
        top = min((box.top for box in fields if box.page == page.number), default=HEAD * page.height)
        last = max((word.bottom for word in page.words), default=0.0)
        for box in boxes:
            wide, high = box.x1 - box.x0, box.bottom - box.top
            large = wide >= WIDE and high >= HIGH and wide >= SQUARE * high
            if large and box.top > top and box.bottom < max(last, FOOT * page.height) and not _written_on(page, box):
                return True
    return False


def _written_on(page: Page, box: Box) -> bool:
    """Tell whether text stands on a picture: then it is the page's ground, a bar, or a watermark."""
    return any(
        box.x0 < (w.x0 + w.x1) / 2 < box.x1 and box.top < (w.top + w.bottom) / 2 < box.bottom for w in page.words
    )
