"""Is the store where it was? A copy on another machine must not send what the first one has sent (zammad#1223)."""

from __future__ import annotations

import hashlib
import socket
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from mailbot.shell import flags

HERE = "here"
MACHINE_ID = Path("/etc/machine-id")  # machine-id(5); a cloned machine gets a new one at its first start


def here(database: Path) -> str:
    """Return a digest of this machine and the file's place on it."""
    machine = ""
    with suppress(OSError):
        machine = MACHINE_ID.read_text(encoding="ascii").strip()
    return hashlib.sha256(f"{machine or socket.gethostname()} {database.resolve()}".encode()).hexdigest()


def settle(c: Connection, place: str, now: datetime) -> bool:
    """Write down where the store is; True where it was elsewhere before.

    Such a store is treated as a restored backup: the Sent folder is asked before anything goes out.
    """
    before = flags.get(c, HERE)
    flags.put(c, HERE, place)
    if before in (None, place):
        return False
    flags.put(c, flags.RESTORED, {"at": now.isoformat(), "copy": "otro lugar"})
    return True
