"""From an open PDF to the traces that its making left: dates, program, later savings, odd fonts, unseen text."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from mailbot.core.constancia import Constancia
from mailbot.core.page import Box
from mailbot.core.signs import Traces

if TYPE_CHECKING:
    import pypdfium2

CENTRAL_MEXICO = timezone(timedelta(hours=-6))  # no summer time since 2022
MODIFIED_AFTER = timedelta(minutes=5)  # writers stamp both dates seconds apart
MOST_OBJECTS = 3_000  # on a page; beyond it a drawing hides nothing that a person could find either
WHITE = 245  # of 255 in each channel
MIN_LETTERS = 3  # fewer hidden letters are stray spaces and bullets

_PDF_DATE = re.compile(r"D?:?(\d{4})(\d\d)(\d\d)(\d\d)?(\d\d)?(\d\d)?(?:([+\-Zz])(\d\d)?'?(\d\d)?)?")


def traces_of(pdf: pypdfium2.PdfDocument, data: bytes, constancia: Constancia) -> Traces:
    """Gather the traces of a recognised constancia."""
    created = pdf_date(pdf.get_metadata_value("CreationDate"))
    modified = pdf_date(pdf.get_metadata_value("ModDate"))
    fields = _boxes(constancia)
    pages = {box.page for box in fields.values()}
    texts, hidden, covered = [], False, False
    for number in sorted(pages):
        drawn = _Drawn.of(pdf, number)
        texts += drawn.texts
        hidden = hidden or drawn.hidden
        covered = covered or drawn.covered
    return Traces(
        created=None if created is None else _day(created),
        modified_later=created is not None and modified is not None and modified - created > MODIFIED_AFTER,
        saved_again=saved_again(data),
        producer=(pdf.get_metadata_value("Producer") or "")[:100],
        odd_fonts=_odd_fonts(fields, texts),
        hidden=hidden,
        covered=covered,
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


@dataclass(frozen=True, slots=True)
class _Text:
    box: Box
    font: str


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The text of one page with its fonts, and whether some of it cannot be seen."""

    texts: list[_Text]
    hidden: bool
    covered: bool

    @classmethod
    def of(cls, pdf: pypdfium2.PdfDocument, number: int) -> _Drawn:
        page = pdf[number - 1]
        walk = _Walk(page, number)
        suspects = walk.hidden, walk.covered
        seen = _Seen(page) if any(suspects) else None
        hidden = seen is not None and any(not seen.ink(box) for box in walk.hidden)
        covered = seen is not None and bool(walk.covered)
        page.close()
        return cls(walk.texts, hidden, covered)


class _Walk:
    """One walk over the objects of a page, in the order in which they are painted."""

    def __init__(self, page: Any, number: int) -> None:
        from pypdfium2 import raw

        self.texts: list[_Text] = []
        self.hidden: list[Box] = []
        self.covered: list[Box] = []
        self._place = _Place(page, number)
        self._fonts: dict[int, str] = {}
        textpage = raw.FPDFText_LoadPage(page)
        for index in range(min(raw.FPDFPage_CountObjects(page), MOST_OBJECTS)):
            item = raw.FPDFPage_GetObject(page, index)
            kind = raw.FPDFPageObj_GetType(item)
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                self._text(raw, item, textpage)
            elif (kind == raw.FPDF_PAGEOBJ_PATH and _is_filled(raw, item)) or kind == raw.FPDF_PAGEOBJ_IMAGE:
                box = self._place.box(item)
                self.covered += [t.box for t in self.texts if _covers(box, t.box)]
        raw.FPDFText_ClosePage(textpage)

    def _text(self, raw: Any, item: Any, textpage: Any) -> None:
        length = raw.FPDFTextObj_GetText(item, textpage, None, 0)
        if length <= 2 * MIN_LETTERS:  # bytes of UTF-16 with its end
            return
        box = self._place.box(item)
        self.texts.append(_Text(box, self._font(raw, item)))
        invisible = raw.FPDFTextObj_GetTextRenderMode(item) in (3, 7)
        if invisible or _colour(raw, item) is None:
            self.hidden.append(box)

    def _font(self, raw: Any, item: Any) -> str:
        font = raw.FPDFTextObj_GetFont(item)
        key = ctypes.addressof(font.contents) if font else 0
        if key not in self._fonts:
            buffer = ctypes.create_string_buffer(128)
            raw.FPDFFont_GetBaseFontName(font, buffer, 128)
            self._fonts[key] = family(buffer.value.decode("latin-1"))
        return self._fonts[key]


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


def _is_filled(raw: Any, item: Any) -> bool:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(item, mode, stroke)
    return bool(mode.value)


class _Place:
    """Where an object stands on the page as it is seen (crop and rotation applied)."""

    PRECISION = 16  # FPDF_PageToDevice answers in whole pixels

    def __init__(self, page: Any, number: int) -> None:
        self._page, self._number = page, number
        self._size = [int(side * self.PRECISION) for side in page.get_size()]
        self._sides = [ctypes.c_float() for _ in range(4)]

    def box(self, item: Any) -> Box:
        from pypdfium2 import raw

        raw.FPDFPageObj_GetBounds(item, *self._sides)
        left, bottom, right, top = (s.value for s in self._sides)
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


class _Seen:
    """The page as it is painted, in grey, to see whether there is ink at a place."""

    SCALE = 1.5

    def __init__(self, page: Any) -> None:
        self._grey = page.render(scale=self.SCALE, grayscale=True).to_pil().convert("L")

    def ink(self, box: Box) -> bool:
        area = [v * self.SCALE for v in (box.x0, box.top, box.x1, box.bottom)]
        piece = self._grey.crop((int(area[0]), int(area[1]), max(int(area[2]), int(area[0]) + 2), int(area[3]) + 1))
        used = [level for level, pixels in enumerate(piece.histogram()) if pixels]
        return bool(used) and used[-1] - used[0] > 40  # of 255; letters on paper differ by 150 and more


def _boxes(c: Constancia) -> dict[str, Box]:
    fields = {
        "NSS": c.nss, "CURP": c.curp, "nombre": c.nombre, "fecha": c.fecha, "estado": c.estado,
        "servicio médico": c.servicio_medico,
    }  # fmt: skip
    boxes = {name: f.box for name, f in fields.items() if f is not None}
    for p in c.patrones[:1]:
        if p.box is not None:
            boxes["razón social"] = p.box
    return boxes


def _odd_fonts(fields: dict[str, Box], texts: list[_Text]) -> tuple[str, ...]:
    """Return the fields whose font no other text has, where most of their siblings share one."""
    fonts: dict[str, str] = {}
    for name, box in fields.items():
        own = {t.font for t in texts if _inside(t.box, box)}
        if len(own) == 1:
            fonts[name] = own.pop()
    if len(fonts) < 4:  # too few to speak of siblings
        return ()
    common, times = Counter(fonts.values()).most_common(1)[0]
    if times < len(fonts) - 2:
        return ()
    pieces = Counter(t.font for t in texts)
    odd = {name: font for name, font in fonts.items() if font and font != common}
    return tuple(name for name, font in odd.items() if pieces[font] <= sum(1 for f in odd.values() if f == font))


def _inside(small: Box, large: Box) -> bool:
    x, y = (small.x0 + small.x1) / 2, (small.top + small.bottom) / 2
    return small.page == large.page and large.x0 - 2 <= x <= large.x1 + 2 and large.top - 2 <= y <= large.bottom + 2
