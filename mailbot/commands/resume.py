"""Send again after a pause, or after the breaker fell."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from mailbot.commands.opening import config_option, opened


@click.command("resume")
@config_option
def command(path: Path) -> int:
    """Vuelve a enviar después de una pausa o de un freno."""
    from mailbot.shell import breaker, flags

    with opened(path) as (_, store):
        on = store.write_now(breaker.resume, datetime.now(UTC))
    said = {flags.PAUSED: "la pausa", flags.BREAKER: "el freno"}
    click.echo(f"Se quitó {' y '.join(said[key] for key in on)}: se envía de nuevo." if on else "No estaba detenido.")
    return 0
