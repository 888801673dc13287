"""PDFs that harm a reader, made here: bombs, loops, lies, truncations. Each is invented; none carries a person."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator
from functools import lru_cache


def pdf(objects: list[bytes], trailer: bytes = b"/Root 1 0 R") -> bytes:
    """Put objects into a file with a right cross-reference table."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(out)


def stream(body: bytes, extra: bytes = b"") -> bytes:
    return b"<</Length %d %s>>\nstream\n" % (len(body), extra) + body + b"\nendstream"


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def page_saying(content: bytes, *more: bytes, extra: bytes = b"") -> bytes:
    return pdf([CATALOG, PAGES, PAGE, stream(content, extra), FONT, *more])


def text(words: str) -> bytes:
    """A page with a line of text, no constancia."""
    return page_saying(b"BT /F 12 Tf 72 700 Td (" + words.encode("latin-1") + b") Tj ET")


@lru_cache
def flate_bomb() -> bytes:
    """A gigabyte and a half of zeros, deflated twice."""
    once = zlib.compressobj(1)
    packed = b"".join(once.compress(b"\0" * 1_000_000) for _ in range(1500)) + once.flush()
    return page_saying(zlib.compress(packed, 9), extra=b"/Filter[/FlateDecode/FlateDecode]")


def glyph_bomb() -> bytes:
    """A page of two million letters."""
    body = b"BT /F 1 Tf " + b"1 0 0 1 72 700 Tm (" + b"A" * 2_000_000 + b") Tj ET"
    return page_saying(zlib.compress(body, 9), extra=b"/Filter/FlateDecode")


def form_bomb() -> bytes:
    """Forms that draw the next one ten times: ten to the twelfth letters."""
    forms = []
    for level in range(12):
        inside = b"/X Do " * 10 if level < 11 else b"BT /F 12 Tf (A) Tj ET"
        resources = b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</Font<</F 5 0 R>>/XObject<</X %d 0 R>>>>"
        forms.append(stream(inside, resources % (7 + level)))
    return page_saying(b"/X Do", *forms)


def page_loop() -> bytes:
    """A tree of pages that is its own child."""
    return pdf([CATALOG, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1000000/Parent 2 0 R>>"])


def form_loop() -> bytes:
    """A form that draws itself."""
    own = stream(b"/X Do /X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>")
    return page_saying(b"/X Do", own)


def deep_nesting() -> bytes:
    """An array in an array, a hundred thousand deep."""
    deep = b"[" * 100_000 + b"]" * 100_000
    return pdf([b"<</Type/Catalog/Pages 2 0 R/Names " + deep + b">>", PAGES, PAGE, stream(b""), FONT])


def many_pages(count: int = 1000) -> bytes:
    """So many empty pages."""
    kids = b" ".join(b"%d 0 R" % (3 + n) for n in range(count))
    pages = [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>"] * count
    return pdf([CATALOG, b"<</Type/Pages/Count %d/Kids[" % count + kids + b"]>>", *pages])


def claimed_pages() -> bytes:
    """One page that says it is two thousand million."""
    return pdf([CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 2000000000>>", PAGE, stream(b""), FONT])


def huge_page() -> bytes:
    return text("hola").replace(b"[0 0 612 792]", b"[0 0 9e9 9e9]")


def script() -> bytes:
    """JavaScript at opening that would never end."""
    action = b"<</S/JavaScript/JS(while\\(true\\){app.alert\\(1\\)})>>"
    return pdf([b"<</Type/Catalog/Pages 2 0 R/OpenAction " + action + b">>", PAGES, PAGE, stream(b""), FONT])


def huge_image() -> bytes:
    """A picture of 60,000 by 60,000 pixels in a few kilobytes."""
    image = stream(
        zlib.compress(b"\0" * 1_000_000, 9),
        b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/FlateDecode",
    )
    return page_saying(b"612 0 0 792 0 0 cm /X Do", image)


def cid_rubbish() -> bytes:
    """Text in a font that maps to no letters."""
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2"
        b"/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>]>>"
    )
    body = b"BT /F 12 Tf 72 700 Td <" + b"".join(b"%04X" % (60000 + n) for n in range(80)) + b"> Tj ET"
    return pdf([CATALOG, PAGES, PAGE, stream(body), font])


BOMBS = {
    f.__name__: f
    for f in (
        flate_bomb, glyph_bomb, form_bomb, page_loop, form_loop, deep_nesting, many_pages, claimed_pages, huge_page,
        script, huge_image, cid_rubbish,
    )
}  # fmt: skip


def mutations(whole: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Yield broken copies: cut, overwritten, swapped, doubled, numbers changed."""
    chance = random.Random(seed)
    for _ in range(count):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 1, 3, 20))):
            at = chance.randrange(len(data))
            length = min(chance.choice((1, 4, 64, 400)), len(data) - at)
            match chance.randrange(5):
                case 0:
                    data = data[: max(at, 9)]
                case 1:
                    data[at : at + length] = chance.randbytes(length)
                case 2:
                    data[at:at] = data[at : at + length] * 3
                case 3:
                    del data[at : at + length]
                    data += b" "
                case _:
                    digits = [i for i, byte in enumerate(data) if 48 <= byte < 58]
                    for i in chance.sample(digits, min(len(digits), 5)):
                        data[i] = chance.choice(b"0123456789")
        yield bytes(data)
