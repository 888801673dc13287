"""From the configuration to the two accounts that we log in to, secrets included."""

from __future__ import annotations

from mailbot.config import Config, ConfigProblems, secret
from mailbot.shell.accounts import Credential, ImapAccount, Password, SmtpAccount


def imap_account(config: Config) -> ImapAccount:
    """Return the mailbox's account; raise ConfigProblems where its secret is missing."""
    m = config.mailbox
    credential = _credential(config, m.auth, "MAILBOT_MAILBOX_PASSWORD")
    return ImapAccount(
        m.host, m.port, m.security, config.imap_username, credential, m.folder, m.poll_seconds, _ca(config, m.ca_file)
    )


def smtp_account(config: Config) -> SmtpAccount:
    """Return the account that mails go out by; raise ConfigProblems where its secret is missing."""
    s = config.smtp
    credential = None if s.auth == "none" else _credential(config, s.auth, "MAILBOT_SMTP_PASSWORD")
    return SmtpAccount(
        s.host, s.port, s.security, config.smtp_username, credential, config.mailbox.address, _ca(config, s.ca_file)
    )


def _credential(config: Config, auth: str, name: str) -> Credential:
    if auth == "oauth2":
        from mailbot.shell.grants import tokens

        return tokens(config)
    text = secret(name)
    if text is None:
        where = f"va en esa variable, o en un archivo que nombra {name}_FILE"
        raise ConfigProblems([f"{name}: falta la contraseña; {where}"])
    return Password(text)


def _ca(config: Config, path: str) -> str:
    return str(config.folder / path) if path else ""
