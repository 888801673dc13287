"""The claims of shell/oauth*.py: tokens from a real token server open a real Dovecot and a real SMTP server."""

import json
import stat
import threading
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailbot.shell.accounts import ImapAccount, SmtpAccount
from mailbot.shell.failures import Refused, ServerTrouble, TryLater
from mailbot.shell.mailbox import Mailbox, check_login
from mailbot.shell.oauth import Grant, Provider, TokenFile, Tokens
from mailbot.shell.oauth_google import GooglePerson, GoogleServiceAccount
from mailbot.shell.oauth_microsoft import MicrosoftApplication, MicrosoftPerson
from mailbot.shell.outbox import Accepted, Smtp
from tests.servers.dovecot import ADDRESS, Dovecot
from tests.servers.smtp import SmtpServer, running_smtp
from tests.servers.tokens import CLIENT_SECRET, TokenServer, running_tokens

RAW = b"From: becas@itq.test\r\nTo: ana@example.com\r\n\r\nHola\r\n"


@pytest.fixture
def google_tokens() -> Iterator[TokenServer]:
    with running_tokens(ADDRESS) as server:
        yield server


def application(server: TokenServer, secret: str = CLIENT_SECRET) -> MicrosoftApplication:
    return MicrosoftApplication("tenant", "app", f"{server.base}/tenant", secret=secret)


def service_account(server: TokenServer, folder: Path) -> GoogleServiceAccount:
    """Write the key file that Google's console gives, with the test's token server in it."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "cuenta.json"
    path.write_text(json.dumps({
        "type": "service_account", "client_email": "mailbot@proyecto.iam.gserviceaccount.com", "private_key_id": "1",
        "private_key": key.decode(), "token_uri": f"{server.base}/token", "project_id": "proyecto"}))
    return GoogleServiceAccount(path, ADDRESS)


def imap(server: Dovecot, credential: Tokens) -> ImapAccount:
    return ImapAccount(server.host, server.port, "none", ADDRESS, credential)


def smtp(server: SmtpServer, credential: Tokens) -> Smtp:
    return Smtp(SmtpAccount(server.host, server.port, "none", ADDRESS, credential, ADDRESS))


def kept(provider: Provider, folder: Path, **options: object) -> Tokens:
    return Tokens(provider, TokenFile(folder / "var" / "token.json"), **options)  # type: ignore[arg-type]


async def test_microsoft_s_application_opens_imap_and_smtp_with_one_token_kept_in_a_private_file(
    tokens: TokenServer, oauth_dovecot: Dovecot, tmp_path: Path,
) -> None:
    oauth_dovecot.append(RAW)
    async with Mailbox(imap(oauth_dovecot, kept(application(tokens), tmp_path))) as mailbox:
        assert (await mailbox.baseline(None)).uid == 1
    with running_smtp(tokens={ADDRESS: tokens.given[0]}) as server:
        async with smtp(server, kept(application(tokens), tmp_path)) as client:
            assert await client.send(RAW, ["ana@example.com"]) == Accepted()
        assert server.logins == [f"XOAUTH2 {ADDRESS}"]
    assert [asked["grant_type"] for asked in tokens.asked] == ["client_credentials"]
    assert tokens.asked[0]["scope"] == "https://outlook.office365.com/.default"
    assert stat.S_IMODE((tmp_path / "var" / "token.json").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["token.json"]


def test_a_token_is_renewed_five_minutes_before_it_ends(tokens: TokenServer, tmp_path: Path) -> None:
    now = [0.0]
    credential = kept(application(tokens), tmp_path, clock=lambda: now[0])
    first = credential.secret()
    ends_at = TokenFile(tmp_path / "var" / "token.json").read().ends_at  # type: ignore[union-attr]
    now[0] = ends_at - 301
    still = credential.secret()
    now[0] = ends_at - 299
    assert (still == first, credential.secret() == first, len(tokens.given)) == (True, False, 2)


async def test_a_token_that_was_revoked_before_its_time_is_renewed_at_the_login(
    tokens: TokenServer, oauth_dovecot: Dovecot, tmp_path: Path,
) -> None:
    file = TokenFile(tmp_path / "var" / "token.json")
    file.write(Grant("revocado", 4e9))
    async with Mailbox(imap(oauth_dovecot, Tokens(application(tokens), file))) as mailbox:
        assert (await mailbox.baseline(None)).uid == 0
    file.write(Grant("revocado", 4e9))
    tokens.given.clear()
    with running_smtp(tokens={ADDRESS: "otro"}) as server:
        credential = Tokens(application(tokens), file)
        server.tokens = _Whatever(tokens)
        async with smtp(server, credential) as client:
            assert await client.send(RAW, ["ana@example.com"]) == Accepted()


class _Whatever(dict[str, str]):
    """The SMTP server's list of good tokens: always the last one given."""

    def __init__(self, server: TokenServer) -> None:
        super().__init__({ADDRESS: ""})
        self._server = server

    def get(self, *_: object) -> str:  # type: ignore[override]
        return self._server.given[-1] if self._server.given else ""


