"""From the bytes of a mail to what the SMTP server made of it: accepted, later, refused, or nobody knows.

One connection is kept. Every stretch of the dialogue has its own meaning when it breaks: before the server asked for
the mail nothing was sent; after the final dot it may have been, and only the same Message-ID makes a second try
harmless.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectResponseError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from mailbot.shell.accounts import SmtpAccount, connection_trouble, refuse_plain_text, trust
from mailbot.shell.failures import Refused, ServerTrouble, TryLater, later

MOST_IN_ONE_CONNECTION = 100  # some servers close after that many; a new connection costs 8 ms
ASK_AFTER_SECONDS = 30  # a connection unused for so long may be dead without our knowing
FOR_THE_LOGIN = (530, 534, 535, 538)  # the server wants another login, whatever the mail


@dataclass(frozen=True)
class Accepted:
    """The server has it; ``refused`` are the recipients that will not get it, be it for now or for good."""

    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Uncertain:
    """The line broke after the whole mail was sent: the server may have it. Send it again, with the same Message-ID."""

    reason: str


Result = Accepted | TryLater | Refused | Uncertain


@dataclass(frozen=True)
class Patience:
    """Seconds to wait for the server's word; RFC 5321, 4.5.3.2, allows far more, but a student waits."""

    connect: float = 20
    command: float = 60
    after_data: float = 120


