"""Say what waits, what was answered, what comes next; exit 1 when something is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from mailbot.commands.opening import config_option, opened


@click.command("status")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Un objeto JSON.")
def command(path: Path, as_json: bool) -> int:
    """Dice qué espera, qué se respondió y qué sigue; termina con 1 si algo anda mal."""
    from mailbot.shell.vitals import Limits, snapshot, wrong

    now = datetime.now(UTC)
    with opened(path) as (config, store):
        told = store.read_now(snapshot, config.store_url, now)
        w = config.watch
        limits = Limits(
            timedelta(minutes=w.oldest_waiting_minutes), timedelta(minutes=w.last_contact_minutes), w.free_disk_mb
        )
        zone = config.office.timezone
        problems = wrong(told, limits, now, zone)
    if as_json:
        click.echo(json.dumps(told | {"problems": problems}, ensure_ascii=False))
    else:
        for line in lines(told, zone):
            click.echo(line)
        for problem in problems:
            click.echo(f"✗ {problem}")
    return 1 if problems else 0


def lines(told: dict[str, Any], zone: ZoneInfo) -> list[str]:
    """Write the snapshot for people."""
    from mailbot.core.spanish import counted
    from mailbot.shell.case_book import reminder_name
    from mailbot.shell.vitals import local

    m, o, r = told["messages"], told["outbox"], told["reminders"]
    said = [
        f"Correos       {m['total']}: {counted(m['answered'], 'contestado')}, {m['ignored']} sin respuesta, "
        f"{counted(m['set_aside'], 'apartado')}, {counted(m['waiting'], 'espera', 'esperan')}",
        f"Por enviar    {o['waiting']} ({counted(o['sent'], 'enviado')}, {counted(o['failed'], 'fallido')})",
        f"Recordatorios {counted(r['scheduled'], 'programado')}, {counted(r['due'], 'toca ya', 'tocan ya')}, "
        f"{counted(r['sent'], 'enviado')}, {counted(r['cancelled'], 'cancelado')}",
    ]
    for one in told["next_reminders"]:
        said.append(f"              {local(one['due'], zone)}  caso #{one['case']}  {reminder_name(one['kind'])}")
    for server, contact in told["contact"].items():
        last = local(contact["last"], zone) if contact["last"] else "nunca"
        since = f"; no responde desde {local(contact['failing_since'], zone)}" if contact["failing_since"] else ""
        said.append(f"{server.upper():<13} último contacto: {last}{since}")
    runs = [f"proceso {d['pid']} en {d['host']}, desde {local(d['since'], zone)}" for d in told["running"]]
    said.append(f"Trabajando    {'; '.join(runs) if runs else 'ningún mailbot en este momento'}")
    if told["held"]:
        said.append(f"Envíos        {told['held']}")
    return said
