"""List the cases: who has the insurance, who waits, since when, and what comes next."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from mailbot.commands.folding import WIDTH, folded
from mailbot.commands.opening import config_option, opened
from mailbot.core.spanish import counted

if TYPE_CHECKING:
    from mailbot.shell.case_book import Entry

STATES = {
    "nuevo": "sin paso todavía", "alta_pedida": "espera su alta", "esperando_baja": "espera su baja en otra escuela",
    "confirmado": "ya tiene el seguro", "con_persona": "espera a una persona", "cerrado": "cerrado",
}  # fmt: skip
TAKEN = "lo lleva una persona"
HEADERS = (
    "caso", "correo", "estado", "desde", "paso dado", "formulario llenado", "próximo recordatorio",
    "fecha del recordatorio",
)  # fmt: skip


@click.command("cases")
@config_option
@click.option("--state", "states", type=click.Choice(list(STATES)), multiple=True, metavar="ESTADO",
              help="Sólo los de este estado; se puede repetir.")  # fmt: skip
@click.option("--csv", "as_csv", is_flag=True, help="Para una hoja de cálculo.")
@click.option("--json", "as_json", is_flag=True, help="Un objeto JSON por renglón.")
def command(path: Path, states: tuple[str, ...], as_csv: bool, as_json: bool) -> int:
    """Lista los casos: quién ya tiene seguro, quién espera y desde cuándo."""
    from mailbot.shell.case_book import list_cases

    if as_csv and as_json:
        raise click.UsageError("elige --csv o --json, no los dos")
    with opened(path) as (config, store):
        entries = store.read_now(list_cases, states)
        zone = config.office.timezone
    if as_json:
        for entry in entries:
            click.echo(json.dumps(plain(entry), ensure_ascii=False))
    elif as_csv:
        click.echo(sheet(entries, zone), nl=False)
    else:
        for line in table(entries, zone):
            click.echo(line)
    return 0


def state_name(entry: Entry) -> str:
    """Say where a case stands, in words."""
    return TAKEN if entry.case.taken else STATES[entry.case.standing]


def plain(entry: Entry) -> dict[str, Any]:
    """Return a case as JSON tells it; nothing of the documents is in it."""
    case, reminder = entry.case, entry.reminder
    return {
        "case": case.id,
        "address": case.address,
        "state": case.state,
        "taken": case.taken,
        "since": case.since.isoformat(),
        "step_day": _iso(case.step_day),
        "form_day": _iso(case.form_day),
        "reminder": {"kind": reminder.planned.kind, "due": reminder.planned.due.isoformat()} if reminder else None,
    }


def sheet(entries: list[Entry], zone: ZoneInfo) -> str:
    """Write the list for a spreadsheet; no cell can be taken for a formula."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(HEADERS)
    for entry in entries:
        case = entry.case
        told = (
            case.id, case.address, state_name(entry), f"{case.since.astimezone(zone):%Y-%m-%d %H:%M}",
            _iso(case.step_day) or "", _iso(case.form_day) or "", *_next(entry, zone, "%Y-%m-%d"),
        )  # fmt: skip
        rows.writerow([f"'{cell}" if str(cell)[:1] in ("=", "+", "-", "@", "\t") else cell for cell in told])
    return out.getvalue()


def table(entries: list[Entry], zone: ZoneInfo) -> list[str]:
    """Write the list for people, those who wait for a person first; an address that is cut is whole in --csv."""
    if not entries:
        return ["No hay ningún caso."]
    waits = sorted(entries, key=lambda e: (state_name(e) != STATES["con_persona"], e.case.since))
    long = max(len(state_name(e)) for e in entries)
    wide = min(max(len(e.case.address) for e in entries), WIDTH - long - len(f"{'caso':>6}      01/01/2026"))
    lines = [f"{'caso':>6}  {'correo':<{wide}}  {'estado':<{long}}  desde"]
    for entry in waits:
        case = entry.case
        name, day = _next(entry, zone, "%d/%m/%Y")
        shown = case.address if len(case.address) <= wide else f"{case.address[: wide - 1]}…"
        since = f"{case.since.astimezone(zone):%d/%m/%Y}"
        lines.append(f"{f'#{case.id}':>6}  {shown:<{wide}}  {state_name(entry):<{long}}  {since}")
        lines += [f"{'':>6}  → {day} {name}"] if name else []
    counts = {name: sum(state_name(e) == name for e in entries) for name in (*STATES.values(), TAKEN)}
    told = "; ".join(f"{name}, {n}" for name, n in counts.items() if n)
    return [*lines, "", folded(f"{counted(len(entries), 'caso')}: {told}.")]


def _next(entry: Entry, zone: ZoneInfo, form: str) -> tuple[str, str]:
    from mailbot.shell.case_book import reminder_name

    if entry.reminder is None:
        return "", ""
    planned = entry.reminder.planned
    return reminder_name(planned.kind), f"{planned.due.astimezone(zone):{form}}"


def _iso(day: date | datetime | None) -> str | None:
    return day.isoformat() if day else None
