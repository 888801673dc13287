"""A QR or a barcode holds the NSS as plainly as the text: none is drawn on the student's picture."""

from __future__ import annotations

import pypdfium2
import pytest
from PIL import Image
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode import code128, qr
from reportlab.graphics.shapes import Drawing
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from mailbot.shell import codes, picture
from mailbot.shell.codes import TooMuchDrawn, take_off_codes
from mailbot.shell.limits import Limits
from mailbot.shell.reader import read_bytes
from tests.shell import papers
from tests.shell.papers import Paper
from tests.shell.test_picture import KNOWLEDGE, MARKS

CODED = f"{papers.NSS}|{papers.CURP}"
PLACE = (400, 300, 500, 400)  # points from the lower left corner, where the constancia prints nothing


def vector_qr(canvas: Canvas) -> None:
    widget = qr.QrCodeWidget(CODED)
    left, bottom, right, top = widget.getBounds()
    drawing = Drawing(90, 90, transform=[90 / (right - left), 0, 0, 90 / (top - bottom), 0, 0])
    drawing.add(widget)
    renderPDF.draw(drawing, canvas, 405, 305)


def one_stroke_qr(canvas: Canvas) -> None:
    path = canvas.beginPath()
    for i in range(200):
        path.rect(405 + 4 * (i % 20), 305 + 8 * (i // 20), 3, 3)
    canvas.drawPath(path, fill=1, stroke=0)


def raster_qr(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(Image.effect_noise((60, 60), 200)), 405, 305, 90, 90)


def barcode(canvas: Canvas) -> None:
    code128.Code128(papers.NSS, barHeight=30, barWidth=1).drawOn(canvas, 390, 320)


def within_a_form(canvas: Canvas) -> None:
    canvas.beginForm("sello")
    raster_qr(canvas)
    canvas.endForm()
    canvas.doForm("sello")


DRAWN = [vector_qr, one_stroke_qr, raster_qr, barcode, within_a_form]


def dark_share(data: bytes, *, taken_off: bool) -> float:
    page = pypdfium2.PdfDocument(data)[0]
    if taken_off:
        take_off_codes(page)
    left, bottom, right, top = PLACE
    seen = page.render(scale=1).to_pil().convert("L").crop((left, 792 - top, right, 792 - bottom))
    return sum(seen.histogram()[:128]) / (seen.width * seen.height)


@pytest.mark.parametrize("draw", DRAWN, ids=lambda d: d.__name__)
def test_a_code_is_not_drawn(draw: object) -> None:
    paper = Paper()
    assert callable(draw)
    draw(paper.canvas)
    data = paper.close()
    assert dark_share(data, taken_off=False) > 0.1
    assert dark_share(data, taken_off=True) == 0


@pytest.mark.parametrize("draw", DRAWN, ids=lambda d: d.__name__)
def test_the_picture_is_that_of_the_page_without_the_code(draw: object) -> None:
    coded, plain = Paper(), Paper()
    assert callable(draw)
    draw(coded.canvas)
    pictures = [
        picture.picture_of_constancia(data, read_bytes(data, Limits(), KNOWLEDGE), MARKS)
        for data in (coded.close(), plain.close())
    ]
    assert pictures[0] is not None
    assert pictures[0] == pictures[1]


def test_the_rules_of_a_table_stay() -> None:
    paper = Paper()
    for i in range(9):
        paper.canvas.line(400, 310 + 10 * i, 500, 310 + 10 * i)
    paper.canvas.rect(400, 300, 99, 99)
    data = paper.close()
    assert dark_share(data, taken_off=True) == dark_share(data, taken_off=False) > 0.05


def test_a_page_of_more_drawings_than_anyone_looks_at_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    paper = Paper()
    for i in range(100):
        paper.canvas.line(50, 100, 60 + i, 110)
    data = paper.close()
    monkeypatch.setattr(codes, "MOST_OBJECTS", 90)
    with pytest.raises(TooMuchDrawn):
        take_off_codes(pypdfium2.PdfDocument(data)[0])
    assert picture.picture_of_constancia(data, read_bytes(data, Limits(), KNOWLEDGE), MARKS) is None
