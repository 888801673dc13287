"""A copy of the store that runs on another machine, or at another place, sends nothing that the first one has sent."""

import shutil
from pathlib import Path

from mailbot.shell import flags, whereabouts
from mailbot.shell.store import open_store
from tests.shell.house import House, house, student_mail
from tests.shell.test_store import NOW

SENT = '[mailbox.folders]\nsent = "Enviados"\n'


def cloned(place: House, folder: Path) -> House:
    """Copy the whole installation to another folder, as a machine is cloned."""
    folder.mkdir()
    shutil.copytree(place.folder / "var", folder / "var")
    return House(folder, place.dovecot, place.smtp)


def test_a_clone_that_runs_beside_the_first_sends_nothing_that_sent_shows(tmp_path: Path) -> None:
    with house() as place:
        place.write_config(mailbox=SENT)
        assert place.once("2026-11-23T10:00:00-06:00").returncode == 0
        clone = cloned(place, tmp_path / "clon")
        clone.write_config(mailbox=SENT)
        place.dovecot.deliver_all([student_mail(n) for n in range(3)])
        assert place.once().returncode == 0
        told = clone.once()
        assert (told.returncode, "the store was elsewhere before" in told.stderr) == (0, True)
        assert clone.states() == ["answered"] * 3
        assert len(place.replies()) == 3
        # without a Sent folder to ask, what goes twice is recognisably the same mail
        blind = cloned(place, tmp_path / "ciego")
        assert (blind.once().returncode, place.once().returncode) == (0, 0)
        place.dovecot.deliver(student_mail(9))
        assert (blind.once().returncode, place.once().returncode) == (0, 0)
        assert {mail: len(ids) for mail, ids in place.ids_by_mail().items()} == {
            f"<alumna.{n}@correo.test>": 1 for n in (0, 1, 2, 9)}


def test_only_a_store_that_moved_is_taken_for_a_copy(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'mailbot.db'}")
    here, there = (whereabouts.here(tmp_path / name) for name in ("a.db", "b.db"))
    moved = [store.write_now(whereabouts.settle, place, NOW) for place in (here, here, there, there)]
    assert moved == [False, False, True, False]
    assert store.read_now(flags.get, flags.RESTORED) == {"at": NOW.isoformat(), "copy": "otro lugar"}
    assert here != there
    store.close()
