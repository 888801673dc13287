"""From a constancia's page to the student's picture: what the office looks at, marked; what is private, black.

The page is rendered by pdfium, private places are painted over in the pixels themselves before anything else is done,
and what remains is one PNG: the page with numbered marks, and below it each marked place enlarged with its verdict,
so that it can be read at a phone's width.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mailbot.core.constancia import Constancia
from mailbot.core.documents import CONSTANCIA, Document
from mailbot.core.page import Box, Page, Word
from mailbot.core.picture_marks import PLACES, Mark
from mailbot.core.spanish import fold
from mailbot.shell.codes import TooMuchDrawn, take_off_codes
from mailbot.shell.lettering import draw_text, wrapped
from mailbot.shell.redact import hidden_places

if TYPE_CHECKING:
    import pypdfium2
    from PIL import Image, ImageDraw

WIDTH = 720  # pixels: twice what a phone's mail client shows
MOST_BYTES = 150_000  # issue 3, point 8
SCALE = 3.0  # of the rendering: 216 dpi, so that the enlarged places are crisp
MARGIN = 14  # points around the useful part of the page
MOST_PAGE_HEIGHT = 900  # pixels of the page in the picture; the seal below the last field is cut off
TEXT_SIZE = 30  # pixels: 15 on a phone
BADGE = 21  # radius of a number's disc, in pixels
ROW_GAP = 16
# How bad a place for a number is: grey levels of the print it covers, and so much more
FARTHER = 6  # for each place that is less usual: left, right, then the corners
COVERS, OUTSIDE = 300, 5000  # another frame or number; beyond the picture
COLOURS = {"ok": "#15803d", "mal": "#c2410c"}
PAPER, INK, LINE = "#ffffff", "#1b1b1b", "#d4d4d4"

Frame = tuple[int, int, int, int]  # left, top, right, bottom, in pixels


def picture_of_constancia(data: bytes, document: Document, marks: Mapping[str, Mark]) -> bytes | None:
    """Return the PNG, or None where the document is no constancia whose places are known with certainty."""
    import pypdfium2

    c = document.constancia
    if document.kind != CONSTANCIA or c is None or document.image_like or document.via != "text":
        return None
    row = marks["patron"].row if "patron" in marks else 0
    places = {name: box for name, box in places_of(c, row).items() if name in marks}
    if c.nss is None or not places:
        return None
    number = c.nss.box.page
    pdf = pypdfium2.PdfDocument(data)
    try:
        page, seen = _rendered(pdf, number)
    except TooMuchDrawn:
        return None
    finally:
        pdf.close()
    if not _has_ink(seen, page, c.nss.box):  # the words do not stand where the page shows them: nothing is safe to show
        return None
    _black_out(seen, page, c)
    printed = printed_at(c, row)
    places = {name: _tight(page, box, printed.get(name)) for name, box in places.items() if box.page == number}
    places = {name: box for name, box in places.items() if _has_ink(seen, page, box)}
    return _packed(_composed(seen, page, places, marks)) if places else None


def places_of(c: Constancia, row: int = 0) -> dict[str, Box]:
    """Return where the things that the office looks at stand, in the order in which it does."""
    found = {
        "titulo": c.titulo,
        "nss": None if c.nss is None else c.nss.box,
        "estado": None if c.estado is None else c.estado.box,
        "fecha": None if c.fecha is None else c.fecha.box,
        "patron": next((p.box for p in c.patrones[row : row + 1]), None),
    }
    return {name: box for name in PLACES if (box := found[name]) is not None}


def printed_at(c: Constancia, row: int) -> dict[str, str | None]:
    """Return the words that are meant at the places whose boxes may hold neighbours too."""
    return {
        "estado": None if c.estado is None else c.estado.printed,
        "fecha": None if c.fecha is None else re.sub(r"^(si|no) ", "", fold(c.fecha.printed)),  # another cell's answer
        "patron": next((p.razon_social for p in c.patrones[row : row + 1]), None),
    }


def _tight(page: Page, box: Box, printed: str | None) -> Box:
    """Return the part of a box where the value itself is printed, word after word, over its lines."""
    wanted = fold(printed or "").split()
    inside = sorted((w for w in page.words if _middle_inside(w, box)), key=lambda w: (w.top + w.bottom, w.x0))
    for first in inside:
        own = _spelled_from(first, inside, wanted)
        if own:
            return Box(
                box.page, min(w.x0 for w in own), min(w.top for w in own), max(w.x1 for w in own),
                max(w.bottom for w in own),
            )  # fmt: skip
    return box


def _spelled_from(first: Word, words: list[Word], wanted: list[str]) -> list[Word]:
    """Return the words that print a text from a first one on, over its lines; none where another text goes on."""
    own: list[Word] = []
    left = list(wanted)
    word: Word | None = first
    while word is not None and left:
        parts = fold(word.text).split()
        if not parts or left[: len(parts)] != parts:
            return []
        left = left[len(parts) :]
        own.append(word)
        word = _following(word, first, words)
    return own if not left else []


def _following(word: Word, first: Word, words: list[Word]) -> Word | None:
    height = word.bottom - word.top
    middle = (word.top + word.bottom) / 2
    right = [w for w in words if abs((w.top + w.bottom) / 2 - middle) < 0.5 * height and w.x1 - word.x1 > 0]
    near = min(right, key=lambda w: w.x0, default=None)
    if near is not None and near.x0 - word.x1 < 1.5 * height:
        return near
    lower = [w for w in words if 0.5 * height < (w.top + w.bottom) / 2 - middle < 2 * height]
    under = [w for w in lower if w.x0 > first.x0 - height]
    return min(under, key=lambda w: (round(w.top), w.x0), default=None)


def _middle_inside(word: Word, box: Box) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return box.x0 <= x <= box.x1 and box.top <= y <= box.bottom


def _rendered(pdf: pypdfium2.PdfDocument, number: int) -> tuple[Page, Image.Image]:
    """Return the page's words and its picture, turned the same way; pictures, codes, forms and notes are not drawn."""
    from mailbot.shell.pdf_words import pdfium_pages

    page = pdfium_pages(pdf, number)[-1]
    sheet = pdf[number - 1]
    take_off_codes(sheet)
    scale = min(SCALE, 3000 / max(sheet.get_size()))
    seen = sheet.render(scale=scale, may_draw_forms=False, draw_annots=False).to_pil()
    if seen.mode != "RGB":  # even where it is, convert() makes a copy: 17 MB
        seen = seen.convert("RGB")
    turned: Image.Image = seen.rotate(-page.turned, expand=True) if page.turned else seen
    return page, turned


