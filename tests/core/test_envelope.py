"""Is each mail well made, threaded, recognisable, and closed to injection?"""

from __future__ import annotations

import email
import email.policy
import re
from datetime import datetime
from email.message import EmailMessage
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.core.envelope import compose, message_id, reply_subject
from mailbot.core.reply import Reply

DIGEST = "3a" * 32
DATE = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("America/Mexico_City"))
REPLY = Reply("cierre", "Cerramos tu trámite", "Hola, Ximena:\n", "<html><body><p>Hola</p></body></html>")
FULL = Reply("cierre", "Á", "Hola\n", "<p>Hola</p>", b"\x89PNG", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")


def mail(reply: Reply = REPLY, **changed: object) -> bytes:
    """Compose with usual arguments."""
    usual: dict[str, object] = {
        "sender": "dse_becas@queretaro.tecnm.mx",
        "sender_name": "Departamento de Servicios Escolares",
        "to": ["l22140123@queretaro.tecnm.mx"],
        "message_id": message_id(DIGEST, "queretaro.tecnm.mx"),
        "date": DATE,
    }
    return compose(reply, **{**usual, **changed})  # type: ignore[arg-type]


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_the_whole_of_a_plain_mail() -> None:
    raw = mail(cc=["personal@queretaro.tecnm.mx"], in_reply_to="<a@b>", references=["<x@y>"], subject="Re: Mi seguro")
    boundary = f"=_mailbot_{sha256(message_id(DIGEST, 'queretaro.tecnm.mx').encode()).hexdigest()[:32]}_0"
    assert raw.decode("ascii") == "\r\n".join(
        [
            "From: Departamento de Servicios Escolares <dse_becas@queretaro.tecnm.mx>",
            "To: l22140123@queretaro.tecnm.mx",
            "Cc: personal@queretaro.tecnm.mx",
            "Subject: Re: Mi seguro",
            "Date: Mon, 23 Nov 2026 10:00:00 -0600",
            f"Message-ID: <mailbot.{DIGEST}@queretaro.tecnm.mx>",
            "In-Reply-To: <a@b>",
            "References: <x@y>\r\n <a@b>",
            "Auto-Submitted: auto-replied",
            "X-Auto-Response-Suppress: All",
            "X-Mailbot-Reply: cierre",
            "MIME-Version: 1.0",
            f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"',
            "",
            f"--{boundary}",
            'Content-Type: text/plain; charset="utf-8"',
            "Content-Transfer-Encoding: quoted-printable",
            "",
            "Hola, Ximena:",
            "",
            f"--{boundary}",
            'Content-Type: text/html; charset="utf-8"',
            "Content-Transfer-Encoding: quoted-printable",
            "MIME-Version: 1.0",
            "",
            "<html><body><p>Hola</p></body></html>",
            "",
            f"--{boundary}--",
            "",
        ]
    )


def test_picture_and_calendar_have_their_places() -> None:
    message = parsed(mail(FULL))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
        "text/calendar",
    ]  # fmt: skip
    picture, calendar = list(message.walk())[-2:]
    assert picture["Content-ID"] == "<constancia>"
    assert picture.get_content_disposition() == "inline"
    assert picture.get_payload(decode=True) == FULL.picture
    assert calendar.get_payload(decode=True) == FULL.calendar
    assert calendar.get_filename() == "revisar-constancia.ics"
    assert calendar.get_param("method") == "PUBLISH"


def test_the_same_reply_is_the_same_bytes() -> None:
    assert mail(FULL) == mail(FULL)


@pytest.mark.parametrize("length", [60, 78, 200, 900])
def test_long_ids_are_never_encoded_so_the_thread_holds(length: int) -> None:
    long = f"<{'x' * (length - 4)}@y>"
    raw = mail(
        subject="Hola", in_reply_to=long, references=[long, "<a@b>"], message_id=message_id("f" * 64, "a" * 200 + ".mx")
    )
    assert b"=?utf" not in raw.split(b"\r\n\r\n")[0]
    message = parsed(raw)
    assert message["In-Reply-To"] == long
    assert message["References"].split() == [long, "<a@b>"]
    assert message["Message-ID"] == f"<mailbot.{'f' * 64}@{'a' * 200}.mx>"


def test_references_keep_the_first_and_the_last_and_no_doubles() -> None:
    ids = [f"<{i}@a>" for i in range(50)]
    message = parsed(mail(references=[*ids, *ids], in_reply_to="<49@a>"))
    assert message["References"].split() == ["<0@a>", *ids[31:]]


def test_what_is_no_message_id_reaches_no_header() -> None:
    message = parsed(mail(in_reply_to="hola <\r\nBcc: x@y.z> <ok@b>", references=["<a b@c>", "\x00", "<ñ@c>"]))
    assert (message["In-Reply-To"], message["References"], message["Bcc"]) == ("<ok@b>", "<ok@b>", None)
    assert parsed(mail(in_reply_to="ok@b"))["In-Reply-To"] == "<ok@b>"


