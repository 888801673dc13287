"""Two at once: refused on SQLite; on PostgreSQL they share one mailbox, and one goes on when the other is killed."""

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests.servers.postgres import Postgres, running_postgres
from tests.shell.house import House, house, student_mail
from tests.shell.test_strangers import baja


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


def ask(url: str, question: str) -> list[tuple[Any, ...]]:
    engine = create_engine(url)
    with contextlib.closing(engine.connect()) as connection:
        try:
            return [tuple(row) for row in connection.execute(text(question))]
        finally:
            engine.dispose()


def on_postgres(place: House, url: str) -> None:
    place.write_config(more=f'[store]\nurl = "{url}"\n')


def test_a_second_daemon_on_the_same_sqlite_store_refuses_to_start_and_says_who_runs() -> None:
    with house() as place, place.daemon() as first:
        first.ready()
        second = place.run("run")
        assert second.returncode == 1
        assert f"proceso {first.process.pid} en " in second.stderr
        assert place.run("run", "--once").returncode == 1
        assert len(second.stderr.strip().splitlines()) == 1
        first.kill()
        assert place.once().returncode == 0  # the lock died with the process


def test_two_daemons_on_postgresql_share_a_mailbox_and_answer_each_mail_once(postgres: Postgres) -> None:
    url = postgres.url("share")
    with house() as place:
        on_postgres(place, url)
        with place.daemon() as one, place.daemon() as two:
            one.ready()
            two.ready()
            place.dovecot.deliver_all([student_mail(n, sender=f"alumna{n % 10}@correo.test") for n in range(40)])
            place.wait(lambda: len(place.replies()) >= 40, 60)
            place.wait(lambda: ask(url, "SELECT count(*) FROM messages WHERE state = 'answered'") == [(40,)])
            assert (one.stop(), two.stop()) == (0, 0)
        assert {m: len(ids) for m, ids in place.ids_by_mail().items()} == {f"<alumna.{n}@correo.test>": 1 for n in range(40)}
        assert len(place.replies()) == 40
        assert ask(url, "SELECT count(*), count(DISTINCT address) FROM cases") == [(10, 10)]


def test_when_one_of_two_daemons_is_killed_the_other_goes_on_with_what_it_had_in_hand(postgres: Postgres) -> None:
    url = postgres.url("killed")
    die = """
import os, signal
from mailbot.shell import checkpoint
checkpoint.reached = lambda step: os.kill(os.getpid(), signal.SIGKILL) if step == "known" else None
"""
    with house() as place:
        on_postgres(place, url)
        with place.daemon(die) as dying:
            dying.ready()
            place.dovecot.deliver(student_mail(1))
            place.wait(lambda: dying.process.poll() is not None)
            with place.daemon() as other:
                other.ready()
                place.wait(lambda: len(place.replies()) == 1)
                place.wait(lambda: ask(url, "SELECT state, deaths FROM messages") == [("answered", 0)])


def test_a_daemon_that_runs_already_takes_over_within_seconds_what_a_killed_one_had_in_hand(postgres: Postgres) -> None:
    url = postgres.url("takeover")
    die = """
import os, signal
from mailbot.shell import checkpoint
checkpoint.reached = lambda step: os.kill(os.getpid(), signal.SIGKILL) if step == "known" else None
"""
    with house() as place:
        on_postgres(place, url)
        with place.daemon() as other, place.daemon(die) as dying:
            other.ready()
            dying.ready()
            mails = 0
            while dying.process.poll() is None:
                place.dovecot.deliver(student_mail(mails))
                mails += 1
                time.sleep(0.3)
            place.wait(lambda: len(place.replies()) == mails)  # eight seconds of silence, three until the next look
        assert {len(ids) for ids in place.ids_by_mail().values()} == {1}


def test_the_store_of_postgresql_upgrades_counts_and_forgets_as_sqlite_does(postgres: Postgres) -> None:
    url = postgres.url("commands")
    with house() as place:
        on_postgres(place, url)
        place.dovecot.deliver(student_mail(1))
        assert place.once().returncode == 0
        assert place.counts() == {"total": 1, "answered": 1, "ignored": 0, "set_aside": 0, "waiting": 0}
        assert place.run("forget", "Alumna1@correo.test").returncode == 0
        assert place.counts() == {"total": 1, "answered": 1, "ignored": 0, "set_aside": 0, "waiting": 0}
        assert ask(url, "SELECT sender, subject FROM messages") == [(None, None)]
        assert ask(url, "SELECT address FROM cases") == [("",)]


def test_a_copy_of_a_store_on_postgresql_goes_back_into_it_and_into_sqlite(postgres: Postgres) -> None:
    """Row by row the same, the next number follows, nothing is answered anew with another Message-ID."""
    url, copy = postgres.url("copies"), "copia.db"
    rows = "SELECT id, state, digest, sender, facts IS NULL FROM messages ORDER BY id"
    with house() as place:
        on_postgres(place, url)
        place.dovecot.deliver_all([student_mail(1, pdf=baja()), student_mail(2)])
        assert place.once().returncode == 0
        kept = ask(url, rows)
        with place.daemon() as running:
            running.ready()
            assert place.run("backup", copy).returncode == 0
            busy = place.run("restore", copy)
            assert (busy.returncode, f"proceso {running.process.pid} en " in busy.stderr) == (1, True)
            assert running.stop() == 0
        place.dovecot.deliver(student_mail(3))
        assert place.once("2026-11-23T10:20:00-06:00").returncode == 0
        assert place.run("restore", copy).returncode == 0
        assert ask(url, rows) == kept
        assert place.once("2026-11-23T10:40:00-06:00").returncode == 0
        assert [row[:2] for row in ask(url, rows)] == [(1, "answered"), (2, "answered"), (3, "answered")]
        assert {mail: len(ids) for mail, ids in place.ids_by_mail().items()} == {
            f"<alumna.{n}@correo.test>": 1 for n in (1, 2, 3)}
        assert place.run("restore", copy + ".antes").returncode == 0  # what was there before the restore
        assert [row[0] for row in ask(url, rows)] == [1, 2, 3]
        place.write_config()  # a move to SQLite
        assert place.run("restore", copy).returncode == 0
        assert place.rows(rows) == [(*row[:4], int(row[4])) for row in kept]
        assert [p.name for p in place.folder.iterdir() if "copia" in p.name and p.stat().st_mode & 0o077] == []
