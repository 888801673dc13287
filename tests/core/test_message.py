"""Is a mail read as a person would read it? Each file of the corpus has its whole expected value beside it."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mailbot.core.message import Attachment, Message, mail_day, parse, parse_headers_only, read

CORPUS = Path(__file__).parent.parent / "corpus" / "mails"
OWN = frozenset({"becas@itq.example"})
STAFF = frozenset({"servicios@itq.example"})
MEXICO = ZoneInfo("America/Mexico_City")


def plain(value: object) -> object:
    """Make it what JSON can hold; an attachment is its name, kind, size and the start of its digest."""
    if isinstance(value, Attachment):
        return [value.name, value.sniffed, len(value.data), sha256(value.data).hexdigest()[:12]]
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "__dataclass_fields__"):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    return value


def of(raw: bytes, **more: object) -> Message:
    return read(raw, OWN, STAFF, authserv="mx.itq.example", attachment_limit=1_000_000, **more)


@pytest.mark.parametrize("file", sorted(CORPUS.glob("*.eml")), ids=lambda f: f.stem)
def test_a_mail_of_the_corpus_is_read_as_its_expected_value_says(file: Path) -> None:
    expected = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    assert plain(of(file.read_bytes())) == expected


def test_every_expected_value_has_its_mail() -> None:
    assert {f.stem for f in CORPUS.glob("*.json")} == {f.stem for f in CORPUS.glob("*.eml")}


# --- text ---------------------------------------------------------------------------------------------------------

ALTERNATIVE = (
    'Content-Type: multipart/alternative; boundary="{b}"\n\n--{b}\n\n{plain}\n'
    "--{b}\nContent-Type: text/html\n\n<p>{html}</p>\n--{b}--\n"
)


def test_of_two_versions_the_plain_one_is_read_and_the_html_where_that_is_empty() -> None:
    head = "From: ana@correo.example\n"
    assert of((head + ALTERNATIVE.format(b="b", plain="Hola", html="Hola en HTML")).encode()).text == "Hola"
    assert of((head + ALTERNATIVE.format(b="b", plain=" ", html="Hola en HTML")).encode()).text == "Hola en HTML"


def test_what_stands_before_the_first_and_after_the_last_part_is_not_read() -> None:
    raw = "From: ana@correo.example\nContent-Type: multipart/mixed; boundary=b\n\nantes\n--b\n\nHola\n--b--\n\ndespués\n"
    assert of(raw.encode()).text == "Hola"


@pytest.mark.parametrize(
    ("body", "charset", "expected"),
    [
        ("Núñez €".encode(), "iso-8859-1", "Núñez €"),
        ("Núñez €".encode("cp1252"), "utf-8", "Núñez €"),
        ("Núñez".encode("utf-16"), "utf-16", "Núñez"),
        ("Núñez".encode("mac-roman"), "macintosh", "Núñez"),
        ("Núñez".encode(), "punycode", "Núñez"),
        ("Núñez".encode(), "", "Núñez"),
    ],
)
def test_a_text_is_decoded_as_it_was_meant(body: bytes, charset: str, expected: str) -> None:
    head = f"From: ana@correo.example\nContent-Type: text/plain; charset={charset}\n\n".encode()
    assert of(head + body).text == expected


# --- the day of a mail (contract.md, "config.toml") ---------------------------------------------------------------


def sent_at(date: str) -> Message:
    return of(f"From: ana@correo.example\nDate: {date}\n\nHola".encode())


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Mon, 23 Nov 2026 23:58:00 -0600", "2026-11-23T23:58:00-06:00"),  # sent before midnight, received after it
        ("Tue, 24 Nov 2026 05:30:00 +0000", "2026-11-23T23:30:00-06:00"),  # another zone: the office's day counts
        ("Sun, 22 Nov 2026 00:04:00 -0600", "2026-11-22T00:04:00-06:00"),  # two days late, and not more
        ("Sun, 22 Nov 2026 00:02:00 -0600", "2026-11-24T00:03:00-06:00"),  # more than two days late
        ("Tue, 24 Nov 2026 00:06:00 -0600", "2026-11-24T00:03:00-06:00"),  # after the clock
        ("Tue, 24 Nov 2026 05:30:00 -0000", "2026-11-23T23:30:00-06:00"),  # UTC, from a zone that is not told
        ("Mon, 23 Nov 2026 03:00:00", "2026-11-24T00:03:00-06:00"),  # without a zone it may be any hour
        ("mañana", "2026-11-24T00:03:00-06:00"),
        ("Mon, 01 Jan 0001 00:00:00 +0000", "2026-11-24T00:03:00-06:00"),
        ("Fri, 31 Dec 9999 23:59:59 -2300", "2026-11-24T00:03:00-06:00"),
        ("Mon, 23 Nov 2026 23:58:00 +9900", "2026-11-24T00:03:00-06:00"),
    ],
)
def test_the_day_of_a_mail_is_that_of_its_date_header_unless_it_cannot_be(date: str, expected: str) -> None:
    received = datetime(2026, 11, 24, 0, 3, tzinfo=MEXICO)
    day = mail_day(sent_at(date), received.astimezone(UTC), received + timedelta(minutes=2), MEXICO)
    assert day.isoformat() == expected


# --- too large to fetch -------------------------------------------------------------------------------------------


def test_a_mail_too_large_to_fetch_is_known_by_its_headers() -> None:
    raw = (CORPUS / "respuesta_gmail.eml").read_bytes()
    header = raw[: raw.index(b"\n\n")]
    whole, small = of(raw), parse_headers_only(header, 80_000_000, OWN, STAFF)
    same = ("message_id", "sender", "sender_name", "to", "cc", "subject", "sent", "in_reply_to", "references")
    assert [getattr(small, name) for name in same] == [getattr(whole, name) for name in same]
    assert (small.text, small.attachments, small.problems) == ("", (), ("demasiado_grande",))
    assert small.hard_mark is None
    assert small.digest != parse_headers_only(header, 80_000_001, OWN, STAFF).digest


def test_a_large_report_is_still_a_machine_by_its_headers_alone() -> None:
    small = parse_headers_only(b"From: a@b.example\nContent-Type: multipart/report; boundary=x", 9, OWN, STAFF)
    assert small.mark_code == "report"


def test_a_file_over_the_limit_is_named_and_not_taken_out() -> None:
    raw = (CORPUS / "octet_sin_nombre.eml").read_bytes()
    message = parse(raw, OWN, STAFF, attachment_limit=100)
    assert (message.attachments, message.problems) == ((), ("demasiado_grande",))
    assert len(parse(raw, OWN, STAFF, attachment_limit=0).attachments) == 1


# --- what prints --------------------------------------------------------------------------------------------------


def test_a_message_prints_without_a_person_s_data() -> None:
    message = of((CORPUS / "rebote_dsn.eml").read_bytes())
    with_pdf = of((CORPUS / "nombre_rfc2231.eml").read_bytes())
    printed = f"{message!r} {with_pdf!r} {with_pdf.attachments!r} {message.bounce!r}"
    assert not any(word in printed.lower() for word in ("ana", "ruiz", "ngela", "%pdf", "correo"))


def test_parse_answers_even_where_reading_has_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> Message:
        raise RecursionError

    monkeypatch.setattr("mailbot.core.message.read", broken)
    message = parse(b"From: a@b.example\n\nx", OWN, STAFF, attachment_limit=0)
    assert (message.sender, message.problems) == (None, ("no_se_pudo_leer",))
    assert message.digest == sha256(b"From: a@b.example\n\nx").hexdigest()


# --- found by the trials (tests/trials) ---------------------------------------------------------------------------


def test_a_link_between_angle_brackets_is_no_message_id() -> None:
    message = of(b"From: ana@x.example\nIn-Reply-To: <https://malo.example>\nReferences: <a@x> <https://malo.example>\n\nHola")
    assert (message.in_reply_to, message.references) == (None, ("<a@x>",))
