"""A process that is killed, wherever and however often, loses no mail and answers none with two different ids."""

import contextlib
import os
import random
import sqlite3
import time
from pathlib import Path

import pytest

from mailbot.shell.checkpoint import STEPS
from tests.shell.house import House, house, student_mail
from tests.shell.test_strangers import baja

# In the daemon's process, instead of the hook that does nothing: die the first time that a step is reached.
DIE_AT = """
import os, signal
from mailbot.shell import checkpoint
def reached(step):
    if step == {step!r} and not os.path.exists({mark!r}):
        open({mark!r}, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
checkpoint.reached = reached
"""
FOLDERS = """
[mailbox.folders]
answered = "Contestados"
sent = "Enviados"
"""
MAILS = int(os.environ.get("MAILBOT_KILL_MAILS", "24"))  # bench/kill.py: 120, and what each life does


def die_at(place: House, step: str) -> tuple[str, Path]:
    mark = place.folder / f"died-at-{step}"
    return DIE_AT.format(step=step, mark=str(mark)), mark


def all_done(place: House, mails: int) -> bool:
    filed = place.rows("SELECT count(*) FROM messages WHERE state = 'answered' AND filed_at IS NOT NULL")
    return [*filed, *place.rows("SELECT count(*) FROM outbox WHERE copied_at IS NULL")] == [(mails,), (0,)]


def test_killed_at_every_step_each_mail_is_answered_with_one_message_id_and_filed_once() -> None:
    with house() as place:
        place.write_config(mailbox=FOLDERS)
        for number, step in enumerate(STEPS):
            script, mark = die_at(place, step)
            with place.daemon(script) as running:
                place.dovecot.deliver(student_mail(number))
                place.wait(lambda r=running: r.process.poll() is not None)
            assert mark.exists(), f"step {step} was never reached"
        with place.daemon() as running:
            place.wait(lambda: all_done(place, len(STEPS)))
            assert running.stop() == 0
        wanted = {f"<alumna.{n}@correo.test>" for n in range(len(STEPS))}
        assert {mail: len(ids) for mail, ids in place.ids_by_mail().items()} == dict.fromkeys(wanted, 1)
        # A death between SMTP's acceptance and our note of it sends the same mail a second time. One of the steps is that
        # death; on a slow machine another step's death may meet the mail before.
        assert len(STEPS) < len(place.replies()) < 2 * len(STEPS)
        assert place.dovecot.uids("INBOX") == []
        assert len(place.dovecot.uids("Contestados")) == len(STEPS)
        assert len(place.dovecot.uids("Enviados")) == len(STEPS)
        assert place.rows("SELECT count(*) FROM messages WHERE failed = 1 OR deaths > 0") == [(0,)]


def test_killed_a_second_after_each_start_it_moves_on_and_loses_nothing_and_answers_nothing_twice_differently() -> None:
    """The mails wait when it is started first. A slow machine needs more than a second: each life without work adds to it."""
    chance = random.Random(120)
    with house() as place:
        place.dovecot.deliver_all([
            student_mail(n, sender=f"alumna{n % 20}@correo.test", pdf=baja() if n % 3 else None) for n in range(MAILS)])
        lives, second, done = 0, 1.0, work_done(place)
        while len(place.ids_by_mail()) < MAILS and lives < 60:
            with place.daemon():
                time.sleep(second + chance.uniform(-0.1, 0.1))
            lives, before, done = lives + 1, done, work_done(place)
            second *= 1.3 if done == before else 1
        with place.daemon() as running:
            running.ready()
            place.wait(lambda: place.rows("SELECT count(*) FROM messages WHERE state != 'answered'") == [(0,)]
                       and place.rows("SELECT count(*) FROM messages") == [(MAILS,)], 90)
            assert running.stop() == 0
        assert lives >= 3
        assert {m: len(ids) for m, ids in place.ids_by_mail().items()} == {
            f"<alumna.{n}@correo.test>": 1 for n in range(MAILS)}


def work_done(place: House) -> list[tuple[object, ...]]:
    """Return what outlives a life: rules tried out, mails seen, decided and sent."""
    if not place.database.exists():
        return []
    with contextlib.suppress(sqlite3.OperationalError):  # killed before it had made its tables
        return [*place.rows("SELECT value FROM meta WHERE key = 'tried'"),
                *place.rows("SELECT state, count(*) FROM messages GROUP BY state"),
                *place.rows("SELECT state, count(*) FROM outbox GROUP BY state")]
    return []


def test_a_mail_in_hand_at_ten_deaths_in_a_row_is_set_aside_and_the_next_one_answered() -> None:
    script = """
import os, signal
from mailbot.shell import intake
real = intake.parse
def parse(raw, *rest, **more):
    if b"veneno" in raw:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(raw, *rest, **more)
intake.parse = parse
"""
    with house() as place:
        place.dovecot.deliver(student_mail(1, text="veneno"))
        place.dovecot.deliver(student_mail(2))
        for death in range(1, 11):
            with place.daemon(script) as running:
                place.wait(lambda r=running: r.process.poll() is not None)
            assert place.rows("SELECT deaths FROM messages WHERE id = 1") == [(death,)]
        with place.daemon(script) as running:
            place.wait(lambda: place.states() == ["set_aside", "answered"])
            note = "SELECT kind, stem, state FROM outbox WHERE message_id = 1"
            place.wait(lambda: place.rows(note) == [("note", "aviso_personal", "sent")])
            assert running.stop() == 0
        assert place.rows("SELECT failed, reason FROM messages WHERE id = 1") == [
            (1, "el programa murió 10 veces seguidas con este correo en las manos")]
        assert set(place.ids_by_mail()) == {"<alumna.2@correo.test>"}
        assert place.rows("SELECT count(*) FROM outbox WHERE message_id = 1") == [(1,)]


def test_ten_deaths_that_are_not_in_a_row_set_nothing_aside() -> None:
    with house() as place:
        script, _ = die_at(place, "claimed")
        place.dovecot.deliver(student_mail(1))
        with place.daemon(script) as running:
            place.wait(lambda r=running: r.process.poll() is not None)
        with place.daemon() as running:
            place.wait(lambda: place.states() == ["answered"])
        assert place.rows("SELECT deaths, attempts FROM messages") == [(0, 0)]


@pytest.mark.parametrize("moment", ["idle", "busy"])
def test_sigterm_ends_it_within_seconds_with_nothing_half_done(moment: str) -> None:
    with house() as place, place.daemon() as running:
        running.ready()
        if moment == "busy":
            place.dovecot.deliver_all([student_mail(n) for n in range(20)])
            place.wait(lambda: len(place.replies()) >= 2)
        begun = time.monotonic()
        assert running.stop() == 0
        assert time.monotonic() - begun < 30
        assert place.rows("SELECT count(*) FROM messages WHERE claimed_by IS NOT NULL OR deaths > 0") == [(0,)]
        assert place.rows("SELECT count(*) FROM outbox WHERE claimed_by IS NOT NULL") == [(0,)]
        sent = place.rows("SELECT count(*) FROM outbox WHERE kind = 'reply' AND state = 'sent'")
        assert sent == [(len(place.replies()),)]
