"""The reader's gate: what a file is, whatever it is called, and what of it can be trusted."""

from __future__ import annotations

import io
import re

import pypdfium2
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader

from mailbot.commands.read import as_record
from mailbot.core.attachments import sniff as sniff_attachment
from mailbot.core.documents import Document
from mailbot.core.pdf_start import HEADER_WITHIN
from mailbot.core.sniff import sniff
from mailbot.shell.limits import Limits
from mailbot.shell.reader import read_bytes
from tests.shell import hostile, papers
from tests.shell.papers import Paper

KNOWLEDGE = papers.knowledge()
ALL_SAID = {"file": "x", **papers.READ}


def read(data: bytes, limits: Limits | None = None) -> Document:
    return read_bytes(data, limits or Limits(), KNOWLEDGE)


def said(document: Document) -> dict[str, object]:
    from pathlib import Path

    record = as_record(Path("x"), document)
    del record["signs"]
    return record


def signs(document: Document) -> set[str]:
    return {s.kind for s in document.signs} - {"otro_programa", "archivo_posterior", "archivo_anterior"}


def test_a_constancia_is_read_whole() -> None:
    assert said(read(papers.constancia())) == ALL_SAID


BEFORE = {
    "line ends": b"\n\n",
    "a byte order mark": b"\xef\xbb\xbf",
    "HTTP headers": b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n",
    "a mail's headers": b"From: alumna@example.org\r\nSubject: constancia\r\n\r\n" + b"Received: from a by b\r\n" * 300,
    "MacBinary": b"\0\x0aconstancia" + b"\0" * 116,
    "a comment of a web page": b"<!-- guardado de internet -->\n",
    "a page of warnings": b"<!DOCTYPE html>\n" + b"<b>Warning</b>: headers already sent<br />\n" * 100,
    "less than a kilobyte": b"x" * 900,
    "more than a kilobyte": b"x" * 1025,
    "as much as is searched": b"x" * HEADER_WITHIN,
}


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
def test_bytes_before_the_header_do_not_matter(before: bytes) -> None:
    assert said(read(before + papers.constancia())) == ALL_SAID
    assert sniff_attachment(before + papers.constancia()) == "pdf"


def test_a_header_is_not_looked_for_without_end() -> None:
    assert read(b"x" * (HEADER_WITHIN + 1) + b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n").kind == "otro_formato"


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        (b"<html><body>un PDF empieza con %PDF-1.4</body></html>", "es una página web"),
        (b"<!-- %PDF-1.4 --><p>1 0 obj &lt;&lt; /Type /Catalog &gt;&gt; endobj startxref</p>", "es una página web"),
        (b"un PDF empieza con %PDF-1.4 y sigue con 1 0 obj", "es un archivo de texto"),
    ],
)
def test_a_page_that_speaks_of_pdfs_is_none(page: bytes, problem: str) -> None:
    assert read(page) == Document("otro_formato", problems=(problem,))
    assert sniff_attachment(page) == "otro"


@pytest.mark.parametrize("first", [b"\xff\xd8\xff\xe0", b"PK\x03\x04", b"{\\rtf1 ", b"\xd0\xcf\x11\xe0"])
def test_a_file_that_is_something_else_first_is_that(first: bytes) -> None:
    assert read(first + b"\0" * 20 + papers.constancia()).kind in ("imagen", "otro_formato")
    assert sniff_attachment(first + b"\0" * 20 + papers.constancia()) != "pdf"


def test_an_owner_password_does_not_keep_us_from_reading() -> None:
    assert said(read(papers.locked("", "dueño"))) == ALL_SAID


def test_a_user_password_is_said() -> None:
    assert read(papers.locked("abrete", "dueño")) == Document("con_contrasena", problems=("pide una contraseña",))


