"""Pictures: what OCR is sure of is read, nothing is guessed, and a picture is always known as one."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from PIL import Image, ImageDraw, ImageOps
from reportlab.pdfgen.canvas import Canvas

from mailbot.commands.read import as_record
from mailbot.core.documents import Document
from mailbot.core.page import Box, Word
from mailbot.core.second_look import Need
from mailbot.shell.limits import Limits
from mailbot.shell.ocr import ENOUGH, Found, SecondLook
from mailbot.shell.scan import NotAPicture, pages_of
from mailbot.shell.text_lines import Line, Piece
from mailbot.shell.workers import Readers, ocr_installed
from tests.redteam.judge import judge
from tests.shell import papers

KNOWLEDGE = papers.knowledge()
CORPUS = Path(__file__).parents[1] / "corpus" / "pictures"
FIELDS = ("nss", "curp", "nombre", "fecha", "estado", "servicio_medico")
TRUTH = {**{name: papers.READ[name] for name in FIELDS}, **papers.READ["patrones"][0]}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def readers() -> AsyncIterator[Readers]:
    if not ocr_installed():
        pytest.fail("falta el OCR: pip install 'mailbot[ocr]'")
    async with Readers(Limits(reader_seconds=60), KNOWLEDGE, ocr=True, warm=1) as running:
        yield running


def fields(document: Document) -> dict[str, object]:
    record = as_record(Path("x"), document)
    return {**{k: record[k] for k in TRUTH if k in record}, **(record["patrones"] or [{}])[0]}


def on_a_page(image: Image.Image) -> bytes:
    return papers.saved(image, "PDF", resolution=150)


def sideways(image: Image.Image) -> bytes:
    """A JPEG that only EXIF says how to hold."""
    exif = Image.Exif()
    exif[0x0112] = 6  # Orientation: turn right by 90 degrees to show
    return papers.saved(image.rotate(90, expand=True), "JPEG", exif=exif.tobytes(), quality=80)


PICTURES = {
    "a scan at 150 dpi": papers.saved(papers.scanned(papers.constancia()), quality=60),
    "a scan in a PDF": on_a_page(papers.scanned(papers.constancia(), 200, -1.5)),
    "a photo in shadow": papers.saved(papers.photographed(papers.constancia()), quality=75),
    "a photo upside down": papers.saved(papers.photographed(papers.constancia(), quarter=180), quality=75),
    "a photo held sideways": sideways(papers.photographed(papers.constancia(), seed=4)),
}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", PICTURES)
async def test_a_picture_is_read_and_never_wrongly(name: str, readers: Readers) -> None:
    document = await readers.read(PICTURES[name])
    read = fields(document)
    assert (document.kind, document.via, document.image_like) == ("constancia_vigencia", "ocr", True)
    assert {k: v for k, v in read.items() if v is not None and v != TRUTH[k]} == {}
    assert sum(read.get(k) == v for k, v in TRUTH.items()) >= 8


@pytest.mark.asyncio(loop_scope="module")
async def test_a_screenshot_of_the_imss_error_is_known_by_its_words(readers: Readers) -> None:
    screen = io.BytesIO()
    canvas = Canvas(screen, pagesize=(500, 300))
    canvas.setFont("Helvetica", 14)
    canvas.drawString(30, 250, "Vigencia de derechos")
    canvas.drawString(30, 200, "El NSS no se encuentra registrado aún como derechohabiente.")
    canvas.drawString(30, 180, "Acude a la subdelegación del IMSS que te corresponde.")
    canvas.save()
    document = await readers.read(papers.saved(papers.rendered(screen.getvalue(), 110), "PNG"))
    assert document.imss_error
    assert document.image_like
    assert document.constancia is None


@pytest.mark.asyncio(loop_scope="module")
async def test_a_picture_of_something_else_says_nothing(readers: Readers) -> None:
    cat = Image.new("RGB", (600, 400), "orange")
    ImageDraw.Draw(cat).ellipse((200, 100, 400, 300), fill="brown")
    document = await readers.read(papers.saved(cat))
    assert document == Document("imagen", problems=("en la imagen no se lee nada",), image_like=True)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_scan_inside_a_portfolio_is_read(readers: Readers) -> None:
    scan = papers.saved(papers.scanned(papers.constancia()), "PDF", resolution=150)
    document = await readers.read(papers.portfolio(scan))
    assert (document.kind, document.via, document.image_like) == ("constancia_vigencia", "ocr", True)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_broken_picture_is_a_picture_still(readers: Readers) -> None:
    whole = papers.saved(papers.rendered(papers.constancia(), 60))
    document = await readers.read(whole[:300])
    assert document == Document("imagen", problems=("es una imagen",), image_like=True)


async def test_without_ocr_a_picture_is_only_a_picture() -> None:
    async with Readers(Limits(), KNOWLEDGE, ocr=False, warm=1) as readers:
        document = await readers.read(PICTURES["a scan at 150 dpi"])
        assert document == Document("imagen", problems=("es una imagen",), image_like=True)


def test_a_picture_larger_than_any_camera_makes_is_refused_unopened() -> None:
    bomb = papers.saved(Image.new("1", (20_000, 20_000)), "PNG")
    assert len(bomb) < 100_000
    with pytest.raises(NotAPicture):
        list(pages_of(bomb))


def test_a_transparent_screenshot_stands_on_white() -> None:
    clear = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    page = next(pages_of(papers.saved(clear, "PNG")))
    assert page.getcolors() == [(200 * 100, (255, 255, 255))]


def test_a_scan_of_16_bits_a_pixel_looks_as_one_of_8() -> None:
    page = papers.rendered(papers.constancia(), 60).convert("L")
    deep = Image.fromarray(np.asarray(page).astype(np.uint16) * 257)
    assert deep.mode == "I;16"
    seen, plain = (next(pages_of(papers.saved(picture, "PNG"))) for picture in (deep, page))
    assert seen.tobytes() == plain.tobytes()


def test_light_letters_on_a_dark_screen_are_turned_and_a_paper_on_a_dark_table_is_not() -> None:
    page = papers.rendered(papers.constancia(), 100)
    night = next(pages_of(papers.saved(ImageOps.invert(page), "PNG")))
    assert night.tobytes() == page.tobytes()
    table = Image.new("RGB", (3 * page.width, page.height), (25, 22, 20))
    table.paste(page, (page.width, 0))
    lamp = page.point(lambda v: v // 4)  # a photo in poor light
    for picture in (page, table, lamp):
        seen = next(pages_of(papers.saved(picture, "PNG")))
        shown = picture.copy()
        shown.thumbnail((2400, 2400), Image.Resampling.LANCZOS)
        assert seen.tobytes() == shown.tobytes()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("file", sorted(f for f in CORPUS.iterdir() if f.suffix != ".json"), ids=lambda f: f.stem)
async def test_of_each_picture_of_the_corpus_nothing_is_read_wrongly(file: Path, readers: Readers) -> None:
    truth = json.loads(file.with_suffix(".json").read_text("utf-8"))  # what may be said, of invented persons
    said = as_record(file, await readers.read(file.read_bytes()))
    said["patrones"] = [p for p in said["patrones"] or [] if any(p.values())]  # a doubtful row says nothing
    verdicts = judge(said, truth)
    assert [v for v in verdicts if v[1] == "wrong"] == []
    assert sum(v[1] == "none" for v in verdicts) <= 1


def test_a_doubtful_line_beside_a_name_takes_nothing_of_it_though_both_say_de() -> None:
    def line(top: float, *words: str) -> list[Found]:
        read = Line(((0, top), (100, top), (100, top + 10), (0, top + 10)), ())
        return [Found(Word(w, 10.0 * i, top, 10.0 * i + 9, top + 10), read, Piece((), 0, 1)) for i, w in enumerate(words)]

    name, beside = line(10, "BIMBO", "S.A.S.", "DE", "CV"), line(30, "EVENTUALES", "DE", "LACIUDAD", "-")
    last = line(50, "CV")
    row = Box(1, 0, 0, 100, 70)

    def stands(text: str, *doubtful: Found) -> bool:
        differs: dict[Need, set[int]] = {need: set() for need in ENOUGH}
        differs["spaces"] = {id(f) for f in doubtful}
        return SecondLook({1: (*name, *beside, *last)}, differs)(row, text, "spaces")

    assert stands("BIMBO S.A.S. DE CV", *beside)
    assert not stands("BIMBO S.A.S. DE CV", *name)
    assert not stands("BIMBO S.A.S. DE CV", *last)  # whose "CV" it is cannot be told
    assert not stands("BIMBO S.A.S. DE DE CV", *beside)
