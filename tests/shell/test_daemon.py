"""The daemon beside its servers: away, refusing, full, paused; and what staff see of each."""

import json
import re
import urllib.request
from collections.abc import Iterator

import pytest

from tests.servers.ports import free_port
from tests.shell.house import STAFF, House, house, student_mail


@pytest.fixture
def place() -> Iterator[House]:
    with house() as made:
        yield made


def notes(place: House) -> list[object]:
    return [r for (r,) in place.rows("SELECT state FROM outbox WHERE kind = 'note'")]


def test_servers_that_go_away_for_a_while_with_a_kill_in_between_cost_no_mail(place: House) -> None:
    with place.daemon() as running:
        running.ready()
        place.smtp.stop()
        place.dovecot.deliver_all([student_mail(n) for n in range(3)])
        place.wait(lambda: place.states() == ["decided"] * 3)
        place.dovecot.stop()
        running.kill()
    with place.daemon():
        place.wait(lambda: "IMAP is away" in place.log and "SMTP is away" in place.log)
        place.smtp.start()
        place.wait(lambda: len(place.replies()) == 3, 90)
        place.dovecot.start()
        place.dovecot.deliver(student_mail(7))
        place.wait(lambda: len(place.replies()) == 4, 90)
    assert {len(ids) for ids in place.ids_by_mail().values()} == {1}


def test_a_refused_reply_is_set_aside_and_staff_are_told_while_a_refused_copy_harms_nothing(place: House) -> None:
    place.smtp.mood.refuse_recipients = {"alumna1@correo.test": "550 5.1.1 no existe"}
    place.dovecot.deliver_all([student_mail(1), student_mail(2)])
    assert place.once().returncode == 0
    assert place.rows("SELECT state, reason FROM messages WHERE id = 1") == [
        ("set_aside", "el servidor rechazó la respuesta")]
    assert [to for to, _, _ in place.replies()] == ["alumna2@correo.test"]
    assert notes(place) == ["sent"]
    status = json.loads(place.run("status", "--json").stdout)
    assert status["outbox"] == {"waiting": 0, "sent": 2, "failed": 1}
    place.smtp.mood.refuse_recipients = {STAFF: "550 5.1.1 no existe"}
    place.dovecot.deliver(student_mail(3, text="Quiero la baja del seguro facultativo del ITQ, por favor."))
    assert place.once("2026-11-23T10:30:00-06:00").returncode == 0
    assert place.rows("SELECT state FROM messages WHERE id = 3") == [("answered",)]
    assert [to for to, _, _ in place.replies()][-1] == "alumna3@correo.test"


def test_a_reply_of_which_nobody_knows_goes_again_with_the_same_id(place: House) -> None:
    place.smtp.mood.drop_after_data = 1
    place.dovecot.deliver(student_mail(1))
    assert place.once().returncode == 0
    assert place.states() == ["decided"]
    assert place.once("2026-11-23T10:06:00-06:00").returncode == 0
    assert place.states() == ["answered"]
    assert (len(place.replies()), len(set(place.replies()))) == (2, 1)


def test_paused_takes_in_and_sends_nothing_until_resumed(place: House) -> None:
    place.once("2026-11-23T09:00:00-06:00")
    assert place.run("pause").returncode == 0
    place.dovecot.deliver(student_mail(1))
    assert place.once().returncode == 0
    assert (place.states(), place.replies()) == (["decided"], [])
    assert "en pausa" in place.run("status").stdout
    assert place.run("resume").returncode == 0
    assert place.once().returncode == 0
    assert len(place.replies()) == 1


def test_above_the_hourly_cap_the_outbox_is_held_staff_are_told_and_resume_releases_it(place: House) -> None:
    place.write_config(more="[limits]\nreplies_per_hour = 3\n")
    place.dovecot.deliver_all([student_mail(n) for n in range(5)])
    assert place.once().returncode == 0
    assert (len(place.replies()), notes(place)) == (3, ["sent"])
    assert place.run("status").returncode == 1
    assert place.run("resume").returncode == 0
    assert place.once().returncode == 0
    assert len(place.replies()) == 5


