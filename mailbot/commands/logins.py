"""Do both servers let us in? One line each, as `check --online` and `login` say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mailbot.config import Config


def both_open(config: Config) -> bool:
    """Log in to IMAP and to SMTP, say how each went, and tell whether both did."""
    from mailbot.shell.online import try_logins

    failures = 0
    for where, trouble in try_logins(config):
        click.echo(f"✗ {where}: {trouble}" if trouble else f"✓ {where}: sesión iniciada")
        failures += trouble is not None
    return not failures
