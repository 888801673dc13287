"""What the store promises: one row for each mail, one transaction for each outcome, one lock, counts that stay true."""

import asyncio
import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import StatementError

from mailbot.core.case import new_case
from mailbot.core.outcome import Outcome, Outgoing, PlannedReminder
from mailbot.shell import (
    backup,
    breaker,
    case_rows,
    daemons,
    flags,
    ledger,
    letters,
    once,
    privacy,
    reminder_rows,
    watermarks,
)  # fmt: skip
from mailbot.shell.fetched import Found, Look, Watermark
from mailbot.shell.recording import record
from mailbot.shell.store import OneAtATime, Store, StoreProblem, StoreUnavailable, migrate, open_store
from mailbot.shell.tables import REVISION, cases, messages, metadata, outbox

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
ME = "esta"
STUDENT = "alumna@correo.test"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'mailbot.db'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    opened.write_now(daemons.arrive, ME)
    yield opened
    opened.close()


def found(*uids: int, uidvalidity: int = 7) -> list[Found]:
    return [Found(uidvalidity, uid, 100 + uid, NOW) for uid in uids]


def see(store: Store, *uids: int, uidvalidity: int = 7) -> int:
    return store.write_now(ledger.see, "buzon", "INBOX", found(*uids, uidvalidity=uidvalidity), NOW)


def claim(store: Store, most: int = 3, me: str = ME) -> list[tuple[int, int]]:
    return [(c.id, c.deaths) for c in store.write_now(ledger.claim, me, NOW, most)]


def know(store: Store, number: int, digest: str, sender: str = STUDENT) -> ledger.Known:
    return store.write_now(ledger.know, number, ME, digest, sender, "Mi constancia", NOW)


def reply(name: str, kind: str = "reply", priority: int = 1, to: str = STUDENT) -> Outgoing:
    return Outgoing(kind, "solicita_tu_alta", (to,), (), b"bytes of " + name.encode(), f"<{name}@itq.test>", priority)  # type: ignore[arg-type]


def outcome(*mails: Outgoing, **more: object) -> Outcome:
    return replace(Outcome("answered", "de baja", mails=mails), **more)  # type: ignore[arg-type]


def decided(store: Store, number: int, result: Outcome) -> str:
    asked = case_rows.Asked((STUDENT,))
    _, version = store.read_now(case_rows.past_of, asked, NOW)
    return store.write_now(record, number, ME, result, asked, version, NOW)


def state(store: Store, number: int) -> str:
    return store.read_now(lambda c: c.execute(select(messages.c.state).where(messages.c.id == number)).scalar_one())


# -- opening ------------------------------------------------------------------------------------------------------


def test_a_new_store_has_exactly_the_tables_that_the_migrations_make(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    import mailbot.shell.migrations as folder

    config = Config()
    config.set_main_option("script_location", str(Path(folder.__file__).parent))
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]
    old = open_store(f"sqlite:///{tmp_path / 'old.db'}")

    def begin_anew(c: Connection) -> list[object]:
        metadata.drop_all(c)
        c.execute(text("DROP TABLE alembic_version"))
        migrate(c)
        return list(compare_metadata(MigrationContext.configure(c), metadata))

    assert old.write_now(begin_anew) == []
    old.close()


def test_a_store_of_a_newer_version_is_refused_with_one_line(url: str, store: Store) -> None:
    store.write_now(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(StoreProblem, match="versión más nueva"):
        open_store(url)


@pytest.mark.parametrize("wrong", ["nada", "sqlite:////proc/nada/mailbot.db", "oracle://x"])
def test_a_url_that_cannot_be_opened_is_one_clear_line(wrong: str) -> None:
    with pytest.raises(StoreProblem) as told:
        open_store(wrong)
    assert "store.url" in str(told.value)
    assert "\n" not in str(told.value)


def test_an_address_that_cannot_be_right_ends_every_command_with_2_and_a_damaged_file_with_1(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[mailbox]\naddress = "a@b.test"\nhost = "127.0.0.1"\nauth = "password"\nusername = "a"\n'
                      '[smtp]\nhost = "127.0.0.1"\nauth = "none"\n[store]\nurl = "sqlite:///x/mailbot.db"\n')  # fmt: skip
    (tmp_path / "x").touch()  # a file where the folder should be
    commands = (["status"], ["cases"], ["pause"], ["run", "--once"])
    assert {_ended(config, c) for c in commands} == {2}
    (tmp_path / "x").unlink()
    (tmp_path / "x" / "mailbot.db").mkdir(parents=True)
    assert {_ended(config, c) for c in commands} == {2}
    (tmp_path / "x" / "mailbot.db").rmdir()
    (tmp_path / "x" / "mailbot.db").write_bytes(b"no soy una base de datos" * 100)
    assert {_ended(config, c) for c in commands} == {1}


def _ended(config: Path, command: list[str]) -> int:
    """Run a command; return its exit code, having seen that it says one line of the store."""
    program = "from mailbot.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, *command, "--config", str(config)], capture_output=True, text=True, timeout=120,
        env={**os.environ, "MAILBOT_MAILBOX_PASSWORD": "x"}, check=False,
    )  # fmt: skip
    assert "store.url" in done.stderr.strip()
    assert "\n" not in done.stderr.strip()
    return done.returncode


