"""Tell one case as a timeline; let a person take it, or give it back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from mailbot.commands.cases import plain, state_name
from mailbot.commands.opening import config_option, opened
from mailbot.core.spanish import format_date

if TYPE_CHECKING:
    from mailbot.shell.case_book import Entry, Line


@click.command("case")
@click.argument("number", type=int, metavar="ID")
@config_option
@click.option("--take", is_flag=True, help="Lo toma una persona: mailbot calla en él y cancela sus recordatorios.")
@click.option("--return", "give", is_flag=True, help="Lo devuelve: mailbot contesta en él otra vez.")
@click.option("--json", "as_json", is_flag=True, help="Un objeto JSON.")
def command(number: int, path: Path, take: bool, give: bool, as_json: bool) -> int:
    """Cuenta un caso paso a paso; --take lo toma una persona, --return lo devuelve."""
    from mailbot.shell import people
    from mailbot.shell.case_book import one_case, timeline

    if take and give:
        raise click.UsageError("elige --take o --return, no los dos")
    with opened(path) as (config, store):
        zone = config.office.timezone
        if store.read_now(one_case, number) is None:
            click.echo(f"No hay ningún caso #{number}; «mailbot cases» los lista.", err=True)
            return 1
        if take or give:
            done = store.write_now(people.take if take else people.give_back, number, datetime.now(UTC), config.office)
            if not done:
                was = "ya lo llevaba una persona" if take else "no lo llevaba una persona"
                click.echo(f"El caso #{number} {was}: se queda como está.", err=True)
        entry = store.read_now(one_case, number)
        lines = store.read_now(timeline, number)
    assert entry is not None  # noqa: S101  (a case is never deleted)
    if as_json:
        told = [{"at": line.at.isoformat(), "what": line.what, "message": line.mail} for line in lines]
        click.echo(json.dumps(plain(entry) | {"events": told}, ensure_ascii=False))
    else:
        for text in story(entry, lines, zone):
            click.echo(text)
    return 0 if not (take or give) or done else 1


def story(entry: Entry, lines: list[Line], zone: ZoneInfo) -> list[str]:
    """Write a case for people, a heading for each day."""
    from mailbot.shell.case_book import reminder_name

    case = entry.case
    said = [f"Caso #{case.id}: {state_name(entry)}, desde el {format_date(case.since.astimezone(zone).date())}"]
    said.append(f"Correo: {case.address or '(borrado)'}")
    if not case.reminders_wanted:
        said.append("No recibe recordatorios: así lo pidió, o el correo a su dirección rebotó.")
    day = None
    for line in lines:
        at = line.at.astimezone(zone)
        if at.date() != day:
            day = at.date()
            said += ["", format_date(day)]
        said.append(f"  {at:%H:%M}  {line.what}" + (f" · correo #{line.mail}" if line.mail else ""))
    if entry.reminder is not None:
        planned = entry.reminder.planned
        said += ["", f"Sigue: {reminder_name(planned.kind)}, el {format_date(planned.due.astimezone(zone).date())}"]
    return said
