"""Is every file found however it is wrapped, within limits, and nothing that is none?"""

from __future__ import annotations

import base64
import gzip
import io
import struct
import zipfile
import zlib

import pytest

from mailbot.core import archives, tnef
from mailbot.core.attachments import FILES_MOST, sniff
from mailbot.core.cloud import has_cloud_link
from mailbot.core.message import Message, read
from mailbot.core.picture_size import picture_size

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"
HEAD = b"From: ana@correo.example\nTo: becas@itq.example\n"


def png(width: int, height: int, padding: int = 0) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"tEXt", b"c\0" + b"x" * padding) + chunk(b"IEND", b"")


def part(data: bytes, kind: str = "application/octet-stream", *lines: str) -> bytes:
    head = "\n".join((f"Content-Type: {kind}", "Content-Transfer-Encoding: base64", *lines))
    return head.encode() + b"\n\n" + base64.encodebytes(data)


def of(*parts: bytes, subject: str = "x", limit: int = 1_000_000) -> Message:
    raw = HEAD + f"Subject: {subject}\nContent-Type: multipart/mixed; boundary=b\n\n".encode()
    raw += b"".join(b"--b\n" + p + b"\n" for p in parts) + b"--b--\n"
    return read(raw, frozenset(), frozenset(), authserv="", attachment_limit=limit)


def found(message: Message) -> list[tuple[str, str, bytes]]:
    return [(a.name, a.sniffed, a.data) for a in message.attachments]


# --- by their bytes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (PDF, "pdf"), (b"\xef\xbb\xbf\r\n" + PDF, "pdf"), (b"x" * 1000 + PDF, "pdf"), (b"x" * 60_000 + PDF, "pdf"),
        (b"x" * 70_000 + PDF, "otro"), (b"x %PDF-1.4", "otro"), (b"Rar!\x1a\x07\0" + PDF, "otro"),
        (b"<html>%PDF-", "otro"), (b" \n<!doctype html>%PDF-", "otro"), (b"{\\rtf1 %PDF-", "otro"),
        (b"\xff\xd8\xff\xe1", "imagen"), (png(1, 1), "imagen"), (b"GIF89a", "imagen"), (b"II*\0", "imagen"),
        (b"MM\0*", "imagen"), (b"RIFF\0\0\0\0WEBP", "imagen"), (b"BM\0\0\0\0\0\0\0\0" + b"\0" * 40, "imagen"),
        (b"\0\0\0\x18ftypheic", "imagen"), (b"\0\0\0\x18ftypmif1", "imagen"), (b"\0\0\0\x18ftypmp42", "otro"),
        (b"PK\x03\x04", "otro"), (b"\xd0\xcf\x11\xe0", "otro"), (b"Rar!\x1a\x07", "otro"), (b"", "otro"),
    ],
)  # fmt: skip
def test_a_file_is_known_by_its_first_bytes(data: bytes, expected: str) -> None:
    assert sniff(data) == expected


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(640, 480), (640, 480)),
        (b"GIF89a" + struct.pack("<HH", 3, 4), (3, 4)),
        (b"BM" + b"\0" * 16 + struct.pack("<ii", 5, -6), (5, 6)),
        (b"\xff\xd8\xff\xe0\0\x04ab\xff\xc2\0\x11\x08" + struct.pack(">HH", 8, 7), (7, 8)),
        (b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + b"\x09\0\0\x13\0\0", (10, 20)),
        (b"\xff\xd8\xff\xe0", None), (b"\xff\xd8\0", None), (b"\x89PNG\r\n\x1a\n", None), (b"", None), (b"II*\0", None),
    ],
)  # fmt: skip
def test_a_picture_s_size_is_read_or_not_known(data: bytes, size: tuple[int, int] | None) -> None:
    assert picture_size(data) == size


# --- pictures that nobody meant to send ---------------------------------------------------------------------------

SHOT, LOGO, BANNER = png(720, 1280, 30_000), png(200, 80, 9_000), png(1200, 200, 30_000)


def html(body: str) -> bytes:
    return f"Content-Type: text/html\n\n{body}".encode()


@pytest.mark.parametrize(
    ("picture", "lines", "kept"),
    [
        (SHOT, ("Content-ID: <a>",), True),
        (LOGO, ("Content-ID: <a>",), False),
        (BANNER, ("Content-ID: <a>",), False),
        (LOGO, (), False),  # small, nameless, not attached on purpose
        (png(1, 1), ("Content-Disposition: attachment; filename=x.png",), False),  # a counting pixel
        (png(400, 300), ("Content-Disposition: attachment; filename=x.png",), True),
        (SHOT, (), True),
    ],
)
def test_a_picture_counts_as_sent_where_it_is_large_enough_to_be_meant(
    picture: bytes, lines: tuple[str, ...], kept: bool
) -> None:
    message = of(html('<p>hola <img src="cid:a"></p>'), part(picture, "image/png", *lines))
    assert [a.data for a in message.attachments] == ([picture] if kept else [])


def test_a_picture_of_the_quoted_mail_is_not_the_writer_s_but_a_forwarded_one_is() -> None:
    body = html('<p>hola</p><blockquote type="cite"><img src="cid:a"></blockquote>')
    picture = part(SHOT, "image/png", "Content-ID: <a>")
    assert found(of(body, picture, subject="Re: x")) == []
    assert [a.data for a in of(body, picture, subject="Fwd: x").attachments] == [SHOT]


