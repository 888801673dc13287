"""Answer the mailbox: as a daemon, or one round with --once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from mailbot.commands.opening import config_option


def instant(_context: click.Context, _option: click.Parameter, value: str | None) -> datetime | None:
    """Read an aware ISO instant."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"«{value}» no es una fecha y hora como 2026-11-30T10:00:00-06:00") from None
    if at.tzinfo is None:
        raise click.BadParameter(f"«{value}» no dice la zona horaria; por ejemplo, 2026-11-30T10:00:00-06:00")
    return at


@click.command("run")
@config_option
@click.option("--once", is_flag=True, help="Atiende lo que espera, envía lo que toca y termina.")
@click.option("--now", "at", callback=instant, metavar="ISO", help="Finge que es ese instante; sólo con --once.")
def command(path: Path, once: bool, at: datetime | None) -> int:
    """Atiende el buzón: lee, responde y recuerda."""
    if at is not None and not once:
        raise click.UsageError("--now sólo se puede usar junto con --once")
    import asyncio

    from mailbot.config import ConfigProblems, load, missing_grants, missing_secrets
    from mailbot.shell.log import set_up
    from mailbot.shell.store import StoreProblem

    config = load(path)
    if problems := missing_secrets(config) + missing_grants(config):
        raise ConfigProblems(problems)
    set_up()
    try:
        if once:
            from mailbot.shell.once import run_once

            return asyncio.run(run_once(config, at))
        from mailbot.shell.daemon import Daemon

        return asyncio.run(Daemon(config).run())
    except StoreProblem as problem:
        click.echo(f"mailbot: {problem}", err=True)
        return 1
