"""A TCP proxy between a test's client and its server, which can fall silent as a broken router does."""

import contextlib
import socket
import threading
from collections.abc import Iterator

from tests.servers.ports import LOOPBACK


class Proxy:
    """While `silent`, bytes are taken and go nowhere; nobody is told that the line is dead."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        self.silent = False
        self._silenced = 0  # lines up to this one are dead
        self.connections = 0
        self.said = bytearray()  # by the client, on whatever connection
        self.answered = bytearray()  # by the server
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        for one in [self._listener, *self._sockets]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                self.connections += 1
                try:
                    server = socket.create_connection((LOOPBACK, self._to))
                except OSError:  # the server is away
                    client.close()
                    continue
                self._sockets += [client, server]
                for ways in ((client, server, self.said), (server, client, self.answered)):
                    threading.Thread(target=self._pump, args=(*ways, self.connections), daemon=True).start()

    def silence_all(self) -> None:
        """Let every line that is open now die without a word; a new one lives."""
        self._silenced = self.connections

    def _pump(self, source: socket.socket, sink: socket.socket, said: bytearray, number: int) -> None:
        dead = False  # once silent, this line stays dead; a new connection may live
        with contextlib.suppress(OSError):
            while raw := source.recv(65536):
                dead = dead or self.silent or number <= self._silenced
                said += raw
                if not dead:
                    sink.sendall(raw)
        if not dead:
            with contextlib.suppress(OSError):
                sink.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def running_proxy(port: int) -> Iterator[Proxy]:
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.stop()
