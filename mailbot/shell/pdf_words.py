"""From PDF pages to words with their places, by pdfium and, as a second opinion, by pdfplumber."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from mailbot.core.page import Page, Word

if TYPE_CHECKING:
    import pypdfium2

MOST_GLYPHS = 30_000  # a full page of eight-point text has some 8,000; a page bomb has millions
# Of the height of a glyph's box (about 1.2 em): half of a narrow font's space; pdfium and pdfminer agree on boxes.
WORD_GAP = 0.16
NARROW_GAP = 0.1  # what kerning leaves of a space between A and A, in text whose letters touch otherwise
SAME_LINE = 0.3
LEAST_TRACKING = 0.03  # of the height; less is kerning
DRAWN_SPACES = 5  # a font of which so many spaces are drawn has them drawn everywhere
ASLANT = 45  # the angle of text that is neither level nor upright
LEAST_GAPS = 4  # fewer gaps than these tell nothing about tracking
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u00ad": "-",
              "\x02": "-", "\ufffe": "-", "\u2010": "-", "\u2011": "-", "\u2212": "-"}  # fmt: skip


@dataclass(slots=True)
class _Glyphs:
    """Glyphs drawn one after the other without a gap: the raw piece of a word."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    font: str
    angle: int
    space_before: bool
    space_after: bool = False
    guessed_before: bool = False
    """Whether pdfium put a space before it that is not drawn: a hint, wrong between letters set apart."""
    gaps: list[float] = field(default_factory=list)
    """Gaps between its glyphs: what tracking looks like."""


def pdfium_pages(pdf: pypdfium2.PdfDocument, most: int) -> list[Page]:
    """Read the words of the first ``most`` pages with pdfium; a page that it cannot open is passed over."""
    from pypdfium2 import PdfiumError

    pages = []
    for index in range(min(len(pdf), most)):
        try:
            page = pdf[index]
        except PdfiumError:
            continue
        try:
            pages.append(_pdfium_page(page, index + 1))
        finally:
            page.close()
    return pages


def _pdfium_page(page: Any, number: int) -> Page:
    import ctypes

    from pypdfium2 import raw

    left, bottom, right, top = page.get_bbox()
    textpage = page.get_textpage()
    try:
        count = raw.FPDFText_CountChars(textpage)
        taken = min(count, MOST_GLYPHS)
        buffer = (ctypes.c_ushort * (taken + 1))()
        written = raw.FPDFText_GetText(textpage, 0, taken, buffer) - 1
        codes: list[int] = list(buffer[:taken])
        if written != taken or any(0xD800 <= c < 0xE000 for c in codes):
            codes = [raw.FPDFText_GetUnicode(textpage, i) for i in range(taken)]
        pieces = _pdfium_pieces(textpage, codes, raw, ctypes)
    finally:
        textpage.close()
    for p in pieces:  # from PDF user space to the top left corner of what is shown
        p.x0, p.x1 = p.x0 - left, p.x1 - left
        p.top, p.bottom = top - p.bottom, top - p.top
    turned_already = page.get_rotation()
    return _page(number, right - left, top - bottom, pieces, turned_already, overfull=count > taken)


