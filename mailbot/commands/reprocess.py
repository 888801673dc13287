"""Try again what was set aside."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from mailbot.commands.opening import config_option, opened


@click.command("reprocess")
@click.argument("numbers", type=int, nargs=-1, metavar="[ID…]")
@config_option
def command(numbers: tuple[int, ...], path: Path) -> int:
    """Intenta de nuevo con lo que quedó apartado: los ID dados, o todo lo que apartó una falla."""
    from mailbot.shell import ledger

    with opened(path) as (_, store):
        again = store.write_now(ledger.reprocess, list(numbers) or None, datetime.now(UTC))
    for number in again:
        click.echo(f"#{number} se intentará de nuevo")
    left = [n for n in numbers if n not in again]
    for number in left:
        click.echo(f"#{number} no está apartado, o ya se le contestó: se queda como está", err=True)
    if not again and not numbers:
        click.echo("No hay nada apartado por una falla.")
    return 1 if left else 0
