"""A real PostgreSQL for one test session: made by initdb in a folder of its own, on a free loopback port."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.ports import LOOPBACK, free_port, own_folder, user_with_id, wait_until_it_listens


class Postgres:
    """`url(name)` makes an empty database and returns SQLAlchemy's address of it."""

    def __init__(self, folder: Path, tools: Path) -> None:
        self.folder, self.tools = folder, tools
        self.port = free_port()
        self._user, self._uid, self._gid = user_with_id("postgres", "nobody")  # it refuses to run as root
        self.process: subprocess.Popen[bytes] | None = None
        self._made: set[str] = set()

    def make(self) -> None:
        os.chown(self.folder, self._uid, self._gid)
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "mailbot", "-A", "trust", "-E", "UTF8", "--no-sync",
                  "--locale", "C")
        (self.folder / "data" / "postgresql.auto.conf").write_text("fsync = off\n")

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.tools / "postgres", "-D", self.folder / "data", "-p", str(self.port),
                 "-c", f"listen_addresses={LOOPBACK}", "-c", f"unix_socket_directories={self.folder}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=self.folder,
                user=self._uid if os.getuid() == 0 else None, group=self._gid if os.getuid() == 0 else None,
                extra_groups=[] if os.getuid() == 0 else None,
            )
        wait_until_it_listens(self.port)
        deadline = time.monotonic() + 60
        while True:
            try:
                self._run("pg_isready", "-h", LOOPBACK, "-p", str(self.port))
            except subprocess.CalledProcessError:  # "the database system is starting up": after a kill it mends itself
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Cut every connection at once and end in order."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it as when the machine loses its power."""
        self._end(signal.SIGQUIT)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)  # our own session only
            self.process.wait(timeout=30)
        self.process = None

    def url(self, name: str) -> str:
        if name not in self._made:
            self._run("createdb", "-h", LOOPBACK, "-p", str(self.port), "-U", "mailbot", name)
            self._made.add(name)
        return f"postgresql+psycopg://mailbot@{LOOPBACK}:{self.port}/{name}"

    def _run(self, tool: str, *arguments: str) -> None:
        as_root = os.getuid() == 0
        subprocess.run(
            [self.tools / tool, *arguments], check=True, capture_output=True, cwd=self.folder,
            user=self._uid if as_root else None, group=self._gid if as_root else None,
            extra_groups=[] if as_root else None, env={**os.environ, "HOME": str(self.folder)},
        )


@contextlib.contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start a PostgreSQL of its own, and leave nothing of it behind."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        pytest.fail("PostgreSQL is not installed: apt-get install postgresql")
    tools = found[-1].parent if found else Path(str(on_path)).resolve().parent
    with own_folder("postgres") as folder:
        server = Postgres(folder, tools)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()
