"""From an open PDF to the traces that its making left: dates, program, later savings, odd fonts, unseen text."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

from mailbot.core.constancia import Constancia
from mailbot.core.documents import Document
from mailbot.core.overprint import OVERPRINTED
from mailbot.core.page import Box, Page, Word
from mailbot.core.signs import Traces
from mailbot.core.spanish import fold
from mailbot.shell.annotations import fields_on, notes_on, others_on
from mailbot.shell.painted import Forms, painted
from mailbot.shell.seen import Seen

if TYPE_CHECKING:
    import pypdfium2

CENTRAL_MEXICO = timezone(timedelta(hours=-6))  # no summer time since 2022
MODIFIED_AFTER = timedelta(minutes=5)  # writers stamp both dates seconds apart
MOST_OBJECTS = 3_000  # on a page; beyond it a drawing hides nothing that a person could find either
WHITE = 245  # of 255 in each channel
PATRON = "razón social"
MIN_LETTERS = 3  # fewer hidden letters are stray spaces and bullets

_PDF_DATE = re.compile(r"D?:?(\d{4})(\d\d)(\d\d)(\d\d)?(\d\d)?(\d\d)?(?:([+\-Zz])(\d\d)?'?(\d\d)?)?")


def traces_of(
    pdf: pypdfium2.PdfDocument, original: pypdfium2.PdfDocument, data: bytes, document: Document, pages: Sequence[Page]
) -> Traces:
    """Gather the traces of a recognised constancia; ``pages`` are those that it was read from.

    ``original`` and ``data`` are the file as it came: ``pdf`` may be a copy with a form's fields drawn into its pages.
    """
    constancia = document.constancia or Constancia()
    created = pdf_date(pdf.get_metadata_value("CreationDate"))
    modified = pdf_date(pdf.get_metadata_value("ModDate"))
    fields = _boxes(constancia)
    numbers = {box.page for box in fields.values()}
    looked = [_look_at(pdf, original, page, fields) for page in pages if page.number in numbers]
    return Traces(
        created=None if created is None else _day(created),
        modified_later=created is not None and modified is not None and modified - created > MODIFIED_AFTER,
        saved_again=saved_again(data),
        producer=(pdf.get_metadata_value("Producer") or "")[:100],
        odd_fonts=_odd_fonts(constancia, fields, pages),
        fillable=any(look.fillable for look in looked),
        hidden=any(look.hidden for look in looked),
        covered=any(look.covered for look in looked) or any(p.startswith(OVERPRINTED) for p in document.problems),
    )


def pdf_date(text: str | None) -> datetime | None:
    """Read a PDF date (ISO 32000-1, 7.9.4); without a zone it is taken for central Mexico's."""
    found = _PDF_DATE.match(text or "")
    if not found:
        return None
    year, month, day, hour, minute, second, sign, zh, zm = found.groups()
    zone: timezone = CENTRAL_MEXICO
    if sign in ("+", "-"):
        offset = timedelta(hours=int(zh or 0), minutes=int(zm or 0))
        zone = timezone(offset if sign == "+" else -offset) if offset < timedelta(hours=24) else CENTRAL_MEXICO
    elif sign:
        zone = UTC
    try:
        return datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=zone
        )
    except ValueError:
        return None


def _day(moment: datetime) -> date:
    try:
        return moment.astimezone(CENTRAL_MEXICO).date()
    except OverflowError:
        return moment.date()


def saved_again(data: bytes) -> bool:
    """Tell whether something was appended after the export; a digital signature and linearisation are no such thing."""
    ends = data.count(b"startxref")
    if b"/Linearized" in data[:2048]:
        ends -= 1
    return ends > 1 and b"/ByteRange" not in data


class _Look(NamedTuple):
    """Whether text of a page cannot be seen, something lies over text of it, a value stands in a field of a form."""

    hidden: bool
    covered: bool
    fillable: bool


def _look_at(pdf: pypdfium2.PdfDocument, original: pypdfium2.PdfDocument, page: Page, fields: dict[str, Box]) -> _Look:
    sheet, noted = pdf[page.number - 1], original[page.number - 1]
    try:
        walk = _Walk(sheet, page.number)
        seen = Seen(sheet, page.turned)
        own = [box for box in fields.values() if box.page == page.number]
        hidden = not all(seen.shows(box) for box in own) or any(not seen.ink(box) for box in walk.hidden)
        place = Place(noted, page.number)
        notes = [place.of(*sides) for sides in notes_on(noted)]
        covered = bool(walk.covered) or any(_covers(note, box) for note in notes for box in own)
        if not covered and others_on(noted):
            with_notes = Seen(noted, page.turned, notes=True)
            covered = any(seen.shows(box) and not seen.agrees(with_notes, box) for box in own)
        fillable = any(_covers(place.of(*sides), box) for sides in fields_on(noted) for box in own)
        return _Look(hidden, covered, fillable)
    finally:
        sheet.close()
        noted.close()


class _Walk:
    """One walk over the objects of a page, into its forms too, in the order in which they are painted."""

    def __init__(self, page: Any, number: int) -> None:
        from pypdfium2 import raw

        self.hidden: list[Box] = []
        self.covered: list[Box] = []
        self._texts: list[Box] = []
        self._raw: Any = raw
        self._place = Place(page, number)
        self._textpage = raw.FPDFText_LoadPage(page)
        for item, kind, forms in painted(page, MOST_OBJECTS):
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                self._text(item, forms)
            elif _is_opaque(raw, item, kind):
                box = self._place.box(item, forms)
                self.covered += [t for t in self._texts if _covers(box, t)]
        raw.FPDFText_ClosePage(self._textpage)

    def _text(self, item: Any, forms: Forms) -> None:
        raw = self._raw
        length = raw.FPDFTextObj_GetText(item, self._textpage, None, 0)
        if length <= 2 * MIN_LETTERS:  # bytes of UTF-16 with its end
            return
        box = self._place.box(item, forms)
        self._texts.append(box)
        invisible = raw.FPDFTextObj_GetTextRenderMode(item) in (3, 7)
        if invisible or _colour(raw, item) is None:
            self.hidden.append(box)


