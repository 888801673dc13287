"""A copy of the store while it is in use, and the way back.

A copy is an SQLite file, also of a store on PostgreSQL: the same rows, which can be restored into either.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, text

from mailbot.shell import daemons, flags
from mailbot.shell.store import OneAtATime, Store, StoreProblem, open_store, sqlite_path
from mailbot.shell.transfer import transfer


def save(url: str, target: Path) -> None:
    """Copy the store to a file, whole as of one instant; a running daemon is not disturbed."""
    partial = target.with_name(target.name + ".partial")
    source = sqlite_path(url)
    if source is not None and not source.is_file():
        raise StoreProblem(f"{source}: todavía no hay nada que copiar")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # personal data: for the owner only
    try:
        if source is not None:
            _save_sqlite(source, partial)
        else:
            _save_rows(url, partial)
        with closing(sqlite3.connect(partial)) as copy:
            copy.execute("PRAGMA journal_mode=DELETE").close()  # one file, without a log beside it
        _sync(partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _save_sqlite(source: Path, partial: Path) -> None:
    with closing(sqlite3.connect(source, timeout=10)) as live, closing(sqlite3.connect(partial)) as copy:
        live.backup(copy)


def _save_rows(url: str, partial: Path) -> None:
    store, copy = open_store(url), open_store(f"sqlite:///{partial}")
    try:
        with _one_instant(store) as live, copy.engine.begin() as to:
            transfer(live, to)
    finally:
        copy.close()
        store.close()


@contextmanager
def _one_instant(store: Store) -> Iterator[Connection]:
    """Open PostgreSQL so that every question sees the same rows."""
    with store.engine.connect() as fresh:
        yield fresh.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def restore(url: str, source: Path) -> None:
    """Put a copy in the place of the store; refuse while a daemon runs, and keep what was there beside it.

    The store then remembers that it is restored: replies to mails that came since the copy have the same Message-ID
    as the first time, and are not sent at all where the Sent folder shows them.
    """
    place, taken = sqlite_path(url), _check(source)
    if place is None:
        _restore_rows(url, source, taken)
    else:
        _restore_sqlite(place, source, taken)


def _restore_rows(url: str, source: Path, taken: str) -> None:
    """Put the rows of a copy into PostgreSQL in one transaction; what was there is saved to a file first."""
    save(url, source.with_name(source.name + ".antes"))
    with TemporaryDirectory(prefix="mailbot-") as folder:  # only its owner may look inside
        partial = Path(folder) / "copia.db"
        partial.write_bytes(source.read_bytes())
        copy, store = open_store(f"sqlite:///{partial}"), open_store(url)  # an older copy gets today's tables
        try:
            with copy.engine.connect() as rows, store.engine.begin() as to:
                to.execute(text("LOCK TABLE daemons IN ACCESS EXCLUSIVE MODE"))  # none may arrive meanwhile
                if running := daemons.running(to):
                    host, pid, since, _ = running[0]
                    raise StoreProblem(
                        f"hay un mailbot trabajando (proceso {pid} en {host}, desde {since:%Y-%m-%d %H:%M} UTC); "
                        "deténlo antes de restaurar")
                transfer(rows, to)
                flags.put(to, flags.RESTORED, _restored(taken))
        finally:
            copy.close()
            store.close()


def _restored(taken: str) -> dict[str, str]:
    return {"at": datetime.now(UTC).isoformat(), "copy": taken}


def _restore_sqlite(place: Path, source: Path, taken: str) -> None:
    lock = OneAtATime(place)
    lock.take()
    partial = place.with_name(place.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        partial.write_bytes(source.read_bytes())
        store = open_store(f"sqlite:///{partial}")
        try:
            store.write_now(flags.put, flags.RESTORED, _restored(taken))
        finally:
            store.close()
        _sync(partial)
        _keep_beside(place)
        partial.replace(place)  # until here a crash leaves the store as it was, from here on the restored one
    finally:
        partial.unlink(missing_ok=True)
        lock.release()


def _keep_beside(place: Path) -> None:
    """Give the store a second name, with all that its log holds, so that it can be taken back."""
    if not place.exists():
        return
    beside = place.with_name(place.name + ".antes")
    with suppress(sqlite3.Error), closing(sqlite3.connect(place, timeout=10)) as old:
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    beside.unlink(missing_ok=True)
    try:
        os.link(place, beside)
    except OSError:  # a file system without second names
        shutil.copy2(place, beside)
    for suffix in ("-wal", "-shm"):  # of a store too damaged to be opened; another file must never meet its log
        log = place.with_name(place.name + suffix)
        if log.exists():
            log.replace(beside.with_name(beside.name + suffix))


def _check(source: Path) -> str:
    """Return when the copy was made; refuse what is not a whole copy of a store."""
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy:
            whole = copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            copy.execute("SELECT count(*) FROM messages").fetchone()
    except sqlite3.Error:
        whole = False
    if not whole:
        raise StoreProblem(f"{source}: no es una copia hecha con mailbot backup, o está dañada")
    return datetime.fromtimestamp(source.stat().st_mtime, UTC).isoformat()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
