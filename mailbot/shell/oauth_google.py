"""How does Google give tokens? To a service account acting as the mailbox, or to a person by the loopback flow."""

from __future__ import annotations

import json
import secrets
import time
import urllib.error
import urllib.request
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from mailbot.shell.failures import ServerTrouble, later, refused
from mailbot.shell.oauth import Grant

MAIL = "https://mail.google.com/"  # the only scope that opens IMAP and SMTP
ASK_URI = "https://accounts.google.com/o/oauth2/v2/auth"
TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105  # an address
HTTP_SECONDS = 20
LOGIN_SECONDS = 600  # for a person to click through


@dataclass(frozen=True)
class GoogleServiceAccount:
    """Domain-wide delegation: an administrator lets the service account act as the mailbox; no person logs in."""

    file: Path
    mailbox: str
    needs_login = False

    def renew(self, keep: str) -> Grant:
        try:
            from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
            from google.oauth2 import service_account
        except ModuleNotFoundError:
            raise refused("OAuth2: falta el extra de Google; instálalo con: pip install 'mailbot[google]'") from None
        try:
            account = service_account.Credentials.from_service_account_file(  # type: ignore[no-untyped-call]
                str(self.file), scopes=[MAIL], subject=self.mailbox)
            account.refresh(_Transport())
        except TransportError:
            raise _away() from None
        except RefreshError as error:
            raise _explained(str(error)) from None
        except (OSError, ValueError, GoogleAuthError):
            raise refused(
                f"OAuth2: {self.file} no es la llave de una cuenta de servicio; revisa oauth2.service_account_file"
            ) from None
        return Grant(str(account.token), _epoch(account.expiry))

    def log_in(self, say: Callable[[str], None]) -> Grant:
        say("Pidiendo permiso a Google con la cuenta de servicio…")
        return self.renew("")


@dataclass(frozen=True)
class GooglePerson:
    """The loopback flow (RFC 8252): a person accepts in a browser on this machine, once; PKCE (RFC 7636)."""

    client_id: str
    client_secret: str = field(repr=False)
    mailbox: str = ""
    ask_uri: str = ASK_URI
    token_uri: str = TOKEN_URI
    needs_login = True

    def renew(self, keep: str) -> Grant:
        if not keep:
            raise refused("OAuth2: nadie ha dado permiso todavía; corre mailbot login una vez y sigue sus pasos")
        answer = self._ask({"grant_type": "refresh_token", "refresh_token": keep})
        return Grant(str(answer["access_token"]), _ends_at(answer), str(answer.get("refresh_token") or keep))

    def log_in(self, say: Callable[[str], None]) -> Grant:
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        with _Catcher(state) as catcher:
            say("1. Abre esta liga en un navegador de esta misma máquina:")
            say(f"   {self.ask_uri}?{urlencode(self._question(catcher.uri, verifier, state))}")
            say("2. Entra con la cuenta del buzón y acepta. Aquí se espera hasta que termines…")
            code = catcher.wait()
            answer = self._ask({
                "grant_type": "authorization_code", "code": code, "redirect_uri": catcher.uri,
                "code_verifier": verifier})
        if not answer.get("refresh_token"):
            raise refused(
                "OAuth2 de Google: no dio un permiso duradero; quita mailbot en myaccount.google.com/permissions "
                "y repite mailbot login")
        return Grant(str(answer["access_token"]), _ends_at(answer), str(answer["refresh_token"]))

    def _question(self, back: str, verifier: str, state: str) -> Mapping[str, str]:
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        return {
            "client_id": self.client_id, "redirect_uri": back, "response_type": "code", "scope": MAIL,
            "access_type": "offline", "prompt": "consent", "login_hint": self.mailbox, "state": state,
            "code_challenge": challenge, "code_challenge_method": "S256"}

    def _ask(self, question: Mapping[str, str]) -> Any:
        own = {"client_id": self.client_id, "client_secret": self.client_secret}
        form = urlencode({**own, **question}).encode()
        status, body = _post(self.token_uri, form, {"Content-Type": "application/x-www-form-urlencoded"})
        try:
            answer = json.loads(body)
        except ValueError:
            answer = {}
        if status != 200 or "access_token" not in answer:
            raise _explained(str(answer.get("error", status)))
        return answer


