"""Which files lie in a winmail.dat (TNEF, as Outlook wraps them; [MS-OXTNEF])?"""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from

SIGNATURE = b"\x78\x9f\x3e\x22"
FILES_MOST = 30
DEPTH_MOST = 3  # a forwarded mail within a forwarded mail
_ATTRIBUTES_MOST = _PROPERTIES_MOST = 2_000

_ATTACH_RENDER, _ATTACH_TITLE, _ATTACH_DATA, _ATTACH_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_LONG_NAME, _NAME, _DATA = 0x3707, 0x3704, 0x3701
_FIXED_SIZES = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_OBJECT, _STRING, _UNICODE, _BINARY = 0x0D, 0x1E, 0x1F, 0x102


def files_in(data: bytes, depth: int = 0) -> list[tuple[str, bytes]]:
    """Return (name, bytes) of each attached file; what is broken off is left out."""
    files: list[tuple[str, bytes]] = []
    name, content = "", b""
    for attribute, value in _attributes(data):
        if len(files) >= FILES_MOST:
            break
        if attribute == _ATTACH_RENDER:
            files += [(name, content)] if content else []
            name, content = "", b""
        elif attribute == _ATTACH_TITLE:
            name = name or value.rstrip(b"\0").decode("cp1252", "replace")
        elif attribute == _ATTACH_DATA:
            content = value
        elif attribute == _ATTACH_PROPERTIES:
            long_name, raw = _named_data(value)
            name = long_name or name
            if raw[:4] == SIGNATURE and depth < DEPTH_MOST:
                files += files_in(raw, depth + 1)
            elif not content:
                content = raw
    return [*files, (name, content)] if content else files


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (id, value) of each attribute: level (1), id (2), type (2), length (4), value, checksum (2)."""
    at = 6
    for _ in range(_ATTRIBUTES_MOST):
        if at + 9 > len(data):
            return
        attribute, _, length = unpack_from("<HHI", data, at + 1)
        if at + 9 + length > len(data):
            return
        yield attribute, data[at + 9 : at + 9 + length]
        at += 9 + length + 2


def _named_data(value: bytes) -> tuple[str, bytes]:
    """Return the long file name and the data that an attachment's MAPI properties carry, "" and b"" where absent."""
    name, content = "", b""
    for tag, kind, item in _properties(value):
        if tag == _LONG_NAME or (tag == _NAME and not name):
            text = item.decode("utf-16-le" if kind == _UNICODE else "cp1252", "replace")
            name = text.rstrip("\0")
        elif tag == _DATA:
            # An embedded object begins with the 16 bytes of its interface's id.
            content = item[16:] if kind == _OBJECT else item
    return name, content


def _properties(value: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield (tag, type, bytes) of each MAPI property; the end of what can be understood is the end."""
    at = 4
    for _ in range(_PROPERTIES_MOST):
        if at + 4 > len(value):
            return
        kind, tag = unpack_from("<HH", value, at)
        at += 4
        if tag >= 0x8000:
            at = _after_name(value, at)
        multiple, kind = kind & 0x1000, kind & 0x0FFF
        fixed = _FIXED_SIZES.get(kind)
        count = 1
        if multiple or fixed is None:
            if at + 4 > len(value) or (fixed is None and kind not in (_OBJECT, _STRING, _UNICODE, _BINARY)):
                return
            (count,) = unpack_from("<I", value, at)
            at += 4
        for _ in range(min(count, 100)):
            size = fixed
            if size is None:
                if at + 4 > len(value):
                    return
                (size,) = unpack_from("<I", value, at)
                at += 4
            yield tag, kind, value[at : at + size]
            at += size + -size % 4


def _after_name(value: bytes, at: int) -> int:
    """A named property carries a GUID and either a number or a name before its value."""
    if at + 24 > len(value):
        return len(value)
    by_name, length = unpack_from("<II", value, at + 16)
    return int(at + 24 + (length + -length % 4 if by_name else 0))