def test_a_mailbox_that_the_token_does_not_open_is_refused_in_one_line(
    tokens: TokenServer, oauth_dovecot: Dovecot, tmp_path: Path,
) -> None:
    tokens.address = "otro@itq.test"
    with pytest.raises(ServerTrouble) as raised:
        check_login(imap(oauth_dovecot, kept(application(tokens), tmp_path)))
    assert raised.value.trouble == Refused(
        f"IMAP 127.0.0.1:{oauth_dovecot.port}: el servidor no aceptó el permiso OAuth2; revisa que la aplicación tenga "
        "permiso sobre este buzón (docs/oauth.md) y repite mailbot login")


def test_a_wrong_secret_is_explained_and_nobody_s_address_is_said(tokens: TokenServer, tmp_path: Path) -> None:
    with pytest.raises(ServerTrouble) as raised:
        kept(application(tokens, "mal"), tmp_path).secret()
    assert raised.value.trouble == Refused(
        "OAuth2 de Microsoft (AADSTS7000215): el secreto de la aplicación no es correcto: copia el «Valor», no el "
        "«Id.», y revisa MAILBOT_OAUTH2_CLIENT_SECRET")


def test_a_token_server_that_is_away_or_broken_is_tried_later(
    tokens: TokenServer, google_tokens: TokenServer, tmp_path: Path,
) -> None:
    tokens.broken = google_tokens.broken = True
    for provider in (service_account(google_tokens, tmp_path), GooglePerson("c", "s", token_uri=google_tokens.base)):
        with pytest.raises(ServerTrouble) as raised:
            provider.renew("refresh")
        assert raised.value.trouble == TryLater(
            "OAuth2 de Google: no atiende por ahora; se intentará de nuevo", connection=True)
    with pytest.raises(ServerTrouble) as raised:
        application(tokens).renew("")
    assert isinstance(raised.value.trouble, TryLater)
    google_tokens.stop()
    with pytest.raises(ServerTrouble) as raised:
        GooglePerson("c", "s", token_uri=google_tokens.base).renew("refresh")
    assert raised.value.trouble == TryLater(
        "OAuth2: no se puede llegar a Google; revisa la conexión a Internet o el proxy", connection=True)
    unreachable = MicrosoftApplication("tenant", "app", "https://localhost:1/tenant", secret="s")
    with pytest.raises(ServerTrouble) as raised:
        unreachable.renew("")
    assert raised.value.trouble == TryLater(
        "OAuth2: no se puede llegar a login.microsoftonline.com; revisa la conexión a Internet o el proxy",
        connection=True)
    google_tokens.start = lambda: None  # type: ignore[method-assign]


def test_microsoft_s_device_code_is_shown_once_and_renewed_without_a_person(
    tokens: TokenServer, oauth_dovecot: Dovecot, tmp_path: Path,
) -> None:
    tokens.pending = 1
    now = [0.0]
    person = MicrosoftPerson("tenant", "app", f"{tokens.base}/tenant", username=ADDRESS)
    credential = kept(person, tmp_path, clock=lambda: now[0])
    with pytest.raises(ServerTrouble) as raised:
        credential.secret()
    assert raised.value.trouble == Refused(
        "OAuth2: nadie ha dado permiso todavía; corre mailbot login una vez y sigue sus pasos")
    said: list[str] = []
    credential.log_in(said.append)
    assert said == [
        f"1. Abre {tokens.base}/device en cualquier navegador.", "2. Escribe este código: ABCD-1234",
        "3. Entra con la cuenta del buzón y acepta los permisos. Aquí se espera hasta que termines…"]
    check_login(imap(oauth_dovecot, credential))
    first = credential.secret()
    now[0] = 4e9
    assert credential.secret() != first
    assert [asked["grant_type"] for asked in tokens.asked if "grant_type" in asked][-1] == "refresh_token"
    tokens.refresh_tokens.clear()
    with pytest.raises(ServerTrouble) as raised:
        credential.secret()
    assert raised.value.trouble == Refused(
        "OAuth2 de Microsoft (AADSTS700082): el permiso venció por falta de uso: repite mailbot login")