def _explained(said: str) -> ServerTrouble:
    """Turn Google's error word into one line; its description may name a person and is dropped."""
    for word, meaning in (
        ("unauthorized_client", "el administrador no ha dado a la cuenta de servicio el alcance "
                                "https://mail.google.com/ (Consola de administración, delegación de todo el dominio)"),
        ("invalid_client", "client_id o secreto incorrectos; revisa oauth2.client_id y MAILBOT_OAUTH2_CLIENT_SECRET"),
        ("deleted_client", "la aplicación ya no existe; revisa oauth2.client_id"),
        ("access_denied", "no se aceptó el permiso; repite mailbot login"),
        ("invalid_grant", "el permiso ya no vale o el buzón no existe; revisa mailbox.username, repite mailbot login"),
    ):
        if word in said:
            return refused(f"OAuth2 de Google ({word}): {meaning}")
    if said[:1] == "5" or any(word in said for word in ("temporarily_unavailable", "server_error", "internal_failure")):
        return later("OAuth2 de Google: no atiende por ahora; se intentará de nuevo")
    return refused("OAuth2 de Google: no dio permiso; revisa [oauth2] en config.toml y docs/oauth.md")


def _away() -> ServerTrouble:
    return later("OAuth2: no se puede llegar a Google; revisa la conexión a Internet o el proxy")


def _ends_at(answer: Mapping[str, Any]) -> float:
    return time.time() + float(answer.get("expires_in") or 0)


def _epoch(expiry: Any) -> float:
    from datetime import UTC

    return float(expiry.replace(tzinfo=UTC).timestamp()) if expiry else 0.0  # google-auth gives naive UTC


def _post(uri: str, body: bytes | None, headers: Mapping[str, str], method: str = "POST") -> tuple[int, bytes]:
    if urlsplit(uri).scheme not in ("https", "http"):
        raise refused("OAuth2: token_uri no es una dirección web; descarga otra vez la llave de la cuenta de servicio")
    request = urllib.request.Request(uri, data=body, headers=dict(headers), method=method)  # noqa: S310  # checked above
    try:
        with urllib.request.urlopen(request, timeout=HTTP_SECONDS) as answer:  # noqa: S310
            return int(answer.status), bytes(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        raise _away() from None


@dataclass(frozen=True)
class _Answer:
    status: int
    data: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class _Transport:
    """google-auth's transport by the standard library alone; `requests` is not ours to demand."""

    def __call__(
        self, url: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None,
        timeout: float | None = None, **_: Any,
    ) -> _Answer:
        status, data = _post(url, body.encode() if isinstance(body, str) else body, headers or {}, method)
        return _Answer(status, data)


class _Catcher:
    """A listener on loopback for the one request that brings the code back."""

    def __init__(self, state: str) -> None:
        self._code, self._error = "", ""
        catcher = self

        class Visit(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                fields = parse_qs(urlsplit(self.path).query)
                ours = fields.get("state") == [state]  # another page on this machine cannot give us its code
                if ours:
                    catcher._code = fields.get("code", [""])[0]
                    catcher._error = fields.get("error", [""])[0]
                text = "Listo: ya puedes cerrar esta ventana y volver a la terminal." if ours else "No es de mailbot."
                self.send_response(200 if ours else 400)
                self.send_header("Content-Type", "text/plain; charset=utf-8")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *args: Any) -> None:
                return None  # the code is a secret

        self._server = HTTPServer(("127.0.0.1", 0), Visit)
        self._server.timeout = 1
        self.uri = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> _Catcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    def wait(self) -> str:
        until = time.monotonic() + LOGIN_SECONDS
        while not self._code and not self._error:
            if time.monotonic() > until:
                raise refused("OAuth2 de Google: nadie aceptó en diez minutos; repite mailbot login")
            self._server.handle_request()
        if self._error:
            raise _explained(self._error)
        return self._code
