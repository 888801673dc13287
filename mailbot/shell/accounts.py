"""Where are our two servers, how do we log in, and whom do we trust?"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from dataclasses import dataclass, field
from imaplib import IMAP4
from typing import Literal, Protocol

from mailbot.shell.failures import ServerTrouble, later, refused

Security = Literal["tls", "starttls", "none"]


class Credential(Protocol):
    """What proves that we may log in: a password, or an access token that is renewed."""

    @property
    def kind(self) -> Literal["password", "oauth2"]: ...

    def secret(self, *, fresh: bool = False) -> str:
        """Return it; ``fresh`` when the server has just refused the last one. May block; raises ServerTrouble."""


@dataclass(frozen=True)
class Password:
    text: str = field(repr=False)
    kind: Literal["password", "oauth2"] = field(default="password", init=False)

    def secret(self, *, fresh: bool = False) -> str:
        return self.text


@dataclass(frozen=True)
class ImapAccount:
    host: str
    port: int
    security: Security
    username: str
    credential: Credential
    folder: str = "INBOX"
    poll_seconds: float = 60
    ca_file: str = ""  # "" = the system's authorities
    answer_seconds: float = 30  # for the server to answer a command; with LONGEST_WAIT, within two minutes


@dataclass(frozen=True)
class SmtpAccount:
    host: str
    port: int
    security: Security
    username: str
    credential: Credential | None  # None = the server asks for none
    sender: str  # the envelope's; bounces come back to it
    ca_file: str = ""


def is_loopback(host: str) -> bool:
    try:
        addresses = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    return bool(addresses) and all(ipaddress.ip_address(str(a).split("%")[0]).is_loopback for a in addresses)


def refuse_plain_text(host: str, security: Security, section: str) -> None:
    """Raise where passwords and students' data would cross a network unencrypted."""
    if security == "none" and not is_loopback(host):
        raise refused(
            f'{section}.security: "none" sólo sirve en esta misma máquina (127.0.0.1) y no con {host}; '
            'escribe "tls" o "starttls"')


def trust(ca_file: str) -> ssl.SSLContext:
    """Return a context that verifies certificate and host name, by the system's authorities or by our own."""
    if not ca_file:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError):
        raise refused(f"ca_file: no se puede leer {ca_file} como certificado PEM; revisa la ruta") from None


def connection_trouble(error: BaseException, what: str, host: str, port: int) -> ServerTrouble:
    """Say in one line why a server could not be reached."""
    if isinstance(error, ServerTrouble):
        return error
    where = f"{what} {host}:{port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return later(
            f"{where}: su certificado no es de confianza ({error.verify_message}); revisa el nombre del servidor, "
            "la fecha de esta máquina o ca_file")
    if isinstance(error, ssl.SSLError):
        return later(f'{where}: no habla TLS en ese puerto; revisa port y security ("tls" o "starttls")')
    if isinstance(error, socket.gaierror):
        return later(f"{where}: no se encuentra ese servidor; revisa host y la conexión a Internet")
    if isinstance(error, TimeoutError):
        return later(f"{where}: no contesta a tiempo; se intentará de nuevo")
    if isinstance(error, ConnectionRefusedError):
        return later(f"{where}: no acepta conexiones; revisa port o espera a que vuelva")
    if isinstance(error, (OSError, IMAP4.abort)):
        return later(f"{where}: se perdió la conexión; se intentará de nuevo")
    return later(f"{where}: contestó algo que no se entiende ({type(error).__name__}); se intentará de nuevo")
