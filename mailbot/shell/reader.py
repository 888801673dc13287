"""From the bytes of one attachment to a Document; runs only inside a child process.

pdfium is the gate and the first reader: it opens the file, tells its pages, its password, and whether there is text or
a scan, and gives the words. pdfplumber, thirty times slower, is asked only where a field of a constancia is missing or
doubtful; where the two disagree the field is not read. Nothing of a document is ever executed: pypdfium2's builds come
without JavaScript and XFA, and pdfminer only parses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailbot.core.documents import (
    CON_CONTRASENA,
    CONSTANCIA,
    DESCONOCIDO,
    ILEGIBLE,
    IMAGEN,
    OTRO_FORMATO,
    Document,
    ReadingKnowledge,
    read_document,
)
from mailbot.core.pdf_start import from_header
from mailbot.core.signs import find_signs
from mailbot.core.sniff import sniff
from mailbot.shell.annotations import has_notes
from mailbot.shell.filled_in import CannotBeDrawn, with_fields_drawn
from mailbot.shell.limits import Limits
from mailbot.shell.page_look import PageLook, look_at
from mailbot.shell.pictures_amid import picture_amid
from mailbot.shell.traces import traces_of

if TYPE_CHECKING:
    import pypdfium2

    from mailbot.core.constancia import Constancia
    from mailbot.core.page import Box, Page

WRONG_PASSWORD = 4  # FPDF_ERR_PASSWORD
NO_LIMIT = 1_000_000  # pages, where limits.pages is 0

_OTHER = {
    "word": "es un documento de Word o de Office",
    "zip": "es un archivo comprimido (ZIP)",
    "html": "es una página web",
    "texto": "es un archivo de texto",
    "otro": "no es un PDF",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says, and the bytes that say it: of a portfolio the inner PDF, of a form its filled-in pages."""

    document: Document
    source: bytes


def read_bytes(data: bytes, limits: Limits, knowledge: ReadingKnowledge) -> Document:
    """Tell which document the bytes are and what it says; never raises for a bad document."""
    return reading_of(data, limits, knowledge).document


def reading_of(data: bytes, limits: Limits, knowledge: ReadingKnowledge) -> Reading:
    """Tell what ``read_bytes`` does, and what it was read from, for whoever shows it."""
    what = sniff(data)
    if what == "vacio":
        return Reading(Document(ILEGIBLE, problems=("está vacío",)), data)
    if what == "imagen":
        return Reading(Document(IMAGEN, problems=("es una imagen",), image_like=True), data)
    if what != "pdf":
        return Reading(Document(OTRO_FORMATO, problems=(_OTHER[what],)), data)
    return _read_pdf(from_header(data), limits, knowledge, inside=False)


def _read_pdf(data: bytes, limits: Limits, knowledge: ReadingKnowledge, *, inside: bool) -> Reading:
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == WRONG_PASSWORD:
            return Reading(Document(CON_CONTRASENA, problems=("pide una contraseña",)), data)
        return Reading(Document(ILEGIBLE, problems=("el archivo está dañado o incompleto",)), data)
    try:
        reading = _read_open(pdf, data, limits, knowledge)
        embedded = None
        if not inside and reading.document.kind in (DESCONOCIDO, IMAGEN, ILEGIBLE):
            embedded = _only_embedded_pdf(pdf, limits)
        if embedded is not None:  # a portfolio: the one PDF inside is the document
            return _read_pdf(from_header(embedded), limits, knowledge, inside=True)
        if reading.document.kind == DESCONOCIDO and _is_xfa(pdf):
            problem = "es un formulario electrónico (XFA), no la constancia descargada"
            return Reading(Document(ILEGIBLE, problems=(problem,)), data)
        return reading
    except pypdfium2.PdfiumError:
        return Reading(Document(ILEGIBLE, problems=("el archivo está dañado",)), data)
    finally:
        pdf.close()


def _is_xfa(pdf: pypdfium2.PdfDocument) -> bool:
    from pypdfium2 import raw

    return pdf.get_formtype() in (raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND)


