"""Which single PDF lies in a ZIP or a gzip, within limits that no bomb can break?"""

from __future__ import annotations

import zlib
from io import BytesIO
from struct import unpack_from

ENTRIES_MOST = 200
_DIRECTORY_BYTES = 262_144  # the list of files of a ZIP; 200 entries take 20 KB
_HEAD = 1024
_DEFAULT_LIMIT = 50 * 1024 * 1024  # where the office set no limit, a file in a ZIP still has one
# A Word, Excel, OpenDocument, Pages or program file is a ZIP too, and not one that a student packed.
_NOT_PACKED = ("[content_types].xml", "mimetype", "index/document.iwa", "meta-inf/manifest.mf", "index.zip")


def is_packed_zip(data: bytes) -> bool:
    """Tell a ZIP of files from a document that is a ZIP inside."""
    if data[:4] not in (b"PK\x03\x04", b"PK\x05\x06"):
        return False
    length = int.from_bytes(data[26:28], "little")
    first = data[30 : 30 + min(length, 200)].decode("utf-8", "replace").lower()
    return not first.startswith((*_NOT_PACKED, "_rels/", "word/", "docprops/", "index/"))


def pdf_in_zip(data: bytes, limit: int) -> tuple[str, bytes] | None:
    """Return (name, bytes) of the one PDF in a ZIP; None where there is none, or two, or it is locked or too big."""
    from zipfile import BadZipFile, ZipFile

    if not _small_directory(data):
        return None
    most = limit or _DEFAULT_LIMIT
    found: list[tuple[str, bytes]] = []
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = [e for e in archive.infolist() if not e.is_dir() and "__MACOSX" not in e.filename]
            for entry in entries[:ENTRIES_MOST]:
                # 0 stored, 8 deflated: the others may ask for gigabytes. Bit 0: it wants a password.
                if entry.compress_type not in (0, 8) or entry.flag_bits & 1:
                    continue
                with archive.open(entry) as file:
                    head = file.read(_HEAD)
                    if b"%PDF-" not in head:
                        continue
                    whole = head + file.read(most + 1 - len(head))
                if len(whole) > most or len(found) == 1:
                    return None
                found.append((entry.filename, whole))
    except (BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError, NotImplementedError, RuntimeError):
        return None
    return found[0] if len(found) == 1 else None


def _small_directory(data: bytes) -> bool:
    """Look at the end record before zipfile does: it would build an object for each of a million entries."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_600))
    if at < 0 or at + 22 > len(data):
        return False
    entries, size, offset = unpack_from("<HII", data, at + 10)
    return entries <= 2_000 and size <= _DIRECTORY_BYTES and offset < 0xFFFFFFFF


def pdf_in_gzip(data: bytes, limit: int) -> bytes | None:
    """Return the PDF that a gzip holds, or None."""
    most = limit or _DEFAULT_LIMIT
    unpacker = zlib.decompressobj(31)
    try:
        whole = unpacker.decompress(data, most + 1)
    except zlib.error:
        return None
    return whole if len(whole) <= most and b"%PDF-" in whole[:_HEAD] else None
