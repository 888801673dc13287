"""Which files did a mail bring, however they are wrapped or named, and which of its parts are no files at all?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from mailbot.core import archives, tnef
from mailbot.core.header_text import clean_line, decode_text, lenient_base64
from mailbot.core.mime import Part, uuencoded
from mailbot.core.picture_size import picture_size
from mailbot.core.sniff import is_picture
from mailbot.core.sniff import sniff as what_is

Sniffed = Literal["pdf", "imagen", "otro"]

FILES_MOST = 20
TOTAL_BYTES = 64 * 1024 * 1024  # of all files of a mail: servers refuse more than 25 to 50 MB
NAME_CHARS = 150
_HEAD = 1024  # bytes that tell what a text part really is
_LOGO_BYTES = 10 * 1024
# A picture in the flow of the text is one the student means if it is as large as a screenshot; a banner is wide.
_MEANT_PIXELS, _MEANT_BYTES, _BANNER = 200_000, 15 * 1024, 3.5
_TINY_SIDE, _TINY_PIXELS = 48, 20_000

_NO_FILES = frozenset(
    {
        "text/calendar", "text/vcard", "text/x-vcard", "text/directory", "application/ics", "text/rfc822-headers",
        "application/pgp-signature", "application/pgp-keys", "application/pkcs7-signature", "application/applefile",
        "application/x-pkcs7-signature", "application/pgp-encrypted", "text/x-amp-html",
    }
)  # fmt: skip
_NO_FILE_NAMES = (".p7s", ".asc", ".sig", ".vcf", ".ics", ".p7b", ".url")
_TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_PIECE = re.compile(r"att\d{3,8}\.(?:html?|txt)", re.IGNORECASE)
_BASE64_PDF = re.compile(rb"\s*JVBERi0")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail, however it was wrapped; ``sniffed`` is from its bytes, never its name."""

    name: str = field(repr=False)
    data: bytes = field(repr=False)
    sniffed: Sniffed


@dataclass(frozen=True, slots=True)
class Shown:
    """Content-IDs of the pictures that a mail's HTML shows: among the writer's words, and at all."""

    own: frozenset[str] = frozenset()
    anywhere: frozenset[str] = frozenset()


def sniff(data: bytes) -> Sniffed:
    """Tell a PDF and a picture by their first bytes."""
    what = what_is(data)
    return what if what in ("pdf", "imagen") else "otro"


def is_text_body(part: Part) -> bool:
    """Tell whether a part is text to read rather than a file; a nameless text is, and so is a named .txt."""
    if part.type not in ("text/plain", "text/html"):
        return False
    # Exchange names the pieces of text between an Apple Mail's pictures ATT00001.htm.
    if not part.name or _PIECE.fullmatch(part.name):
        return True
    return part.disposition != "attachment" and part.type == "text/plain" and part.name.lower().endswith(".txt")


