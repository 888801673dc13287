"""A mailbox and a post office that live only as long as the demonstration: pymap (IMAP) and aiosmtpd (SMTP)."""

from __future__ import annotations

import imaplib
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller

USER, PASSWORD = "dse_becas", "demo"
TRIES = 3  # another program may take the port just before the server does
START_SECONDS = 15  # pymap is up in half a second; a busy machine may need more


def free_port() -> int:
    """Return a port below those that the kernel gives to outgoing lines, which could take it before the server does."""
    while True:
        port = random.randrange(20_000, 32_000)  # noqa: S311
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def mailbox() -> Iterator[int]:
    """Run an IMAP server in a child process; yield its port on loopback."""
    server, port = _started()
    try:
        _empty(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=START_SECONDS)


def _started() -> tuple[subprocess.Popen[bytes], int]:
    command = [sys.executable, "-c", "from pymap.main import main; main()"]
    account = ["dict", "--demo-data", "--demo-user", USER, "--demo-password", PASSWORD]
    for _ in range(TRIES):
        port = free_port()
        options = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "--no-service", "admin"]
        server = subprocess.Popen([*command, *options, *account], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if _listens(port, server):
            return server, port
        server.kill()
        server.wait()
    raise OSError("el buzón de demostración no arrancó; instala el extra «demo»: pip install 'mailbot[demo]'")


def _listens(port: int, server: subprocess.Popen[bytes]) -> bool:
    """Tell whether a server came up; one that ended may have found its port taken."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server.poll() is None
        time.sleep(0.05)
    return False


def _empty(port: int) -> None:
    """Throw away the sample mails that the server brings along."""
    with imaplib.IMAP4("127.0.0.1", port) as imap:
        imap.login(USER, PASSWORD)
        imap.select("INBOX")
        imap.uid("STORE", "1:*", "+FLAGS", r"(\Deleted)")
        imap.expunge()


def deliver(port: int, mails: Sequence[bytes]) -> None:
    """Put mails into the mailbox."""
    with imaplib.IMAP4("127.0.0.1", port) as imap:
        imap.login(USER, PASSWORD)
        for raw in mails:
            imap.append("INBOX", "", "", raw)  # no flags, no date: the server's own


@dataclass
class PostOffice:
    """An SMTP server that keeps what it is given; ``arrived`` is called for each mail."""

    arrived: Callable[[], None] = lambda: None
    mails: list[bytes] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(envelope.original_content or envelope.content)
        self.arrived()
        return "250 OK"


@contextmanager
def post_office(office: PostOffice) -> Iterator[int]:
    """Run an SMTP server in a thread; yield its port on loopback."""
    port = free_port()
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