class Smtp:
    """Sends one mail at a time over a kept connection."""

    def __init__(self, account: SmtpAccount, patience: Patience = Patience()) -> None:
        self._account, self._sender, self._patience = account, account.sender, patience
        self._client: SMTP | None = None
        self._carried = 0
        self._used_at = 0.0
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> Smtp:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def send(self, raw: bytes, to: Sequence[str], cc: Sequence[str] = ()) -> Result:
        """Send to all of them. A refused Cc harms nothing; where no To is taken, nobody gets it."""
        async with self._lock:
            try:
                return await self._send(raw, tuple(to), tuple(cc))
            except ServerTrouble as trouble:
                return trouble.trouble
            except asyncio.CancelledError:
                self._drop()
                raise

    async def check_login(self) -> None:
        """Connect and log in (`mailbot check --online`); raises ServerTrouble."""
        async with self._lock:
            await self._connected()
        await self.close()

    async def close(self) -> None:
        """Say goodbye; a failing QUIT is nothing."""
        client, self._client = self._client, None
        if client is None:
            return
        with suppress(SMTPException, OSError):
            await client.quit(timeout=2)
        client.close()

    # -- one mail ---------------------------------------------------------------------------------------------

    async def _send(self, raw: bytes, to: tuple[str, ...], cc: tuple[str, ...]) -> Result:
        while True:
            client, kept = await self._connected()
            try:
                answer = await self._envelope(client, raw, to, cc)
            except (SMTPServerDisconnected, SMTPTimeoutError, OSError) as error:
                self._drop()
                if kept and not isinstance(error, SMTPTimeoutError):
                    continue  # the server had closed the kept connection, as servers do; nothing was sent
                raise self._trouble(error) from error
            except SMTPSenderRefused as error:
                if kept and error.code == 421:
                    self._drop()
                    continue
                return await self._sender_refused(client, error)
            if not isinstance(answer, Accepted):
                return answer
            return await self._data(client, raw, answer)

    async def _envelope(self, client: SMTP, raw: bytes, to: tuple[str, ...], cc: tuple[str, ...]) -> Result:
        """Give sender and recipients; Accepted means: go on with the mail itself."""
        international = not all(on_the_wire(address).isascii() for address in (self._sender, *to, *cc))
        if international and not client.supports_extension("smtputf8"):
            if not all(on_the_wire(address).isascii() for address in (self._sender, *to)):
                return Refused("SMTP: el servidor no admite direcciones con acentos o letras no inglesas", 553)
            international = False
        options = ["SMTPUTF8"] if international else []
        if not raw.isascii() and client.supports_extension("8bitmime"):
            options.append("BODY=8BITMIME")
        encoding = "utf-8" if international else "ascii"
        await client.mail(on_the_wire(self._sender), options=options, encoding=encoding)
        refusals: dict[str, tuple[int, str]] = {}
        for address in dict.fromkeys((*to, *cc)):
            refusal = await self._recipient(client, address, encoding)
            if refusal is not None:
                refusals[address] = refusal
        if any(address not in refusals for address in to):
            return Accepted(tuple(refusals))
        await self._reset(client)
        return _nobody([refusals[address] for address in to])

    async def _recipient(self, client: SMTP, address: str, encoding: str) -> tuple[int, str] | None:
        """Name one recipient; return the server's code and word when it is not taken."""
        wire = on_the_wire(address)
        if not is_one_address(wire) or (encoding == "ascii" and not wire.isascii()):
            return 553, ""
        try:
            await client.rcpt(wire, encoding=encoding)
        except SMTPRecipientRefused as error:
            if error.code == 421:
                raise SMTPServerDisconnected("421") from error
            return error.code, _status(error)
        return None

    async def _data(self, client: SMTP, raw: bytes, accepted: Accepted) -> Result:
        """Hand over the mail itself. Until the server's 354 nothing is sent; after the dot all of it."""
        try:
            go_on = await client.execute_command(b"DATA", timeout=self._patience.command)
        except (SMTPServerDisconnected, SMTPTimeoutError, OSError) as error:
            self._drop()
            raise self._trouble(error) from error
        if go_on.code != 354:
            return await self._refused(client, go_on.code, go_on.message)
        try:
            protocol = client.protocol
            if protocol is None:
                raise SMTPServerDisconnected("Connection lost")
            protocol.write(with_dots(raw))
            said = await protocol.read_response(timeout=self._patience.after_data)
        except (SMTPServerDisconnected, SMTPTimeoutError, OSError):
            self._drop()
            reason = "se perdió la conexión sin saber si el servidor aceptó el correo"
            return Uncertain(f"SMTP {self._where}: {reason}")
        except SMTPResponseException:  # a line that is no answer
            self._drop()
            return Uncertain(f"SMTP {self._where}: el servidor contestó algo que no se entiende")
        if said.code // 100 != 2:
            return await self._refused(client, said.code, said.message)
        self._carried += 1
        self._used_at = time.monotonic()
        return accepted

    async def _refused(self, client: SMTP, code: int, message: str) -> Result:
        await self._reset(client)
        return self._verdict(code, _enhanced(message))

    async def _sender_refused(self, client: SMTP, error: SMTPSenderRefused) -> Result:
        """MAIL is the same for every mail of ours: a no to it is no mail's fault, and none may be given up for it."""
        await self._reset(client)
        if error.code // 100 == 4 and error.code != 421:
            return self._verdict(error.code, _status(error))
        return TryLater(
            f"SMTP {self._where}: no deja enviar desde la dirección del buzón (respuesta {_status(error)}); "
            "revisa smtp.username y el permiso «enviar como»", connection=True)

    def _verdict(self, code: int, status: str) -> Result:
        if code == 421:
            self._drop()
            reason = f"SMTP {self._where}: el servidor pide esperar (respuesta {status or code})"
            return TryLater(reason, connection=True)
        if code in FOR_THE_LOGIN:
            return TryLater(f"SMTP {self._where}: el servidor pide iniciar sesión; revisa smtp.auth", connection=True)
        if code // 100 == 5:
            return Refused(f"SMTP {self._where}: rechazó el correo (respuesta {status or code})", code)
        return TryLater(f"SMTP {self._where}: aplazó el correo (respuesta {status or code})")

    async def _reset(self, client: SMTP) -> None:
        """Begin the envelope anew; where even that fails the next mail gets a new connection."""
        self._used_at = time.monotonic()
        try:
            await client.rset(timeout=10)
        except (SMTPException, OSError):
            self._drop()

    # -- the connection ---------------------------------------------------------------------------------------

    @property
    def _where(self) -> str:
        return f"{self._account.host}:{self._account.port}"

    async def _connected(self) -> tuple[SMTP, bool]:
        """Return a connection and whether it was used before."""
        client = self._client
        if client is not None and client.is_connected and self._carried < MOST_IN_ONE_CONNECTION:
            if time.monotonic() - self._used_at < ASK_AFTER_SECONDS:
                return client, True
            with suppress(SMTPException, OSError):
                await client.noop(timeout=10)
                return client, True
        await self.close()
        self._client = await self._log_in()
        self._carried, self._used_at = 0, time.monotonic()
        return self._client, False

    async def _log_in(self) -> SMTP:
        credential = self._account.credential
        for fresh in (False, True):  # a token that was revoked before its time is renewed once
            client = await self._open()
            try:
                if credential is not None:
                    secret = await asyncio.to_thread(credential.secret, fresh=fresh)
                    await self._authenticate(client, credential.kind, secret)
            except SMTPAuthenticationError as error:
                client.close()
                if error.code // 100 == 4 or error.code == 421:
                    reason = "no deja iniciar sesión por ahora; se intentará de nuevo"
                    raise later(f"SMTP {self._where}: {reason}") from error
                if credential is not None and credential.kind == "oauth2" and not fresh:
                    continue
                self._bad_login(error)
            except (SMTPException, OSError) as error:
                client.close()
                raise self._trouble(error) from error
            except BaseException:
                client.close()
                raise
            else:
                return client
        raise AssertionError  # the second round always ends above

    async def _authenticate(self, client: SMTP, kind: str, secret: str) -> None:
        user = self._account.username
        methods = client.server_auth_methods
        if (kind == "oauth2" and "xoauth2" not in methods) or not methods:
            raise later(
                f"SMTP {self._where}: no ofrece {'XOAUTH2' if kind == 'oauth2' else 'inicio de sesión'} en ese puerto; "
                'revisa smtp.port, smtp.security y smtp.auth')
        if kind == "oauth2":
            await client.auth_xoauth2(user, secret)
        else:
            await client.login(user, secret)

    def _bad_login(self, error: SMTPAuthenticationError) -> NoReturn:
        if self._account.credential is not None and self._account.credential.kind == "oauth2":
            raise later(
                f"SMTP {self._where}: no aceptó el permiso OAuth2 (respuesta {_status(error)}); revisa que la "
                "aplicación pueda enviar desde este buzón y que SMTP AUTH esté activado (docs/oauth.md)") from None
        raise later(
            f"SMTP {self._where}: usuario o contraseña incorrectos (respuesta {_status(error)}); "
            "revisa smtp.username y MAILBOT_SMTP_PASSWORD") from None

    async def _open(self) -> SMTP:
        account = self._account
        await asyncio.to_thread(refuse_plain_text, account.host, account.security, "smtp")
        client = SMTP(
            hostname=account.host, port=account.port, timeout=self._patience.command, local_hostname=self._our_name(),
            use_tls=account.security == "tls", start_tls=account.security == "starttls",
            tls_context=None if account.security == "none" else trust(account.ca_file),
        )
        try:
            await client.connect(timeout=self._patience.connect)
            await client._ehlo_or_helo_if_needed()
        except (SMTPException, OSError) as error:
            raise self._trouble(error) from error
        return client

    def _our_name(self) -> str:
        """Greet with the sender's domain: to ask for this machine's own full name can take a minute."""
        domain = self._sender.rpartition("@")[2]
        return domain if re.fullmatch(r"[A-Za-z0-9.-]+", domain) else "localhost"

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _trouble(self, error: BaseException) -> ServerTrouble:
        if isinstance(error, SMTPConnectResponseError):
            return later(f"SMTP {self._where}: no atiende por ahora (respuesta {error.code}); se intentará de nuevo")
        if isinstance(error, SMTPException) and "STARTTLS" in str(error):
            return later(f'SMTP {self._where}: no ofrece STARTTLS; prueba smtp.security = "tls" (puerto 465)')
        cause = error
        while isinstance(cause, SMTPException) and isinstance(cause.__cause__, OSError):
            cause = cause.__cause__
        return connection_trouble(cause, "SMTP", self._account.host, self._account.port)


