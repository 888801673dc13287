"""What systemd hears of us, and what `mailbot status` and the figures say when something is wrong."""

import json
import socket
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest

from mailbot.shell.vitals import Limits, wrong
from tests.servers.ports import free_port
from tests.shell.house import House, house, student_mail


@pytest.fixture
def place() -> Iterator[House]:
    with house() as made:
        yield made


class Ear:
    """A socket as systemd opens it for a service of Type=notify."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.heard: list[tuple[str, float]] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while word := self._socket.recv(4096).decode():
            self.heard.append((word, time.monotonic()))

    def close(self) -> None:
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as last:
            last.sendto(b"", str(self.path))

    def times(self, word: str) -> list[float]:
        return [at for heard, at in self.heard if heard == word]


@contextmanager
def systemd(place: House) -> Iterator[Ear]:
    ear = Ear(place.folder / "notify")
    try:
        yield ear
    finally:
        ear.close()


def test_systemd_hears_ready_then_a_beat_within_its_patience_then_stopping(place: House) -> None:
    with systemd(place) as ear, place.daemon(NOTIFY_SOCKET=str(ear.path), WATCHDOG_USEC="6000000") as running:
        running.ready()
        place.wait(lambda: len(ear.times("WATCHDOG=1")) >= 3)
        assert running.stop() == 0
        place.wait(lambda: bool(ear.times("STOPPING=1")))
        beats = ear.times("WATCHDOG=1")
        assert [len(ear.times(word)) for word in ("READY=1", "STOPPING=1")] == [1, 1]
        assert max(b - a for a, b in pairwise(beats)) < 6.0


def test_a_daemon_that_hangs_beats_no_more_so_that_systemd_starts_it_anew(place: House) -> None:
    hang = """
import threading, time
from mailbot.shell import postman
real = postman.Postman.deliver
async def deliver(self):
    went = await real(self)
    if went:
        open("hanging", "w").close()
        time.sleep(3600)
    return went
postman.Postman.deliver = deliver
"""
    with systemd(place) as ear, place.daemon(hang, NOTIFY_SOCKET=str(ear.path), WATCHDOG_USEC="1000000") as running:
        running.ready()
        place.dovecot.deliver(student_mail(1))
        place.wait((place.folder / "hanging").exists)
        time.sleep(0.7)
        before = len(ear.times("WATCHDOG=1"))
        time.sleep(1.5)
        assert len(ear.times("WATCHDOG=1")) == before


def test_while_imap_is_away_the_service_counts_as_started_and_beats(place: House) -> None:
    place.dovecot.stop()
    with systemd(place) as ear, place.daemon(NOTIFY_SOCKET=str(ear.path), WATCHDOG_USEC="1000000"):
        place.wait(lambda: bool(ear.times("READY=1")) and len(ear.times("WATCHDOG=1")) >= 3)
        assert len(ear.times("READY=1")) == 1


def test_a_locked_database_is_said_to_systemd_and_log_and_ends_by_itself(place: House) -> None:
    short = "from mailbot.shell import store, daemon\nstore.BUSY_MS = 200\ndaemon.STORE_PAUSE = 0.3\n"
    with systemd(place) as ear, place.daemon(short, NOTIFY_SOCKET=str(ear.path)) as running:
        running.ready()
        with closing(sqlite3.connect(place.database, timeout=20, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            place.dovecot.deliver(student_mail(1))
            place.wait(lambda: bool(ear.times("STATUS=la base de datos no se puede escribir")))
            assert place.log.count("the database cannot be written") == 1  # once, however long it lasts
            assert (place.replies(), place.states()) == ([], [])
            other.execute("ROLLBACK")
        place.wait(lambda: len(place.replies()) == 1)
        place.wait(lambda: bool(ear.times("STATUS=trabajando")))
        assert running.stop() == 0


def test_the_figures_are_for_this_machine_only_and_any_other_page_is_none(place: House) -> None:
    port = free_port()
    place.write_config(more=f"[watch]\nmetrics_port = {port}\n")
    with place.daemon() as running:
        running.ready()
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10)
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        listening = [local for _, local, _, state, *_ in rows if state == "0A" and local.endswith(f":{port:04X}")]
        assert listening == [f"0100007F:{port:04X}"]


NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
WELL = {
    "oldest_waiting": None, "contact": {"imap": {"last": NOW.isoformat(), "failing_since": None, "reason": None}},
    "running": [{"pid": 1}], "failed": 0, "outbox": {"waiting": 0, "sent": 9, "failed": 0}, "held": None,
    "free_disk_mb": 5000,
}  # fmt: skip
LONG_AGO = "2026-11-23T15:00:00+00:00"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, []),
        ({"oldest_waiting": LONG_AGO}, ["hay un correo que espera desde 23/11/2026 09:00"]),
        ({"contact": {"smtp": {"last": None, "failing_since": LONG_AGO, "reason": "no acepta conexiones"}}},
         ["SMTP no responde desde 23/11/2026 09:00: no acepta conexiones"]),
        ({"contact": {"imap": {"last": LONG_AGO, "failing_since": None, "reason": None}}},
         ["IMAP: último contacto 23/11/2026 09:00"]),
        ({"contact": {"imap": {"last": LONG_AGO, "failing_since": None, "reason": None}}, "running": []},
         ["IMAP: último contacto 23/11/2026 09:00; ningún mailbot atiende el buzón"]),
        ({"failed": 2}, ["2 correos apartados por una falla: mailbot reprocess lo intenta otra vez"]),
        ({"outbox": {"waiting": 0, "sent": 9, "failed": 1}}, ["1 respuesta no se pudo entregar"]),
        ({"held": "freno puesto: salieron demasiadas"}, ["freno puesto: salieron demasiadas"]),
        ({"held": "en pausa: mailbot resume vuelve a enviar"}, []),
        ({"free_disk_mb": 12}, ["quedan 12 MB en el disco"]),
        ({"free_disk_mb": None}, []),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(change: dict[str, object], said: list[str]) -> None:
    limits = Limits(timedelta(minutes=15), timedelta(minutes=10), 200)
    assert wrong({**WELL, **change}, limits, NOW, ZoneInfo("America/Mexico_City")) == said


def test_status_exits_with_1_while_a_server_is_away_or_nobody_looks_and_with_0_when_all_is_well_again(place: House) -> None:
    place.dovecot.deliver(student_mail(1))
    assert place.once().returncode == 0
    assert place.run("status").returncode == 0
    place.smtp.stop()
    place.dovecot.deliver(student_mail(2))
    assert place.once("2026-11-23T10:20:00-06:00").returncode == 1
    an_hour_later(place)
    told = place.run("status", "--json")
    assert (told.returncode, [line[:22] for line in json.loads(told.stdout)["problems"]]) == (
        1, ["hay un correo que espe", "IMAP: último contacto ", "SMTP no responde desde"])
    assert "ningún mailbot atiende el buzón" in told.stdout
    place.smtp.start()
    assert place.once("2026-11-23T10:21:00-06:00").returncode == 0
    assert place.run("status").returncode == 0


def an_hour_later(place: House) -> None:
    """Let an hour pass over the contacts that the store remembers."""
    with closing(sqlite3.connect(place.database)) as store, store:
        for key, value in store.execute("SELECT key, value FROM meta WHERE key LIKE 'contact.%'").fetchall():
            told = json.loads(value)
            for when in ("good", "since"):
                if told[when]:
                    told[when] = (datetime.fromisoformat(told[when]) - timedelta(hours=1)).isoformat()
            store.execute("UPDATE meta SET value = ? WHERE key = ?", (json.dumps(told), key))
