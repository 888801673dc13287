"""A copy of the store while it is in use, and the way back."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from mailbot.shell import flags
from mailbot.shell.store import OneAtATime, StoreProblem, open_store, sqlite_path

_ONLY_SQLITE = "sólo se puede con SQLite; para PostgreSQL usa pg_dump y pg_restore"


def save(url: str, target: Path) -> None:
    """Copy the store to a file, whole as of one instant; a running daemon is not disturbed."""
    source = _file(url)
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # personal data: for the owner only
    try:
        with closing(sqlite3.connect(source, timeout=10)) as live, closing(sqlite3.connect(partial)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE").close()
        _sync(partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def restore(url: str, source: Path) -> None:
    """Put a copy in the place of the store; refuse while a daemon runs, and keep what was there beside it.

    The store then remembers that it is restored: replies to mails that came since the copy have the same Message-ID
    as the first time, and are not sent at all where the Sent folder shows them.
    """
    place = sqlite_path(url)
    if place is None:
        raise StoreProblem(_ONLY_SQLITE)
    taken = _check(source)
    lock = OneAtATime(place)
    lock.take()
    partial = place.with_name(place.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        partial.write_bytes(source.read_bytes())
        store = open_store(f"sqlite:///{partial}")
        try:
            store.write_now(flags.put, flags.RESTORED, {"at": datetime.now(UTC).isoformat(), "copy": taken})
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


def _file(url: str) -> Path:
    path = sqlite_path(url)
    if path is None:
        raise StoreProblem(_ONLY_SQLITE)
    if not path.is_file():
        raise StoreProblem(f"{path}: todavía no hay nada que copiar")
    return path


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