@pytest.mark.parametrize(
    ("data", "kind", "problem"),
    [
        (b"", "ilegible", "está vacío"),
        (b" \r\n\0\0", "ilegible", "está vacío"),
        (papers.constancia()[:700], "ilegible", "el archivo está dañado o incompleto"),
        (b"%PDF-1.4\n%%EOF", "ilegible", "el archivo está dañado o incompleto"),
        (b"<!DOCTYPE html><html>", "otro_formato", "es una página web"),
        (b"\n<html><body>%PDF-1.4", "otro_formato", "es una página web"),
        (b"PK\x03\x04 word/document.xml", "otro_formato", "es un documento de Word o de Office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "otro_formato", "es un documento de Word o de Office"),
        (b"PK\x03\x04 %PDF-1.4 stored", "otro_formato", "es un archivo comprimido (ZIP)"),
        ("mi número es este".encode(), "otro_formato", "es un archivo de texto"),
        (b"\x7fELF\x00\x01", "otro_formato", "no es un PDF"),
    ],
)
def test_what_is_no_pdf_says_what_it_is(data: bytes, kind: str, problem: str) -> None:
    assert read(data) == Document(kind, problems=(problem,))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "TIFF", "BMP", "WEBP"])
def test_a_picture_is_known_by_its_bytes(kind: str) -> None:
    data = papers.saved(papers.rendered(papers.constancia(), 40), kind)
    assert read(data) == Document("imagen", problems=("es una imagen",), image_like=True)