def test_google_s_service_account_speaks_for_the_mailbox(
    google_tokens: TokenServer, oauth_dovecot: Dovecot, tmp_path: Path,
) -> None:
    check_login(imap(oauth_dovecot, kept(service_account(google_tokens, tmp_path), tmp_path)))
    claims = json.loads(_decoded(google_tokens.asked[0]["assertion"].split(".")[1]))
    assert (claims["sub"], claims["scope"], len(google_tokens.asked)) == (ADDRESS, "https://mail.google.com/", 1)


def test_google_s_missing_delegation_is_explained(google_tokens: TokenServer, tmp_path: Path) -> None:
    google_tokens.refuse = {"error": "unauthorized_client", "error_description": f"Client may not act for {ADDRESS}"}
    with pytest.raises(ServerTrouble) as raised:
        service_account(google_tokens, tmp_path).renew("")
    assert isinstance(raised.value.trouble, Refused)
    assert "delegación de todo el dominio" in raised.value.trouble.reason
    assert ADDRESS not in raised.value.trouble.reason


def test_a_key_file_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "cuenta.json").write_text("{}")
    with pytest.raises(ServerTrouble) as raised:
        GoogleServiceAccount(tmp_path / "cuenta.json", ADDRESS).renew("")
    assert raised.value.trouble == Refused(
        f"OAuth2: {tmp_path}/cuenta.json no es la llave de una cuenta de servicio; revisa oauth2.service_account_file")


def test_google_s_loopback_flow_takes_the_code_of_our_own_question_only(
    google_tokens: TokenServer, oauth_dovecot: Dovecot, tmp_path: Path,
) -> None:
    person = GooglePerson("cliente", "secreto", ADDRESS, token_uri=f"{google_tokens.base}/token")
    credential = kept(person, tmp_path)
    visits: list[int] = []
    credential.log_in(_browser(visits))
    assert visits == [400, 200]
    question = google_tokens.asked[0]
    assert (question["grant_type"], question["code"], question["client_secret"]) == (
        "authorization_code", "codigo", "secreto")
    assert len(question["code_verifier"]) >= 43
    check_login(imap(oauth_dovecot, credential))
    assert person.renew("refresh-1").keep == "refresh-2"


def _browser(visits: list[int]) -> Callable[[str], None]:
    """A person with a browser: another page tries first with a state of its own."""

    def say(line: str) -> None:
        if "https://" not in line:
            return
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(line.strip()).query)
        back, state = asked["redirect_uri"][0], asked["state"][0]

        def visit() -> None:
            for given in ("ajeno", state):
                try:
                    with urllib.request.urlopen(f"{back}?code=codigo&state={given}") as answer:
                        visits.append(answer.status)
                except urllib.error.HTTPError as error:
                    visits.append(error.code)

        threading.Thread(target=visit).start()

    return say


def _decoded(part: str) -> bytes:
    import base64

    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.parametrize("spoiled", ["", "{", "[]", '{"token": "x"}', '{"token": "x", "ends_at": "y", "keep": ""}'])
def test_a_spoiled_token_file_is_as_good_as_none(tmp_path: Path, spoiled: str) -> None:
    (tmp_path / "token.json").write_text(spoiled)
    assert TokenFile(tmp_path / "token.json").read() is None


def test_no_secret_shows_in_what_is_printed(tokens: TokenServer) -> None:
    shown = repr((Grant("ficha", 1.0, "guarda"), application(tokens, "clave"), GooglePerson("c", "clave")))
    assert [word for word in ("ficha", "guarda", "clave") if word in shown] == []