def _black_out(seen: Image.Image, page: Page, c: Constancia) -> None:
    from PIL import ImageDraw

    draw = ImageDraw.Draw(seen)
    scale = seen.width / page.width
    own = [*places_of(c).values(), *(f.box for f in (c.curp, c.nombre, c.servicio_medico) if f is not None)]
    own += [p.box for p in c.patrones if p.box is not None]
    nss = None if c.nss is None else c.nss.value.digits
    for box in hidden_places(page, nss, own):
        draw.rectangle(_pixels(box, scale, 1)[:2] + _pixels(box, scale, 0)[2:], fill=INK)  # what follows may be shown
    if c.curp is not None:
        draw.rectangle(_pixels(c.curp.box, scale, 1), fill=INK)


def _pixels(box: Box, scale: float, grow: float) -> tuple[int, int, int, int]:
    x0, y0 = int((box.x0 - grow) * scale), int((box.top - grow) * scale)
    return x0, y0, max(x0 + 1, int((box.x1 + grow) * scale) + 1), max(y0 + 1, int((box.bottom + grow) * scale) + 1)


def _has_ink(seen: Image.Image, page: Page, box: Box) -> bool:
    """Tell whether something is printed at a place."""
    return bool(box.x1 > box.x0 and box.bottom > box.top) and _contrast(seen, page, box) > 60  # of 255


