"""Has anything arrived? IMAP's IDLE, without losing what was announced before we began to listen.

imap-tools polls the bare socket. What arrives between the last SEARCH and IDLE is announced in the same segment as
`+ idling` and then sits in imaplib's buffered reader, where no poll sees it: 20 of 20 such mails were missed.
So whatever whole or half line is already buffered is read first.
"""

from __future__ import annotations

import contextlib
import imaplib
import select
import socket
import ssl
from typing import Any

from imap_tools.idle import IdleManager


class DrainingIdle(IdleManager):
    """imap-tools' IDLE that reads what is buffered first, and that a second socket can end at once."""

    wake: socket.socket | None = None  # readable = somebody wants the connection back

    def start(self) -> None:
        """Ask for IDLE and wait for the `+`; a server may announce mails before it."""
        client: Any = self.mailbox.client
        self._idle_tag = client._command("IDLE")
        while client._get_response() is not None:  # None is imaplib's word for a `+` line
            if client.tagged_commands[self._idle_tag]:
                client.tagged_commands.pop(self._idle_tag)
                raise imaplib.IMAP4.abort("IDLE refused")

    def wait_for_news(self, seconds: float) -> bool:
        """Return True when the server announced something or that many seconds went by, False when only woken."""
        self.start()
        news = self._has_news(seconds)
        self.stop()  # type: ignore[no-untyped-call]
        return news

    def _has_news(self, seconds: float) -> bool:
        client: Any = self.mailbox.client
        if _buffered_lines(client):
            return True
        ready = readable([client.sock, self.wake], seconds)
        if client.sock not in ready:
            return not ready
        # Readable and yet no line: the end of the stream, or a record of TLS alone. DONE and its answer will tell.
        return bool(_buffered_lines(client))


def readable(sockets: list[socket.socket | None], seconds: float) -> list[socket.socket]:
    """Wait for the first of them with bytes to read; poll() because select() ends at descriptor 1024."""
    by_number = {one.fileno(): one for one in sockets if one is not None}
    poll = select.poll()
    for number in by_number:
        poll.register(number, select.POLLIN)
    return [by_number[number] for number, _ in poll.poll(seconds * 1000)]


def _buffered_lines(client: Any) -> list[bytes]:
    lines = []
    while _has_bytes(client):
        lines.append(client._get_line())  # waits for the line's end, within the socket's timeout
    return lines


def _has_bytes(client: Any) -> bool:
    """Tell whether a byte can be had without waiting; peek() takes nothing out of the buffer."""
    before = client.sock.gettimeout()
    client.sock.settimeout(0)
    try:
        with contextlib.suppress(BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return bool(client.file.peek(1))
        return False
    finally:
        client.sock.settimeout(before)
