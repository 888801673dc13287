"""A real SMTP server (aiosmtpd) that records what it accepts and can misbehave in every way a test may want."""

import asyncio
import base64
import contextlib
import ssl
import threading
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.certificates import Certificates
from tests.servers.ports import LOOPBACK, free_port, wait_until_it_listens


@dataclass(frozen=True)
class Received:
    mail_from: str
    rcpt_tos: tuple[str, ...]
    raw: bytes
    connection: int
    at: float  # time.monotonic()


@dataclass
class Mood:
    """How the server behaves; change it at any time. A text is the answer given; a number is for how many."""

    refuse_recipients: dict[str, str] = field(default_factory=dict)  # address -> "550 5.1.1 no such user"
    refuse_mail: str = ""
    refuse_data: str = ""
    storm: int = 0  # that many next MAIL commands get a 451
    greylist: bool = False  # the first try of each recipient gets a 451
    delay_after_data: float = 0  # seconds between taking a mail and saying so
    drop_after_data: int = 0  # that many next mails are taken, and the line cut instead of "250"
    drop_during_data: int = 0  # that many next mails are thrown away, and the line cut
    hang_after_data: int = 0  # that many next mails are taken, and nothing is ever said
    hang_on_mail: int = 0
    hang_on_connect: bool = False
    drop_on_quit: bool = False
    most_connections: int = 0  # 0 = no limit; one more gets a 421
    most_messages: int = 0  # in one connection; the next MAIL gets a 421 and the line is cut


class SmtpServer:
    """Plain helper, no pytest: `start()`, `stop()`, `start()` again on the same port; `received` stays."""

    def __init__(
        self, *, port: int = 0, passwords: dict[str, str] | None = None, tokens: dict[str, str] | None = None,
        tls: Certificates | None = None, starttls: bool = False, port_host: str = LOOPBACK,
        auth_over_plain: bool = True,
    ) -> None:
        self.host = "localhost" if tls else port_host
        self.port = port or free_port()
        self.passwords = passwords or {}
        self.tokens = tokens or {}  # user -> the access token that is good now
        self.tls, self.starttls = tls, starttls
        self.auth_over_plain = auth_over_plain
        self.mood = Mood()
        self.received: list[Received] = []
        self.connections = 0  # ever
        self.logins: list[str] = []
        self.open: set[asyncio.Transport] = set()
        self.greylisted: set[str] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    # -- life -------------------------------------------------------------------------------------------------

    def start(self) -> "SmtpServer":
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(self._loop,), daemon=True, name="smtp-server")
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(30)
        return self

    def stop(self) -> None:
        """Cut every connection and listen no more."""
        if self._loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()
        self._loop = self._thread = None

    def cut_connections(self) -> None:
        """Drop whoever is connected, and go on listening."""
        assert self._loop
        asyncio.run_coroutine_threadsafe(self._abort_all(), self._loop).result(30)

    def wait_for(self, number: int, seconds: float = 30) -> list[Received]:
        """Return what was received once there are that many; fail loudly otherwise."""
        deadline = time.monotonic() + seconds
        while len(self.received) < number:
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(self.received)} mails received, {number} expected")
            time.sleep(0.01)
        return list(self.received)

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.run_forever()

    async def _listen(self) -> None:
        context = None
        if self.tls:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(self.tls.certificate, self.tls.key)
        self._starttls_context = context if self.starttls else None
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Talk(self), LOOPBACK, self.port, ssl=None if self.starttls else context, reuse_address=True)

    async def _abort_all(self) -> None:
        for transport in list(self.open):
            transport.abort()
        await asyncio.sleep(0)

    async def _close(self) -> None:
        self._server.close()
        await self._abort_all()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Hooks:
    """aiosmtpd's handler: one hook for each command."""

    def __init__(self, owner: SmtpServer, talk: "_Talk") -> None:
        self.owner, self.talk = owner, talk
        self.messages = 0

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str],
    ) -> str:
        mood = self.owner.mood
        if mood.hang_on_mail > 0:
            mood.hang_on_mail -= 1
            await asyncio.sleep(3600)
        if mood.most_messages and self.messages >= mood.most_messages:
            await server.push("421 4.7.0 too many messages in this connection")
            self.talk.cut()
            return "421 closing"
        if mood.storm > 0:
            mood.storm -= 1
            return "451 4.3.2 try again later"
        if mood.refuse_mail:
            return mood.refuse_mail
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str],
    ) -> str:
        mood = self.owner.mood
        if address in mood.refuse_recipients:
            return mood.refuse_recipients[address]
        if mood.greylist and address not in self.owner.greylisted:
            self.owner.greylisted.add(address)
            return "451 4.7.1 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mood = self.owner.mood
        if mood.refuse_data:
            return mood.refuse_data
        if mood.drop_during_data > 0:
            mood.drop_during_data -= 1
            self.talk.cut()
            return "451 gone"
        self.messages += 1
        raw = envelope.original_content or b""
        self.owner.received.append(Received(
            envelope.mail_from or "", tuple(envelope.rcpt_tos), raw, self.talk.number, time.monotonic()))
        if mood.drop_after_data > 0:
            mood.drop_after_data -= 1
            self.talk.cut()
            return "250 lost"
        if mood.hang_after_data > 0:
            mood.hang_after_data -= 1
            await asyncio.sleep(3600)
        if mood.delay_after_data:
            await asyncio.sleep(mood.delay_after_data)
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.owner.mood.drop_on_quit:
            self.talk.cut()
        return "221 Bye"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        sent = args[1] if len(args) > 1 else await server.challenge_auth("")
        if sent is MISSING:
            return AuthResult(success=False)
        raw = sent if isinstance(sent, bytes) else base64.b64decode(sent)
        fields = dict(part.split("=", 1) for part in raw.decode().split("\1") if "=" in part)
        user, token = fields.get("user", ""), fields.get("auth", "").removeprefix("Bearer ")
        if token and self.owner.tokens.get(user) == token:
            self.owner.logins.append(f"XOAUTH2 {user}")
            return AuthResult(success=True)
        await server.challenge_auth('{"status":"401","schemes":"bearer","scope":"mail"}')
        return AuthResult(success=False, handled=False, message="535 5.7.3 Authentication unsuccessful")


