"""Go back to a copy of the store."""

from __future__ import annotations

from pathlib import Path

import click

from mailbot.commands.opening import config_option, ended


@click.command("restore")
@click.argument("source", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="ARCHIVO")
@config_option
def command(source: Path, path: Path) -> int:
    """Vuelve a una copia guardada; lo que había queda al lado, con «.antes» en el nombre."""
    from mailbot.config import load
    from mailbot.shell import backup
    from mailbot.shell.store import StoreProblem

    try:
        backup.restore(load(path).store_url, source)
    except StoreProblem as problem:
        raise ended(problem) from None
    click.echo(
        "Restaurado. Lo que llegó después de la copia se revisa de nuevo: nada se contesta dos veces con otro número."
    )
    return 0
