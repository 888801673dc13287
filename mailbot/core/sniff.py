"""From the first bytes of a file to what it is: never by its name or its declared type."""

from __future__ import annotations

from typing import Literal

from mailbot.core.pdf_start import HEADER_WITHIN, pdf_start

What = Literal["pdf", "imagen", "word", "zip", "html", "texto", "otro", "vacio"]

_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*", b"BM")
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"heif", b"avif")
_MARKUP = (b"<!doctype html", b"<html", b"<head", b"<body", b"<?xml", b"<!--", b"<table", b"<div")
_PACKED = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b")  # what is stored in them shows its own bytes
_WORD = (b"word/", b"xl/", b"ppt/", b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis")


def sniff(data: bytes) -> What:
    """Tell what the bytes are; what stands before a PDF's header does not matter, if it is no other file."""
    head = data[:HEADER_WITHIN]
    start = head.lstrip(b"\xef\xbb\xbf\x00\t\r\n\x0c ")
    if not start:
        return "vacio"
    if head.startswith(b"PK\x03\x04"):
        return "word" if any(mark in data[:65536] for mark in _WORD) else "zip"
    if head.startswith((b"\xd0\xcf\x11\xe0", b"{\\rtf")):
        return "word"
    if is_picture(head):
        return "imagen"
    if head.startswith(_PACKED) or head[257:262] == b"ustar":
        return "otro"
    if pdf_start(data) is not None:
        return "pdf"
    if start[:16].lower().startswith(_MARKUP):
        return "html"
    return _without_a_header(data)


def is_picture(head: bytes) -> bool:
    """Tell whether the bytes begin as a picture that phones and computers make."""
    if head.startswith(_PICTURES) and not head.startswith(b"BM"):
        return True
    if head.startswith(b"BM"):  # two letters are too few: a bitmap's size field and zero reserve follow
        return len(head) > 26 and head[6:10] == b"\0\0\0\0"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return True
    return head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS


def _without_a_header(data: bytes) -> What:
    if b"endobj" in data and (b"startxref" in data or b"/Type" in data):
        return "pdf"  # its header is lost; pdfium decides whether the rest can be read
    sample = data[:2048]
    if any(byte < 9 for byte in sample):
        return "otro"
    return "texto"
