"""Whose tokens does config.toml's [oauth2] mean, and where are they kept?"""

from __future__ import annotations

from hashlib import sha256

from mailbot.config import Config, ConfigProblems, missing_grants, secret
from mailbot.shell.oauth import Provider, TokenFile, Tokens
from mailbot.shell.oauth_google import GooglePerson, GoogleServiceAccount
from mailbot.shell.oauth_microsoft import MicrosoftApplication, MicrosoftPerson

CLIENT_SECRET = "MAILBOT_OAUTH2_CLIENT_SECRET"  # noqa: S105  # its name


def tokens(config: Config) -> Tokens:
    """Return the credential; IMAP and SMTP find the same token in the same file. Raises ConfigProblems."""
    o = config.oauth2
    provider = _provider(config)
    whose = sha256("\n".join((o.provider, o.flow, o.tenant, o.client_id, config.imap_username)).encode()).hexdigest()
    return Tokens(provider, TokenFile(config.var / f"oauth2-{o.provider}-{whose[:12]}.json"))


def _provider(config: Config) -> Provider:
    o, who = config.oauth2, config.imap_username
    if problems := missing_grants(config):
        raise ConfigProblems(problems)
    match o.provider, o.flow:
        case "microsoft", "client_credentials":
            return MicrosoftApplication(o.tenant, o.client_id, o.authority, secret=_client_secret())
        case "microsoft", "device_code":
            return MicrosoftPerson(o.tenant, o.client_id, o.authority, username=who)
        case "google", "service_account":
            return GoogleServiceAccount(config.folder / o.service_account_file, who)
        case "google", "loopback":
            return GooglePerson(o.client_id, _client_secret(), who)
    raise AssertionError(o.flow)  # missing_grants lets no other pair through


def _client_secret() -> str:
    text = secret(CLIENT_SECRET)
    if text is None:
        raise ConfigProblems(
            [f"{CLIENT_SECRET}: falta el secreto de la aplicación; ponlo en esa variable o en un archivo con "
             f"{CLIENT_SECRET}_FILE"])
    return text
