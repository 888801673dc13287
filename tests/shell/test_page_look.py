"""A page that pdfium cannot open: beside a good one it is passed over, alone it makes a damaged file. And page by page
the second reader gives back what it took."""

from __future__ import annotations

import io
import tracemalloc

from reportlab.pdfgen.canvas import Canvas

from mailbot.core.documents import DESCONOCIDO, ILEGIBLE, Document
from mailbot.shell.limits import Limits
from mailbot.shell.pdf_words import plumber_pages
from mailbot.shell.reader import read_bytes
from tests.shell import hostile, papers

NO_PAGE = b"<</Type/Nothing>>"


def read(kids: bytes) -> Document:
    """Read a file whose page 3 says something and whose page 6 is none."""
    pages = b"<</Type/Pages/Kids[" + kids + b"]/Count " + str(kids.count(b"R")).encode() + b">>"
    words = hostile.stream(b"BT /F 12 Tf 72 700 Td (Aviso de la biblioteca) Tj ET")
    data = hostile.pdf([hostile.CATALOG, pages, hostile.PAGE, words, hostile.FONT, NO_PAGE])
    return read_bytes(data, Limits(), papers.knowledge())


def test_a_broken_page_costs_the_others_nothing() -> None:
    for kids in (b"3 0 R 6 0 R", b"6 0 R 3 0 R"):
        assert read(kids) == Document(DESCONOCIDO, "text")


def test_a_file_without_one_page_that_opens_is_damaged_and_not_blank() -> None:
    assert read(b"6 0 R") == Document(ILEGIBLE, problems=("el archivo está dañado",))


def book(pages: int) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792))
    for _ in range(pages):
        for row in range(40):
            canvas.drawString(50, 740 - 18 * row, "palabra " * 10)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def peak(pages: int) -> int:
    """Return the most memory that reading so many pages with pdfplumber took."""
    data = book(pages)
    tracemalloc.start()
    plumber_pages(data, pages)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_twelve_pages_take_pdfplumber_hardly_more_memory_than_two() -> None:
    """It keeps every page until page.close() (pdfplumber#1395): 74 MB instead of 8."""
    peak(1)
    assert peak(12) < 2 * peak(2)