def family(font: str) -> str:
    """Return a font's family: without the subset's tag, weight and slant."""
    name = font.rsplit("+", maxsplit=1)[-1]
    return re.split(r"[-,]|Bold|Italic|Oblique|Regular", name)[0].casefold().removesuffix("mt")


def _colour(raw: Any, item: Any) -> tuple[int, int, int] | None:
    """Return the fill colour of a text, or None where it is white or transparent."""
    r, g, b, a = (ctypes.c_uint() for _ in range(4))
    if not raw.FPDFPageObj_GetFillColor(item, r, g, b, a):
        return (0, 0, 0)
    if a.value < 10 or min(r.value, g.value, b.value) >= WHITE:
        return None
    return (r.value, g.value, b.value)


def _is_opaque(raw: Any, item: Any, kind: int) -> bool:
    """Tell whether what is painted hides what was there: a filled shape or a picture, no highlighter's stroke."""
    if kind == raw.FPDF_PAGEOBJ_PATH:
        mode, stroke = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(item, mode, stroke)
        if not mode.value:
            return False
    elif kind != raw.FPDF_PAGEOBJ_IMAGE:
        return False
    return not raw.FPDFPageObj_HasTransparency(item)


class Place:
    """Where an object stands on the page as it is seen (crop and rotation applied)."""

    PRECISION = 16  # FPDF_PageToDevice answers in whole pixels

    def __init__(self, page: Any, number: int) -> None:
        self._page, self._number = page, number
        self._size = [int(side * self.PRECISION) for side in page.get_size()]
        self._sides = [ctypes.c_float() for _ in range(4)]

    def box(self, item: Any, forms: Forms) -> Box:
        """Return an object's place; ``forms`` are the matrices of the forms that it is in, from the inside out."""
        from pypdfium2 import raw

        raw.FPDFPageObj_GetBounds(item, *self._sides)
        left, bottom, right, top = (s.value for s in self._sides)
        for m in forms:
            corners = [(m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f) for x in (left, right) for y in (bottom, top)]
            left, bottom = min(x for x, _ in corners), min(y for _, y in corners)
            right, top = max(x for x, _ in corners), max(y for _, y in corners)
        return self.of(left, bottom, right, top)

    def of(self, left: float, bottom: float, right: float, top: float) -> Box:
        (x0, y0), (x1, y1) = self._device(left, bottom), self._device(right, top)
        return Box(self._number, min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    def _device(self, x: float, y: float) -> tuple[float, float]:
        from pypdfium2 import raw

        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(self._page, 0, 0, *self._size, 0, x, y, across, down)
        return across.value / self.PRECISION, down.value / self.PRECISION


def _covers(over: Box, text: Box) -> bool:
    """Tell whether a shape lies over the whole of a text; a line under it or a frame's edge does not."""
    height = text.bottom - text.top
    return (
        over.x0 <= text.x0 + 1
        and over.x1 >= text.x1 - 1
        and over.top <= text.top + 0.25 * height
        and over.bottom >= text.bottom - 0.25 * height
    )


def _boxes(c: Constancia) -> dict[str, Box]:
    fields = {
        "NSS": c.nss, "CURP": c.curp, "nombre": c.nombre, "fecha": c.fecha, "estado": c.estado,
        "servicio médico": c.servicio_medico,
    }  # fmt: skip
    boxes = {name: f.box for name, f in fields.items() if f is not None}
    for p in c.patrones[:1]:
        if p.box is not None:
            boxes[PATRON] = p.box
    return boxes


def _odd_fonts(c: Constancia, fields: dict[str, Box], pages: Sequence[Page]) -> tuple[str, ...]:
    """Return the fields whose font no other text has, where most of their siblings share one."""
    words = [(w, p.number) for p in pages for w in p.words if w.upright and w.font]
    name_of_patron = fold(next((p.razon_social or "" for p in c.patrones[:1]), "")).split()
    own: dict[str, set[int]] = {}
    fonts: dict[str, str] = {}
    for name, box in fields.items():
        inside = [i for i, (w, number) in enumerate(words) if _inside(w, number, box)]
        if name == PATRON:  # its box holds the registro and the modalidad too
            inside = [i for i in inside if fold(words[i][0].text) in name_of_patron]
        families = {family(words[i][0].font) for i in inside}
        if len(families) == 1:
            own[name], fonts[name] = set(inside), families.pop()
    if len(fonts) < 4:  # too few to speak of siblings
        return ()
    common, times = Counter(fonts.values()).most_common(1)[0]
    if times < len(fonts) - 2:
        return ()
    odd = {name: font for name, font in fonts.items() if font and font != common}
    theirs = {i for name in odd for i in own[name]}
    elsewhere = {family(w.font) for i, (w, _) in enumerate(words) if i not in theirs}
    return tuple(name for name, font in odd.items() if font not in elsewhere)


def _inside(word: Word, number: int, large: Box) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return number == large.page and large.x0 - 2 <= x <= large.x1 + 2 and large.top - 2 <= y <= large.bottom + 2