def test_sqlite_keeps_what_it_has_committed_and_lets_others_read(url: str, store: Store) -> None:
    asked = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
    told = store.read_now(lambda c: [c.execute(text(f"PRAGMA {name}")).scalar() for name in asked])
    assert told == ["wal", 2, 1, 1]


def test_only_one_may_work_on_a_store_and_the_other_is_told_who(tmp_path: Path) -> None:
    first, second = OneAtATime(tmp_path / "a.db"), OneAtATime(tmp_path / "a.db")
    first.take()
    with pytest.raises(StoreProblem, match=r"proceso \d+ en "):
        second.take()
    first.release()
    second.take()
    second.release()


def test_a_locked_database_is_unavailable_and_well_again_afterwards(url: str, store: Store) -> None:
    store.write_now(lambda c: c.execute(text("PRAGMA busy_timeout=50")))
    with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable):
            see(store, 1)
        other.execute("ROLLBACK")
    assert see(store, 1) == 1


# -- the ledger ---------------------------------------------------------------------------------------------------


def test_a_mail_is_entered_once_however_often_it_is_seen(store: Store) -> None:
    assert [see(store, 1, 2), see(store, 1, 2, 3)] == [2, 1]
    assert store.read_now(ledger.counts) == {"total": 3, "answered": 0, "ignored": 0, "set_aside": 0, "waiting": 3}


def test_the_same_bytes_at_another_uid_are_a_copy_and_other_bytes_are_not(store: Store) -> None:
    see(store, 1, 2, 3)
    claim(store)
    assert [know(store, 1, "a"), know(store, 2, "a"), know(store, 3, "b")] == [
        ledger.Known(), ledger.Known(copy_of=1), ledger.Known()]


def test_after_a_change_of_uidvalidity_an_answered_mail_keeps_its_row_and_gets_its_new_uid(store: Store) -> None:
    see(store, 5)
    claim(store)
    know(store, 1, "a")
    decided(store, 1, Outcome("ignored", "gracias"))
    see(store, 1, uidvalidity=8)
    [(again, _)] = claim(store)
    assert know(store, again, "a") == ledger.Known(moved_to=1)
    rows = store.read_now(lambda c: c.execute(select(messages.c.id, messages.c.uidvalidity, messages.c.uid)).all())
    assert [tuple(r) for r in rows] == [(1, 8, 1)]
    assert store.read_now(ledger.counts)["total"] == 1


def test_after_a_change_of_uidvalidity_a_mail_that_still_waits_is_not_entered_again(store: Store) -> None:
    see(store, 5)
    assert store.write_now(ledger.see, "buzon", "INBOX", [Found(8, 1, 105, NOW)], NOW) == 0
    rows = store.read_now(lambda c: c.execute(select(messages.c.uidvalidity, messages.c.uid, messages.c.state)).all())
    assert [tuple(r) for r in rows] == [(8, 1, "seen")]


def test_the_watermark_moves_with_the_rows_and_goes_by_date_after_a_renumbering(store: Store) -> None:
    mark = Watermark(7, 10, NOW)
    _, mark = store.write_now(
        watermarks.take_in, "b", "INBOX", mark, Look(7, False, tuple(found(11, 12))), NOW, pretend=False)
    assert mark == Watermark(7, 12, NOW)
    _, mark = store.write_now(
        watermarks.take_in, "b", "INBOX", mark, Look(8, True, tuple(found(3, uidvalidity=8))), NOW, pretend=False)
    assert mark == store.read_now(watermarks.load, "b", "INBOX") == Watermark(8, 3, NOW, dated=True)