def _pdfium_pieces(textpage: Any, codes: list[int], raw: Any, ctypes: Any) -> list[_Glyphs]:
    rect = raw.FS_RECTF()
    reference = ctypes.byref(rect)
    loose = raw.FPDFText_GetLooseCharBox
    angle_of = raw.FPDFText_GetCharAngle
    generated = raw.FPDFText_IsGenerated
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    pieces: list[_Glyphs] = []
    piece: _Glyphs | None = None
    guessed = False
    drawn: tuple[float, float] | None = None  # where the last drawn space ends
    for index, code in enumerate(codes):
        if code in (13, 10):  # pdfium's own guess of where a line ends
            piece = None
            continue
        loose(textpage, index, reference)
        x0, x1, low, high = rect.left, rect.right, rect.bottom, rect.top
        if code in (32, 160, 9, 0x2003, 0x2002, 0x2009, 0x3000):
            if high > low and x1 > x0 and not generated(textpage, index):  # drawn, not pdfium's own guess
                if piece is not None and _touches(piece.x1, piece.top, x0, low, high):
                    piece.space_after = True
                drawn = (x1, low)
            else:
                guessed = True
            piece = None
            continue
        char = _LIGATURES.get(chr(code)) or chr(code)
        if piece is not None and piece.angle == 0:
            height = high - low
            if (
                abs(low - piece.top) < 0.1 * height + 0.1
                and abs(high - piece.bottom) < 0.1 * height + 0.1
                and -0.3 * height < x0 - piece.x1 <= NARROW_GAP * height
            ):
                piece.gaps.append(x0 - piece.x1)
                piece.text += char
                piece.x1 = max(piece.x1, x1)
                drawn = None
                continue
        degrees = _turned(angle_of(textpage, index) * 57.29577951308232)
        if piece is not None and piece.angle == degrees != 0 and _continues(piece, x0, low, x1, high):
            piece.gaps.append(0.0)  # near enough: turned text is rare, and its tracking seldom
            piece.text += char
            piece.x0, piece.x1 = min(piece.x0, x0), max(piece.x1, x1)
            piece.top, piece.bottom = min(piece.top, low), max(piece.bottom, high)
            continue
        raw.FPDFText_GetFontInfo(textpage, index, name, 128, ctypes.byref(flags))
        font = name.value.decode("utf-8", "replace").partition("+")
        space = drawn is not None and _touches(*drawn, x0, low, high)
        piece = _Glyphs(char, x0, low, x1, high, font[2] or font[0], degrees, space, guessed_before=guessed)
        pieces.append(piece)
        drawn, guessed = None, False
    return pieces


def _turned(degrees: float) -> int:
    """Return by how much text is turned, in steps of 90, or that it runs aslant, as a watermark does."""
    step = round(degrees / 90)
    return step * 90 % 360 if abs(degrees - 90 * step) < 10 else ASLANT


def _touches(end: float, level: float, x0: float, low: float, high: float) -> bool:
    """Tell whether a glyph begins where another ends: what is drawn next need not stand next."""
    height = high - low
    return abs(x0 - end) < 0.5 * height and abs(low - level) < 0.2 * height


def _continues(piece: _Glyphs, x0: float, low: float, x1: float, high: float) -> bool:
    """Tell whether a glyph of turned text goes on where the piece ends, in the direction it runs."""
    if piece.angle == ASLANT:
        return False
    if piece.angle == 180:
        height = high - low
        return abs(low - piece.top) < 0.1 * height + 0.1 and -0.3 * height < piece.x0 - x1 <= WORD_GAP * height
    height = x1 - x0
    if abs(x0 - piece.x0) > 0.1 * height + 0.1:
        return False
    gap = low - piece.bottom if piece.angle == 270 else piece.top - high
    return -0.3 * height < gap <= WORD_GAP * height


def plumber_pages(data: bytes, most: int) -> list[Page]:
    """Read the words of the first ``most`` pages with pdfplumber: slower, and another eye."""
    import io

    import pdfplumber

    pages = []
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        for index, page in enumerate(pdf.pages[:most], 1):
            pages.append(_plumber_page(page, index))
            page.close()
    return pages


def _plumber_page(page: Any, number: int) -> Page:
    chars = page.chars
    left, top, right, bottom = page.cropbox if page.cropbox else page.bbox
    pieces: list[_Glyphs] = []
    piece: _Glyphs | None = None
    drawn: tuple[float, float] | None = None
    for char in chars[:MOST_GLYPHS]:
        text = "".join(_LIGATURES.get(c, c) for c in char["text"])
        if not text.strip():
            low, height = char["bottom"], char["bottom"] - char["top"]
            if piece is not None and _touches(piece.x1, piece.bottom, char["x0"], low, low + height):
                piece.space_after = True
            piece, drawn = None, (char["x1"], char["bottom"])
            continue
        x0, x1, high, low = char["x0"], char["x1"], char["top"], char["bottom"]
        angle = _plumber_angle(char)
        height = low - high
        if (
            piece is not None
            and piece.angle == angle == 0
            and abs(high - piece.top) < 0.1 * height + 0.1
            and abs(low - piece.bottom) < 0.1 * height + 0.1
            and -0.3 * height < x0 - piece.x1 <= NARROW_GAP * height
        ):
            piece.gaps.append(x0 - piece.x1)
            piece.text += text
            piece.x1 = max(piece.x1, x1)
            drawn = None
            continue
        font = str(char.get("fontname") or "").partition("+")
        space = drawn is not None and _touches(*drawn, x0, low, 2 * low - high)
        piece = _Glyphs(text, x0, high, x1, low, font[2] or font[0], angle, space)
        pieces.append(piece)
        drawn = None
    box = (float(left), float(top), float(right), float(bottom))
    for p in pieces:
        p.x0, p.x1, p.top, p.bottom = p.x0 - box[0], p.x1 - box[0], p.top - box[1], p.bottom - box[1]
    # pdfplumber has applied the page's rotation to places already, and its matrices say so too
    return _page(number, box[2] - box[0], box[3] - box[1], pieces, 0, overfull=len(chars) > MOST_GLYPHS)


