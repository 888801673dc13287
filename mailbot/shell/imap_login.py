"""From an account to a logged-in IMAP connection, or one clear line why not."""

from __future__ import annotations

import imaplib
from typing import Any

from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from mailbot.shell.accounts import ImapAccount, connection_trouble, refuse_plain_text, trust
from mailbot.shell.failures import later, refused
from mailbot.shell.idle import DrainingIdle

FOR_A_WHILE = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")  # RFC 5530: the login itself may be good


def open_mailbox(account: ImapAccount) -> BaseMailBox:
    """Connect, encrypt, log in and ask anew what the server can do; raise ServerTrouble otherwise."""
    refuse_plain_text(account.host, account.security, "mailbox")
    try:
        box = _connected(account)
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
        raise connection_trouble(error, "IMAP", account.host, account.port) from error
    try:
        _log_in(box, account)
        _ask_capabilities(box)
    except BaseException:
        close(box)
        raise
    return box


def close(box: BaseMailBox) -> None:
    """Drop the connection without a word; a polite LOGOUT could wait for a dead server."""
    try:
        box.client.shutdown()
    except (OSError, imaplib.IMAP4.error):
        return


class _Tls(MailBox):
    idle_manager_class = DrainingIdle


class _Plain(MailBoxUnencrypted):
    idle_manager_class = DrainingIdle


def _connected(account: ImapAccount) -> BaseMailBox:
    if account.security == "tls":
        return _Tls(account.host, account.port, timeout=account.answer_seconds, ssl_context=trust(account.ca_file))
    box = _Plain(account.host, account.port, timeout=account.answer_seconds)
    if account.security == "starttls":
        try:
            _start_tls(box.client, account)
        except BaseException:
            close(box)
            raise
    return box


def _start_tls(client: imaplib.IMAP4, account: ImapAccount) -> None:
    if "STARTTLS" not in client.capabilities:
        raise refused(
            f'IMAP {account.host}:{account.port}: no ofrece STARTTLS; prueba mailbox.security = "tls" (puerto 993)')
    client.starttls(trust(account.ca_file))


def _log_in(box: BaseMailBox, account: ImapAccount) -> None:
    where = f"IMAP {account.host}:{account.port}"
    for fresh in (False, True):  # a token that was revoked before its time is renewed once
        secret = account.credential.secret(fresh=fresh)
        try:
            _authenticate(box.client, account, secret)
        except imaplib.IMAP4.abort as error:
            raise connection_trouble(error, "IMAP", account.host, account.port) from error
        except OSError as error:
            raise connection_trouble(error, "IMAP", account.host, account.port) from error
        except imaplib.IMAP4.error as error:
            said = str(error).upper()
            if any(code in said for code in FOR_A_WHILE):
                raise later(f"{where}: el servidor no deja entrar por ahora; se intentará de nuevo") from None
            if account.credential.kind == "oauth2" and not fresh:
                continue
            raise refused(_refusal(where, account.credential.kind)) from None
        else:
            return


def _refusal(where: str, kind: str) -> str:
    if kind == "oauth2":
        return (f"{where}: el servidor no aceptó el permiso OAuth2; revisa que la aplicación tenga permiso sobre este "
                "buzón (docs/oauth.md) y repite mailbot login")
    return f"{where}: usuario o contraseña incorrectos; revisa mailbox.username y MAILBOT_MAILBOX_PASSWORD"


def _authenticate(client: imaplib.IMAP4, account: ImapAccount, secret: str) -> None:
    """Use SASL where there is one: LOGIN cannot carry accents."""
    user = account.username
    if account.credential.kind == "oauth2":
        client.authenticate("XOAUTH2", _once(f"user={user}\1auth=Bearer {secret}\1\1".encode()))
    elif "AUTH=PLAIN" in client.capabilities:
        client.authenticate("PLAIN", _once(b"\0" + user.encode() + b"\0" + secret.encode()))
    elif user.isascii() and secret.isascii():
        client.login(user, secret)
    else:
        raise refused(
            f"IMAP {account.host}:{account.port}: este servidor no admite contraseñas con acentos; cámbiala por otra")


def _once(answer: bytes) -> Any:
    """Give the answer to the first challenge, and nothing to a second one, which is XOAUTH2's error report."""
    answers = [answer]
    return lambda challenge: answers.pop() if answers else b""


def _ask_capabilities(box: BaseMailBox) -> None:
    """imaplib keeps the capabilities from before login, and so never sees MOVE."""
    status, said = box.client.capability()
    if status == "OK" and said and said[-1]:
        box.client.capabilities = tuple(said[-1].decode("ascii", "replace").upper().split())