def test_a_death_is_counted_before_the_work_and_the_suspect_is_taken_alone(store: Store) -> None:
    see(store, 1, 2, 3)
    assert claim(store, 2) == [(1, 0), (2, 0)]
    store.write_now(daemons.arrive, "otra")  # the process died; on SQLite a new one is alone
    assert claim(store, 3, "otra") == [(1, 1)]
    assert claim(store, 3, "otra") == [(2, 1)]
    assert claim(store, 3, "otra") == [(3, 0)]


def test_a_mail_that_killed_often_waits_for_the_others(store: Store) -> None:
    see(store, 1, 2)
    store.write_now(lambda c: c.execute(update(messages).where(messages.c.id == 1).values(deaths=ledger.SUSPECT_DEATHS)))
    assert claim(store, 3) == [(2, 0)]
    assert claim(store, 3) == [(1, ledger.SUSPECT_DEATHS)]


def test_a_mail_given_back_at_a_stop_has_no_death_to_its_name(store: Store) -> None:
    see(store, 1)
    claim(store)
    store.write_now(ledger.put_back, 1, ME)
    assert claim(store) == [(1, 0)]


def test_three_failures_set_a_mail_aside_and_reprocess_tries_it_again(store: Store) -> None:
    see(store, 1)
    last = []
    for n in range(3):
        later = NOW + timedelta(hours=n)
        assert [c.id for c in store.write_now(ledger.claim, ME, later, 3)] == [1]
        last.append(store.write_now(ledger.failed_try, 1, ME, "KeyError", later))
    assert last == [False, False, True]
    assert store.read_now(lambda c: c.execute(select(messages.c.reason)).scalar()) == "falló 3 veces (KeyError)"
    assert store.write_now(ledger.reprocess, None, NOW) == [1]
    assert claim(store) == [(1, 0)]


def test_what_another_daemon_took_over_is_not_recorded_by_the_first(store: Store) -> None:
    see(store, 1)
    claim(store)
    store.write_now(lambda c: c.execute(update(messages).values(claimed_by="otra")))
    with pytest.raises(ledger.NotOurs):
        decided(store, 1, outcome(reply("a")))
    assert store.read_now(letters.counts) == {"waiting": 0, "sent": 0, "failed": 0}


# -- an outcome ---------------------------------------------------------------------------------------------------


def whole(name: str = "a") -> Outcome:
    plan = PlannedReminder("recordatorio_confirmacion", date(2026, 11, 23), 5, NOW + timedelta(days=7))
    case = replace(new_case(STUDENT, NOW, "digest"), state="alta_pedida", step_day=date(2026, 11, 23), thread=("<m@x>", "Hola"))
    return outcome(reply(name), case=case, events=("pide_alta",), reminder=plan)


def test_an_outcome_is_recorded_whole_and_the_case_comes_back_as_it_was(store: Store) -> None:
    see(store, 1)
    claim(store)
    assert decided(store, 1, whole()) == "decided"
    past, version = store.read_now(case_rows.past_of, case_rows.Asked((STUDENT,)), NOW)
    assert past.cases == (replace(whole().case, id=1),)  # type: ignore[type-var]
    assert (past.replies_today, version) == (1, ((1, 1),))
    assert store.read_now(reminder_rows.counts, NOW) == {"due": 0, "scheduled": 1, "sent": 0, "cancelled": 0}
    assert store.read_now(letters.counts) == {"waiting": 1, "sent": 0, "failed": 0}


def test_a_file_that_is_no_database_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "mailbot.db").write_bytes(b"no soy una base de datos" * 100)
    with pytest.raises(StoreProblem, match=r"no es una base de datos, o está dañado.*mailbot restore ARCHIVO$"):
        open_store(f"sqlite:///{tmp_path / 'mailbot.db'}")


def test_a_folder_that_cannot_be_written_is_said_by_the_lock_and_by_the_store_alike(tmp_path: Path) -> None:
    (tmp_path / "archivo").touch()
    place = tmp_path / "archivo" / "mailbot.db"
    said = r"^store.url: no se puede escribir en su carpeta \(.+\); revisa la ruta y los permisos$"
    with pytest.raises(StoreProblem, match=said):
        OneAtATime(place).take()
    with pytest.raises(StoreProblem, match=said):
        open_store(f"sqlite:///{place}")