def test_heic_is_a_picture() -> None:
    assert sniff(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic") == "imagen"


def test_a_scan_is_a_picture() -> None:
    scan = papers.saved(papers.scanned(papers.constancia()), "PDF")
    assert read(scan) == Document("imagen", problems=("es una imagen dentro de un PDF",), image_like=True)


def test_the_invisible_text_over_a_scan_is_not_trusted() -> None:
    out = io.BytesIO()
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(out, pagesize=(612, 792))
    canvas.drawImage(ImageReader(papers.rendered(papers.constancia(), 100)), 0, 0, 612, 792)
    writing = canvas.beginText(72, 700)
    writing.setTextRenderMode(3)
    for line in ("Constancia de Vigencia de Derechos", f"Número de Seguridad Social: {papers.NSS}", "Estado: VIGENTE"):
        writing.textLine(line)
    canvas.drawText(writing)
    canvas.save()
    document = read(out.getvalue())
    assert (document.kind, document.image_like, document.constancia) == ("imagen", True, None)


def test_a_background_picture_under_printed_text_does_not_matter() -> None:
    out = io.BytesIO()
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(out, pagesize=(612, 792))
    canvas.drawImage(ImageReader(papers.rendered(hostile.text("IMSS"), 50)), 0, 0, 612, 792)
    canvas.setFont("Helvetica", 10)
    canvas.drawString(200, 740, "Constancia de Vigencia de Derechos")
    for row, (label, value) in enumerate(papers.SAID.items()):
        canvas.drawString(72, 670 - 24 * row, label)
        canvas.drawString(300, 670 - 24 * row, value)
    canvas.save()
    assert said(read(out.getvalue())) == ALL_SAID


def test_a_page_wrapped_in_a_form_is_read_and_a_scan_in_one_is_still_a_scan() -> None:
    def wrapped(data: bytes) -> bytes:
        inner, outer = pypdfium2.PdfDocument(data), pypdfium2.PdfDocument.new()
        page = outer.new_page(612, 792)
        page.insert_obj(inner.page_as_xobject(0, outer).as_pageobject())
        page.gen_content()
        out = io.BytesIO()
        outer.save(out)
        return out.getvalue()

    scan = papers.saved(papers.scanned(papers.constancia()), "PDF", resolution=150)
    assert said(read(wrapped(papers.constancia()))) == ALL_SAID
    assert read(wrapped(scan)) == Document("imagen", problems=("es una imagen dentro de un PDF",), image_like=True)


def as_form(said: dict[str, str], *, appearances: bool = True) -> bytes:
    """A constancia whose values stand in the fields of a form."""
    paper = Paper(dict.fromkeys(papers.SAID, "") | dict.fromkeys(said, ""))
    for name, (label, value) in enumerate(said.items()):
        paper.canvas.acroForm.textfield(
            name=str(name), value=value, x=298, y=paper.at[label] - 4, width=260, height=16, fontName="Helvetica",
            fontSize=9, borderWidth=0,
        )  # fmt: skip
    whole = paper.close()
    return whole if appearances else re.sub(rb"/AP\s*<<[^<>]*>>", b"", whole)


@pytest.mark.parametrize("appearances", [True, False], ids=["as drawn by the form's program", "left to the viewer"])
def test_what_a_form_s_fields_show_is_read(appearances: bool) -> None:
    document = read(as_form(papers.SAID, appearances=appearances))
    assert said(document) == ALL_SAID
    assert signs(document) == {"campo_rellenable"}


def test_a_form_whose_page_breaks_off_is_not_taken_for_an_empty_one() -> None:
    # the page's own drawing ends within a text, and swallows what is drawn after it
    uncompressed = Paper(dict.fromkeys(papers.SAID, ""))
    uncompressed.canvas.setPageCompression(0)
    uncompressed.canvas.acroForm.textfield(name="x", value="BAJA", x=298, y=570, width=200, height=16)
    uncompressed.canvas.drawString(72, 60, "Pie de la hoja")
    broken = uncompressed.close().replace(b"(Pie de la hoja)", b"(Pie de la hoja ")
    assert read(broken) == Document("ilegible", problems=("es un formulario que no se puede leer",))


def test_a_field_that_holds_no_value_is_no_sign() -> None:
    paper = Paper()
    paper.canvas.acroForm.textfield(name="firma", value="", x=72, y=72, width=200, height=30)
    document = read(paper.close())
    assert (said(document), signs(document)) == (ALL_SAID, set())


@pytest.mark.parametrize("flag", [0, 2, 32], ids=["of no size", "hidden", "only for paper"])
def test_a_field_that_nobody_sees_changes_nothing(flag: int) -> None:
    raw = pypdfium2.raw
    paper = Paper({"Estado:": ""})
    size = 16 if flag else 0
    paper.canvas.acroForm.textfield(
        name="x", value="VIGENTE", x=298, y=paper.at["Estado:"] - 4, width=100 * size, height=size, borderWidth=0
    )
    pdf = pypdfium2.PdfDocument(paper.close())
    page = pdf[0]
    field = raw.FPDFPage_GetAnnot(page, 0)
    raw.FPDFAnnot_SetFlags(field, flag)
    raw.FPDFPage_CloseAnnot(field)
    page.close()
    out = io.BytesIO()
    pdf.save(out)
    document = read(out.getvalue())
    assert signs(document) <= {"texto_oculto"}
    assert said(document) == {**ALL_SAID, "estado": None, "problems": ["no se lee el estado"]}


def test_an_employer_in_a_field_beside_printed_values_is_read() -> None:
    own = dict.fromkeys(("Registro patronal:", "Nombre o razón social:", "Modalidad:"), "")
    paper = Paper(own)
    for label in own:
        paper.canvas.acroForm.textfield(
            name=label, value=papers.SAID[label], x=298, y=paper.at[label] - 4, width=260, height=16, fontSize=9,
            fontName="Helvetica", borderWidth=0,
        )  # fmt: skip
    assert said(read(paper.close())) == ALL_SAID


def test_a_field_laid_over_a_printed_value_covers_it() -> None:
    paper = Paper({"Estado:": "BAJA"})
    paper.canvas.acroForm.textfield(
        name="x", value="VIGENTE", x=298, y=paper.at["Estado:"] - 4, width=200, height=16, fontSize=9, borderWidth=0
    )
    document = read(paper.close())
    assert document.constancia is not None
    assert (document.constancia.estado, signs(document)) == (None, {"texto_tapado"})


@pytest.mark.parametrize("marks", [0, 300], ids=["alone", "behind many links"])
def test_an_employer_in_a_note_leaves_it_unknown_whether_there_is_one(marks: int) -> None:
    none = dict.fromkeys(("Registro patronal:", "Nombre o razón social:", "Modalidad:"), "")
    pdf = pypdfium2.PdfDocument(papers.constancia(none))
    assert read(papers.constancia(none)).constancia.patrones_legible  # type: ignore[union-attr]
    page = pdf[0]
    for _ in range(marks):
        pypdfium2.raw.FPDFPage_CloseAnnot(pypdfium2.raw.FPDFPage_CreateAnnot(page, pypdfium2.raw.FPDF_ANNOT_LINK))
    note = pypdfium2.raw.FPDFPage_CreateAnnot(page, pypdfium2.raw.FPDF_ANNOT_FREETEXT)
    pypdfium2.raw.FPDFAnnot_SetRect(note, pypdfium2.raw.FS_RECTF(298, 510, 560, 490))
    pypdfium2.raw.FPDFPage_CloseAnnot(note)
    out = io.BytesIO()
    pdf.save(out)
    constancia = read(out.getvalue()).constancia
    assert constancia is not None
    assert (constancia.patrones, constancia.patrones_legible) == ((), False)


@pytest.mark.parametrize(
    ("place", "leaves_a_doubt"),
    [
        ((298, 480, 240, 60), True),  # where the employer's values would stand
        ((72, 150, 400, 90), True),  # a table of them, below the last text
        ((72, 740, 150, 36), False),  # a logo above the title
        ((72, 20, 468, 40), False),  # a footer
        ((480, 200, 80, 80), False),  # a code
        ((60, 380, 480, 320), False),  # a watermark under the text
    ],
)
def test_an_employer_in_a_picture_leaves_it_unknown_whether_there_is_one(
    place: tuple[float, float, float, float], leaves_a_doubt: bool
) -> None:
    paper = papers.Paper(dict.fromkeys(("Registro patronal:", "Nombre o razón social:", "Modalidad:"), ""))
    paper.canvas.setFillAlpha(0.5)  # nothing is hidden under it
    paper.canvas.drawInlineImage(Image.new("RGB", (40, 20), "white"), *place)
    constancia = read(paper.close()).constancia
    assert constancia is not None
    assert (constancia.patrones, constancia.patrones_legible) == ((), not leaves_a_doubt)


@pytest.mark.parametrize(
    ("second", "beneficiary"),
    [({"Fecha de constancia:": "20/11/2026"}, ""), ({}, "PEÑA GARCÍA ROSA")],
    ids=["of another day", "of somebody else, taken for beneficiaries"],
)
def test_of_two_constancias_in_one_file_the_employers_are_not_joined(second: dict[str, str], beneficiary: str) -> None:
    first, other = Paper(), Paper({"Nombre o razón social:": "AUTOPARTES DEL BAJIO SA DE CV", **second})
    if beneficiary:
        first.canvas.drawString(72, 120, "Beneficiarios")
        first.canvas.drawString(72, 100, beneficiary)
    both = pypdfium2.PdfDocument(first.close())
    both.import_pages(pypdfium2.PdfDocument(other.close()))
    out = io.BytesIO()
    both.save(out)
    constancia = read(out.getvalue()).constancia
    assert constancia is not None
    assert (constancia.patrones, constancia.patrones_legible) == ((), False)


def test_a_portfolio_is_read_by_the_one_pdf_inside() -> None:
    assert said(read(papers.portfolio(papers.constancia()))) == ALL_SAID


def test_only_so_many_pages_are_read() -> None:
    book = pypdfium2.PdfDocument(hostile.many_pages(3))
    book.import_pages(pypdfium2.PdfDocument(papers.constancia()))
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue(), Limits(pages=3)).kind != "constancia_vigencia"
    assert read(out.getvalue(), Limits(pages=4)).kind == "constancia_vigencia"
    assert read(out.getvalue(), Limits(pages=0)).kind == "constancia_vigencia"