def _contrast(seen: Image.Image, page: Page, box: Box) -> int:
    scale = seen.width / page.width
    used = [level for level, pixels in enumerate(seen.crop(_pixels(box, scale, 0)).convert("L").histogram()) if pixels]
    return used[-1] - used[0]


def _composed(seen: Image.Image, page: Page, places: Mapping[str, Box], marks: Mapping[str, Mark]) -> Image.Image:
    """Put the marked page above its legend."""
    from PIL import Image as Pillow

    above = _marked_page(seen, page, places, marks)
    rows = [_row(seen, page, n, places[name], marks[name]) for n, name in enumerate(places, 1)]
    height = above.height + sum(r.height + ROW_GAP for r in rows) + ROW_GAP
    whole = Pillow.new("RGB", (WIDTH, height), PAPER)
    whole.paste(above, (0, 0))
    y = above.height + ROW_GAP
    for row in rows:
        whole.paste(row, (0, y))
        y += row.height + ROW_GAP
    return whole


def _marked_page(seen: Image.Image, page: Page, places: Mapping[str, Box], marks: Mapping[str, Mark]) -> Image.Image:
    """Return the useful part of the page with a frame and a number at each place."""
    from PIL import Image as Pillow
    from PIL import ImageDraw

    scale = seen.width / page.width
    part = _useful(page, places)
    piece = seen.crop(_pixels(part, scale, 0))
    factor = WIDTH / piece.width
    piece = piece.resize((WIDTH, max(1, int(piece.height * factor))), Pillow.Resampling.LANCZOS)
    piece = piece.crop((0, 0, WIDTH, min(piece.height, MOST_PAGE_HEIGHT)))
    clean, taken = piece.convert("L"), list[Frame]()
    draw = ImageDraw.Draw(piece)
    zoom = scale * factor
    frames = {name: _frame(box, part, zoom) for name, box in places.items()}
    for name, frame in frames.items():
        draw.rounded_rectangle(frame, radius=7, outline=COLOURS[marks[name].verdict], width=4)
    for number, (name, frame) in enumerate(frames.items(), 1):
        others = [f for f in frames.values() if f is not frame]
        at = _badge_place(clean, [*others, *taken], frame)
        taken.append((at[0] - BADGE, at[1] - BADGE, at[0] + BADGE, at[1] + BADGE))
        _badge(piece, draw, at, number, COLOURS[marks[name].verdict])
    draw.line((0, piece.height - 1, WIDTH, piece.height - 1), fill=LINE, width=2)
    return piece


def _frame(box: Box, part: Box, zoom: float) -> Frame:
    shifted = Box(box.page, box.x0 - part.x0, box.top - part.top, box.x1 - part.x0, box.bottom - part.top)
    return _pixels(shifted, zoom, 2)


def _badge_place(clean: Image.Image, taken: list[Frame], frame: Frame) -> tuple[int, int]:
    """Return where a number stands at its frame: over as little print as may be, off other frames and numbers."""
    from PIL import ImageStat

    x0, y0, x1, y1 = frame
    middle, reach = (y0 + y1) // 2, BADGE - 2
    places = [(x0 - reach, middle), (x1 + reach, middle), (x0 - reach, y0 - 4), (x1 + reach, y0 - 4)]
    places += [(x0 - reach, y1 + 4), (x1 + reach, y1 + 4), (x1, y0 - reach), (x1, y1 + reach)]

    def worse(place: int) -> float:
        x, y = places[place]
        if not (BADGE <= x <= WIDTH - BADGE and BADGE <= y <= clean.height - BADGE):
            return OUTSIDE
        around = (x - BADGE, y - BADGE, x + BADGE, y + BADGE)
        covers = sum(a < around[2] and around[0] < c and b < around[3] and around[1] < d for a, b, c, d in taken)
        return 255 - ImageStat.Stat(clean.crop(around)).mean[0] + COVERS * covers + FARTHER * place

    return places[min(range(len(places)), key=worse)]