def test_an_outcome_that_cannot_be_recorded_whole_is_not_recorded_at_all(store: Store) -> None:
    see(store, 1)
    claim(store)
    good = whole()
    assert good.reminder is not None
    broken = replace(good, reminder=replace(good.reminder, due=datetime(2026, 11, 30)))  # type: ignore[type-var]
    with pytest.raises(StatementError, match="instant without zone"):
        decided(store, 1, broken)
    assert state(store, 1) == "seen"
    assert store.read_now(case_rows.all_cases) == []
    assert store.read_now(letters.counts) == {"waiting": 0, "sent": 0, "failed": 0}


def test_an_answer_worked_out_from_a_past_that_has_changed_is_refused(store: Store) -> None:
    see(store, 1, 2)
    claim(store)
    asked = case_rows.Asked((STUDENT,))
    _, version = store.read_now(case_rows.past_of, asked, NOW)
    decided(store, 1, whole())
    with pytest.raises(case_rows.Stale):
        store.write_now(record, 2, ME, whole("b"), asked, version, NOW)
    assert len(store.read_now(case_rows.all_cases)) == 1


def test_an_answer_that_did_not_know_of_the_same_nss_at_another_address_is_refused(store: Store) -> None:
    see(store, 1, 2)
    claim(store)
    first = whole()
    assert first.case is not None
    asked = case_rows.Asked(("otra@correo.example",), ("la clave del NSS",))
    _, version = store.read_now(case_rows.past_of, asked, NOW)
    decided(store, 1, replace(first, case=replace(first.case, nss_key="la clave del NSS")))
    with pytest.raises(case_rows.Stale):
        store.write_now(record, 2, ME, whole("b"), asked, version, NOW)
    past, version = store.read_now(case_rows.past_of, asked, NOW)
    assert past.others_with_nss == (1,)
    store.write_now(record, 2, ME, whole("b"), asked, version, NOW)


def test_a_second_answer_moves_the_case_on_and_replaces_its_reminder(store: Store) -> None:
    see(store, 1, 2)
    claim(store)
    decided(store, 1, whole())
    case, _ = store.read_now(case_rows.find, 1) or (None, 0)
    assert case is not None
    decided(store, 2, outcome(reply("b"), case=replace(case, state="confirmado"), events=("confirma",),
                              cancels_reminders="ya tiene el seguro"))
    assert store.read_now(reminder_rows.counts, NOW) == {"due": 0, "scheduled": 0, "sent": 0, "cancelled": 1}
    assert [(w, m) for _, w, m in store.read_now(case_rows.history, 1)] == [("pide_alta", 1), ("confirma", 2)]


def test_a_bounce_mutes_the_address_and_ends_its_reminders(store: Store) -> None:
    see(store, 1, 2)
    claim(store)
    decided(store, 1, whole())
    decided(store, 2, Outcome("ignored", "rebotó", mutes=((STUDENT.upper(), "rebotó"),)))
    assert store.read_now(reminder_rows.counts, NOW)["cancelled"] == 1
    assert store.read_now(case_rows.muted, [STUDENT]) == "rebotó"


# -- the outbox ---------------------------------------------------------------------------------------------------


def test_who_must_act_today_goes_first_and_reminders_last(store: Store) -> None:
    mails = (reply("reminder", "reminder", 9), reply("note", "note", 5), reply("soon"), reply("today", priority=0))
    for mail in mails:
        store.write_now(letters.post, mail, NOW)
    assert [m.rfc_id for m in store.write_now(letters.claim, ME, NOW, 10)] == [
        "<today@itq.test>", "<soon@itq.test>", "<note@itq.test>", "<reminder@itq.test>"]


def test_the_same_message_id_is_never_sent_anew(store: Store) -> None:
    assert store.write_now(letters.post, reply("a"), NOW) == 1
    assert store.write_now(letters.post, replace(reply("a"), raw=b"other bytes"), NOW) is None
    [letter] = store.write_now(letters.claim, ME, NOW, 10)
    assert letter.raw == b"bytes of a"


