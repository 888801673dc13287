"""Where everything that must outlive the process is kept, and how it is opened, locked and written.

A message's life (table ``messages``; docs/flow.md has each step with what a crash there leaves)::

    seen       the ledger has (account, folder, uidvalidity, uid); nothing else happened
    decided    decision, next case, reply bytes with its final Message-ID, reminder: one commit. The promise starts here
    answered   SMTP accepted the reply
    ignored    none was due, and why
    set_aside  a person must look: a rule says so, or a bounded number of tries failed; with the reason
    (filed_at) IMAP shows the mail in its final place

A crash before ``decided``: done again, nobody notices. After it: the recorded reply is sent, never a new one. Between
SMTP's acceptance and ``answered`` the same reply may go twice, with the same Message-ID.

waiting = seen + decided; total = answered + ignored + set_aside + waiting, and a row is never deleted.

The rows of each table are changed by plain functions of a connection (``ledger``, ``letters``, ``case_rows``,
``reminder_rows``, …); a Store gives them a transaction. Every writing transaction on SQLite is BEGIN IMMEDIATE, so that
reading before writing is safe; WAL lets `mailbot status` read meanwhile.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, NoSuchModuleError, OperationalError

from mailbot.shell.tables import REVISION, metadata

P = ParamSpec("P")
T = TypeVar("T")

BUSY_MS = 10_000  # another process (a backup, `mailbot forget`) holds the write lock far shorter than this
CHECK = "revisa la ruta y los permisos"
UPGRADE_KEY = 0x6D61696C  # any constant: two daemons on PostgreSQL must not create the tables at once


class StoreProblem(Exception):
    """The store cannot be used as it is; the text is one clear Spanish line."""

    exit_code = 1


class WrongStore(StoreProblem):
    """What config.toml says of the store cannot be right on this machine: its address, its folder, a missing extra."""

    exit_code = 2


class StoreUnavailable(Exception):
    """The database is full, locked or away: nothing was written; the same call may succeed later."""


class Store:
    """A database with our tables in it; used from asyncio through one thread of its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def write_now(self, change: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``change(connection, …)`` in one transaction: all of it happens, or nothing."""
        with _told(), self.engine.begin() as connection:
            return change(connection, *args, **kwargs)

    def read_now(self, question: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``question(connection, …)`` in one transaction that never waits for a writer."""
        with _told(), self.engine.connect().execution_options(mailbot_reads=True) as connection:
            return question(connection, *args, **kwargs)

    async def write(self, change: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._in_thread(lambda: self.write_now(change, *args, **kwargs))

    async def read(self, question: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._in_thread(lambda: self.read_now(question, *args, **kwargs))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        # Shielded: a cancelled caller must not leave a transaction half awaited; it ends, and then we stop.
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, work))

    def close(self) -> None:
        self._thread.shutdown(wait=True)
        self.engine.dispose()


@contextmanager
def _told() -> Iterator[None]:
    """Turn the database's own "not now" into StoreUnavailable; anything else is a bug and passes."""
    try:
        yield
    except OperationalError as error:
        raise StoreUnavailable(str(error.orig).splitlines()[0]) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StoreUnavailable(str(error.orig).splitlines()[0]) from error
        raise


def open_store(url: str) -> Store:
    """Open the database and bring its tables up to date; raise StoreProblem where that cannot be."""
    try:
        engine = _engine(url)
    except (ArgumentError, NoSuchModuleError):
        raise WrongStore(
            "store.url: no es la dirección de una base de datos; por ejemplo, sqlite:///var/mailbot.db"
        ) from None
    except OSError as error:
        raise WrongStore(f"store.url: no se puede escribir en su carpeta ({error.strerror}); {CHECK}") from None
    except ModuleNotFoundError:
        raise WrongStore("store.url: para PostgreSQL instala el extra: pip install 'mailbot[postgres]'") from None
    try:
        _upgrade(engine)
    except (OperationalError, OSError) as error:
        said = str(getattr(error, "orig", error)).splitlines()[0]
        raise StoreProblem(
            f"no se puede abrir la base de datos ({said}); revisa store.url, permisos y espacio"
        ) from None
    except DatabaseError:
        raise StoreProblem(
            "el archivo de store.url no es una base de datos, o está dañado; si hay una copia: mailbot restore ARCHIVO"
        ) from None
    return Store(engine)


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        # A dead server is noticed at the next use (pre-ping); keepalives find a silent one within half a minute.
        alive = {
            "keepalives": 1,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "connect_timeout": 10,
        }
        return create_engine(url, pool_size=2, max_overflow=2, pool_pre_ping=True, connect_args=alive)
    path = sqlite_path(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():  # personal data: for the owner only; SQLite's log and copies take the file's own mode
            os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        elif path.is_dir() or not os.access(path, os.R_OK | os.W_OK):  # never opened: closing it would drop locks
            raise WrongStore(f"store.url: «{path}» no es un archivo que se pueda leer y escribir; {CHECK}")
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            f"busy_timeout={BUSY_MS}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("mailbot_reads")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def sqlite_path(url: str) -> Path | None:
    """Return the file of an SQLite URL; None for PostgreSQL or a database in memory."""
    path = url.removeprefix("sqlite:///")
    return None if path in (url, "", ":memory:") else Path(path)


def _upgrade(engine: Engine) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_KEY})
        tables = set(inspect(connection).get_table_names())
        if "alembic_version" not in tables and "messages" not in tables:
            # A new store: the tables as the newest migration leaves them (a test holds the two equal), 0.6 s sooner.
            metadata.create_all(connection)
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": REVISION})
            return
        found = (
            connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if "alembic_version" in tables
            else None
        )
        if found != REVISION:
            migrate(connection)


def migrate(connection: Connection, to: str = "head") -> None:
    """Apply the migrations that are missing, inside the caller's transaction."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, to)
    except CommandError:
        raise StoreProblem("la base de datos es de una versión más nueva de mailbot; actualiza el programa") from None


class OneAtATime:
    """The lock of an SQLite store: a second daemon is refused and told who runs. It dies with the process."""

    def __init__(self, path: Path) -> None:
        self.database = path
        self._path = path.with_name(path.name + ".lock")
        self._file: int | None = None

    def take(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise WrongStore(f"store.url: no se puede escribir en su carpeta ({error.strerror}); {CHECK}") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            who = _who(os.read(handle, 1000))
            os.close(handle)
            raise StoreProblem(
                f"ya hay un mailbot trabajando con esta base de datos{who}; deténlo antes de iniciar otro"
            ) from None
        os.ftruncate(handle, 0)
        me = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        os.pwrite(handle, json.dumps(me).encode(), 0)
        self._file = handle

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _who(note: bytes) -> str:
    try:
        told = json.loads(note)
        since = datetime.fromisoformat(told["since"]).astimezone()  # by the machine's clock, as `ps` would say it
        return f" (proceso {told['pid']} en {told['host']}, desde {since:%d/%m/%Y %H:%M})"
    except (ValueError, KeyError, TypeError):
        return ""