class _Talk(SMTP):
    """One connection."""

    def __init__(self, owner: SmtpServer) -> None:
        self.owner = owner
        self.number = 0
        self.first_transport: asyncio.Transport | None = None
        wants_login = bool(owner.passwords or owner.tokens)
        away = () if owner.tokens else ("XOAUTH2",)
        away += () if owner.passwords else ("PLAIN", "LOGIN")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # passwords without TLS are what a test on loopback wants
            self._begin(owner, wants_login, away)

    def _begin(self, owner: SmtpServer, wants_login: bool, away: tuple[str, ...]) -> None:
        super().__init__(
            _Hooks(owner, self), hostname="localhost", ident="mailbot test server", enable_SMTPUTF8=True,
            tls_context=owner._starttls_context, require_starttls=bool(owner._starttls_context),
            authenticator=self._check, auth_required=wants_login, data_size_limit=64 * 2**20,
            auth_require_tls=bool(owner._starttls_context) or not owner.auth_over_plain,
            auth_exclude_mechanism=away, loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: Any) -> None:
        again = self.first_transport is not None  # STARTTLS makes the connection anew
        if not again:
            self.first_transport = transport
            self.owner.connections += 1
            self.number = self.owner.connections
            most = self.owner.mood.most_connections
            if most and len(self.owner.open) >= most:
                transport.write(b"421 4.7.0 too many connections\r\n")
                transport.close()
                return
            self.owner.open.add(transport)
            if self.owner.mood.hang_on_connect:
                return
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.owner.open.discard(self.first_transport)  # type: ignore[arg-type]
        if getattr(self, "_handler_coroutine", None) is not None:
            super().connection_lost(error)

    def eof_received(self) -> bool | None:
        if getattr(self, "_handler_coroutine", None) is None:
            return False
        return super().eof_received()

    def cut(self) -> None:
        assert self.first_transport
        self.first_transport.abort()

    def _check(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        if self.owner.passwords.get(data.login.decode()) == data.password.decode():
            self.owner.logins.append(f"{mechanism} {data.login.decode()}")
            return AuthResult(success=True)
        return AuthResult(success=False, handled=False)


@contextlib.contextmanager
def running_smtp(**options: Any) -> Iterator[SmtpServer]:
    server = SmtpServer(**options)
    server.start()
    wait_until_it_listens(server.port)
    time.sleep(0.01)
    server.connections = 0  # the one that looked whether it listens
    try:
        yield server
    finally:
        server.stop()
