"""What we say to the servers over a whole run, command by command: the lines of others' lessons that no reply shows."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from tests.servers.dovecot import running_dovecot
from tests.servers.proxy import Proxy, running_proxy
from tests.servers.smtp import running_smtp
from tests.shell.house import House, house, student_mail

FOLDERS = """
[mailbox.folders]
answered = "Contestados"
set_aside = "Apartados"
sent = "Enviados"
"""
NEXT = "2026-11-23T10:20:00-06:00"


@contextmanager
def overheard(place: House) -> Iterator[tuple[Proxy, Proxy]]:
    """Put ears before IMAP and SMTP."""
    with running_proxy(place.dovecot.port) as imap, running_proxy(place.smtp.port) as smtp:
        place.write_config(mailbox=FOLDERS)
        text = place.config.read_text()
        text = text.replace(f"port = {place.dovecot.port}", f"port = {imap.port}")
        place.config.write_text(text.replace(f"port = {place.smtp.port}", f"port = {smtp.port}"))
        yield imap, smtp


def commands(proxy: Proxy) -> list[str]:
    """Return the IMAP commands of a client without their tags; a DONE ends an IDLE."""
    lines = bytes(proxy.said).decode("utf-8", "replace").split("\r\n")
    return [line.split(" ", 1)[1] for line in lines if re.match(r"[A-Z]{4,5}\d+ ", line)]


def test_over_a_whole_run_only_uid_commands_are_used_and_nothing_of_staff_s_is_touched() -> None:
    """No sequence numbers, no UNSEEN, no keyword, no charset, no flag of a mail, no EXPUNGE of a folder."""
    with house() as place, overheard(place) as (imap, _):
        place.dovecot.deliver_all([
            *(student_mail(n) for n in range(4)),
            student_mail(5, text="Estoy en urgencias, ¿qué hago?"), student_mail(6, sender="mailer-daemon@correo.test"),
        ])
        with place.daemon() as running:
            running.ready()
            place.wait(lambda: place.rows("SELECT count(*) FROM messages WHERE filed_at IS NOT NULL") == [(5,)])
            assert running.stop() == 0
        said = commands(imap)
        assert place.dovecot.flags("Contestados") == [set()] * 5
    verbs = {line.split(" ")[0] for line in said}
    assert verbs <= {"CAPABILITY", "AUTHENTICATE", "LOGIN", "ENABLE", "ID", "SELECT", "EXAMINE", "UID", "NOOP", "IDLE",
                     "STATUS", "LIST", "APPEND", "CREATE", "SUBSCRIBE", "LOGOUT"}  # fmt: skip
    uid = [line.removeprefix("UID ") for line in said if line.startswith("UID ")]
    assert {line.split(" ")[0] for line in uid} == {"SEARCH", "FETCH", "MOVE"}
    assert not [line for line in uid if re.search(r"UNSEEN|CHARSET|KEYWORD|RFC822(?!\.SIZE)|BODY\[", line)]
    assert not [line for line in said if line.startswith("SELECT") and "INBOX" not in line]  # others are only looked at


def test_a_folder_of_answered_mails_costs_neither_a_body_nor_a_header_again() -> None:
    """Sizes and dates first, each body once; "nothing to do" is remembered too (mail that is not about the insurance)."""
    with house() as place, overheard(place) as (imap, _):
        place.write_config()
        place.config.write_text(place.config.read_text().replace(
            f"port = {place.dovecot.port}", f"port = {imap.port}"))
        place.dovecot.deliver_all([*(student_mail(n) for n in range(5)),
                                   student_mail(9, subject="Beca", text="¿Cuándo sale la beca de transporte?")])
        assert place.once().returncode == 0
        first = [line for line in commands(imap) if "BODY.PEEK" in line]
        imap.said.clear()
        assert place.once(NEXT).returncode == 0
        again = [line for line in commands(imap) if line.startswith("UID FETCH")]
        assert place.counts() == {"total": 6, "answered": 5, "ignored": 1, "set_aside": 0, "waiting": 0}
    assert (len(first), again) == (6, [])


def test_a_document_that_takes_long_holds_up_neither_imap_nor_the_next_student() -> None:
    slow = """
import asyncio
from mailbot.shell.workers import Readers
real = Readers.read
async def read(self, data):
    if b"lenta" in data:
        await asyncio.sleep(3600)
    return await real(self, data)
Readers.read = read
"""
    with house() as place, place.daemon(slow) as running:
        running.ready()
        place.dovecot.deliver(student_mail(1, pdf=b"%PDF-1.4 lenta"))
        place.wait(lambda: place.states() == ["seen"])
        place.dovecot.deliver(student_mail(2))
        place.wait(lambda: place.states() == ["seen", "answered"], 15)
        assert running.stop() == 0  # and it can be stopped meanwhile
        assert place.rows("SELECT deaths, claimed_by FROM messages WHERE id = 1") == [(0, None)]


def test_the_smtp_greeting_names_the_sender_s_domain_and_each_recipient_is_named_alone() -> None:
    with house() as place, overheard(place) as (_, smtp):
        place.dovecot.deliver(student_mail(1, text="Quiero la baja del seguro facultativo del ITQ, por favor."))
        assert place.once().returncode == 0
        said = bytes(smtp.said).decode("utf-8", "replace").split("\r\n")
    assert said[0].upper() == "EHLO ITQ.TEST"
    assert [line for line in said if line.startswith("RCPT")] == [
        "RCPT TO:<alumna1@correo.test>", "RCPT TO:<jefa@itq.test>"]


def test_starttls_is_asked_for_and_nothing_is_said_in_the_clear_where_it_is_not_offered() -> None:
    with running_dovecot() as dovecot, running_smtp() as server, running_proxy(server.port) as smtp:
        import tempfile
        from pathlib import Path

        with tempfile.TemporaryDirectory() as folder:
            place = House(Path(folder), dovecot, server)
            place.write_config()
            text = place.config.read_text().replace(f"port = {server.port}\nsecurity = \"none\"",
                                                    f"port = {smtp.port}\nsecurity = \"starttls\"")
            place.config.write_text(text)
            dovecot.deliver(student_mail(1))
            assert place.once().returncode == 1
            said = bytes(smtp.said).decode().split("\r\n")
    assert [line.split(" ")[0] for line in said if line][:1] == ["EHLO"]
    assert not [line for line in said if line.startswith(("AUTH", "MAIL", "RCPT", "DATA"))]