def _read_open(pdf: pypdfium2.PdfDocument, data: bytes, limits: Limits, knowledge: ReadingKnowledge) -> Reading:
    import pypdfium2 as engine

    most = limits.pages or NO_LIMIT
    try:
        drawn = with_fields_drawn(pdf, data, most)
    except CannotBeDrawn:
        return Reading(Document(ILEGIBLE, problems=("es un formulario que no se puede leer",)), data)
    if drawn is None:
        return Reading(_read_pages(pdf, pdf, data, data, most, knowledge), data)
    filled_in = engine.PdfDocument(drawn)
    try:
        return Reading(_read_pages(filled_in, pdf, drawn, data, most, knowledge), drawn)
    finally:
        filled_in.close()


def _read_pages(
    pdf: pypdfium2.PdfDocument, original: pypdfium2.PdfDocument, source: bytes, data: bytes, most: int,
    knowledge: ReadingKnowledge,
) -> Document:  # fmt: skip
    """Read the pages of ``pdf``, whose bytes are ``source``; ``original`` and ``data`` are the file as it came."""
    from mailbot.shell.pdf_words import pdfium_pages

    look = look_at(pdf, most)
    if not look.readable:
        return _without_text(look)
    pages = pdfium_pages(pdf, most)
    document = read_document(pages, "text", knowledge)
    if _doubtful(document, look):
        document = _with_second_reader(document, pages, source, most, knowledge)
    c = document.constancia
    if document.kind != CONSTANCIA or c is None:
        return document
    # one may stand in a text that was laid over the page, or in a picture amid its fields
    if not c.patrones and (has_notes(original, most) or picture_amid(pdf, pages, _boxes(c))):
        document = replace(document, constancia=replace(c, patrones_legible=False))
    return replace(document, signs=find_signs(c, traces_of(pdf, original, data, document, pages)))


def _boxes(c: Constancia) -> list[Box]:
    return [f.box for f in (c.nss, c.curp, c.nombre, c.fecha, c.estado, c.servicio_medico) if f is not None]


def _without_text(look: PageLook) -> Document:
    if look.letters and not look.scan:  # letters there are, but they are rubbish: (cid:…)
        return Document(ILEGIBLE, problems=("el texto del archivo no se puede leer",))
    if look.has_pictures:
        return Document(IMAGEN, problems=("es una imagen dentro de un PDF",), image_like=True)
    if look.outlines:
        return Document(IMAGEN, problems=("no contiene texto",), image_like=True)
    return Document(ILEGIBLE, problems=("está en blanco",))


def _with_second_reader(
    first: Document, pages: Sequence[Page], data: bytes, most: int, knowledge: ReadingKnowledge
) -> Document:
    from mailbot.shell.pdf_words import plumber_pages
    from mailbot.shell.second_reader import joined

    try:
        second = read_document(plumber_pages(data, most), "text", knowledge)
    except Exception:  # pdfminer raises whatever its many parsers raise; the first reader's word then stands
        return first
    return joined(first, second, pages)


def _doubtful(document: Document, look: PageLook) -> bool:
    """Tell whether something that a constancia always says was not read."""
    if document.kind == DESCONOCIDO:
        return look.mentions_vigencia
    c = document.constancia
    if document.kind != CONSTANCIA or c is None:
        return False
    always = (c.nss, c.curp, c.nombre, c.fecha, c.estado, c.servicio_medico)
    return None in always or not c.patrones_legible or any(p.razon_social is None for p in c.patrones)


def _only_embedded_pdf(pdf: pypdfium2.PdfDocument, limits: Limits) -> bytes | None:
    """Return the PDF that is embedded in this one, where it is exactly one and of bounded size."""
    count = pdf.count_attachments()
    if not 1 <= count <= 20:  # nobody sends a constancia among dozens
        return None
    found = []
    for index in range(count):
        inner = bytes(pdf.get_attachment(index).get_data())
        if limits.allows_size(len(inner)) and sniff(inner) == "pdf":
            found.append(inner)
    return found[0] if len(found) == 1 else None


def warm_up(knowledge: ReadingKnowledge) -> None:
    """Load what reading needs before the first document waits for it: pdfium, its fonts, our own code."""
    import pypdfium2

    from mailbot.shell import pdf_words

    pdf = pypdfium2.PdfDocument.new()
    pdf.new_page(612, 792)
    read_document(pdf_words.pdfium_pages(pdf, 1), "text", knowledge)
    pdf.close()
