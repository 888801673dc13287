"""Words drawn into a picture with the fonts that pdfium carries: accents and all, and no font file of the system."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

FONTS = {False: "Helvetica", True: "Helvetica-Bold"}
DESCENT = 0.28  # of the size: room below the base line for g and Ç
ASCENT = 1.0  # of the size: room above it for Á


def draw_text(
    picture: Image.Image, at: tuple[int, int], text: str, size: int, *, bold: bool = False, fill: str = "#1b1b1b"
) -> int:
    """Draw one line with its top left corner at a point; return its width in pixels."""
    from PIL import Image as Pillow

    mask = _mask(text, size, bold=bold)
    picture.paste(Pillow.new("RGB", mask.size, fill), at, mask)
    return mask.width


def wrapped(text: str, size: int, width: int, *, bold: bool = False) -> list[str]:
    """Part a text into lines that fit a width."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _mask(longer, size, bold=bold).width <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _mask(text: str, size: int, *, bold: bool) -> Image.Image:
    """Render a line black on white with pdfium, and return how much ink there is at each pixel."""
    import pypdfium2
    from PIL import ImageOps
    from pypdfium2 import raw

    pdf = pypdfium2.PdfDocument.new()
    try:
        item = raw.FPDFPageObj_NewTextObj(pdf, FONTS[bold].encode("ascii"), size)
        letters = (text + "\0").encode("utf-16-le", "replace")
        buffer = ctypes.create_string_buffer(letters, len(letters))
        raw.FPDFText_SetText(item, ctypes.cast(buffer, raw.FPDF_WIDESTRING))
        sides = [ctypes.c_float() for _ in range(4)]
        raw.FPDFPageObj_GetBounds(item, *sides)
        page = pdf.new_page(max(1.0, sides[2].value + 2), size * (ASCENT + DESCENT))
        raw.FPDFPageObj_Transform(item, 1, 0, 0, 1, 0, size * DESCENT)
        raw.FPDFPage_InsertObject(page, item)
        page.gen_content()
        return ImageOps.invert(page.render(scale=1, grayscale=True).to_pil().convert("L"))
    finally:
        pdf.close()
