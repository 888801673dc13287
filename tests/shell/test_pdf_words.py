"""Words of a PDF, by two engines: where they stand as seen, and that both eyes read the same facts."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path

import pypdfium2
import pytest
from reportlab.pdfgen import canvas

from mailbot.core.documents import read_document
from mailbot.core.page import Page
from mailbot.shell.pdf_words import pdfium_pages, plumber_pages
from tests.layouts import paper
from tests.layouts.sweep import facts_of, knowledge

CORPUS = sorted((Path(__file__).parents[1] / "corpus" / "constancias").glob("*.pdf"))
KNOWN = knowledge()


def pdfium(data: bytes, most: int = 20) -> list[Page]:
    pdf = pypdfium2.PdfDocument(data)
    try:
        return pdfium_pages(pdf, most)
    finally:
        pdf.close()


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.stem)
def test_both_eyes_read_the_expected_facts(path: Path) -> None:
    data = path.read_bytes()
    wanted = json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert facts_of(read_document(pdfium(data), "text", KNOWN)) == wanted
    assert facts_of(read_document(plumber_pages(data, 20), "text", KNOWN)) == wanted


def two_lines(how: str, turn: str) -> bytes:
    sheet = paper.Paper()
    sheet.put(72, 100, "Estado VIGENTE", "Helvetica", 12)
    sheet.put(72, 700, "Fin", "Helvetica", 12)
    return paper.draw(sheet, random.Random(3), "reportlab", how, "shuffled", turn)


@pytest.mark.parametrize("how", ["line", "word", "glyph"])
@pytest.mark.parametrize(
    ("turn", "turned"),
    [("", 0), ("rotate90", 0), ("rotate180", 0), ("rotate270", 0), ("sideways", 90), ("cropped", 0)],
)
def test_words_stand_where_they_are_seen(turn: str, turned: int, how: str) -> None:
    wanted = [("Estado", 72, 90), ("VIGENTE", 114, 90), ("Fin", 72, 690)]
    for pages in (pdfium(two_lines(how, turn)), plumber_pages(two_lines(how, turn), 1)):
        (page,) = pages
        assert (page.width, page.height, page.turned) == (612, 792, turned)
        seen = sorted(page.words, key=lambda w: (w.top, w.x0))
        for word, (text, x0, top) in zip(seen, wanted, strict=True):
            assert (word.text, word.upright) == (text, True)
            assert (word.x0, word.top) == pytest.approx((x0, top), abs=3)


@pytest.mark.parametrize("turn", ["", "rotate90", "rotate180", "sideways"])
@pytest.mark.parametrize(("text", "tracking"), [("CONSERVACION DE DERECHOS", 3.0), ("JESÚS", 1.2)])
def test_tracking_does_not_cut_words(text: str, tracking: float, turn: str) -> None:
    sheet = paper.Paper(tracking=tracking)
    sheet.put(72, 100, text, "Times-Roman", 8)
    for how in ("line", "glyph"):
        data = paper.draw(sheet, random.Random(1), "reportlab", how, "reversed", turn)
        words = sorted(pdfium(data)[0].words, key=lambda w: w.x0)
        assert [w.text for w in words] == text.split()


@pytest.mark.parametrize(("wide", "cut"), [(60, ["SALINAS"]), (90, [])])
def test_a_word_that_its_cells_edge_cuts_off_says_so(wide: int, cut: list[str]) -> None:
    buffer = io.BytesIO()
    c = canvas.Canvas(buffer)
    c.drawString(72, 700, "OMAR TREJO")
    cell = c.beginPath()
    cell.rect(126, 690, wide, 24)
    c.clipPath(cell, stroke=0)
    c.drawString(140, 700, "SALINAS")
    c.save()
    assert [w.text for w in pdfium(buffer.getvalue())[0].words if w.cut] == cut


def test_text_drawn_twice_counts_once() -> None:
    sheet = paper.Paper()
    sheet.put(72, 100, "VIGENTE", "Helvetica", 10)
    sheet.put(72.3, 100, "VIGENTE", "Helvetica", 10)
    data = paper.draw(sheet, random.Random(1), "reportlab", "line", "", "")
    assert [w.text for w in plumber_pages(data, 1)[0].words] == ["VIGENTE"]
    assert [w.text for w in pdfium(data)[0].words] == ["VIGENTE"]


def test_a_page_with_more_text_than_any_paper_says_so() -> None:
    sheet = paper.Paper()
    for n in range(400):
        sheet.put(1, 10 + n, "x" * 100, "Helvetica", 1)
    (page,) = pdfium(paper.draw(sheet, random.Random(1), "reportlab", "line", "", ""))
    assert page.overfull is True
    assert sum(len(w.text) for w in page.words) <= 30_000


def test_only_the_first_pages_are_read() -> None:
    sheet = paper.Paper()
    for number in range(1, 6):
        sheet.page = number
        sheet.put(72, 100, f"hoja{number}", "Helvetica", 10)
    data = paper.draw(sheet, random.Random(1), "reportlab", "line", "", "")
    assert [p.number for p in pdfium(data, 2)] == [1, 2]
    assert [p.number for p in plumber_pages(data, 2)] == [1, 2]
