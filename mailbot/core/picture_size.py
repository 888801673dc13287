"""How many pixels does a picture have, by its first bytes?"""

from __future__ import annotations

from struct import error, unpack_from

_SEGMENTS_MOST = 200  # of a JPEG before its frame; a phone writes a dozen


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Return (width, height), or None where the bytes do not say it plainly (HEIC, TIFF, a broken file)."""
    try:
        if data[:8] == b"\x89PNG\r\n\x1a\n":
            width, height = unpack_from(">II", data, 16)
        elif data[:4] == b"GIF8":
            width, height = unpack_from("<HH", data, 6)
        elif data[:2] == b"BM":
            width, height = unpack_from("<ii", data, 18)
        elif data[:4] == b"RIFF":
            return _webp(data)
        elif data[:2] == b"\xff\xd8":
            return _jpeg(data)
        else:
            return None
    except error:
        return None
    return int(width), abs(int(height))


def _webp(data: bytes) -> tuple[int, int] | None:
    if data[12:16] == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if data[12:16] == b"VP8 ":
        width, height = unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if data[12:16] == b"VP8L":
        (bits,) = unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    for _ in range(_SEGMENTS_MOST):
        if data[at : at + 1] != b"\xff":
            return None
        marker, length = unpack_from(">BH", data, at + 1)
        # SOF0..SOF15 but the tables DHT (C4), JPG (C8) and DAC (CC) hold the frame's size.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + length
    return None
