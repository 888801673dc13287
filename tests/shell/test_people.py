"""Persons step in: by writing in a thread, by hand from the mailbox, by moving a mail, by command. Real Dovecot, real SMTP."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.servers.dovecot import running_dovecot
from tests.servers.smtp import running_smtp
from tests.shell.days import live
from tests.shell.house import STAFF, House, house, student_mail

MONDAY = "2026-11-23T10:05:00-06:00"
LATER = "2026-11-23T11:05:00-06:00"
ANA, BETO = "ana@correo.test", "beto@correo.test"


@pytest.fixture
def home() -> Iterator[House]:
    with house() as made:
        yield made


def written(sender: str, to: str, *, number: int, answers: str = "", references: str = "", cc: str = "",
            text: str = "Hola, ya lo estoy viendo yo.", marker: str = "") -> bytes:  # fmt: skip
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, "Re: Seguro facultativo"
    if cc:
        mail["Cc"] = cc
    mail["Message-ID"] = f"<persona.{number}@itq.test>"
    mail["Date"] = "Mon, 23 Nov 2026 10:30:00 -0600"
    if answers:
        mail["In-Reply-To"] = answers
    if references:
        mail["References"] = references
    if marker:
        mail["X-Mailbot-Reply"] = marker
    mail.set_content(text)
    return mail.as_bytes()


def asks(number: int, sender: str, **more: str) -> bytes:
    return student_mail(number, sender=sender, **more)


def id_of(number: int) -> str:
    return f"<alumna.{number}@correo.test>"


def reply_to(home: House, number: int) -> str:
    """Return the Message-ID of our reply to a student's mail."""
    (found,) = home.ids_by_mail()[id_of(number)]
    return found


def answered(home: House) -> list[str]:
    """Return the numbers of the students' mails that were answered."""
    return sorted(parent for _, parent, _ in home.replies())


def cases(home: House) -> list[tuple[object, ...]]:
    return home.rows("SELECT address, state, json_extract(body, '$.taken') FROM cases ORDER BY id")


def number_of_case(home: House, address: str) -> str:
    """Return the number of a student's case: of mails that come together any may be decided first."""
    return str(home.rows("SELECT id FROM cases WHERE address = ?", address)[0][0])


def taken(home: House) -> list[str]:
    return [str(address) for address, _, is_taken in cases(home) if is_taken]


def deliver_and_run(home: House, *mails: bytes, at: str = MONDAY) -> None:
    assert live(home, at, *mails) == 0


def test_staff_who_answer_in_the_thread_take_the_case_and_mailbot_is_silent_in_it(home: House) -> None:
    deliver_and_run(home, asks(1, ANA), asks(2, BETO))
    deliver_and_run(home, written(STAFF, ANA, number=1, answers=reply_to(home, 1), cc=home.dovecot.address), at=LATER)
    deliver_and_run(home, asks(3, ANA), asks(4, BETO), at=LATER)
    assert (taken(home), answered(home)) == ([ANA], [id_of(1), id_of(2), id_of(4)])


def test_an_answer_to_an_earlier_mail_of_the_student_is_in_the_thread_too(home: House) -> None:
    deliver_and_run(home, asks(1, ANA))
    deliver_and_run(home, asks(2, ANA), at=LATER)
    deliver_and_run(home, written(STAFF, ANA, number=1, answers=id_of(1), cc=home.dovecot.address), at=LATER)
    assert taken(home) == [ANA]


def test_in_a_thread_between_two_students_and_staff_only_the_case_of_whom_staff_wrote_to_is_taken(home: House) -> None:
    """Beto answers in Ana's thread; staff answer Beto. References name Ana's mails, and her case goes on."""
    deliver_and_run(home, asks(1, ANA))
    first = reply_to(home, 1)
    theirs = message_from_bytes(asks(2, BETO), policy=policy.SMTP)
    theirs["In-Reply-To"], theirs["References"] = first, f"{id_of(1)} {first}"
    deliver_and_run(home, theirs.as_bytes(), at=LATER)
    thread = f"{id_of(1)} {first} {id_of(2)}"
    deliver_and_run(home, written(STAFF, BETO, number=1, answers=id_of(2), references=thread), at=LATER)
    deliver_and_run(home, asks(3, ANA), asks(4, BETO), at=LATER)
    assert (taken(home), answered(home)) == ([BETO], [id_of(1), id_of(2), id_of(3)])


