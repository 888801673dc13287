"""What is taken in, what is left alone, and that no mail stands in another's way; against real servers."""

import json
from email.message import EmailMessage

import pytest

from mailbot.commands.demo import MONDAY
from mailbot.demo.mails import MAILS
from mailbot.demo.mails import _photo as a_photo
from tests.shell.house import STAFF, House, house, student_mail

FIRST, NEXT = "2026-11-23T10:05:00-06:00", "2026-11-23T10:20:00-06:00"


@pytest.fixture
def place():  # type: ignore[no-untyped-def]
    with house() as made:
        yield made


def reasons(place: House) -> list[tuple[object, ...]]:
    return place.rows("SELECT id, state, reason FROM messages ORDER BY id")


def test_what_was_there_before_the_first_start_gets_no_answer_and_what_staff_opened_first_does(place: House) -> None:
    place.write_config(start="now")
    place.dovecot.deliver_all([student_mail(n) for n in range(300)])
    assert place.once(FIRST).returncode == 0
    assert (place.counts()["total"], place.replies()) == (0, [])
    place.dovecot.append(student_mail(900), flags=r"\Seen")
    place.dovecot.deliver(student_mail(901))
    assert place.once(NEXT).returncode == 0
    assert set(place.ids_by_mail()) == {"<alumna.900@correo.test>", "<alumna.901@correo.test>"}
    assert place.dovecot.flags()[-2:] == [{r"\Seen"}, set()]  # never marked as read


def test_copies_are_answered_once_and_the_same_message_id_with_other_bytes_is_another_mail(place: House) -> None:
    mail = student_mail(1)
    other = student_mail(1, sender="otra@correo.test", text="¿Cuánto tarda el alta?")
    for raw in (mail, mail, other):
        place.dovecot.append(raw)
    assert place.once().returncode == 0
    assert reasons(place)[1] == (2, "ignored", "copia de #1")
    assert sorted(to for to, _, _ in place.replies()) == ["alumna1@correo.test", "otra@correo.test"]
    assert len({own for _, _, own in place.replies()}) == 2


def test_after_a_change_of_uidvalidity_nothing_is_answered_again_and_what_is_new_is(place: House) -> None:
    place.dovecot.deliver_all([student_mail(n) for n in range(3)])
    assert place.once(FIRST).returncode == 0
    place.dovecot.stop()
    place.dovecot.change_uidvalidity()
    place.dovecot.start()
    place.dovecot.deliver(student_mail(50))
    assert place.once(NEXT).returncode == 0
    assert {m: len(ids) for m, ids in place.ids_by_mail().items()} == {
        f"<alumna.{n}@correo.test>": 1 for n in (0, 1, 2, 50)}
    assert len(place.replies()) == 4
    assert place.counts() == {"total": 4, "answered": 4, "ignored": 0, "set_aside": 0, "waiting": 0}


def test_a_mail_larger_than_the_limit_is_answered_from_its_headers(place: House) -> None:
    place.write_config(more="[limits]\nattachment_mb = 1\n")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "alumna1@correo.test", place.dovecot.address, "Mi constancia"
    mail["Message-ID"], mail["Date"] = "<grande@correo.test>", "Mon, 23 Nov 2026 10:00:00 -0600"
    mail.set_content("Va mi constancia.")
    mail.add_attachment(b"%PDF-1.7 " + b"x" * 4_000_000, maintype="application", subtype="pdf", filename="c.pdf")
    place.dovecot.deliver_all([mail.as_bytes(), student_mail(2)])
    assert place.once().returncode == 0
    assert place.rows("SELECT state, stem FROM messages") == [("answered", "formato_no_aceptado"), ("answered", "como_empezar")]


def test_a_mail_that_staff_took_away_before_it_was_read_blocks_nothing(place: House) -> None:
    place.dovecot.deliver_all([student_mail(1), student_mail(2)])
    gone = """
from mailbot.shell.mailbox import Mailbox
real = Mailbox.fetch
async def fetch(self, uidvalidity, uid, **more):
    if uid == 1:
        await real(self, uidvalidity, uid, **more)
        await self.move(uidvalidity, uid, "Becas")
    return await real(self, uidvalidity, uid, **more)
Mailbox.fetch = fetch
"""
    with place.daemon(gone) as running:
        place.wait(lambda: place.database.exists() and running.ready() is running and len(place.replies()) == 1)
        place.wait(lambda: place.states() == ["ignored", "answered"])
    assert reasons(place)[0] == (
        1, "ignored", "ya no está en la carpeta: alguien lo movió o lo borró antes de que se leyera")


