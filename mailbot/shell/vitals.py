"""How is the program: counts, oldest waiting mail, last contacts, room on the disk; and what of it is wrong."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from mailbot.core.spanish import counted
from mailbot.shell import breaker, daemons, flags, ledger, letters, reminder_rows
from mailbot.shell.store import sqlite_path
from mailbot.shell.tables import messages, outbox

MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """What `mailbot status` calls wrong (config.toml, section [watch])."""

    oldest_waiting: timedelta
    last_contact: timedelta
    free_disk_mb: int


def snapshot(c: Connection, url: str, now: datetime) -> dict[str, Any]:
    """Return all that `mailbot status` tells, without anything of any person."""
    m = messages.c
    oldest = c.execute(select(func.min(m.seen_at)).where(m.state.in_((ledger.SEEN, ledger.DECIDED)))).scalar()
    failures = c.execute(select(func.count()).where(m.failed == 1, m.state == ledger.SET_ASIDE)).scalar_one()
    soon = reminder_rows.scheduled(c)[:5]
    running = daemons.running(c)
    return {
        "messages": ledger.counts(c),
        "outbox": letters.counts(c),
        "reminders": reminder_rows.counts(c, now),
        "oldest_waiting": oldest.isoformat() if oldest else None,
        "failed": failures,
        "held": breaker.held(c),
        "contact": {server: _contact(c, server) for server in (flags.IMAP, flags.SMTP)},
        "running": [{"host": h, "pid": p, "since": s.isoformat(), "beat": b.isoformat()} for h, p, s, b in running],
        "next_reminders": [{"due": r.planned.due.isoformat(), "kind": r.planned.kind, "case": r.case_id} for r in soon],
        "free_disk_mb": free_mb(url),
    }


def _contact(c: Connection, server: str) -> dict[str, str | None]:
    told = flags.contact(c, server)
    return {
        "last": told.last_good.isoformat() if told.last_good else None,
        "failing_since": told.failing_since.isoformat() if told.failing_since else None,
        "reason": told.said or None,
    }


def free_mb(url: str) -> int | None:
    """Return the room on the store's disk; None for a database that is elsewhere."""
    path = sqlite_path(url)
    if path is None:
        return None
    folder = path.parent if path.parent.is_dir() else Path.cwd()
    return shutil.disk_usage(folder).free // MEGABYTE


def wrong(told: dict[str, Any], limits: Limits, now: datetime, zone: ZoneInfo) -> list[str]:
    """List in Spanish what a person should act on, by the office's clock; empty: all is well."""
    found: list[str] = []
    oldest = told["oldest_waiting"]
    if oldest and now - datetime.fromisoformat(oldest) > limits.oldest_waiting:
        found.append(f"hay un correo que espera desde {local(oldest, zone)}")
    for server, contact in told["contact"].items():
        since, last = contact["failing_since"], contact["last"]
        quiet = server == flags.IMAP and last and now - datetime.fromisoformat(last) > limits.last_contact
        if since and now - datetime.fromisoformat(since) > limits.last_contact:
            found.append(f"{server.upper()} no responde desde {local(since, zone)}: {contact['reason']}")
        elif quiet:
            nobody = "" if told["running"] else "; ningún mailbot atiende el buzón"
            found.append(f"{server.upper()}: último contacto {local(last, zone)}{nobody}")
    if told["failed"]:
        broken = counted(told["failed"], "correo apartado", "correos apartados")
        found.append(f"{broken} por una falla: mailbot reprocess lo intenta otra vez")
    if failed := told["outbox"]["failed"]:
        found.append(counted(failed, "respuesta no se pudo entregar", "respuestas no se pudieron entregar"))
    if told["held"] and "freno" in told["held"]:
        found.append(told["held"])
    free = told["free_disk_mb"]
    if free is not None and limits.free_disk_mb and free < limits.free_disk_mb:
        found.append(f"quedan {free} MB en el disco")
    return found


def local(instant: str, zone: ZoneInfo) -> str:
    """Write an instant of the snapshot by the office's clock: "23/11/2026 09:00"."""
    return f"{datetime.fromisoformat(instant).astimezone(zone):%d/%m/%Y %H:%M}"


def figures(c: Connection, url: str, now: datetime) -> dict[str, float]:
    """Return the same as numbers, for Prometheus."""
    told = snapshot(c, url, now)
    out: dict[str, float] = {}
    for group in ("messages", "outbox", "reminders"):
        for state, n in told[group].items():
            out[f'mailbot_{group}{{state="{state}"}}'] = n
    oldest = told["oldest_waiting"]
    out["mailbot_oldest_waiting_seconds"] = (now - datetime.fromisoformat(oldest)).total_seconds() if oldest else 0
    out["mailbot_failed_messages"] = told["failed"]
    out["mailbot_held"] = 1 if told["held"] else 0
    for server, contact in told["contact"].items():
        out[f'mailbot_up{{server="{server}"}}'] = 0 if contact["failing_since"] else 1
    if told["free_disk_mb"] is not None:
        out["mailbot_free_disk_bytes"] = told["free_disk_mb"] * MEGABYTE
    latest = c.execute(select(func.max(outbox.c.sent_at))).scalar()
    out["mailbot_last_sent_timestamp_seconds"] = latest.timestamp() if latest else 0
    return out
