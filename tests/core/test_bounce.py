"""Is a bounce to our reply understood: who, for good or not yet, and which of our mails?"""

from __future__ import annotations

import pytest

from mailbot.core.bounce import Bounce
from mailbot.core.message import read

RETURNED = "From: becas@itq.example\nTo: ana@correo.example\nMessage-ID: <r1@itq.example>\nSubject: Re: x\n\nHola\n"


def of(raw: str) -> Bounce | None:
    return read(raw.encode(), frozenset(), frozenset(), authserv="", attachment_limit=0).bounce


def dsn(*recipients: str, returned: str = f"Content-Type: message/rfc822\n\n{RETURNED}") -> str:
    blocks = "\n\n".join(("Reporting-MTA: dns; mx.correo.example", *recipients))
    return (
        "From: MAILER-DAEMON@correo.example\nContent-Type: multipart/report; boundary=r\n\n"
        f"--r\n\nNo se entregó\n--r\nContent-Type: message/delivery-status\n\n{blocks}\n\n--r\n{returned}\n--r--\n"
    )


def test_several_recipients_are_told_apart_and_the_failed_ones_count() -> None:
    raw = dsn(
        "Final-Recipient: rfc822; ana@correo.example\nAction: failed\nStatus: 5.1.1",
        "Final-Recipient: rfc822; BETO@correo.example\nAction: failed\nStatus: 5.2.2",
        "Final-Recipient: rfc822; eva@correo.example\nAction: delayed\nStatus: 4.4.1",
        "Final-Recipient: rfc822; leo@correo.example\nAction: delivered\nStatus: 2.0.0",
    )
    assert of(raw) == Bounce(("ana@correo.example", "beto@correo.example"), True, "<r1@itq.example>")


def test_the_address_as_we_wrote_it_is_preferred_to_where_it_was_forwarded() -> None:
    raw = dsn("Original-Recipient: rfc822;ana@correo.example\nFinal-Recipient: rfc822; x@otro.example\nAction: failed")
    assert of(raw) == Bounce(("ana@correo.example",), True, "<r1@itq.example>")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("Action: delayed\nStatus: 4.4.7", False),
        ("Action: Failed (5.1.1)\nStatus: 5.1.1", True),
        ("Status: 5.0.0", True),  # no action: the code speaks
        ("Status: 4.0.0", False),
        ("Action: delivered\nStatus: 2.0.0", None),
        ("Action: relayed", None),
    ],
)
def test_failed_and_delayed_are_told_apart(fields: str, expected: bool | None) -> None:
    found = of(dsn(f"Final-Recipient: rfc822;ana@correo.example\n{fields}"))
    assert found == (None if expected is None else Bounce(("ana@correo.example",), expected, "<r1@itq.example>"))


@pytest.mark.parametrize(
    "returned",
    [
        f"Content-Type: message/rfc822\n\n{RETURNED}",
        f"Content-Type: text/rfc822-headers\n\n{RETURNED}",
        f"Content-Type: message/global-headers\n\n{RETURNED}",
        f"Content-Type: text/plain\n\n---- Original headers ----\n{RETURNED}",
        "Content-Type: text/rfc822-headers\n\nMessage-ID:\n <r1@itq.example>\n",
    ],
)
def test_our_message_id_is_found_however_the_mail_was_returned(returned: str) -> None:
    found = of(dsn("Final-Recipient: rfc822;ana@correo.example\nAction: failed", returned=returned))
    assert found == Bounce(("ana@correo.example",), True, "<r1@itq.example>")


def test_the_returned_mail_s_own_id_beats_one_that_the_report_mentions() -> None:
    raw = dsn("Final-Recipient: rfc822;ana@correo.example\nAction: failed")
    raw = raw.replace("No se entregó", "No se entregó\nMessage-ID: <otro@correo.example>")
    assert of(raw) == Bounce(("ana@correo.example",), True, "<r1@itq.example>")


def test_a_bounce_that_returns_nothing_names_no_mail() -> None:
    raw = dsn("Final-Recipient: rfc822;ana@correo.example\nAction: failed", returned="")
    assert of(raw) == Bounce(("ana@correo.example",), True, None)


def test_a_later_detector_is_asked_where_an_earlier_one_stumbles() -> None:
    # Without a From header flufl.bounce's "Yale" raises; qmail comes after it.
    raw = (
        "Return-Path: <>\n\nHi. This is the qmail-send program at mx.correo.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<ana@correo.example>:\nuser unknown\n\n--- Below this line is a copy of the message.\n\n{RETURNED}"
    )
    assert of(raw) == Bounce(("ana@correo.example",), True, "<r1@itq.example>")


@pytest.mark.parametrize(
    "raw",
    [
        "Return-Path: <>\nFrom: ana@correo.example\n\nEstoy fuera de la oficina.\n",  # a vacation note
        "Auto-Submitted: auto-replied\nFrom: ana@correo.example\n\nEscribe a beto@correo.example\n",
        f"From: ana@correo.example\nSubject: Me llegó esto\n\nMail delivery failed\n{RETURNED}",  # a person
    ],
)
def test_what_is_no_report_is_no_bounce(raw: str) -> None:
    assert of(raw) is None


def test_a_person_who_forwards_a_bounce_is_still_a_person() -> None:
    raw = (
        "From: ana@correo.example\nSubject: RV: Undeliverable: Mi constancia\nContent-Type: multipart/mixed; boundary=b\n"
        f"\n--b\n\nMe llegó esto\n--b\nContent-Type: message/rfc822\n\n{RETURNED}\n--b--\n"
    )
    message = read(raw.encode(), frozenset(), frozenset(), authserv="", attachment_limit=0)
    assert (message.mark_code, message.bounce) == (None, None)
