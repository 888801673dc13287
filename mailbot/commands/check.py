"""Is everything right before we start: configuration, rules, templates, and with --online both servers?"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbot.commands.logins import both_open
from mailbot.commands.opening import config_option
from mailbot.config import Config, ConfigProblems, beside, load, missing_grants, missing_secrets
from mailbot.core.spanish import counted
from mailbot.desk import read_desk
from mailbot.files import shown

if TYPE_CHECKING:
    from mailbot.core.calendar import Calendar


@click.command("check")
@config_option
@click.option("--online", is_flag=True, help="También inicia sesión en el buzón y en el servidor de salida.")
def command(path: Path, online: bool) -> int:
    """Revisa la configuración, las reglas y las plantillas: todos los problemas de una vez."""
    if not path.exists():
        click.echo(f"{shown(path)}: no existe; copia config.toml del proyecto o indica otro con --config", err=True)
        return 2
    problems: list[str] = []
    try:
        config = load(path)
    except ConfigProblems as error:
        problems += error.problems
        config = beside(path)  # secrets, rules and templates are looked at all the same
    if config.path is not None:
        problems += missing_secrets(config) + missing_grants(config)
    rulebook, templates, found = read_desk(config)
    problems += found
    for problem in problems:
        click.echo(f"✗ {problem}")
    if problems or rulebook is None or templates is None:
        click.echo(f"\n{counted(len(problems), 'problema')}. No se inició nada.")
        return 1
    rules, topics = counted(len(rulebook.rules), "regla"), counted(len(rulebook.topics), "pregunta")
    click.echo(f"✓ {shown(path)}: {rules}, {topics}, {counted(len(templates.sheets), 'plantilla')}")
    for advice in (*rulebook.overruled, *_advice(config, rulebook.calendar)):
        click.echo(f"· {advice}")
    return 0 if not online or both_open(config) else 1


def _advice(config: Config, calendar: Calendar) -> list[str]:
    """Say what is not wrong, but worth knowing."""
    from importlib.util import find_spec

    from mailbot.core.calendar import doubts
    from mailbot.shell.confine import calls_can_be_refused

    today = datetime.now(config.office.timezone).date()
    advice = [f"rules/30-calendario.toml: {doubt}" for doubt in doubts(calendar, today)]
    if config.office.mode == "shadow":
        advice.append("modo simulacro: las respuestas van sólo al personal")
    if not config.office.staff:
        advice.append("office.staff está vacío: nadie recibirá copia de los casos con problema, ni el resumen diario")
    if not config.mailbox.authserv_id:
        advice.append("mailbox.authserv_id está vacío: no se comprueba quién escribe (sólo se aparta lo que falla)")
    if find_spec("rapidocr") is None:
        advice.append("sin OCR: las fotos no se leen, sólo se pide el PDF; para leerlas: pip install 'mailbot[ocr]'")
    if not calls_can_be_refused():
        advice.append(
            "este equipo no tiene el filtro de llamadas al sistema (seccomp, en Linux de x86_64 o aarch64): "
            "los documentos se leen con sus demás límites, sin ese candado"
        )
    return advice
