"""How does Microsoft 365 give tokens? As an application (client credentials) or for a person (device code), by msal."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from mailbot.shell.failures import later, refused
from mailbot.shell.oauth import Grant

AS_APPLICATION = ["https://outlook.office365.com/.default"]
AS_PERSON = ["https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send"]
PUBLIC = "https://login.microsoftonline.com"
HTTP_SECONDS = 20

# What the codes mean to whoever reads the line (learn.microsoft.com, "Microsoft Entra authentication error codes").
MEANINGS = {
    "7000215": "el secreto de la aplicación no es correcto: copia el «Valor», no el «Id.», y revisa "
               "MAILBOT_OAUTH2_CLIENT_SECRET",
    "7000222": "el secreto de la aplicación venció: crea otro en Entra y cambia MAILBOT_OAUTH2_CLIENT_SECRET",
    "700016": "no existe esa aplicación en el directorio: revisa oauth2.client_id y oauth2.tenant",
    "90002": "no existe ese directorio: revisa oauth2.tenant",
    "900023": "no existe ese directorio: revisa oauth2.tenant",
    "65001": "falta el consentimiento del administrador: dalo en Entra, en «Permisos de API»",
    "7000218": "la aplicación no permite clientes públicos: actívalo en Entra, en «Autenticación»",
    "50076": "el directorio pide un segundo factor: repite mailbot login",
    "700082": "el permiso venció por falta de uso: repite mailbot login",
    "50173": "la contraseña de la cuenta cambió: repite mailbot login",
    "70020": "el código venció antes de usarse: repite mailbot login",
    "70016": "el código venció antes de usarse: repite mailbot login",
}
MENDED_BY_LOGIN = ("invalid_grant", "interaction_required", "login_required", "consent_required")


@dataclass(frozen=True)
class _Directory:
    tenant: str
    client_id: str
    authority: str = ""  # "" = Microsoft's public one
    http: Any = field(default=None, repr=False)  # for tests and for proxies: msal's http_client

    def options(self) -> dict[str, Any]:
        """Return what both kinds of msal application take."""
        options: dict[str, Any] = {"authority": self.authority or f"{PUBLIC}/{self.tenant}"}
        if self.authority:
            options["instance_discovery"] = False  # its own word is enough: do not ask Microsoft about it
        if self.http is not None:
            options["http_client"] = self.http
        else:
            options["timeout"] = HTTP_SECONDS
        return options


@dataclass(frozen=True)
class MicrosoftApplication(_Directory):
    """Client credentials: the application itself has access to the mailbox, and no person ever logs in."""

    secret: str = field(default="", repr=False)
    needs_login = False

    def renew(self, keep: str) -> Grant:
        with _Trouble():
            app = _msal().ConfidentialClientApplication(
                self.client_id, client_credential=self.secret, **self.options())
            return _grant(app.acquire_token_for_client(scopes=AS_APPLICATION))

    def log_in(self, say: Callable[[str], None]) -> Grant:
        say("Pidiendo permiso a Microsoft con el secreto de la aplicación…")
        return self.renew("")


@dataclass(frozen=True)
class MicrosoftPerson(_Directory):
    """Device code: a person who may open the mailbox types a code once; renewed for as long as it is used."""

    username: str = ""
    needs_login = True

    def renew(self, keep: str) -> Grant:
        with _Trouble():
            app, cache = self._app(keep)
            accounts = app.get_accounts()
            if not accounts:
                raise refused("OAuth2: nadie ha dado permiso todavía; corre mailbot login una vez y sigue sus pasos")
            answer = app.acquire_token_silent_with_error(AS_PERSON, account=accounts[0], force_refresh=True)
            return _grant(answer, cache.serialize())

    def log_in(self, say: Callable[[str], None]) -> Grant:
        with _Trouble():
            app, cache = self._app("")
            flow = app.initiate_device_flow(scopes=AS_PERSON)
            if "user_code" not in flow:
                _explain(flow)
            say(f"1. Abre {flow['verification_uri']} en cualquier navegador.")
            say(f"2. Escribe este código: {flow['user_code']}")
            say("3. Entra con la cuenta del buzón y acepta los permisos. Aquí se espera hasta que termines…")
            answer = app.acquire_token_by_device_flow(flow)
            return _grant(answer, cache.serialize())

    def _app(self, keep: str) -> tuple[Any, Any]:
        msal = _msal()
        cache = msal.SerializableTokenCache()
        if keep:
            cache.deserialize(keep)
        return msal.PublicClientApplication(self.client_id, token_cache=cache, **self.options()), cache


def _msal() -> Any:
    try:
        import msal
    except ModuleNotFoundError:
        raise refused("OAuth2: falta el extra de Microsoft; instálalo con: pip install 'mailbot[microsoft]'") from None
    return msal


def _grant(answer: Any, keep: str = "") -> Grant:
    if not isinstance(answer, dict) or "access_token" not in answer:
        _explain(answer or {})
    return Grant(answer["access_token"], time.time() + float(answer.get("expires_in") or 0), keep)


def _explain(answer: Any) -> NoReturn:
    """Turn an OAuth2 error into one line. The description may name a person: only its code is kept."""
    error = str(answer.get("error") or "respuesta sin token")[:40]
    found = re.search(r"AADSTS(\d+)", str(answer.get("error_description") or ""))
    code = found[1] if found else ""
    said = f"OAuth2 de Microsoft ({f'AADSTS{code}' if code else error})"
    if code in MEANINGS:
        raise refused(f"{said}: {MEANINGS[code]}")
    if error in ("temporarily_unavailable", "server_error", "slow_down"):
        raise later(f"{said}: no atiende por ahora; se intentará de nuevo")
    if error in MENDED_BY_LOGIN:
        raise refused(f"{said}: el permiso ya no vale; repite mailbot login")
    raise refused(f"{said}: no dio permiso; revisa [oauth2] en config.toml y docs/oauth.md")


class _Trouble:
    """Say what keeps us from the provider in one line; msal's own exceptions are many."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if type(error).__name__ in ("MsalServiceError", "HTTPError"):  # a 5xx or 429, which msal raises and not returns
            raise later("OAuth2 de Microsoft: no atiende por ahora; se intentará de nuevo") from None
        if isinstance(error, OSError):  # requests' exceptions too
            raise later(
                "OAuth2: no se puede llegar a login.microsoftonline.com; revisa la conexión a Internet o el proxy"
            ) from None
        if isinstance(error, ValueError):  # an authority that does not exist, an answer that is not JSON
            raise refused(
                "OAuth2: Microsoft no reconoce ese directorio; revisa oauth2.tenant y oauth2.client_id") from None