# --- archives -----------------------------------------------------------------------------------------------------


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_one_pdf_of_a_zip_is_taken_out(method: int) -> None:
    data = zipped(("otros/", b""), ("otros/ñandú.pdf", PDF), ("nota.txt", b"hola"), method=method)
    assert archives.pdf_in_zip(data, 1000) == ("otros/ñandú.pdf", PDF)
    assert archives.pdf_in_zip(b"bytes before" + data, 1000) == ("otros/ñandú.pdf", PDF)
    assert found(of(part(data, "application/zip; name=c.zip"))) == [("ñandú.pdf", "pdf", PDF)]


@pytest.mark.parametrize(
    "data",
    [
        zipped(("a.txt", b"hola")),
        zipped(("a.pdf", PDF), ("b.pdf", PDF + b"2")),
        zipped(("a.pdf", PDF), method=zipfile.ZIP_LZMA),
        zipped(("a.pdf", PDF + b"\0" * 2_000_000)),  # 2 MB that weigh 2 KB
        zipped(("a.pdf", PDF))[:-30],
        zipped(("a.pdf", PDF))[:60],
        b"PK\x03\x04" + b"\0" * 100,
        b"PK\x05\x06" + b"\xff" * 18,
    ],
    ids=["none", "two", "lzma", "bomb", "cut", "cut short", "zeros", "lying end"],
)
def test_a_zip_without_exactly_one_readable_pdf_is_said_to_be_so(data: bytes) -> None:
    message = of(part(data, "application/zip; name=c.zip"))
    assert (found(message), message.problems) == ([("c.zip", "otro", data)], ("zip_sin_un_pdf",))


def test_a_bomb_is_unpacked_no_further_than_the_limit() -> None:
    bomb = zlib.compress(PDF + b"\0" * 50_000_000)
    assert len(archives.pdf_in_gzip(gzip.compress(PDF), 1000) or b"") == len(PDF)
    assert archives.pdf_in_gzip(gzip.compress(PDF + b"\0" * 50_000_000), 1000) is None
    assert archives.pdf_in_gzip(bomb, 1000) is None


def test_a_word_file_is_no_zip_of_files() -> None:
    word = zipped(("[Content_Types].xml", b"<x/>"), ("word/embeddings/a.pdf", PDF))
    message = of(part(word, "application/zip; name=c.docx"))
    assert (found(message), message.problems) == ([("c.docx", "otro", word)], ())


# --- winmail.dat --------------------------------------------------------------------------------------------------


def attribute(level: int, number: int, data: bytes) -> bytes:
    return bytes([level]) + struct.pack("<II", number, len(data)) + data + b"\0\0"


def test_the_files_of_a_winmail_are_found_also_nested_and_cut_off() -> None:
    begin = attribute(2, 0x69002, b"\0" * 14)
    inner = tnef.SIGNATURE + b"\1\0" + begin + attribute(2, 0x6800F, PDF)
    nested = struct.pack("<IHHII", 1, 0x0D, 0x3701, 1, len(inner) + 16) + b"i" * 16 + inner
    data = tnef.SIGNATURE + b"\1\0" + begin + attribute(2, 0x18010, b"A.PDF\0") + attribute(2, 0x6800F, PDF + b"1")
    data += begin + attribute(2, 0x69005, nested)
    assert tnef.files_in(data) == [("A.PDF", PDF + b"1"), ("", PDF)]
    assert found(of(part(data, "application/ms-tnef"))) == [("A.PDF", "pdf", PDF + b"1"), ("", "pdf", PDF)]
    for length in range(len(data)):
        assert [d for _, d in tnef.files_in(data[:length])] in ([], [PDF + b"1"], [PDF + b"1", PDF])


# --- limits and links ---------------------------------------------------------------------------------------------


def test_at_most_twenty_files_are_taken_and_the_mail_says_that_there_were_more() -> None:
    message = of(*(part(PDF + bytes([n])) for n in range(40)))
    assert (len(message.attachments), message.problems) == (FILES_MOST, ("demasiados_archivos",))


def test_a_nested_mail_s_files_are_found_and_its_headers_are_its_own() -> None:
    inner = b"Content-Type: message/rfc822\n\nFrom: no-reply@imss.example\nList-Id: <x>\nSubject: no\n" + part(PDF)
    twice = b'Content-Type: application/octet-stream; name="correo.eml"\n\n' + inner.split(b"\n\n", 1)[1]
    for wrapped in (inner, twice):
        message = of(wrapped)
        assert (message.sender, message.mark_code, found(message)) == ("ana@correo.example", None, [("", "pdf", PDF)])


def test_mails_nested_too_deep_are_cut_off_and_said_to_be() -> None:
    assert of(b"Content-Type: message/rfc822\n\n" * 50 + part(PDF)).problems == ("demasiadas_partes",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://drive.google.com/file/d/1/view", True), ("va: drive.google.com/open?id=1", True),
        ("<https://itqmx-my.sharepoint.com/:b:/g/x>", True), ("(https://1drv.ms/b/s!x)", True), ("WE.TL/t-x", True),
        ("https://www.dropbox.com/s/x?dl=0", True), ("https://docs.google.com/document/d/1", True),
        ("https://docs.google.com/forms/d/e/1/viewform", False), ("https://drive.google.com", False),
        ("https://midrive.google.com.evil.example/x", False), ("https://serviciosdigitales.imss.gob.mx/x", False),
        ("ana@dropbox.com", False), ("https://midropbox.com/x", False), ("mandé el archivo por drive", False),
    ],
)  # fmt: skip
def test_a_link_to_a_file_in_a_cloud_is_known_and_the_form_is_none(text: str, expected: bool) -> None:
    assert has_cloud_link(text) is expected
