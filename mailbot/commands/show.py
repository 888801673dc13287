"""Tell all that happened to one mail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mailbot.commands.folding import folded, listed
from mailbot.commands.opening import config_option, opened
from mailbot.core.spanish import counted

STATES = {
    "seen": "espera", "decided": "decidido; falta enviar", "answered": "contestado", "ignored": "sin respuesta",
    "set_aside": "apartado para una persona",
}  # fmt: skip


@click.command("show")
@click.argument("number", type=int, metavar="ID")
@config_option
def command(number: int, path: Path) -> int:
    """Cuenta todo lo que pasó con un correo."""
    from mailbot.shell.case_book import letter_name
    from mailbot.shell.history import tell

    with opened(path) as (config, store):
        told = store.read_now(tell, number)
        zone = config.office.timezone
    if told is None:
        click.echo(f"No hay ningún correo #{number}.", err=True)
        return 1
    row, events, mails = told
    click.echo(folded(f"Correo #{row.id}: {STATES[row.state]}" + (f" ({row.reason})" if row.reason else ""), "", "  "))
    for label, value in _facts(row):
        click.echo(f"  {label}: {value}")
    if known := [f"{name} = {value}" for name, value in (row.facts or {}).items() if value is not None]:
        click.echo(listed(known, "  datos: ", "    "))
    for event in events:
        click.echo(folded(event.what, f"  {event.at.astimezone(zone):%d/%m/%Y %H:%M:%S}  "))
    for mail in mails:
        tries = f", {counted(mail.attempts, 'intento fallido', 'intentos fallidos')}" if mail.attempts else ""
        said = f"; {mail.last_error}" if mail.last_error else ""
        click.echo(folded(f"{letter_name(mail.kind, mail.stem, mail.state)}{tries}{said}", "  ", "    "))
    return 0


def _facts(row: Any) -> list[tuple[str, str]]:
    told = [("regla", row.rule), ("respuesta", row.stem), ("caso", f"#{row.case_id}" if row.case_id else None)]
    return [(label, str(value)) for label, value in told if value is not None]
