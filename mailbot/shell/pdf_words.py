"""From PDF pages to words with their places, by pdfium and, as a second opinion, by pdfplumber."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from mailbot.core.page import Page
from mailbot.shell.clipped import cut_off
from mailbot.shell.glyph_words import NARROW_GAP, WORD_GAP, Glyphs, word_of, words_of

if TYPE_CHECKING:
    import pypdfium2

MOST_GLYPHS = 30_000  # a full page of eight-point text has some 8,000; a page bomb has millions
MARKS = "\u0300", "\u036f"  # accents drawn by themselves, over the letter before them
ASLANT = 45  # the angle of text that is neither level nor upright
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u00ad": "-",
              "\x02": "-", "\ufffe": "-", "\u2010": "-", "\u2011": "-", "\u2212": "-"}  # fmt: skip


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
        for p in pieces:
            p.cut = p.angle == 0 and cut_off(textpage, p.last, p.bottom - p.top)
    finally:
        textpage.close()
    for p in pieces:  # from PDF user space to the top left corner of what is shown
        p.x0, p.x1 = p.x0 - left, p.x1 - left
        p.top, p.bottom = top - p.bottom, top - p.top
    turned_already = page.get_rotation()
    return _page(number, right - left, top - bottom, pieces, turned_already, overfull=count > taken)


def _pdfium_pieces(textpage: Any, codes: list[int], raw: Any, ctypes: Any) -> list[Glyphs]:
    rect = raw.FS_RECTF()
    reference = ctypes.byref(rect)
    loose = raw.FPDFText_GetLooseCharBox
    angle_of = raw.FPDFText_GetCharAngle
    generated = raw.FPDFText_IsGenerated
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    pieces: list[Glyphs] = []
    piece: Glyphs | None = None
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
        if piece is not None and MARKS[0] <= char <= MARKS[1] and piece.x0 <= x0 <= piece.x1:
            piece.text, piece.x1 = piece.text + char, max(piece.x1, x1)
            continue
        if piece is not None and piece.angle == 0:
            height = high - low
            if (
                abs(low - piece.top) < 0.1 * height + 0.1
                and abs(high - piece.bottom) < 0.1 * height + 0.1
                and -0.3 * height < x0 - piece.x1 <= NARROW_GAP * height
            ):
                piece.gaps.append(x0 - piece.x1)
                piece.text += char
                piece.x1, piece.last = max(piece.x1, x1), index
                drawn = None
                continue
        degrees = _turned(angle_of(textpage, index) * 57.29577951308232)
        if piece is not None and piece.angle == degrees and (gap := _gap_after(piece, x0, low, x1, high)) is not None:
            piece.gaps.append(gap)
            piece.text += char
            piece.x0, piece.x1 = min(piece.x0, x0), max(piece.x1, x1)
            piece.top, piece.bottom = min(piece.top, low), max(piece.bottom, high)
            continue
        raw.FPDFText_GetFontInfo(textpage, index, name, 128, ctypes.byref(flags))
        font = name.value.decode("utf-8", "replace").partition("+")
        space = drawn is not None and _touches(*drawn, x0, low, high)
        piece = Glyphs(char, x0, low, x1, high, font[2] or font[0], degrees, space, guessed_before=guessed, last=index)
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


def _gap_after(piece: Glyphs, x0: float, low: float, x1: float, high: float) -> float | None:
    """Return the gap before a glyph of turned text that goes on where the piece ends, in the direction it runs."""
    if piece.angle in (0, ASLANT):
        return None
    if piece.angle == 180:
        height, off, gap = high - low, abs(low - piece.top), piece.x0 - x1
    else:
        height, off = x1 - x0, abs(x0 - piece.x0)
        gap = low - piece.bottom if piece.angle == 270 else piece.top - high
    near = off <= 0.1 * height + 0.1 and -0.3 * height < gap <= WORD_GAP * height
    return gap if near else None


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
    pieces: list[Glyphs] = []
    piece: Glyphs | None = None
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
        if piece is not None and MARKS[0] <= text[0] <= MARKS[1] and piece.x0 <= x0 <= piece.x1:
            piece.text, piece.x1 = piece.text + text, max(piece.x1, x1)
            continue
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
        piece = Glyphs(text, x0, high, x1, low, font[2] or font[0], angle, space)
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


def _turn(pieces: list[Glyphs], width: float, height: float, degrees: int) -> tuple[float, float]:
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
    number: int, width: float, height: float, pieces: list[Glyphs], rotation: int, *, overfull: bool
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
    words = words_of([p for p in pieces if p.angle == 0])
    words += [word_of(p, upright=False) for p in pieces if p.angle != 0]
    seen = tuple(w for w in words if w.x1 > 1 and w.x0 < width - 1 and w.bottom > 1 and w.top < height - 1)
    return Page(number, width, height, seen, further, overfull)
