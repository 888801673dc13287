"""Which loopback port is free, and when does a server answer on it?"""

import contextlib
import os
import random
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """Return a port that nobody else will take: not the kernel for an outgoing line, no other process of these tests.

    What `bind(0)` gives is of the kernel's ephemeral range: between asking and a server's own bind, any connection of
    any process may be given the same number. So we take ports below that range, a block at a time for each process.
    """
    while True:
        if not _left:
            _left.extend(_own_block())
        port = _left.pop(0)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((LOOPBACK, port))
                return port


BLOCK = 40  # ports claimed together: one open socket for all of them
_left: list[int] = []
_claims: list[socket.socket] = []  # open for as long as this process lives


def _own_block() -> range:
    """Claim a block by a name in Linux's abstract namespace: free again when this process is gone, however it ends."""
    first_ephemeral = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    blocks = list(range(10_000, first_ephemeral - BLOCK, BLOCK))
    random.shuffle(blocks)  # what another program keeps open is met once, not by every run
    for start in blocks:
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0mailbot-test-ports-{start}")
        except OSError:
            claim.close()
        else:
            _claims.append(claim)
            return range(start, start + BLOCK)
    raise LookupError("no block of ports is free below the ephemeral range")


def wait_until_it_listens(port: int, seconds: float = 30, *, greets: bool = False) -> None:
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


def wait_until_it_is_free(port: int, seconds: float = 30) -> None:
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
