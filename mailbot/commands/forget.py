"""Erase one person's data."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from mailbot.commands.opening import config_option, opened


@click.command("forget")
@click.argument("address", metavar="CORREO")
@config_option
def command(address: str, path: Path) -> int:
    """Borra los datos personales de una dirección; los números y los conteos quedan."""
    from mailbot.core.spanish import counted
    from mailbot.shell import privacy

    if "@" not in address:
        raise click.BadParameter(f"«{address}» no es una dirección de correo")
    with opened(path) as (_, store):
        done = store.write_now(privacy.forget, address, datetime.now(UTC))
        privacy.rewrite(store.engine)
    if not (done.messages or done.mails or done.cases):
        click.echo("No hay nada registrado de esa dirección.")
        return 0
    mails, cases = counted(done.mails, "envío"), counted(done.cases, "caso")
    click.echo(f"Borrado: datos de {counted(done.messages, 'correo')}, {mails} y {cases}.")
    click.echo("Los correos que siguen en el buzón y las copias de respaldo se borran aparte.")
    return 0
