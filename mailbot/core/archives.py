"""Which single PDF lies in a ZIP or a gzip, within limits that no bomb can break?"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from struct import error, unpack_from

from mailbot.core.pdf_start import HEADER_WITHIN, OBJECT_WITHIN, pdf_start

ENTRIES_MOST = 200
NAME_BYTES = 500
_HEAD = HEADER_WITHIN + OBJECT_WITHIN
_DEFAULT_LIMIT = 50 * 1024 * 1024  # where the office set no limit, a file in a ZIP still has one
_STORED, _DEFLATED = 0, 8  # the other methods may ask for gigabytes
# A Word, Excel, OpenDocument, Pages or program file is a ZIP too, and not one that a student packed.
_NOT_PACKED = (
    "[content_types].xml", "mimetype", "meta-inf/manifest.mf", "index.zip", "_rels/", "word/", "docprops/", "index/",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of a ZIP's central directory (APPNOTE.TXT, 4.3.12)."""

    name: str
    method: int
    locked: bool
    packed: int
    offset: int


def is_packed_zip(data: bytes) -> bool:
    """Tell a ZIP of files from a document that is a ZIP inside."""
    if data[:4] not in (b"PK\x03\x04", b"PK\x05\x06"):
        return False
    length = int.from_bytes(data[26:28], "little")
    first = data[30 : 30 + min(length, 200)].decode("utf-8", "replace").lower()
    return not first.startswith(_NOT_PACKED)


def pdf_in_zip(data: bytes, limit: int) -> tuple[str, bytes] | None:
    """Return (name, bytes) of the one PDF in a ZIP; None where there is none, or two, or it is locked or too big."""
    most = limit or _DEFAULT_LIMIT
    found: list[tuple[str, bytes]] = []
    for entry in _entries(data):
        if entry.locked or entry.name.endswith("/") or "__MACOSX" in entry.name:
            continue
        if pdf_start(_unpacked(data, entry, _HEAD) or b"") is None:
            continue
        whole = _unpacked(data, entry, most + 1)
        if whole is None or len(whole) > most or found:
            return None
        found.append((entry.name, whole))
    return found[0] if found else None


def _entries(data: bytes) -> list[_Entry]:
    """Return the first entries of the central directory, as far as it can be understood."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_600))
    found: list[_Entry] = []
    try:
        size, at = unpack_from("<II", data, end + 12) if end >= 0 else (0, 0)
        # What stands before the ZIP shifts its offsets; the directory ends where the end record begins.
        shift = end - size - at
        at += shift
        while end >= 0 and at >= 0 and data[at : at + 4] == b"PK\x01\x02" and len(found) < ENTRIES_MOST:
            flags, method = unpack_from("<HH", data, at + 8)
            (packed,) = unpack_from("<I", data, at + 20)
            name, extra, comment = unpack_from("<HHH", data, at + 28)
            (offset,) = unpack_from("<I", data, at + 42)
            raw = data[at + 46 : at + 46 + min(name, NAME_BYTES)]
            text = raw.decode("utf-8" if flags & 0x800 else "cp437", "replace")
            found.append(_Entry(text, method, bool(flags & 1), packed, offset + shift))
            at += 46 + name + extra + comment
    except error:
        pass
    return found


def _unpacked(data: bytes, entry: _Entry, most: int) -> bytes | None:
    """Return at most ``most`` bytes of an entry, whatever size it claims."""
    at = entry.offset
    if at < 0 or data[at : at + 4] != b"PK\x03\x04" or at + 30 > len(data):
        return None
    name, extra = unpack_from("<HH", data, at + 26)
    start = at + 30 + name + extra
    packed = memoryview(data)[start : start + entry.packed]
    if entry.method == _STORED:
        return bytes(packed[:most])
    if entry.method != _DEFLATED:
        return None
    try:
        return zlib.decompressobj(-15).decompress(packed, most)
    except zlib.error:
        return None


def pdf_in_gzip(data: bytes, limit: int) -> bytes | None:
    """Return the PDF that a gzip holds, or None."""
    most = limit or _DEFAULT_LIMIT
    try:
        whole = zlib.decompressobj(31).decompress(data, most + 1)
    except zlib.error:
        return None
    return whole if len(whole) <= most and pdf_start(whole) is not None else None