def test_no_line_is_longer_than_mail_allows() -> None:
    reply = Reply("cierre", "ñ" * 400, "palabra ñandú " * 2000 + "\n" + "x" * 5000, "<p>" + "á" * 9000 + "</p>")
    raw = mail(reply, references=[f"<{'r' * 300}{i}@a>" for i in range(40)], cc=[f"p{i}@x.mx" for i in range(60)])
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    body = raw.partition(b"\r\n\r\n")[2].split(b"\r\n")
    assert max(map(len, body)) <= 78
    assert b"\n" not in raw.replace(b"\r\n", b"")
    plain = parsed(raw).get_body(("plain",))
    assert plain is not None
    assert plain.get_content() == reply.text.replace("\n", "\r\n") + "\r\n"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300), st.lists(st.text(max_size=80), max_size=5))
def test_no_text_can_add_a_header(subject: str, name: str, ids: list[str]) -> None:
    hostile = f"{subject}\r\nBcc: x@y.z\n"
    raw = mail(subject=hostile, sender_name=f"{name}\r\nBcc: x@y.z", references=ids, in_reply_to=hostile)
    head = raw.partition(b"\r\n\r\n")[0]
    names = [line.split(b":")[0] for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    assert set(names) <= {
        b"From", b"To", b"Subject", b"Date", b"Message-ID", b"In-Reply-To", b"References", b"Auto-Submitted",
        b"X-Auto-Response-Suppress", b"X-Mailbot-Reply", b"MIME-Version", b"Content-Type",
    }  # fmt: skip
    message = parsed(raw)
    assert [a.addr_spec for a in message["From"].addresses] == ["dse_becas@queretaro.tecnm.mx"]
    assert [a.addr_spec for a in message["To"].addresses] == ["l22140123@queretaro.tecnm.mx"]
    assert "\n" not in message["Subject"]


@pytest.mark.parametrize(
    ("original", "subject"),
    [
        ("Constancia", "Re: Constancia"),
        ("RE: Re: Fwd: RV: Rv: Fw: Resp: WG: Antw: Constancia", "Re: Constancia"),
        ("Re[2]: RE(3) : Constancia", "Re: Constancia"),
        ("Recibo de seguro: mío", "Re: Recibo de seguro: mío"),
        ("NSS 43160885380 de Ana", "Re: NSS de Ana"),
        ("NSS 43-16-08-8538-0", "Re: NSS"),
        ("tel. 442 123 4567 gracias", "Re: tel. gracias"),
        ("grupo 123456789", "Re: grupo 123456789"),
        ("CURP GAPX080825MQTRXMA2 y curp gapx080825mqtrxma2", "Re: CURP y curp"),
        ("de ana@x.mx y <luis@y.com>", "Re: de y"),
        ("ver https://evil.example/x y www.evil.example y evil.example", "Re: ver y y"),
        ("comprobanteVigenciaDerechos43160885380.pdf", "Respaldo"),
        ("AUTOPARTES S.A. de C.V.", "Re: AUTOPARTES S.A. de C.V."),
        ("Alta\r\nBcc: x@y.z", "Re: Alta Bcc:"),
        ("\u202eatla\u202c \u200bseguro", "Re: atla seguro"),
        ("43160885380 Re: Fwd: ", "Respaldo"),
        ("¡!… —", "Respaldo"),
        ("", "Respaldo"),
        (None, "Respaldo"),
        ("RE:", "Respaldo"),
    ],
)
def test_a_subject_keeps_the_students_words_and_nothing_that_identifies(original: str | None, subject: str) -> None:
    assert reply_subject(original, "Respaldo") == subject


def test_a_long_subject_is_cut_at_120_characters_at_a_word() -> None:
    subject = reply_subject("palabra " * 50, "Respaldo")
    assert subject == "Re: " + " ".join(["palabra"] * 14) + "…"
    assert len(reply_subject("x" * 5000, "Respaldo")) == 120
    assert len(reply_subject("", "y" * 500)) == 120


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=2000))
def test_any_subject_gives_one_short_line(original: str) -> None:
    subject = reply_subject(original, "Respaldo")
    assert 0 < len(subject) <= 120
    assert not re.search(r"[\x00-\x1f\x7f]|\d{10}", subject)


def test_a_message_id_is_the_same_for_the_same_mail_and_kind() -> None:
    assert message_id(DIGEST, "queretaro.tecnm.mx") == f"<mailbot.{DIGEST}@queretaro.tecnm.mx>"
    assert message_id(DIGEST, "queretaro.tecnm.mx", "recordatorio-1") == (
        f"<mailbot.{DIGEST}.recordatorio-1@queretaro.tecnm.mx>"
    )
    assert message_id("ab\r\n>", "x\r\n.mx>", "k\n") == "<mailbot.ab.k@x.mx>"


def test_reminders_say_that_nobody_asked_for_them() -> None:
    assert parsed(mail(auto_submitted="auto-generated"))["Auto-Submitted"] == "auto-generated"