def _plumber_angle(char: dict[str, Any]) -> int:
    """Return by how much a glyph is turned clockwise as seen, in steps of 90 degrees."""
    a, b = char["matrix"][:2]
    return _turned(math.degrees(math.atan2(-b, a)))


def _turn(pieces: list[_Glyphs], width: float, height: float, degrees: int) -> tuple[float, float]:
    """Turn every place clockwise by ``degrees``, and return the new width and height."""
    if degrees == 90:
        for p in pieces:
            p.x0, p.top, p.x1, p.bottom = height - p.bottom, p.x0, height - p.top, p.x1
    elif degrees == 180:
        for p in pieces:
            p.x0, p.top, p.x1, p.bottom = width - p.x1, height - p.bottom, width - p.x0, height - p.top
    elif degrees == 270:
        for p in pieces:
            p.x0, p.top, p.x1, p.bottom = p.top, width - p.x1, p.bottom, width - p.x0
    for p in pieces:
        if p.angle != ASLANT:
            p.angle = (p.angle + degrees) % 360
    return (height, width) if degrees in (90, 270) else (width, height)


def _page(
    number: int, width: float, height: float, pieces: list[_Glyphs], rotation: int, *, overfull: bool
) -> Page:
    """Turn the page as it is displayed, further if most of its text then is not upright, and join its words."""
    if rotation:
        width, height = _turn(pieces, width, height, rotation)
    weight: Counter[int] = Counter()
    for p in pieces:
        if p.angle != ASLANT:
            weight[p.angle] += len(p.text)
    main = weight.most_common(1)[0][0] if weight else 0
    further = (360 - main) % 360
    if further:
        width, height = _turn(pieces, width, height, further)
    words = _joined([p for p in pieces if p.angle == 0])
    words += [_word(p, upright=False) for p in pieces if p.angle != 0]
    seen = tuple(w for w in words if w.x1 > 1 and w.x0 < width - 1 and w.bottom > 1 and w.top < height - 1)
    return Page(number, width, height, seen, further, overfull)


def _word(piece: _Glyphs, *, upright: bool, tracking: float = 0.0) -> Word:
    text = piece.text if piece.text.isascii() else unicodedata.normalize("NFC", piece.text)
    return Word(text, piece.x0, piece.top, piece.x1, piece.bottom, piece.font, upright, tracking)


def _joined(pieces: list[_Glyphs]) -> list[Word]:
    """Join pieces that touch on one line, however they were drawn; the same glyph drawn twice counts once."""
    pieces.sort(key=lambda p: p.bottom)  # where the baseline is: an accented capital's box begins higher
    stretches: list[list[_Glyphs]] = []
    line: list[_Glyphs] = []
    low = 0.0
    for p in pieces:
        if line and p.bottom - low > SAME_LINE * min(p.bottom - p.top, line[-1].bottom - line[-1].top):
            stretches += _stretches(line)
            line = []
        if not line:
            low = p.bottom
        line.append(p)
    stretches += _stretches(line)
    usual = _usual_tracking(stretches)
    spaced = Counter(p.font for p in pieces if p.space_before or p.space_after)
    return [word for stretch in stretches for word in _words_of_stretch(stretch, usual, spaced)]


def _stretches(line: list[_Glyphs]) -> list[list[_Glyphs]]:
    """Cut a line where a gap of a line's height is: what lies further apart is not one text."""
    line.sort(key=lambda p: p.x0)
    found: list[list[_Glyphs]] = []
    for p in line:
        last = found[-1][-1] if found else None
        if last is None or p.x0 - last.x1 > p.bottom - p.top:
            found.append([p])
        elif last.text != p.text or abs(last.x0 - p.x0) >= 0.1 * (p.bottom - p.top):  # else bold by drawing twice
            found[-1].append(p)
    return found


