"""What an admin sees of `mailbot login` and `mailbot check --online`, against real servers."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from mailbot.commands.login import command
from mailbot.config import ConfigProblems, load
from mailbot.shell.online import try_logins
from tests.servers.dovecot import ADDRESS, PASSWORD, Dovecot
from tests.servers.smtp import SmtpServer, running_smtp
from tests.servers.tokens import CLIENT_SECRET, TokenServer


def written(folder: Path, imap: Dovecot, smtp: SmtpServer, auth: str, oauth2: str = "") -> Path:
    path = folder / "config.toml"
    path.write_text(f"""
[mailbox]
address = "{ADDRESS}"
host = "127.0.0.1"
port = {imap.port}
security = "none"
auth = "{auth}"
[smtp]
host = "127.0.0.1"
port = {smtp.port}
security = "none"
auth = "{"none" if auth == "password" else auth}"
{oauth2}
""")
    return path


def test_login_with_the_application_s_secret_ends_with_both_servers_open(
    tokens: TokenServer, oauth_dovecot: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAILBOT_OAUTH2_CLIENT_SECRET", CLIENT_SECRET)
    good: dict[str, str] = {}
    with running_smtp(tokens=good or {ADDRESS: ""}) as smtp:
        path = written(tmp_path, oauth_dovecot, smtp, "oauth2",
                       f'[oauth2]\nclient_id = "app"\nauthority = "{tokens.base}/tenant"')
        token = tokens.token()
        smtp.tokens[ADDRESS] = token
        tokens.token = lambda **_: token  # type: ignore[method-assign]  # both servers are to know the same one
        result = CliRunner().invoke(command, ["--config", str(path)], standalone_mode=False)
    kept = next((tmp_path / "var").iterdir())
    assert (result.return_value, result.output.splitlines()) == (0, [
        "Buzón: 127.0.0.1 · salida: 127.0.0.1 · OAuth2 de Microsoft 365, con el secreto de la aplicación",
        "Pidiendo permiso a Microsoft con el secreto de la aplicación…",
        f"✓ Permiso guardado en {kept}; sólo tu usuario lo puede leer. Se renueva solo.",
        f"✓ IMAP 127.0.0.1:{oauth_dovecot.port}: sesión iniciada",
        f"✓ SMTP 127.0.0.1:{smtp.port}: sesión iniciada",
        "Todo listo: ya puedes correr mailbot run.",
    ])
    assert (kept.stat().st_mode & 0o777, ADDRESS in kept.name) == (0o600, False)


def test_login_with_a_wrong_secret_says_so_and_keeps_nothing(
    tokens: TokenServer, oauth_dovecot: Dovecot, smtp_server: SmtpServer, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAILBOT_OAUTH2_CLIENT_SECRET", "mal")
    path = written(tmp_path, oauth_dovecot, smtp_server, "oauth2",
                   f'[oauth2]\nclient_id = "app"\nauthority = "{tokens.base}/tenant"')
    result = CliRunner().invoke(command, ["--config", str(path)], standalone_mode=False)
    assert (result.return_value, result.output.splitlines()[-1]) == (
        1, "✗ OAuth2 de Microsoft (AADSTS7000215): el secreto de la aplicación no es correcto: copia el «Valor», no el "
           "«Id.», y revisa MAILBOT_OAUTH2_CLIENT_SECRET")
    assert not (tmp_path / "var").exists()


def test_login_without_secret_or_client_id_names_what_is_missing(
    dovecot: Dovecot, smtp_server: SmtpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("MAILBOT_OAUTH2_CLIENT_SECRET", raising=False)
    path = written(tmp_path, dovecot, smtp_server, "oauth2", '[oauth2]\ntenant = ""')
    result = CliRunner().invoke(command, ["--config", str(path)], standalone_mode=False)
    assert isinstance(result.exception, ConfigProblems)
    assert result.exception.problems == [
        "oauth2.tenant: falta; docs/oauth.md dice dónde se copia",
        "oauth2.client_id: falta; docs/oauth.md dice dónde se copia"]


def test_login_where_passwords_are_used_points_to_check(
    dovecot: Dovecot, smtp_server: SmtpServer, tmp_path: Path,
) -> None:
    path = written(tmp_path, dovecot, smtp_server, "password")
    result = CliRunner().invoke(command, ["--config", str(path)], standalone_mode=False)
    assert (result.return_value, result.output) == (2, (
        f'{path}: ni mailbox.auth ni smtp.auth dicen "oauth2", así que no hay permiso que pedir; '
        "con contraseña, usa mailbot check --online\n"))


def test_check_online_names_each_server_and_what_is_wrong_with_it(
    dovecot: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    smtp = SmtpServer()  # not started
    config = load(written(tmp_path, dovecot, smtp, "password"))
    monkeypatch.setenv("MAILBOT_MAILBOX_PASSWORD", PASSWORD)
    down = list(try_logins(config))
    monkeypatch.setenv("MAILBOT_MAILBOX_PASSWORD", "mala")
    smtp.start()
    wrong = list(try_logins(config))
    smtp.stop()
    imap, out = f"IMAP 127.0.0.1:{dovecot.port}", f"SMTP 127.0.0.1:{smtp.port}"
    assert (down, wrong) == (
        [(imap, None), (out, "no acepta conexiones; revisa port o espera a que vuelva")],
        [(imap, "usuario o contraseña incorrectos; revisa mailbox.username y MAILBOT_MAILBOX_PASSWORD"), (out, None)])