def _badge(picture: Image.Image, draw: ImageDraw.ImageDraw, at: tuple[int, int], number: int, colour: str) -> None:
    x, y = at
    draw.ellipse((x - BADGE, y - BADGE, x + BADGE, y + BADGE), fill=colour, outline=PAPER, width=2)
    draw_text(picture, (x - 8, y - 19), str(number), 28, bold=True, fill=PAPER)


def _useful(page: Page, places: Mapping[str, Box]) -> Box:
    """Return the part of the page that is shown: all its columns, from the first to the last marked place."""
    upright = [w for w in page.words if w.upright]
    top = min(b.top for b in places.values())
    bottom = max(b.bottom for b in places.values())
    within = [w for w in upright if top - 1 <= (w.top + w.bottom) / 2 <= bottom + 1]
    left = min([w.x0 for w in within] + [b.x0 for b in places.values()])
    right = max([w.x1 for w in within if w.x1 <= page.width] + [b.x1 for b in places.values()])
    return Box(
        page.number, max(0.0, left - 3 * MARGIN), max(0.0, top - MARGIN), min(page.width, right + 3 * MARGIN),
        min(page.height, bottom + MARGIN),
    )  # fmt: skip


def _row(seen: Image.Image, page: Page, number: int, box: Box, mark: Mark) -> Image.Image:
    """Return one line of the legend: number, the place itself enlarged, the verdict in words."""
    from PIL import Image as Pillow
    from PIL import ImageDraw

    colour = COLOURS[mark.verdict]
    left = 3 * BADGE + 8
    place = _enlarged(seen, page, box, WIDTH - left - 24)
    lines = wrapped(mark.text, TEXT_SIZE, WIDTH - left - 70, bold=True)
    step = int(TEXT_SIZE * 1.3)
    row = Pillow.new("RGB", (WIDTH, place.height + 8 + step * len(lines)), PAPER)
    draw = ImageDraw.Draw(row)
    _badge(row, draw, (BADGE + 14, max(BADGE + 1, place.height // 2)), number, colour)
    row.paste(place, (left, 0))
    draw.rectangle((left, 0, left + place.width - 1, place.height - 1), outline=LINE)
    _tick(draw, (left + 4, place.height + 14), mark.verdict, colour)
    for index, line in enumerate(lines):
        draw_text(row, (left + 44, place.height + 8 + step * index), line, TEXT_SIZE, bold=True, fill=colour)
    return row


def _enlarged(seen: Image.Image, page: Page, box: Box, widest: int) -> Image.Image:
    """Return a place as it is printed, its letters about as tall as the legend's."""
    from PIL import Image as Pillow

    place = seen.crop(_pixels(box, seen.width / page.width, 3))
    factor = min(widest / place.width, 52 * max(1, round((box.bottom - box.top) / 14)) / place.height, 1.6)
    return place.resize(
        (max(1, int(place.width * factor)), max(1, int(place.height * factor))), Pillow.Resampling.LANCZOS
    )


def _tick(draw: ImageDraw.ImageDraw, at: tuple[int, int], verdict: str, colour: str) -> None:
    """Draw a tick, or a warning's exclamation mark: colour alone says nothing to some eyes."""
    x, y = at
    if verdict == "ok":
        draw.line((x, y + 14, x + 9, y + 23, x + 27, y + 1), fill=colour, width=6, joint="curve")
    else:
        draw.polygon((x, y + 24, x + 14, y - 1, x + 28, y + 24), fill=colour)
        draw.line((x + 14, y + 7, x + 14, y + 15), fill=PAPER, width=4)
        draw.rectangle((x + 12, y + 18, x + 16, y + 21), fill=PAPER)


def _packed(picture: Image.Image) -> bytes | None:
    """Return the picture as a PNG with as few colours as its bytes allow.

    By the quick ways of both steps, 8 ms instead of 80: no eye sees the difference, and the student waits.
    """
    from PIL import Image as Pillow

    for colours in (64, 32, 16, 8):
        out = io.BytesIO()
        picture.quantize(colours, method=Pillow.Quantize.FASTOCTREE).save(out, "PNG", compress_level=6)
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
    return None
