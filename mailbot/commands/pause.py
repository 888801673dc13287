"""Take mails in but send nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from mailbot.commands.opening import config_option, opened


@click.command("pause")
@config_option
def command(path: Path) -> int:
    """Recibe correos, pero no envía nada hasta mailbot resume."""
    from mailbot.shell import breaker

    with opened(path) as (_, store):
        fresh = store.write_now(breaker.pause, datetime.now(UTC))
    click.echo("En pausa: se reciben correos, pero nada se envía." if fresh else "Ya estaba en pausa.")
    return 0