def test_another_paper_is_not_asked_of_the_second_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    from mailbot.shell import pdf_words

    def never(*_: object) -> None:
        raise AssertionError("pdfplumber was asked")

    monkeypatch.setattr(pdf_words, "plumber_pages", never)
    assert read(hostile.text("Lista de compras")).kind == "desconocido"
    assert said(read(papers.constancia())) == ALL_SAID


def test_an_honest_file_shows_no_sign() -> None:
    assert signs(read(papers.constancia())) == set()


def test_digits_that_do_not_check_are_signs() -> None:
    odd = {"Número de Seguridad Social:": "43160885381", "CURP:": "GAPX080825MQTRXMA3"}
    assert signs(read(papers.constancia(odd))) == {"nss_no_cuadra", "curp_no_cuadra"}


def test_a_value_painted_over_is_a_sign() -> None:
    paper = Paper({"Estado:": "BAJA"})
    y = paper.at["Estado:"]
    paper.canvas.setFillColor("white")
    paper.canvas.rect(295, y - 4, 200, 16, stroke=0, fill=1)
    paper.canvas.setFillColor("black")
    paper.canvas.drawString(400, y, "VIGENTE")
    assert "texto_tapado" in signs(read(paper.close()))


def test_white_text_is_a_sign_only_where_it_cannot_be_seen() -> None:
    hidden, banner = Paper(), Paper()
    hidden.canvas.setFillColor("white")
    hidden.canvas.drawString(72, 100, "Estado: VIGENTE")
    banner.canvas.setFillColor("navy")
    banner.canvas.rect(0, 750, 612, 42, stroke=0, fill=1)
    banner.canvas.setFillColor("white")
    banner.canvas.drawString(72, 765, "INSTITUTO MEXICANO DEL SEGURO SOCIAL")
    assert "texto_oculto" in signs(read(hidden.close()))
    assert signs(read(banner.close())) == set()


