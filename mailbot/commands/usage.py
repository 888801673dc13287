"""How are the help pages, and a wrong use of the command line, said in Spanish? (click itself speaks English.)"""

from __future__ import annotations

import re

import click

USAGE, OPTIONS, COMMANDS = "Uso:", "Opciones", "Comandos"
# What click's own types complain of, and how we say it; the value stands in quotes in theirs.
_COMPLAINTS = (
    (re.compile(r"(['\"])(?P<value>.*)\1 is not a valid integer\."), "«{value}» no es un número"),
    (re.compile(r"(['\"])(?P<value>.*?)\1 is not one of (?P<list>.*)\."), "«{value}» no es uno de éstos: {list}"),
    (re.compile(r".* (['\"])(?P<value>.*)\1 does not exist\."), "«{value}» no existe"),
    (re.compile(r".* (['\"])(?P<value>.*)\1 is a directory\."), "«{value}» es una carpeta"),
    (re.compile(r".* (['\"])(?P<value>.*)\1 is a file\."), "«{value}» es un archivo, no una carpeta"),
    (re.compile(r".* (['\"])(?P<value>.*)\1 is not (?:readable|writable)\."), "«{value}»: no hay permiso"),
)


class _Page(click.HelpFormatter):
    """A help page with Spanish headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or f"{USAGE} ")

    def write_heading(self, heading: str) -> None:
        super().write_heading({"Options": OPTIONS, "Commands": COMMANDS}.get(heading, heading))


class _Context(click.Context):
    formatter_class = _Page


def in_spanish(command: click.Command) -> click.Command:
    """Give a command a Spanish help page; once is enough."""
    if command.context_class is _Context:
        return command
    command.context_class = _Context
    command.options_metavar = "[OPCIONES]"
    if isinstance(command, click.Group):
        command.subcommand_metavar = "COMANDO [ARGUMENTOS]…"
    return click.help_option("-h", "--help", help="Muestra esta ayuda y termina.")(command)


def said(error: click.ClickException) -> str:
    """Say a wrong use in one line: where, what, and where to read more."""
    if not isinstance(error, click.UsageError):
        return f"mailbot: {error.format_message()}"
    where = error.ctx.command_path if error.ctx else "mailbot"
    return f"{where}: {_what(error)}; mira «{where} --help»"


def _what(error: click.UsageError) -> str:
    match error:
        case click.MissingParameter():
            return f"falta {_name(error)}"
        case click.NoSuchOption():
            return f"no existe la opción {error.option_name}"
        case click.BadParameter():
            return f"{_name(error)}: {_complaint(error.message)}"
        case click.BadOptionUsage() if error.message.endswith("does not take a value."):
            return f"la opción {error.option_name} no lleva ningún valor"
        case click.BadOptionUsage():
            return f"a la opción {error.option_name} le falta su valor"
        case _ if error.message.startswith("No such command"):
            return f"no existe el comando {error.message.split()[-1].strip(chr(39) + '.')}"
        case _ if error.message.startswith("Got unexpected extra"):
            return f"sobra «{error.message.partition('(')[2].rpartition(')')[0]}»"
        case _ if error.message == "Missing command.":
            return "falta el comando"
        case _:
            return error.message


def _name(error: click.BadParameter) -> str:
    """Return the parameter as the help page names it."""
    if isinstance(error.param, click.Option):
        return error.param.opts[0]
    metavar = error.param.make_metavar(error.ctx) if error.param and error.ctx else None
    return metavar or str(error.param_hint or "")


def _complaint(message: str) -> str:
    for pattern, ours in _COMPLAINTS:
        if match := pattern.fullmatch(message):
            words = match.groupdict()
            return ours.format(value=words["value"], list=words.get("list", "").replace("'", ""))
    return message
