"""Answer the mailbox: as a daemon, or one round with --once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbot.commands.opening import config_option

if TYPE_CHECKING:
    from mailbot.config import Config


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
    import gc

    gc.disable()  # while importing: of 200,000 objects that stay there is nothing to collect, and looking takes 0.1 s
    from mailbot.config import ConfigProblems, load, missing_grants, missing_secrets
    from mailbot.shell.log import set_up

    config = load(path)
    if problems := missing_secrets(config) + missing_grants(config):
        raise ConfigProblems(problems)
    set_up()
    return asyncio.run(_run(config, once, at))


async def _run(config: Config, once: bool, at: datetime | None) -> int:
    """Start a reader, which imports its half of the program on another core, and then the other half."""
    import gc

    from mailbot.shell.limits import Limits
    from mailbot.shell.workers import Readers

    async with Readers(Limits.of(config.limits)) as readers:
        from mailbot.shell.daemon import Daemon
        from mailbot.shell.once import run_once
        from mailbot.shell.store import StoreProblem

        gc.freeze()
        gc.enable()
        try:
            return await run_once(config, at, readers) if once else await Daemon(config, readers).run()
        except StoreProblem as problem:
            click.echo(f"mailbot: {problem}", err=True)
            return problem.exit_code