def _nobody(refusals: Sequence[tuple[int, str]]) -> Result:
    """No To was taken: later if one of them may be taken then, refused otherwise."""
    for code, status in refusals:
        if code // 100 == 4:
            return TryLater(f"SMTP: el servidor aplazó la dirección del destinatario (respuesta {status or code})")
    code, status = refusals[0] if refusals else (553, "")
    return Refused(f"SMTP: el servidor rechazó la dirección del destinatario (respuesta {status or code})", code)


def is_one_address(address: str) -> bool:
    """Tell whether SMTP would see just this one address: aiosmtplib cuts "a@x, b@x" to the first."""
    return bool(re.fullmatch(r'[^\s<>,;:"()\[\]\\@\x00-\x20\x7f]+@[^\s<>,;:"()\\@\x00-\x20\x7f]+', address))


def on_the_wire(address: str) -> str:
    """Return the address with its domain in ASCII (RFC 5891), which any server understands."""
    name, at, domain = address.rpartition("@")
    try:
        return f"{name}{at}{domain.encode('idna').decode()}" if not domain.isascii() else address
    except UnicodeError:
        return address


def with_dots(raw: bytes) -> bytes:
    """Return the mail as DATA wants it: CRLF, a doubled dot at a line's beginning, the final dot."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", lines) + b".\r\n"


def _status(error: SMTPResponseException) -> str:
    return " ".join(part for part in (str(error.code), _enhanced(error.message)) if part)


def _enhanced(message: str) -> str:
    """Keep the enhanced status code (RFC 3463) of an answer and drop its words, which may name a person."""
    found = re.match(r"\s*([245]\.\d{1,3}\.\d{1,3})\b", message)
    return found[1] if found else ""