def test_a_server_away_makes_once_exit_with_1_and_one_line(place: House) -> None:
    place.dovecot.deliver(student_mail(1))
    place.smtp.stop()
    told = place.once()
    assert told.returncode == 1
    assert [line for line in told.stderr.splitlines() if line.startswith("mailbot:")] == [
        f"mailbot: SMTP 127.0.0.1:{place.smtp.port}: no acepta conexiones; revisa port o espera a que vuelva"]
    place.dovecot.stop()
    place.smtp.start()
    told = place.once()
    assert (told.returncode, len(place.replies())) == (1, 1)  # what is recorded goes out without IMAP


def test_a_full_disk_stops_the_taking_in_and_ends_by_itself(place: House) -> None:
    limit = """
import resource, signal, threading, time
from mailbot.shell import daemon
daemon.STORE_PAUSE = 0.3
def later():
    while not __import__("os").path.exists("full"):
        time.sleep(0.05)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    while not __import__("os").path.exists("free"):
        time.sleep(0.05)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
threading.Thread(target=later, daemon=True).start()
"""
    with place.daemon(limit) as running:
        running.ready()
        (place.folder / "full").touch()
        place.dovecot.deliver(student_mail(1))
        place.wait(lambda: "the database cannot be written" in place.log)
        assert place.replies() == []
        (place.folder / "free").touch()
        place.wait(lambda: len(place.replies()) == 1)
        place.wait(lambda: "the database is well again" in place.log)
        assert running.stop() == 0


def test_a_bad_reload_keeps_the_last_good_rules_and_says_what_is_wrong(place: House) -> None:
    import signal

    with place.daemon() as running:
        running.ready()
        (place.folder / "rules").mkdir()
        (place.folder / "rules" / "10-decisiones.toml").write_text('[[regla]]\nnombre = "x"\nsi = { estdo = "baja" }\n')
        running.process.send_signal(signal.SIGHUP)
        place.wait(lambda: "estdo" in place.log)
        place.dovecot.deliver(student_mail(1))
        place.wait(lambda: len(place.replies()) == 1)
        assert place.rows("SELECT stem FROM messages") == [("como_empezar",)]  # by the rules before


def test_the_logs_and_status_name_nobody(place: House) -> None:
    place.dovecot.deliver(student_mail(1, text="Soy Juana Pérez, NSS 12345678903."))
    with place.daemon() as running:
        running.ready()
        place.wait(lambda: len(place.replies()) == 1)
        assert running.stop() == 0
    said = place.log + place.run("status").stdout + place.run("show", "1").stdout
    assert not re.search(r"Juana|12345678903|correo\.test", said)


def test_figures_are_offered_on_loopback_when_asked_for(place: House) -> None:
    port = free_port()
    place.write_config(more=f"[watch]\nmetrics_port = {port}\n")
    place.dovecot.deliver(student_mail(1))
    with place.daemon() as running:
        running.ready()
        place.wait(lambda: place.states() == ["answered"])
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            told = answer.read().decode()
    assert 'mailbot_messages{state="answered"} 1\n' in told
    assert 'mailbot_up{server="imap"} 1\n' in told


def test_a_restored_backup_answers_with_the_same_id_or_not_at_all_where_sent_shows_it(place: House) -> None:
    place.write_config(mailbox='[mailbox.folders]\nsent = "Enviados"\n')
    assert place.once("2026-11-23T09:00:00-06:00").returncode == 0
    assert place.run("backup", str(place.folder / "copia.db")).returncode == 0
    place.dovecot.deliver(student_mail(1))
    assert place.once().returncode == 0
    before = place.replies()
    assert place.run("restore", str(place.folder / "copia.db")).returncode == 0
    assert place.once("2026-11-23T10:10:00-06:00").returncode == 0
    assert (place.states(), place.replies()) == (["answered"], before)
    place.write_config()  # no Sent folder to ask
    assert place.run("restore", str(place.folder / "copia.db")).returncode == 0
    assert place.once("2026-11-23T10:10:00-06:00").returncode == 0
    assert (len(place.replies()), set(place.replies())) == (2, set(before))