class _Basket:
    """What has been gathered so far, and how much more may come."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.files: list[Attachment] = []
        self.problems: list[str] = []
        self._seen: set[bytes] = set()
        self._room = TOTAL_BYTES

    def note(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)

    def fits(self, size: int) -> bool:
        if self.limit and size > self.limit:
            self.note("demasiado_grande")
            return False
        if len(self.files) >= FILES_MOST or size > self._room:
            self.note("demasiados_archivos")
            return False
        return True

    def put(self, name: str, data: bytes) -> None:
        """Keep one file, unless it is empty of name and content, or here already."""
        if not data and not name:
            return
        digest = sha256(data).digest()
        if digest not in self._seen and self.fits(len(data)):
            self._seen.add(digest)
            self._room -= len(data)
            self.files.append(Attachment(clean_line(name, NAME_CHARS), data, sniff(data)))


def gather(parts: Iterable[Part], shown: Shown, is_reply: bool, limit: int) -> tuple[list[Attachment], list[str]]:
    """Return the files among the parts, and what could not be taken out ("zip_sin_un_pdf", "demasiado_grande"…).

    A picture that the HTML shows only in the quoted mail below is that mail's (often our own), and none of a reply's.
    ``limit`` is in bytes for each file, 0 for none.
    """
    basket = _Basket(limit)
    for part in parts:
        if is_text_body(part):
            _take_from_text(part, basket)
        elif not (part.type.startswith("message/") or part.type in _NO_FILES or _is_signature(part.name)):
            _take(part, shown, is_reply, basket)
    return basket.files, basket.problems


def _is_signature(name: str) -> bool:
    return name.lower().endswith(_NO_FILE_NAMES)


def _take_from_text(part: Part, basket: _Basket) -> None:
    """Find uuencoded files in a text, and a file that was declared as text."""
    body = part.body
    head = bytes(body[:_HEAD])
    if part.encoding == "base64":
        head = lenient_base64(head)
    if head.startswith(b"%PDF-") or is_picture(head):
        if basket.fits(part.size):
            basket.put("", part.decoded())
    elif part.type == "text/plain" and (len(body) < _HEAD or part.size < TOTAL_BYTES):
        source = part.source
        if source.find(b"begin ", part.start, part.end) >= 0:
            for name, data in uuencoded(bytes(body)):
                _unwrap(name, data, basket)
        elif _BASE64_PDF.match(head):
            _unwrap("", lenient_base64(body), basket)


def _take(part: Part, shown: Shown, is_reply: bool, basket: _Basket) -> None:
    if not basket.fits(part.size if part.encoding == "base64" else 0):
        return
    data = part.decoded()
    name = part.name
    if part.type in _TNEF_TYPES or data[:4] == tnef.SIGNATURE or name.lower() == "winmail.dat":
        for inner_name, inner in tnef.files_in(data):
            _unwrap(inner_name, inner, basket)
        return
    if part.encoding != "base64" and _BASE64_PDF.match(data):
        data = lenient_base64(data)
    kind = sniff(data)
    if kind == "imagen" and not _is_meant(part, data, shown, is_reply):
        return
    if part.type.startswith("text/") and kind == "otro" and not _named_as_document(name):
        return
    _unwrap(name, data, basket)


def _named_as_document(name: str) -> bool:
    """A text or web page counts as a file only where its name claims that it is one."""
    return name.lower().endswith((".pdf", ".html", ".htm", ".rtf", ".csv", ".xml", ".doc", ".mht"))


def _unwrap(name: str, data: bytes, basket: _Basket) -> None:
    """Put in what a ZIP or gzip holds, where that is one PDF; else the file itself."""
    if archives.is_packed_zip(data):
        inside = archives.pdf_in_zip(data, basket.limit)
        if inside is None:
            basket.note("zip_sin_un_pdf")
            basket.put(name, data)
        else:
            basket.put(re.split(r"[/\\]", inside[0])[-1], inside[1])
        return
    if data[:2] == b"\x1f\x8b" and (unpacked := archives.pdf_in_gzip(data, basket.limit)) is not None:
        basket.put(name.removesuffix(".gz"), unpacked)
        return
    basket.put(name, data)


def _is_meant(part: Part, data: bytes, shown: Shown, is_reply: bool) -> bool:
    """Tell a picture that the student sends from a logo, a signature, a counting pixel, or one quoted below."""
    cid = part.content_id
    size = picture_size(data)
    pixels = size[0] * size[1] if size else None
    if cid and cid in shown.anywhere:
        if is_reply and cid not in shown.own:
            return False
        if size is None or pixels is None:
            return len(data) >= _MEANT_BYTES
        narrow = max(size) <= _BANNER * max(1, min(size))
        return pixels >= _MEANT_PIXELS and narrow and len(data) >= _MEANT_BYTES
    if size is not None and pixels is not None and (min(size) < _TINY_SIDE or pixels < _TINY_PIXELS):
        return False
    # Without a name or as a part of the text, a small one is decoration; a file that was attached on purpose is not.
    return part.disposition == "attachment" or bool(part.name and not cid) or len(data) >= _LOGO_BYTES


def text_of(part: Part, most: int) -> str:
    """Return a text part's words, decoded, at most about ``most`` characters of it."""
    raw = part.body[: most * 6]  # six bytes to a letter: quoted-printable of two UTF-8 bytes
    cut = Part(part.headers, part.type, part.params, bytes(raw), 0, len(raw))
    return decode_text(cut.decoded(), part.params.get("charset", ""))[:most]
