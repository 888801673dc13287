"""Two at once: refused on SQLite; on PostgreSQL they share one mailbox, and one goes on when the other is killed."""

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests.servers.postgres import Postgres, running_postgres
from tests.shell.house import House, house, student_mail


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
            begun = time.monotonic()
            with place.daemon() as other:
                other.ready()
                place.wait(lambda: len(place.replies()) == 1, 60)
                assert time.monotonic() - begun < 45  # eight seconds of silence, and a start on a loaded machine
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
            begun = time.monotonic()
            place.wait(lambda: len(place.replies()) == mails, 60)
            assert time.monotonic() - begun < 22  # eight seconds of silence, three until the next look; a loaded machine
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
        backup = place.run("backup", str(place.folder / "copia.db"))
        assert (backup.returncode, "pg_dump" in backup.stderr) == (1, True)
