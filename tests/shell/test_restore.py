"""A restore that dies half-way leaves the store as it was or as it shall be; and what was there can be taken back."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.shell.house import House, house, student_mail

DIE = """
import os
from mailbot.shell import backup
real = backup._keep_beside
def die(place):
    {before}
    real(place)
    os._exit(9)
backup._keep_beside = die
from mailbot.cli import main
main()
"""


@pytest.fixture
def place() -> Iterator[House]:
    with house() as made:
        yield made


def restore_dying(place: House, before: str) -> int:
    script = DIE.format(before=before)
    command = [sys.executable, "-c", script, "restore", str(place.folder / "copia.db"), "--config", str(place.config)]
    return subprocess.run(command, env=place.environment, cwd=place.folder, capture_output=True, check=False).returncode


@pytest.mark.parametrize("before", ["os._exit(9)", "pass"])
def test_a_restore_that_dies_before_its_last_step_leaves_the_store_as_it_was(place: House, before: str) -> None:
    place.dovecot.deliver(student_mail(1))
    assert place.once().returncode == 0
    assert place.run("backup", str(place.folder / "copia.db")).returncode == 0
    place.dovecot.deliver(student_mail(2))
    assert place.once("2026-11-23T10:20:00-06:00").returncode == 0
    assert restore_dying(place, before) == 9
    assert place.states() == ["answered"] * 2
    assert place.once("2026-11-23T10:30:00-06:00").returncode == 0
    assert len(place.replies()) == 2
    assert place.run("restore", str(place.folder / "copia.db")).returncode == 0
    assert place.states() == ["answered"]


def test_what_a_killed_daemon_had_only_in_its_log_is_in_the_store_kept_beside(place: House) -> None:
    with place.daemon() as running:
        running.ready()
        assert place.run("backup", str(place.folder / "copia.db")).returncode == 0
        place.dovecot.deliver_all([student_mail(n) for n in range(3)])
        place.wait(lambda: place.states() == ["answered"] * 3)
        running.kill()
    assert place.run("restore", str(place.folder / "copia.db")).returncode == 0
    assert place.states() == []
    (place.folder / "var" / "mailbot.db.antes").replace(place.database)
    assert place.states() == ["answered"] * 3
    assert sorted(p.name for p in (place.folder / "var").iterdir() if "partial" in p.name) == []