def test_staff_who_answer_both_students_in_their_thread_take_both_cases(home: House) -> None:
    deliver_and_run(home, asks(1, ANA), asks(2, BETO))
    thread = f"{id_of(1)} {id_of(2)}"
    deliver_and_run(home, written(STAFF, f"{ANA}, {BETO}", number=1, answers=id_of(2), references=thread), at=LATER)
    assert taken(home) == [ANA, BETO]


def test_a_mail_by_staff_outside_the_thread_takes_nothing(home: House) -> None:
    deliver_and_run(home, asks(1, ANA))
    deliver_and_run(home, written(STAFF, ANA, number=1, answers="<otra.cosa@itq.test>"),
                    written(STAFF, ANA, number=2), at=LATER)  # fmt: skip
    assert taken(home) == []


def test_who_only_says_to_be_staff_takes_no_case(home: House) -> None:
    home.write_config(mailbox='authserv_id = "mx.itq.test"')
    checked = b"Authentication-Results: mx.itq.test; dmarc=%s header.from=%s\r\n"
    deliver_and_run(home, checked % (b"pass", b"correo.test") + asks(1, ANA))
    forged = written(STAFF, ANA, number=1, answers=id_of(1), cc=home.dovecot.address)
    deliver_and_run(home, checked % (b"fail", b"itq.test") + forged, at=LATER)
    deliver_and_run(home, checked % (b"pass", b"itq.test") + forged.replace(b"persona.1", b"persona.2"), at=LATER)
    by = home.rows("SELECT message_id FROM case_events WHERE what = 'toma_persona'")
    assert (taken(home), by) == ([ANA], [(3,)])


def test_a_mail_that_a_person_sent_from_the_mailbox_takes_the_case(home: House) -> None:
    home.write_config(mailbox='[mailbox.folders]\nsent = "Sent"')
    deliver_and_run(home, asks(1, ANA), asks(2, BETO))
    home.dovecot.append(written(home.dovecot.address, ANA, number=1, answers=id_of(1)), "Sent")
    deliver_and_run(home, asks(3, ANA), asks(4, BETO), at=LATER)
    assert (taken(home), answered(home)) == ([ANA], [id_of(1), id_of(2), id_of(4)])


def test_our_own_copies_in_sent_take_nothing_whether_known_by_marker_or_by_recorded_id(home: House) -> None:
    home.write_config(mailbox='[mailbox.folders]\nsent = "Sent"')
    deliver_and_run(home, asks(1, ANA), asks(2, BETO))
    copies = [message_from_bytes(raw, policy=policy.SMTP) for raw in home.dovecot.mails("Sent")]
    assert len(copies) == 2
    for copy in copies:  # as a server keeps them that strips what it does not know
        del copy["X-Mailbot-Reply"]
        del copy["Auto-Submitted"]
        home.dovecot.append(copy.as_bytes(), "Sent")
    home.dovecot.append(written(home.dovecot.address, ANA, number=9, answers=id_of(1), marker="como_empezar"), "Sent")
    deliver_and_run(home, at=LATER)
    assert taken(home) == []


def test_a_first_start_from_a_date_leaves_alone_whom_persons_have_answered_since(home: House) -> None:
    with home.dovecot.imap() as client:
        client.create("Sent")
    home.dovecot.append(written(home.dovecot.address, ANA, number=1, answers=id_of(1)), "Sent")
    deliver_and_run(home, asks(1, ANA), asks(2, BETO))
    assert (taken(home), answered(home)) == ([ANA], [id_of(2)])


def test_a_first_start_from_now_on_does_not_look_at_what_persons_sent_before(home: House) -> None:
    home.write_config(start="now")
    with home.dovecot.imap() as client:
        client.create("Sent")
    home.dovecot.append(written(home.dovecot.address, ANA, number=1, answers=id_of(1)), "Sent")
    deliver_and_run(home)
    deliver_and_run(home, asks(1, ANA), at=LATER)
    assert (taken(home), answered(home)) == ([], [id_of(1)])


def test_a_sent_folder_that_appears_later_is_watched_from_its_first_mail(home: House) -> None:
    deliver_and_run(home, asks(1, ANA))
    with home.dovecot.imap() as client:
        client.create("Sent")
    home.dovecot.append(written(home.dovecot.address, ANA, number=1, answers=id_of(1)), "Sent")
    deliver_and_run(home, at=LATER)
    assert taken(home) == [ANA]


