"""Which commands there are, and how their failures become one clear line."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

from mailbot.commands.usage import COMMANDS as COMMANDS_HEADING
from mailbot.commands.usage import in_spanish, said
from mailbot.files import shown, why_not

# Name -> (module, line of help). The modules are imported only when their command runs: SQLAlchemy, pdfplumber,
# holidays and pydantic cost half a second together.
COMMANDS = {
    "run": ("run", "Atiende el buzón: lee, responde y recuerda."),
    "read": ("read", "Dice qué dice cada documento."),
    "decide": ("decide", "Dice qué se respondería a un documento o correo, y por qué; no envía nada."),
    "check": ("check", "Revisa la configuración, las reglas y las plantillas."),
    "status": ("status", "Dice qué espera, qué se respondió y qué sigue."),
    "demo": ("demo", "Muestra todo el programa con correos inventados, sin cuenta ni servidor."),
    "pause": ("pause", "Recibe correos, pero no envía nada."),
    "resume": ("resume", "Vuelve a enviar después de una pausa o de un freno."),
    "show": ("show", "Cuenta todo lo que pasó con un correo."),
    "reprocess": ("reprocess", "Intenta de nuevo con lo que quedó apartado."),
    "cases": ("cases", "Lista los casos: quién ya tiene seguro, quién espera y desde cuándo."),
    "case": ("case", "Cuenta un caso paso a paso; --take lo toma una persona, --return lo devuelve."),
    "rules": ("rules", "Muestra la tabla de decisiones en una página que se puede leer en voz alta."),
    "preview": ("preview", "Dibuja cada plantilla con datos de ejemplo."),
    "login": ("login", "Ayuda a iniciar sesión en Microsoft 365 o Google."),
    "forget": ("forget", "Borra los datos personales de una dirección."),
    "backup": ("backup", "Guarda una copia segura de lo registrado."),
    "restore": ("restore", "Vuelve a una copia guardada."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports only the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"mailbot.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, "command", None) or getattr(module, cmd_name)
        return in_spanish(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(COMMANDS_HEADING):
            formatter.write_dl([(name, help_) for name, (_, help_) in COMMANDS.items()])


@click.group(cls=LazyGroup)
@click.version_option(package_name="mailbot", message="mailbot %(version)s", help="Dice la versión y termina.")
def program() -> None:
    """Responde el buzón del seguro facultativo."""


in_spanish(program)


def main() -> None:
    """Run the command line; exit code 0 done, 1 problems found or not done, 2 wrong usage or configuration."""
    try:
        result: Any = program.main(prog_name="mailbot", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.message, err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        click.echo(said(error), err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        sys.exit(_last_word(error))
    sys.exit(result if isinstance(result, int) else 0)


def _last_word(error: Exception) -> int:
    """Say an error that no command foresaw in one line; problems of configuration are many lines, one each."""
    from mailbot.config import ConfigProblems

    if isinstance(error, ConfigProblems):
        for problem in error.problems:
            click.echo(problem, err=True)
        return 2
    if isinstance(error, OSError):
        where = shown(Path(os.fsdecode(error.filename))) if error.filename else "el sistema"
        click.echo(f"mailbot: {where}: {why_not(error)}", err=True)
        return 1
    click.echo(
        f"mailbot: error inesperado ({type(error).__name__}); con MAILBOT_DEBUG=1 dice dónde: repórtalo",
        err=True,
    )
    if os.environ.get("MAILBOT_DEBUG"):
        raise error
    return 1
