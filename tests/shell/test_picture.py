"""The student's own picture: what the office looks at, marked; NSS, CURP and beneficiaries black in the pixels."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pypdfium2
import pytest
from PIL import Image

from mailbot.core.documents import Document
from mailbot.core.facts import Facts
from mailbot.core.page import Box, Page
from mailbot.core.picture_marks import Mark, marks_for
from mailbot.shell import picture
from mailbot.shell.limits import Limits
from mailbot.shell.pdf_words import pdfium_pages
from mailbot.shell.reader import read_bytes
from mailbot.shell.redact import hidden_places
from mailbot.shell.workers import Readers
from tests.shell import papers
from tests.shell.papers import Paper

KNOWLEDGE = papers.knowledge()
MARKS = {
    "titulo": Mark("ok", "El título es el correcto"),
    "nss": Mark("ok", "Se ve tu número de seguro social"),
    "estado": Mark("ok", "Dice VIGENTE"),
    "fecha": Mark("mal", "La fecha debe ser la del día de tu solicitud"),
    "patron": Mark("ok", "Dice INSTITUTO TECNOLÓGICO DE QUERÉTARO"),
}


def drawn(data: bytes) -> bytes | None:
    return picture.picture_of_constancia(data, read_bytes(data, Limits(), KNOWLEDGE), MARKS)


def page_of(data: bytes) -> Page:
    return pdfium_pages(pypdfium2.PdfDocument(data), 1)[0]


def hidden_words(data: bytes) -> list[str]:
    """Return the words of which more than half lies under black."""
    page = page_of(data)
    document = read_bytes(data, Limits(), KNOWLEDGE)
    assert document.constancia is not None
    own = picture.places_of(document.constancia).values()
    boxes = list(hidden_places(page, papers.NSS, own))
    return [w.text for w in page.words if any(share(b, w.x0, w.top, w.x1, w.bottom) > 0.5 for b in boxes)]


def share(box: Box, x0: float, top: float, x1: float, bottom: float) -> float:
    wide = max(0.0, min(box.x1, x1) - max(box.x0, x0))
    tall = max(0.0, min(box.bottom, bottom) - max(box.top, top))
    return wide * tall / ((x1 - x0) * (bottom - top))


def test_a_constancia_gives_a_small_png_of_a_phones_double_width() -> None:
    made = drawn(papers.constancia())
    assert made is not None
    image = Image.open(io.BytesIO(made))
    assert (image.format, image.width) == ("PNG", 720)
    assert 300 < image.height < 2500
    assert len(made) <= 150_000


def test_nss_and_curp_are_black_wherever_they_stand() -> None:
    paper = Paper()
    paper.canvas.drawString(72, 300, f"Cadena: ||{papers.NSS}|{papers.CURP}||")
    paper.canvas.drawString(72, 280, "NSS 4316 08 8538 0 de XIMENA")
    hidden = hidden_words(paper.close())
    assert papers.CURP in hidden
    assert papers.NSS in hidden
    assert f"||{papers.NSS}|{papers.CURP}||" in hidden
    assert {"4316", "08", "8538"} >= set(hidden) & {"4316", "08", "8538"} >= {"4316", "08"}


def test_a_number_that_wraps_is_black_in_both_halves() -> None:
    paper = Paper()
    for y, half in ((300, "GAPX080825"), (289, "MQTRXMA2"), (250, "431608"), (239, "85380")):
        paper.canvas.drawString(72, y, half)
    hidden = hidden_words(paper.close())
    assert {"GAPX080825", "MQTRXMA2", "431608", "85380"} <= set(hidden)


def test_a_date_with_its_hour_is_no_number_of_a_person() -> None:
    hidden = hidden_words(papers.constancia({"Fecha de constancia:": "23/11/2026 10:42:07"}))
    assert set(hidden) == {papers.NSS, papers.CURP}


def test_an_rfc_and_the_file_name_that_a_browser_prints_are_black() -> None:
    paper = Paper()
    paper.canvas.drawString(72, 300, "RFC GAPX080825AB1")
    paper.canvas.drawString(72, 280, f"comprobanteVigenciaDerechos{papers.NSS}.pdf 1/1")
    hidden = hidden_words(paper.close())
    assert f"comprobanteVigenciaDerechos{papers.NSS}.pdf" in hidden
    assert "GAPX080825AB1" in hidden


def test_relatives_are_black_under_any_heading_that_the_reader_knows() -> None:
    paper = Paper()
    paper.canvas.drawString(72, 300, "Familiares registrados")
    paper.canvas.drawString(72, 280, "ROSAURA PEÑA LUNA")
    assert {"ROSAURA", "PEÑA", "LUNA"} <= set(hidden_words(paper.close()))


def test_a_place_is_its_own_words_and_not_the_same_words_of_the_next_cell() -> None:
    said = {"Nombre o razón social:": "TEXTILES DE LA SIERRA SA", "Modalidad:": "TRABAJADORES EVENTUALES DE LA CIUDAD"}
    page = page_of(papers.constancia(said))
    words = {w.text: w for w in page.words}
    whole = Box(1, 290, words["TEXTILES"].top, 600, words["CIUDAD"].bottom)
    assert picture._tight(page, whole, "TEXTILES DE LA SIERRA SA") == Box(
        1, words["TEXTILES"].x0, words["TEXTILES"].top, words["SA"].x1, words["TEXTILES"].bottom
    )


def test_a_number_stands_beside_its_frame_where_nothing_is_printed() -> None:
    paper = Image.new("L", (720, 400), 255)
    frame = (300, 200, 400, 230)
    assert picture._badge_place(paper, [], frame) == (281, 215)
    paper.paste(0, (200, 180, 300, 250))  # a label left of it
    assert picture._badge_place(paper, [], frame) == (419, 215)
    assert picture._badge_place(paper, [(401, 212, 500, 240)], frame) == (400, 181)


def test_the_last_four_digits_stay_to_be_seen() -> None:
    data = papers.constancia()
    word = next(w for w in page_of(data).words if w.text == papers.NSS)
    boxes = list(hidden_places(page_of(data), papers.NSS, []))
    seven = next(b for b in boxes if abs(b.top - word.top) < 1 and abs(b.x0 - word.x0) < 1)
    assert seven.x1 == pytest.approx(word.x0 + (word.x1 - word.x0) * 7 / 11)


def test_beneficiaries_and_seal_are_black_down_to_the_next_own_field() -> None:
    paper = Paper()
    paper.canvas.drawString(72, 300, "Beneficiarios")
    paper.canvas.drawString(72, 280, "ROSAURA PEÑA LUNA   VIGENTE   SI")
    paper.canvas.drawString(72, 240, "Sello digital")
    paper.canvas.drawString(72, 220, "n6qEqfUftAvfMz2qr5k5YW2y6qjv2H0rfMFs6Hs9Wi0")
    hidden = hidden_words(paper.close())
    assert {"ROSAURA", "LUNA", "n6qEqfUftAvfMz2qr5k5YW2y6qjv2H0rfMFs6Hs9Wi0"} <= set(hidden)
    assert "QUERETARO" not in hidden


def test_the_pixels_of_what_is_hidden_are_one_colour() -> None:
    data = papers.constancia()
    document = read_bytes(data, Limits(), KNOWLEDGE)
    assert document.constancia is not None
    assert document.constancia.curp is not None
    pdf = pypdfium2.PdfDocument(data)
    page, seen = picture._rendered(pdf, 1)
    picture._black_out(seen, page, document.constancia)
    scale = seen.width / page.width
    box = document.constancia.curp.box
    piece = seen.crop((int(box.x0 * scale), int(box.top * scale), int(box.x1 * scale), int(box.bottom * scale)))
    assert piece.getcolors() == [(piece.width * piece.height, (27, 27, 27))]


def test_a_picture_or_another_paper_gives_none() -> None:
    data = papers.constancia()
    read = read_bytes(data, Limits(), KNOWLEDGE)
    for other in (
        Document("curp", "text"),
        Document("constancia_vigencia", "ocr", read.constancia, image_like=True),
        Document("constancia_vigencia", "text", None),
    ):
        assert picture.picture_of_constancia(data, other, MARKS) is None
    assert picture.picture_of_constancia(data, read, {}) is None


@pytest.mark.parametrize("quarter", [90, 180, 270])
def test_a_turned_page_is_drawn_upright(quarter: int) -> None:
    pdf = pypdfium2.PdfDocument(papers.constancia())
    pdf[0].set_rotation(quarter)
    out = io.BytesIO()
    pdf.save(out)
    upright, turned = drawn(papers.constancia()), drawn(out.getvalue())
    assert upright is not None
    assert turned is not None
    assert Image.open(io.BytesIO(upright)).size == pytest.approx(Image.open(io.BytesIO(turned)).size, abs=4)


async def test_the_readers_draw_it_in_the_child() -> None:
    async with Readers(Limits(), KNOWLEDGE, ocr=False) as readers:
        made = await readers.picture(papers.constancia(), MARKS)
        assert made == drawn(papers.constancia())
        assert await readers.picture(b"%PDF-", MARKS) is None


async def test_of_a_portfolio_the_document_inside_is_drawn() -> None:
    async with Readers(Limits(), KNOWLEDGE, ocr=False) as readers:
        assert await readers.picture(papers.portfolio(papers.constancia()), MARKS) == drawn(papers.constancia())


def facts(**known: str) -> Facts:
    return Facts(documento="constancia", mensaje="ninguno", **known)


def verdicts() -> Iterator[tuple[Facts, str, dict[str, str]]]:
    base = {"titulo": "ok", "nss": "ok"}
    yield facts(estado="vigente", patron="nuestro", fecha="reciente"), "ya_tienes_seguro", {
        **base, "estado": "ok", "patron": "ok",
    }  # fmt: skip
    yield facts(estado="vigente", patron="otra_escuela", fecha="vieja"), "pide_tu_baja", {
        **base, "estado": "ok", "patron": "mal",
    }  # fmt: skip
    yield facts(estado="baja", patron="empresa", fecha="hoy"), "solicita_tu_alta", {
        **base, "estado": "ok", "fecha": "ok",
    }  # fmt: skip
    yield facts(estado="baja", patron="nuestro", fecha="reciente"), "fecha_no_es_de_hoy", {
        **base, "estado": "ok", "fecha": "mal",
    }  # fmt: skip
    yield facts(estado="baja", patron="ninguno", fecha="hoy"), "aun_no_aparece", {
        **base, "estado": "mal", "fecha": "ok",
    }  # fmt: skip
    yield facts(estado="otro", patron="dudoso"), "lo_revisa_una_persona", base


@pytest.mark.parametrize(("known", "reply", "expected"), list(verdicts()))
def test_the_marks_say_what_the_reply_says(known: Facts, reply: str, expected: dict[str, str]) -> None:
    assert {place: mark.verdict for place, mark in marks_for(known, reply).items()} == expected
