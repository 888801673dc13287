"""A person's data: in no log, status, error or file name of a whole run; gone after its time, or when asked for."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.commands.demo import MONDAY
from mailbot.demo.mails import MAILS
from tests.shell.house import House, house, student_mail
from tests.shell.test_strangers import baja, report

COMMANDS = (("status",), ("status", "--json"), ("check",), ("show", "1"), ("show", "99"), ("reprocess",), ("pause",), ("resume",))


@pytest.fixture
def place() -> Iterator[House]:
    with house() as made:
        yield made


def personal() -> set[str]:
    """Return what must never be seen: addresses, names, and every NSS and CURP of the invented students."""
    found: set[str] = set()
    for mail in MAILS:
        s = mail.student
        found |= {s.email, s.email.split("@")[0], s.nss, s.curp, *(part for part in s.name.split() if len(part) > 3)}
    return {word.casefold() for word in found}


def test_no_log_status_error_or_file_name_of_a_whole_run_with_trouble_names_anybody(place: House) -> None:
    """Every outcome, a bug that quotes a mail, a refused recipient, a bounce, servers that go away."""
    bug = """
from datetime import timedelta
from mailbot.shell import intake, ledger
ledger.AGAIN_AFTER = timedelta(0)
real = intake.answer
def answer(message, *rest):
    if "veneno" in message.text:
        raise KeyError(message.sender, message.text)
    return real(message, *rest)
intake.answer = answer
"""
    student = MAILS[0].student
    place.smtp.mood.refuse_recipients = {MAILS[1].student.email: f"550 5.1.1 <{MAILS[1].student.email}>: no such user"}
    place.dovecot.deliver_all([
        *(m.build(MONDAY, place.dovecot.address) for m in MAILS),
        student_mail(1, sender=f"{student.name} <{student.email}>", text=f"veneno {student.nss} {student.curp}", pdf=baja()),
    ])
    with place.daemon(bug) as running:
        running.ready()
        dealt_with = "SELECT count(*) FROM messages WHERE state NOT IN ('seen', 'decided')"
        place.wait(lambda: place.rows(dealt_with) == [(len(MAILS) + 1,)], 120)
        place.dovecot.deliver(report(place.smtp.received[0].raw, place.smtp.received[0].rcpt_tos[0]))
        place.wait(lambda: place.rows("SELECT count(*) FROM messages") == [(len(MAILS) + 2,)])
        place.smtp.stop()
        place.dovecot.deliver(student_mail(2, sender=student.email, pdf=baja()))
        place.wait(lambda: "SMTP is away" in place.log)
        place.dovecot.stop()
        place.wait(lambda: "IMAP is away" in place.log)
        assert running.stop() == 0
    told = [place.log]
    for words in COMMANDS:
        done = place.run(*words)
        told += [done.stdout, done.stderr]
    once = place.once()
    files = " ".join(str(p.relative_to(place.folder)) for p in place.folder.rglob("*"))
    said = "\n".join([*told, once.stdout, once.stderr, files]).casefold()
    assert [word for word in sorted(personal()) if word in said] == []
    assert not re.search(r"\b\d{11}\b|[a-z]{4}\d{6}[hmx][a-z]{5}", said)
    assert "KeyError" in place.log  # the bug was met
    assert "mail failed for good" in place.log


def test_bodies_go_after_thirty_days_and_personal_columns_after_the_period_while_the_counts_stay(place: House) -> None:
    place.write_config(more="[store]\nkeep_days = 60\n")
    place.dovecot.deliver_all([student_mail(1, pdf=baja()), student_mail(2)])
    assert place.once("2026-11-23T10:05:00-06:00").returncode == 0
    counts = place.counts()

    def kept(day: str) -> list[tuple[object, ...]]:
        assert place.once(f"{day}T10:00:00-06:00").returncode == 0
        return [
            place.rows("SELECT count(*) FROM outbox WHERE kind = 'reply' AND raw IS NOT NULL")[0][0],
            place.rows("SELECT count(sender) + count(subject) FROM messages")[0][0],
            place.rows("SELECT count(rcpt_to) FROM outbox WHERE kind = 'reply'")[0][0],
        ]  # type: ignore[return-value]

    assert kept("2026-12-22") == [2, 4, 2]
    assert kept("2026-12-24") == [0, 4, 2]
    assert kept("2027-01-25") == [0, 0, 0]
    assert place.counts() == counts
    [path] = [p for p in (place.folder / "var").iterdir() if p.name == "mailbot.db"]
    assert place.rows("SELECT count(*) FROM outbox WHERE raw IS NOT NULL AND sent_at < '2026-12-20'") == [(0,)]
    assert path.stat().st_mode & 0o077 == 0


def test_forgetting_a_person_leaves_nothing_of_them_in_the_store_ends_the_reminders_and_keeps_the_counts(place: House) -> None:
    place.dovecot.deliver_all([student_mail(1, pdf=baja()), student_mail(2, pdf=baja())])
    assert place.once().returncode == 0
    place.dovecot.deliver(report(place.smtp.received[0].raw, "alumna1@correo.test"))
    assert place.once("2026-11-23T11:00:00-06:00").returncode == 0
    counts = place.counts()
    done = place.run("forget", "ALUMNA1@correo.test")
    assert done.returncode == 0
    assert "alumna1" not in done.stdout.casefold()
    bytes_left = b"".join(p.read_bytes() for p in (place.folder / "var").rglob("*") if p.is_file())
    assert b"alumna1@" not in bytes_left.lower()
    assert b"alumna2@" in bytes_left
    assert place.counts() == counts
    assert place.once("2026-11-30T10:00:00-06:00").returncode == 0
    assert [to for to, _, _ in place.replies()].count("alumna1@correo.test") == 1
    assert [to for to, _, _ in place.replies()].count("alumna2@correo.test") == 2


def test_the_store_and_its_copies_are_for_their_owner_alone(place: House, tmp_path: Path) -> None:
    place.dovecot.deliver(student_mail(1))
    assert place.once().returncode == 0
    assert place.run("backup", str(tmp_path / "copia.db")).returncode == 0
    assert place.run("restore", str(tmp_path / "copia.db")).returncode == 0
    found = [tmp_path / "copia.db", *(p for p in (place.folder / "var").rglob("*") if p.is_file())]
    assert [p.name for p in found if p.stat().st_mode & 0o077] == []
