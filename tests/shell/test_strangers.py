"""Who is asking, and what comes back: bounces of our own mail, forged senders, aliases; before real servers."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from mailbot.commands.demo import MONDAY
from mailbot.demo import papers
from mailbot.demo.mails import MAILS
from tests.shell.house import STAFF, House, house, student_mail

AUTHSERV = 'authserv_id = "mx.itq.test"\n'
LATER, AFTER_FIVE_DAYS = "2026-11-23T11:00:00-06:00", "2026-11-30T10:00:00-06:00"


@pytest.fixture
def place() -> Iterator[House]:
    with house() as made:
        yield made


def baja() -> bytes:
    return papers.constancia(MAILS[0].student, MONDAY.date(), estado="BAJA", servicio="NO", patrones=())


def report(about: bytes, recipient: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    """Return what a server reports of a mail that it could not deliver (RFC 3464), without a mark that is ours."""
    dsn = f"Reporting-MTA: dns; mx.correo.test\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\n" \
          f"Action: {action}\r\nStatus: {status}\r\n"
    head = about.split(b"\r\n\r\n")[0].decode("ascii", "replace")
    return (
        "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@correo.test>\r\nTo: becas@itq.test\r\n"
        f"Subject: Undelivered Mail {action} {recipient}\r\nDate: Mon, 23 Nov 2026 10:30:00 -0600\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nNo se pudo entregar.\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\n{dsn}\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{head}\r\n\r\n--b--\r\n"
    ).encode()


def sent(place: House) -> list[EmailMessage]:
    return [message_from_bytes(r.raw, policy=policy.default) for r in place.smtp.received]


def test_a_bounce_of_our_reply_ends_the_reminders_mutes_the_address_and_is_told_to_staff_once(place: House) -> None:
    place.dovecot.deliver(student_mail(1, pdf=baja()))
    place.dovecot.deliver(student_mail(2, pdf=baja()))
    assert place.once().returncode == 0
    ours = next(r.raw for r in place.smtp.received if "alumna1@correo.test" in r.rcpt_tos)
    place.dovecot.deliver(report(ours, "alumna1@correo.test"))
    place.dovecot.deliver(report(ours, "alumna1@correo.test", status="5.2.1"))
    assert place.once(LATER).returncode == 0
    assert place.rows("SELECT address FROM mutes") == [("alumna1@correo.test",)]
    notes = [m for m in sent(place) if m["X-Mailbot-Reply"] == "aviso_personal"]
    same_nss = "Hay algo que revisar en un caso"  # both mails bring the same constancia
    assert [(str(m["To"]), str(m["Subject"])) for m in notes] == [(STAFF, same_nss), (STAFF, "Un correo nuestro rebotó")]
    words = notes[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "al---1@correo.test" in words
    assert "Caso: " in words
    assert place.once(AFTER_FIVE_DAYS).returncode == 0
    reminded = [str(m["To"]) for m in sent(place) if str(m["X-Mailbot-Reply"]).startswith("recordatorio")]
    assert reminded == ["alumna2@correo.test"]


@pytest.mark.parametrize("forged", ["unknown mail", "another's address", "delayed"])
def test_a_report_of_no_mail_of_ours_or_of_a_delay_silences_nobody(place: House, forged: str) -> None:
    place.dovecot.deliver(student_mail(1, pdf=baja()))
    assert place.once().returncode == 0
    ours = place.smtp.received[0].raw
    invented = ours.replace(place.replies()[0][2].encode(), b"<nunca.existio@itq.test>")
    place.dovecot.deliver({
        "unknown mail": report(invented, "alumna1@correo.test"),
        "another's address": report(ours, "alumna7@correo.test"),
        "delayed": report(ours, "alumna1@correo.test", "delayed", "4.4.1"),
    }[forged])
    assert place.once(LATER).returncode == 0
    assert place.rows("SELECT * FROM mutes") == []
    assert place.rows("SELECT state FROM messages ORDER BY id") == [("answered",), ("ignored",)]
    assert len(place.smtp.received) == 1  # a machine is not answered, and staff have nothing to do


def checked(raw: bytes, verdict: str) -> bytes:
    """Put on top what our own server found out about the sender."""
    return (f"Authentication-Results: mx.itq.test; dmarc={verdict} header.from=correo.test\r\n").encode() + raw


def test_a_forged_sender_is_set_aside_and_one_who_was_not_checked_gets_no_picture_and_no_case(place: House) -> None:
    place.write_config(mailbox=AUTHSERV)
    mails = [student_mail(n, pdf=baja()) for n in range(3)]
    for raw in (checked(mails[0], "fail"), mails[1], checked(mails[2], "pass")):
        place.dovecot.append(raw)
    assert place.once().returncode == 0
    assert place.rows("SELECT state, reason FROM messages WHERE id = 1") == [
        ("set_aside", "el servidor no pudo comprobar que lo mandó quien dice ser")]
    answered = {str(m["To"]): [p.get_content_type() for p in m.walk() if p.get_content_maintype() == "image"]
                for m in sent(place) if STAFF not in str(m["To"])}
    assert answered == {"alumna1@correo.test": [], "alumna2@correo.test": ["image/png"]}
    assert place.rows("SELECT address FROM cases") == [("alumna2@correo.test",)]


def test_a_header_that_the_forger_wrote_below_ours_does_not_count(place: House) -> None:
    place.write_config(mailbox=AUTHSERV)
    place.dovecot.append(checked(checked(student_mail(1, pdf=baja()), "pass"), "fail"))
    assert place.once().returncode == 0
    assert (place.states(), place.replies()) == (["set_aside"], [])


def test_mail_to_an_alias_is_answered_and_mail_from_one_is_ours_and_never_answered(place: House) -> None:
    place.write_config(mailbox='aliases = ["facultativo@itq.test"]\n')
    place.dovecot.append(student_mail(1).replace(b"To: becas@itq.test", b"To: facultativo@itq.test"))
    place.dovecot.append(student_mail(2, sender="Facultativo@ITQ.test"))
    assert place.once().returncode == 0
    assert place.states() == ["answered", "ignored"]
    assert [to for to, _, _ in place.replies()] == ["alumna1@correo.test"]


def test_a_student_whose_program_adds_weak_marks_is_answered_and_a_machine_with_the_same_marks_is_not(place: House) -> None:
    marks = b"X-Auto-Response-Suppress: All\nPrecedence: bulk\nList-Unsubscribe: <mailto:x@correo.test>\n"
    place.dovecot.append(marks + student_mail(1, pdf=baja()))
    place.dovecot.append(marks + student_mail(2))
    place.dovecot.append(b"Auto-Submitted: auto-replied\n" + student_mail(3, pdf=baja()))
    assert place.once().returncode == 0
    assert place.states() == ["answered", "ignored", "ignored"]
    assert [to for to, _, _ in place.replies()] == ["alumna1@correo.test"]
    assert len(place.dovecot.uids()) == 3  # parked where they were, never dropped


def test_the_reply_goes_to_from_alone_whatever_reply_to_to_and_cc_name(place: House) -> None:
    others = b"Reply-To: otra@correo.test\nCc: maestra@correo.test, tercera@correo.test\nReturn-Path: <cuarta@correo.test>\n"
    place.dovecot.append(others + student_mail(1, pdf=baja()))
    assert place.once().returncode == 0
    assert [r.rcpt_tos for r in place.smtp.received] == [("alumna1@correo.test",)]


def test_two_mails_without_any_message_id_are_two_mails(place: House) -> None:
    bare = [b"".join(line for line in student_mail(n).splitlines(keepends=True) if not line.startswith(b"Message-ID"))
            for n in (1, 2)]
    for raw in bare:
        place.dovecot.append(raw)
    assert place.once().returncode == 0
    assert sorted(to for to, _, _ in place.replies()) == ["alumna1@correo.test", "alumna2@correo.test"]
    assert len({own for _, _, own in place.replies()}) == 2