def test_a_message_is_answered_when_its_reply_is_sent(store: Store) -> None:
    see(store, 1)
    claim(store)
    decided(store, 1, whole())
    [letter] = store.write_now(letters.claim, ME, NOW, 10)
    store.write_now(letters.sent, letter, NOW)
    assert state(store, 1) == "answered"


def test_a_mail_put_off_backs_off_for_itself_and_fails_after_three_days(store: Store) -> None:
    see(store, 1)
    claim(store)
    decided(store, 1, whole())
    waits, at = [], NOW
    while True:
        [letter] = store.write_now(letters.claim, ME, at, 10)
        if not store.write_now(letters.later, letter, at, "450", uncertain=False):
            break
        due = store.read_now(letters.next_due)
        assert due is not None
        waits.append(int((due - at).total_seconds() // 60))
        at = due
    assert waits[:8] == [1, 2, 5, 10, 20, 40, 60, 60]
    assert at - NOW >= timedelta(days=3)
    assert state(store, 1) == "set_aside"
    assert store.read_now(letters.counts) == {"waiting": 0, "sent": 0, "failed": 1}


def test_a_refused_reply_sets_the_message_aside_and_reprocess_sends_the_same_bytes_again(store: Store) -> None:
    see(store, 1)
    claim(store)
    decided(store, 1, whole())
    [letter] = store.write_now(letters.claim, ME, NOW, 10)
    store.write_now(letters.failed, letter, NOW, "550", "el servidor rechazó la respuesta")
    assert store.read_now(ledger.counts) == {"total": 1, "answered": 0, "ignored": 0, "set_aside": 1, "waiting": 0}
    later = NOW + timedelta(days=9)  # the command has the machine's clock, the next run may have one behind it
    assert store.write_now(ledger.reprocess, None, later) == [1]
    [again] = store.write_now(letters.claim, ME, NOW, 10)
    assert (again.raw, again.rfc_id) == (letter.raw, letter.rfc_id)
    store.write_now(letters.sent, again, NOW)
    assert state(store, 1) == "answered"
    assert store.write_now(ledger.reprocess, [1], NOW) == []  # what was sent is never made anew


def test_the_breaker_falls_once_and_one_command_releases_it(store: Store) -> None:
    for n in range(3):
        store.write_now(letters.post, reply(str(n)), NOW)
    for letter in store.write_now(letters.claim, ME, NOW, 2):
        store.write_now(letters.sent, letter, NOW)
    assert [store.write_now(breaker.trip, most, NOW) for most in (0, 3, 2, 2)] == [None, None, 2, None]
    assert "freno" in (store.read_now(breaker.held) or "")
    assert store.write_now(breaker.resume, NOW) == [flags.BREAKER]
    assert store.read_now(breaker.held) is None
    assert store.write_now(breaker.trip, 2, NOW) is None  # the hour begins anew


# -- reminders ----------------------------------------------------------------------------------------------------


def test_a_reminder_mail_that_has_not_left_is_cancelled_with_its_row(store: Store) -> None:
    see(store, 1)
    claim(store)
    decided(store, 1, whole())

    def fire(c: Connection) -> None:
        letters.post(c, reply("r", "reminder", 9), NOW, case_id=1, reminder_id=1)
        reminder_rows.close(c, 1, reminder_rows.SENT, None, NOW)

    store.write_now(fire)
    assert store.write_now(reminder_rows.cancel, 1, "contestó", NOW) == 1
    assert store.read_now(reminder_rows.counts, NOW) == {"due": 0, "scheduled": 0, "sent": 0, "cancelled": 1}
    assert [m.kind for m in store.write_now(letters.claim, ME, NOW, 10)] == ["reply"]


# -- forgetting, and copies ---------------------------------------------------------------------------------------


def filled(store: Store) -> None:
    see(store, 1)
    claim(store)
    know(store, 1, "a")
    decided(store, 1, whole())
    [letter] = store.write_now(letters.claim, ME, NOW, 10)
    store.write_now(letters.sent, letter, NOW)


def personal(store: Store) -> list[tuple[object, ...]]:
    def ask(c: Connection) -> list[tuple[object, ...]]:
        return [
            *(tuple(r) for r in c.execute(select(messages.c.sender, messages.c.subject))),
            *(tuple(r) for r in c.execute(select(outbox.c.rcpt_to, outbox.c.raw))),
            *(tuple(r) for r in c.execute(select(cases.c.address, cases.c.nss_key))),
        ]

    return store.read_now(ask)


BLANK = [(None, None), (None, None), ("", None)]


def test_purging_blanks_what_is_older_than_the_period_and_keeps_the_counts(store: Store) -> None:
    filled(store)
    before = store.read_now(ledger.counts)
    store.write_now(privacy.purge, NOW + timedelta(days=364), 365)
    assert personal(store) != BLANK
    store.write_now(privacy.purge, NOW + timedelta(days=366), 365)
    assert (personal(store), store.read_now(ledger.counts)) == (BLANK, before)


def test_forgetting_an_address_leaves_nothing_of_it_in_the_file_and_keeps_the_counts(url: str, store: Store) -> None:
    filled(store)
    before = store.read_now(ledger.counts)
    assert store.write_now(privacy.forget, " Alumna@CORREO.test ", NOW) == privacy.Forgotten(1, 1, 1)
    privacy.rewrite(store.engine)
    assert (personal(store), store.read_now(ledger.counts)) == (BLANK, before)
    assert store.read_now(reminder_rows.counts, NOW)["cancelled"] == 1
    on_disk = b"".join(p.read_bytes() for p in Path(url.removeprefix("sqlite:///")).parent.glob("mailbot.db*"))
    assert b"alumna" not in on_disk


def test_bodies_of_sent_replies_are_dropped_after_thirty_days_and_not_before(store: Store) -> None:
    filled(store)
    assert store.write_now(privacy.drop_bodies, NOW + timedelta(days=29), 30) == 0
    assert store.write_now(privacy.drop_bodies, NOW + timedelta(days=31), 30) == 1
    assert store.read_now(letters.counts)["sent"] == 1


def test_a_backup_made_in_use_is_whole_and_comes_back(url: str, store: Store, tmp_path: Path) -> None:
    filled(store)
    copy = tmp_path / "copia.db"
    backup.save(url, copy)
    assert copy.stat().st_mode & 0o777 == 0o600
    see(store, 2, 3)
    store.close()
    backup.restore(url, copy)
    again = open_store(url)
    assert again.read_now(ledger.counts)["total"] == 1
    assert again.read_now(flags.get, flags.RESTORED) is not None
    again.close()


def test_what_is_no_backup_is_refused_and_the_store_stays(url: str, store: Store, tmp_path: Path) -> None:
    see(store, 1)
    (tmp_path / "foto.jpg").write_bytes(b"no database")
    with pytest.raises(StoreProblem, match="no es una copia"):
        backup.restore(url, tmp_path / "foto.jpg")
    assert store.read_now(ledger.counts)["total"] == 1


def test_the_key_of_the_digests_is_made_once_and_says_nothing_of_the_text(store: Store) -> None:
    one, two = store.write_now(flags.keyed_digest), store.write_now(flags.keyed_digest)
    assert one("12345678903") == two("12345678903") != one("12345678911")
    assert "12345678903" not in one("12345678903")


def test_a_claim_outlives_no_daemon(store: Store) -> None:
    see(store, 1)
    claim(store)
    assert claim(store, 3, "otra") == []
    old = daemons.database_now  # the beat of the first is long ago

    def long_ago(c: Connection) -> None:
        c.execute(update(daemons.daemons).values(beat_at=old(c) - daemons.DEAD_AFTER * 2))
        c.execute(insert(daemons.daemons).values(
            id="otra", host="h", pid=1, started_at=old(c), beat_at=old(c)))

    store.write_now(long_ago)
    assert claim(store, 3) == []  # a late beat of our own gives us nothing twice
    assert claim(store, 3, "otra") == [(1, 1)]


def test_a_round_for_cron_beats_too(store: Store) -> None:
    store.write_now(lambda c: c.execute(update(daemons.daemons).values(beat_at=NOW)))
    with contextlib.suppress(TimeoutError):
        asyncio.run(asyncio.wait_for(once.beat(store, ME), daemons.BEAT_SECONDS * 1.5))
    assert len(store.read_now(daemons.running)) == 1


def test_a_live_daemon_beats_before_it_is_taken_for_dead() -> None:
    slowest = max(daemons.BEAT_SECONDS, daemons.SQLITE_BEAT_SECONDS)
    assert slowest * 1.5 < daemons.DEAD_AFTER.total_seconds()