def test_the_servers_own_sent_folder_is_found_by_its_mark(tmp_path: Path) -> None:
    marked = 'namespace inbox {\n  mailbox Mandados {\n    special_use = \\Sent\n    auto = create\n  }\n}\n'
    with running_dovecot(extra=marked) as server, running_smtp() as smtp:
        home = House(tmp_path, server, smtp)
        deliver_and_run(home, asks(1, ANA))
        home.dovecot.append(written(home.dovecot.address, ANA, number=1, answers=id_of(1)), "Mandados")
        deliver_and_run(home, at=LATER)
        assert taken(home) == [ANA]


def test_who_was_answered_by_a_person_before_mailbot_read_the_mail_is_not_answered_again(home: House) -> None:
    """mailbot was down; a person answered Ana by hand meanwhile."""
    home.write_config(mailbox='[mailbox.folders]\nsent = "Sent"')
    with home.dovecot.imap() as client:
        client.create("Sent")
    deliver_and_run(home)
    home.dovecot.append(written(home.dovecot.address, ANA, number=1, answers=id_of(1)), "Sent")
    deliver_and_run(home, asks(1, ANA), asks(2, BETO), at=LATER)
    assert (taken(home), answered(home)) == ([ANA], [id_of(2)])


def test_moving_a_mail_to_the_folder_of_what_persons_have_takes_its_case(home: House) -> None:
    home.write_config(mailbox='[mailbox.folders]\nhanded_over = "Con una persona"')
    with home.dovecot.imap() as client:
        client.create('"Con una persona"')
    deliver_and_run(home, asks(1, ANA), asks(2, BETO))
    with home.dovecot.imap() as client:
        client.select("INBOX")
        client.uid("MOVE", "1", '"Con una persona"')
    deliver_and_run(home, asks(3, ANA), asks(4, BETO), at=LATER)
    assert (taken(home), answered(home)) == ([ANA], [id_of(1), id_of(2), id_of(4)])


def test_a_mail_moved_before_mailbot_saw_it_leaves_its_writer_to_a_person(home: House) -> None:
    home.write_config(mailbox='[mailbox.folders]\nhanded_over = "Con una persona"')
    with home.dovecot.imap() as client:
        client.create('"Con una persona"')
    deliver_and_run(home)
    home.dovecot.append(asks(1, ANA), '"Con una persona"')
    deliver_and_run(home, asks(2, ANA), at=LATER)
    assert (taken(home), answered(home)) == ([ANA], [])


def test_a_taken_case_is_silent_until_it_is_given_back(home: House) -> None:
    deliver_and_run(home, asks(1, ANA))
    took = home.run("case", "1", "--take")
    deliver_and_run(home, asks(2, ANA), at=LATER)
    while_taken = answered(home)
    gave = home.run("case", "1", "--return")
    deliver_and_run(home, asks(3, ANA), at=LATER)
    assert (took.returncode, gave.returncode) == (0, 0)
    assert (while_taken, answered(home)) == ([id_of(1)], [id_of(1), id_of(3)])


def test_a_reply_that_has_not_left_yet_is_withdrawn_when_a_person_takes_the_case(home: House) -> None:
    home.run("status")  # makes the store
    home.run("pause")
    deliver_and_run(home, asks(1, ANA), asks(2, BETO))
    home.run("case", number_of_case(home, ANA), "--take")
    home.run("resume")
    deliver_and_run(home, at=LATER)
    assert (answered(home), home.states()) == ([id_of(2)], ["ignored", "answered"])


def test_a_running_daemon_learns_of_a_mail_sent_by_hand() -> None:
    with house() as home:
        home.write_config(mailbox='[mailbox.folders]\nsent = "Sent"')
        with home.dovecot.imap() as client:
            client.create("Sent")
        with home.daemon() as daemon:
            daemon.ready()
            home.dovecot.deliver(asks(1, ANA))
            home.wait(lambda: len(home.replies()) == 1)
            home.dovecot.append(written(home.dovecot.address, ANA, number=1, answers=id_of(1)), "Sent")
            home.wait(lambda: taken(home) == [ANA])
            home.dovecot.deliver(asks(2, ANA))
            home.wait(lambda: len(home.states()) == 2 and home.states()[1] == "set_aside")
        assert answered(home) == [id_of(1)]