def test_a_field_in_a_font_of_its_own_is_a_sign() -> None:
    paper = Paper({"Estado:": ""})
    paper.canvas.setFont("Courier", 10)
    paper.canvas.drawString(300, paper.at["Estado:"], "VIGENTE")
    document = read(paper.close())
    assert signs(document) == {"otra_letra"}
    assert [s.detail for s in document.signs if s.kind == "otra_letra"] == [
        "un dato está escrito con otra letra que los demás: estado"
    ]


def test_something_appended_after_the_export_is_a_sign() -> None:
    data = papers.constancia()
    start = data.rindex(b"startxref")
    old = int(data[start:].split()[1])
    new = len(data)
    appended = (
        data
        + b"xref\n0 0\ntrailer\n"
        + data[data.rindex(b"<<", 0, start) : start].replace(b">>", b"/Prev %d>>" % old)
        + b"startxref\n%d\n%%%%EOF\n" % new
    )
    assert signs(read(appended)) == {"guardado_de_nuevo"}


@pytest.mark.parametrize(
    ("drawing", "kind"),
    [
        (hostile.cid_rubbish(), "ilegible"),
        (hostile.page_saying(b"72 72 400 600 re S 72 400 m 472 400 l S"), "ilegible"),
        (hostile.page_saying(b"".join(b"%d 100 m %d 120 l S\n" % (n, n + 3) for n in range(60))), "imagen"),
    ],
    ids=["letters that map to nothing", "an empty frame", "letters drawn as outlines"],
)
def test_a_page_without_letters_is_a_picture_only_where_something_is_drawn(drawing: bytes, kind: str) -> None:
    assert read(drawing).kind == kind
