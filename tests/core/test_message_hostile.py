"""Does a hostile mail cost more than its own size in time and memory, or break anything?"""

from __future__ import annotations

import base64
import time
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.core.message import parse
from tests.core.test_message import CORPUS, OWN, STAFF
from tests.fuzz.claims import read_and_hold

MAILS = [f.read_bytes() for f in sorted(CORPUS.glob("*.eml"))]
HEAD = b"From: ana@correo.example\nTo: becas@itq.example\nSubject: x\n"
HTML = HEAD + b"Content-Type: text/html\n\n"
DEEP = b"".join(b'--b%d\nContent-Type: multipart/mixed; boundary="b%d"\n\n' % (i, i + 1) for i in range(3000))
MEGA = 1_000_000


def multipart(boundary: bytes, body: bytes) -> bytes:
    return HEAD + b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\n\n' + body


HOSTILE = {
    "a header of 10 MB": b"X: " + b"a" * 10 * MEGA + b"\nFrom: a@b.example\n\nhi",
    "600,000 headers": b"X-1: y\n" * 600_000 + b"\nhi",
    "three million continuations": b"Subject: " + b"\n a" * 3 * MEGA + b"\n\nhi",
    "encoded words without end": b"Subject: " + b"=?utf-8?q?a?=" * 5000 + b"=?" * 9000 + b"\n\nhi",
    "nested comments in From": b"From: " + b"(" * 60_000 + b"\n\nhi",
    "quotes without end in Content-Type": b"Content-Type: a/b" + b';a="' * 16_000 + b"\n\nhi",
    "RFC 2231 pieces": b"Content-Type: a/b" + b";a*0*=%41" * 7000 + b"\n\nhi",
    "angles in References": b"References: " + b"<a" * 30_000 + b"\n\nhi",
    "3,000 nested multiparts": multipart(b"b0", DEEP),
    "a boundary everywhere": multipart(b"b", b"--b\n" * MEGA),
    "almost a boundary everywhere": multipart(b"b", b"--bX\n" * MEGA),
    "a mail in a mail in a mail": HEAD + b"Content-Type: message/rfc822\n\n" * 50_000,
    "angles in HTML": HTML + b"<" * 5 * MEGA,
    "tags without end": HTML + b"<a " * MEGA,
    "comments without end": HTML + b"<!--" * MEGA,
    "titles without end": HTML + b"<title>" * MEGA,
    "quotes in HTML": HTML + b"<blockquote type=cite>" * 200_000,
    "quote marks": HEAD + b"\n" + b">\n" * 2 * MEGA,
    "attributions": HEAD + b"\n" + b"el 10:00 a@b\n" * 400_000,
    "headers quoted": HEAD + b"\n" + b"de:\n" * MEGA,
    "soft line ends": HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * MEGA,
    "uuencoded beginnings": HEAD + b"\n" + b"begin 644 x\n" * 400_000,
    "base64 garbage": HEAD + b"Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n" + b"*" * 5 * MEGA,
    "a report nested 3,000 deep": b"Return-Path: <>\n" + multipart(b"b0", DEEP),
    "a TNEF of empty attributes": HEAD
    + b"Content-Type: application/ms-tnef\n\n\x78\x9f\x3e\x22\1\0"
    + b"\2\5\x90\6\0\0\0\0\0\0\0" * 400_000,
    "nothing but zeros": b"\0" * 5 * MEGA,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_is_read_in_seconds(name: str) -> None:
    start = time.process_time()
    read_and_hold(HOSTILE[name])
    assert time.process_time() - start < 15  # seen: under 0.7 s, each; a quadratic path takes minutes


def test_a_large_mail_takes_no_more_memory_than_its_files() -> None:
    files = [b"%PDF-1.4" + bytes([n]) * 8 * MEGA for n in (65, 66)]
    part = b"--b\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n"
    raw = multipart(b"b", b"".join(part + base64.encodebytes(data) for data in files) + b"--b--\n")
    tracemalloc.start()
    message = parse(raw, OWN, STAFF, attachment_limit=10 * MEGA)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [a.data for a in message.attachments] == files
    assert peak < 1.1 * sum(map(len, files))  # the raw mail (22 MB) is the caller's; nothing else is copied


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=3000))
def test_any_bytes_are_a_message(raw: bytes) -> None:
    read_and_hold(raw)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_damaged_mail_is_a_message(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(MAILS))[:6000])
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(raw)))
        length = data.draw(st.sampled_from([0, 1, 2, 40]))
        piece = data.draw(
            st.one_of(st.binary(max_size=12), st.sampled_from([b"\n\n", b"\r", b'"', b"--", b"=?utf-8?b?", b"\0", b"<>"]))
        )
        raw[at : at + length] = piece
    read_and_hold(bytes(raw))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from(["utf-8", "latin-1", "utf-16"]))
def test_any_name_and_subject_come_out_clean(name: str, subject: str, charset: str) -> None:
    word = base64.b64encode(subject.encode(charset, "replace")).decode()
    raw = f'From: "{name}" <ana@correo.example>\nSubject: =?{charset}?B?{word}?=\n\n{subject}'
    read_and_hold(raw.encode("utf-8", "replace"))