@pytest.mark.parametrize("first", ["look", "fetch"])
def test_a_folder_renumbered_before_a_mail_in_hand_was_read_costs_no_mail_and_no_second_row(place: House, first: str) -> None:
    """The number in hand means nothing any more: the mail is not gone, and a look finds it, sooner or later."""
    late = f"""
import asyncio, os
from mailbot.shell.mailbox import Mailbox
first, real_fetch, real_look = {first!r}, Mailbox.fetch, Mailbox.look
async def until(name):
    while not os.path.exists(name):
        await asyncio.sleep(0.02)
async def fetch(self, uidvalidity, uid, **more):
    open("fetching", "w").close()
    await until("renumbered" if first == "fetch" else "looked")
    while not self.contact.connected:
        await asyncio.sleep(0.02)
    try:
        return await real_fetch(self, uidvalidity, uid, **more)
    finally:
        open("fetched", "w").close()
async def look(self, after, **more):
    if os.path.exists("fetching"):
        await until("renumbered" if first == "look" else "fetched")
    found = await real_look(self, after, **more)
    if found.renumbered:
        asyncio.get_running_loop().call_later(0.5, lambda: open("looked", "w").close())  # when it is in the ledger
    return found
Mailbox.fetch, Mailbox.look = fetch, look
"""
    place.dovecot.deliver(student_mail(1))
    assert place.once().returncode == 0  # the watermark stands
    place.dovecot.deliver(student_mail(2))
    with place.daemon(late):
        place.wait((place.folder / "fetching").exists)
        place.dovecot.stop()
        place.dovecot.change_uidvalidity()
        place.dovecot.start()
        (place.folder / "renumbered").touch()
        place.wait(lambda: len(place.replies()) == 2)
        place.wait(lambda: place.states() == ["answered", "answered"])


def test_a_mail_that_meets_a_bug_is_tried_three_times_then_set_aside_and_staff_told(place: House) -> None:
    bug = """
from datetime import timedelta
from mailbot.shell import intake, ledger
ledger.AGAIN_AFTER = timedelta(0)
real = intake.answer
def answer(message, *rest):
    if "veneno" in message.text:
        raise KeyError("Juana Pérez, NSS 12345678903")
    return real(message, *rest)
intake.answer = answer
"""
    place.dovecot.deliver_all([student_mail(1, text="veneno"), student_mail(2)])
    with place.daemon(bug) as running:
        running.ready()
        place.wait(lambda: place.states() == ["set_aside", "answered"])
        place.wait(lambda: any(STAFF in r.rcpt_tos for r in place.smtp.received))
        assert running.stop() == 0
    assert place.rows("SELECT attempts, failed, reason FROM messages WHERE id = 1") == [(3, 1, "falló 3 veces (KeyError)")]
    assert "Juana" not in place.log
    assert "12345678903" not in place.log
    assert place.run("status").returncode == 1
    assert "falló 3 veces" in place.run("show", "1").stdout
    assert place.run("reprocess").stdout == "#1 se intentará de nuevo\n"
    assert place.once(NEXT).returncode == 0
    assert place.states() == ["answered", "answered"]
    assert place.run("reprocess", "2").returncode == 1


def test_two_mails_of_one_student_within_a_second_make_one_case_and_two_answers(place: House) -> None:
    both = [student_mail(n, sender="alumna@correo.test", text=t) for n, t in ((1, "¿Cómo empiezo?"), (2, "¿Cuánto tarda?"))]
    with place.daemon() as running:
        running.ready()
        place.dovecot.deliver_all(both)
        place.wait(lambda: len(place.replies()) == 2)
        assert running.stop() == 0
    assert place.rows("SELECT count(*) FROM cases") <= [(1,)]
    assert [parent for _, parent, _ in place.replies()] == ["<alumna.1@correo.test>", "<alumna.2@correo.test>"]


def test_pictures_that_wait_for_ocr_hold_nobody_up(place: House) -> None:
    """OCR takes seconds a picture, one at a time: five of them in hand must leave room for the mail behind."""
    for number in range(1, 6):
        _, photo, _ = a_photo(MAILS[0].student, MONDAY)
        place.dovecot.append(student_mail(number, text="Va mi constancia.", pdf=photo))  # a picture, whatever its name
    place.dovecot.append(student_mail(6))
    done = place.once()
    assert done.returncode == 0, done.stderr
    said = [json.loads(line) for line in done.stderr.splitlines()]
    order = [line["message"] for line in said if line["event"] == "message decided"]
    assert sorted(order) == [1, 2, 3, 4, 5, 6]
    assert order.index(6) < 2  # behind one picture at most, the one that was being read
