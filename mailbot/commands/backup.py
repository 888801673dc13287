"""Copy the store while it is in use."""

from __future__ import annotations

from pathlib import Path

import click

from mailbot.commands.opening import config_option, ended


@click.command("backup")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False), metavar="ARCHIVO")
@config_option
def command(target: Path, path: Path) -> int:
    """Guarda una copia segura de lo registrado, aunque mailbot esté trabajando."""
    from mailbot.config import load
    from mailbot.shell import backup
    from mailbot.shell.store import StoreProblem

    try:
        backup.save(load(path).store_url, target)
    except StoreProblem as problem:
        raise ended(problem) from None
    click.echo(f"Copia guardada en {target}. Contiene datos personales: guárdala donde nadie más la lea.")
    return 0
