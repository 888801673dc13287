"""Which loopback port is free, and when does a server answer on it?"""

import contextlib
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def wait_until_it_listens(port: int, seconds: float = 10, *, greets: bool = False) -> None:
    """Return once a connection is taken and, where it `greets`, the first word was said."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with socket.create_connection((LOOPBACK, port), timeout=2) as probe:
                if greets and not probe.recv(1):
                    raise ConnectionResetError("no greeting")
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def wait_until_it_is_free(port: int, seconds: float = 10) -> None:
    """Return once nothing holds the port; a killed server's children take a moment to die."""
    deadline = time.monotonic() + seconds
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                if time.monotonic() > deadline:
                    raise
            else:
                return
        time.sleep(0.01)


@contextlib.contextmanager
def own_folder(name: str) -> Iterator[Path]:
    """Make a folder that the server's own user may enter too; pytest's tmp_path is closed to it."""
    folder = Path(tempfile.mkdtemp(prefix=f"mailbot-{name}-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def user_with_id(*names: str) -> tuple[str, int, int]:
    """The first of these users that exists, when we are root; otherwise ourselves."""
    import pwd

    if os.getuid() != 0:
        me = pwd.getpwuid(os.getuid())
        return me.pw_name, me.pw_uid, me.pw_gid
    for name in names:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return name, entry.pw_uid, entry.pw_gid
    raise LookupError(f"none of the users {names} exists on this machine")