def _third(gaps: list[float]) -> float | None:
    """Return how far apart letters are set, if so many gaps tell: most gaps of a text are between letters."""
    if len(gaps) < LEAST_GAPS:
        return None
    return max(sorted(gaps)[len(gaps) // 3], 0.0)


def _tracking(stretch: list[_Glyphs]) -> float | None:
    gaps = [gap for p in stretch for gap in p.gaps]
    near = [(a, b) for a, b in pairwise(stretch) if not (a.space_after or b.space_before)]
    gaps += [b.x0 - a.x1 for a, b in near if b.x0 - a.x1 < b.bottom - b.top]
    return _third(gaps)


def _usual_tracking(stretches: list[list[_Glyphs]]) -> dict[str, tuple[float, float]]:
    """Measure each font's least and most tracking in parts of the height, for texts too short to tell: "3 2"."""
    seen: dict[str, list[float]] = {}
    for stretch in stretches:
        if len(stretch) > 1 and (tracking := _tracking(stretch)) is not None:
            seen.setdefault(stretch[0].font, []).append(tracking / max(stretch[0].bottom - stretch[0].top, 0.1))
    return {font: (sorted(found)[len(found) // 4], max(found)) for font, found in seen.items()}


def _set_alike(last: _Glyphs, p: _Glyphs) -> bool:
    """Tell whether two pieces are of one size: an accented capital, from another subset, may reach higher."""
    before, height = last.bottom - last.top, p.bottom - p.top
    if abs(height - before) < 0.2 * height:
        return True
    return abs(last.bottom - p.bottom) < 0.1 * height and 0.7 < height / before < 1.45


def _small_capital(last: _Glyphs, p: _Glyphs, gap: float) -> bool:
    """Tell whether smaller letters go on where a capital ends, within its height: small capitals."""
    before, height = last.bottom - last.top, p.bottom - p.top
    inside = 0.4 * before < height < before and p.top >= last.top and p.bottom <= last.bottom + 0.1 * height
    return inside and abs(gap) < 0.08 * before and last.text[-1:].isupper()


def _words_of_stretch(
    stretch: list[_Glyphs], usual: dict[str, tuple[float, float]], spaced: Counter[str]
) -> list[Word]:
    joined: list[_Glyphs] = []
    by_font = {font: _tracking([p for p in stretch if p.font == font]) for font in {p.font for p in stretch}}
    for p in stretch:
        whole = by_font[p.font]
        last = joined[-1] if joined else None
        if last is not None:
            height = p.bottom - p.top
            gap = p.x0 - last.x1
            least, most_seen = usual.get(p.font, (0.0, 0.0))
            alike = _set_alike(last, p) or _small_capital(last, p, gap)
            own = _third(last.gaps + p.gaps)  # of the two themselves: the label before may be set wider
            usually = whole if whole is not None else least * height
            tracking = usually if own is None else own
            close = tracking < 0.02 * height and (own is not None or whole is not None or p.guessed_before)
            most = tracking + (NARROW_GAP if close else WORD_GAP) * height
            least_wide = LEAST_TRACKING * height  # letters that stand closer are not set wide
            set_wide = own is None and last.font == p.font and most_seen > LEAST_TRACKING
            set_wide = set_wide and min([*last.gaps, *p.gaps], default=height) > least_wide
            if set_wide and spaced[p.font] >= DRAWN_SPACES:
                most = max(most, (most_seen + WORD_GAP) * height)  # a space would be drawn, as others of the font are
            near = -0.3 * height < gap <= most
            if alike and near and not (last.space_after or p.space_before):
                last.gaps = [*last.gaps, gap, *p.gaps]
                last.text += p.text
                last.x1 = max(last.x1, p.x1)
                last.space_after = p.space_after
                continue
        joined.append(p)
    return [_word(p, upright=True, tracking=_letters_apart(p, by_font[p.font])) for p in joined]


def _letters_apart(p: _Glyphs, whole: float | None) -> float:
    """Return how far the letters of a word are set apart, by its stretch where it is too short to tell."""
    found = _third(p.gaps)
    tracking = (whole or 0.0) if found is None else found
    return tracking if tracking > LEAST_TRACKING * (p.bottom - p.top) else 0.0
