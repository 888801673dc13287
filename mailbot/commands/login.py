"""How does an admin give mailbot access by OAuth2? Step by step, and at the end both servers are tried."""

from __future__ import annotations

from pathlib import Path

import click

from mailbot.commands.logins import both_open
from mailbot.commands.opening import config_option
from mailbot.config import Config, load


@click.command("login")
@config_option
def command(path: Path) -> int:
    """Ayuda a iniciar sesión en Microsoft 365 o Google, y prueba que el buzón y la salida se abran."""
    from mailbot.shell.failures import ServerTrouble
    from mailbot.shell.grants import tokens

    config = load(path)
    if "oauth2" not in (config.mailbox.auth, config.smtp.auth):
        click.echo(
            f'{path}: ni mailbox.auth ni smtp.auth dicen "oauth2", así que no hay permiso que pedir; '
            "con contraseña, usa mailbot check --online", err=True)
        return 2
    credential = tokens(config)  # ConfigProblems: one line for each thing that is missing
    click.echo(f"Buzón: {config.mailbox.host} · salida: {config.smtp.host} · OAuth2 de {_name(config)}")
    try:
        credential.log_in(click.echo)
    except ServerTrouble as trouble:
        click.echo(f"✗ {trouble.trouble.reason}", err=True)
        return 1
    click.echo(f"✓ Permiso guardado en {credential.path}; sólo tu usuario lo puede leer. Se renueva solo.")
    if not both_open(config):
        click.echo("El permiso existe, pero todavía no abre todo: docs/oauth.md dice qué revisar.", err=True)
        return 1
    click.echo("Todo listo: ya puedes correr mailbot run.")
    return 0


def _name(config: Config) -> str:
    ways = {
        "client_credentials": "Microsoft 365, con el secreto de la aplicación",
        "device_code": "Microsoft 365, con un código que escribe una persona",
        "service_account": "Google Workspace, con una cuenta de servicio",
        "loopback": "Google, con el navegador de esta máquina",
    }
    return ways[config.oauth2.flow]
