"""What would be answered to a document or a mail, and why? Every mail is a first mail; nothing is sent or recorded."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import click

from mailbot.commands.folding import folded, listed
from mailbot.commands.given import contents_of, in_json
from mailbot.commands.opening import optional_config
from mailbot.config import Config, load_or_defaults
from mailbot.core.answer import Desk, answer
from mailbot.core.documents import Document
from mailbot.core.envelope import writable
from mailbot.core.message import Attachment, Message, parse
from mailbot.core.outcome import Outcome, Past
from mailbot.core.spanish import format_date
from mailbot.desk import set_desk
from mailbot.files import shown
from mailbot.shell.limits import MEGABYTE, Limits
from mailbot.shell.workers import Readers

SOMEBODY = "estudiante@correo.example"  # whoever sends a bare document; `.example` is nobody's (RFC 2606)
NOON = time(12)


@dataclass(frozen=True)
class Decided:
    """One file and what would follow from it."""

    file: Path
    message: Message
    outcome: Outcome


@click.command("decide")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="ARCHIVO…")
@click.option("--on", "day", metavar="FECHA", help="El día del correo, por ejemplo 2026-11-23; por omisión, el suyo.")
@click.option("--from", "sender", metavar="CORREO", help="Quién lo manda.")
@click.option("--json", "as_json", is_flag=True, help="Un objeto JSON por línea.")
@optional_config
def command(files: tuple[Path, ...], day: str | None, sender: str | None, as_json: bool, path: Path | None) -> int:
    """Dice qué se respondería a un documento (PDF, imagen) o correo (.eml), y por qué; no envía nada."""
    on = _day(day)
    if sender is not None:
        sender = _address(sender)
    config = load_or_defaults(path)
    desk = set_desk(config, lambda text: hashlib.sha256(text.encode()).hexdigest())
    desk = replace(desk, office=replace(desk.office, mode="live"))  # what the student would get
    return asyncio.run(_decide(files, on, sender, as_json, config, desk))


async def _decide(
    files: tuple[Path, ...], on: date | None, sender: str | None, as_json: bool, config: Config, desk: Desk
) -> int:
    failures = 0
    limits = Limits.of(config.limits)
    async with Readers(limits, desk.rulebook.reading) as readers:
        for file in files:
            data = contents_of(file, 0 if _is_mail(file) else limits.most_read)
            if data is None:
                failures += 1
                continue
            message = _as_mail(file, data, sender, config)
            documents = [] if message.hard_mark else [await readers.read(a.data) for a in message.attachments]
            decided = Decided(file, message, _answered(message, documents, on, desk))
            click.echo(json.dumps(as_record(decided), ensure_ascii=False) if as_json else _said(decided))
    return 1 if failures else 0


def _address(text: str) -> str:
    """Read an address, alone or behind a name."""
    address = parseaddr(text)[1].lower()
    if not writable(address):
        raise click.BadParameter(f"«{text}» no es una dirección de correo", param_hint="--from")
    return address


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"«{text}» no es una fecha como 2026-11-23", param_hint="--on") from None


def _is_mail(file: Path) -> bool:
    return file.suffix.lower() == ".eml"


def _as_mail(file: Path, data: bytes, sender: str | None, config: Config) -> Message:
    """Read a mail, or put a bare document into one."""
    office = config.office
    if _is_mail(file):
        own = office.own_addresses if config.names_mailbox else frozenset()  # none: whatever comes is to us
        staff = frozenset(a.lower() for a in office.staff)
        limit = config.limits.attachment_mb * MEGABYTE
        message = parse(data, own, staff, authserv=config.mailbox.authserv_id, attachment_limit=limit)
        return replace(message, sender=sender) if sender else message
    from mailbot.core.attachments import sniff

    return Message(
        digest=hashlib.sha256(data).hexdigest(), message_id=None, sender=sender or SOMEBODY, sender_name="",
        to=(office.address,), cc=(), subject="", sent=None, in_reply_to=None, references=(), text="",
        attachments=(Attachment(file.name, data, sniff(data)),),
    )  # fmt: skip


def _answered(message: Message, documents: list[Document], on: date | None, desk: Desk) -> Outcome:
    """Answer as if the mail came the moment it was sent, on the day asked for, or now."""
    zone = desk.office.timezone
    now = datetime.now(zone)
    if on is not None:
        now = datetime.combine(on, NOON, zone)
        message = replace(message, sent=now)
    elif message.sent is not None and message.sent <= now:
        now = message.sent
    return answer(message, documents, Past(), now, now, desk)


def as_record(decided: Decided) -> dict[str, Any]:
    """Return what contract.md's `mailbot decide --json` gives."""
    outcome = decided.outcome
    reply = next((m for m in outcome.mails if m.kind == "reply"), None)
    mail = message_from_bytes(reply.raw, policy=policy.default) if reply else None
    decision = outcome.decision
    record: dict[str, Any] = {
        "file": in_json(decided.file),
        "facts": asdict(outcome.facts) if outcome.facts else {},
        "rule": decision.rule if decision else None,
        "reply": reply.stem if reply else None,
        "subject": str(mail["Subject"]) if mail else None,
        "to": reply.to[0] if reply else None,
        "cc": list(reply.cc) if reply else [],
        "text": _part(mail, "plain"),
        "html": _part(mail, "html"),
        "reminder": outcome.reminder.due.isoformat() if outcome.reminder else None,
        "because": [list(pair) for pair in decision.because] if decision else [],
    }
    return record if reply else {**record, "why": outcome.why}


def _part(mail: EmailMessage | None, subtype: str) -> str | None:
    part = mail.get_body((subtype,)) if mail else None
    return str(part.get_content()).replace("\r\n", "\n") if part else None  # lines end so in mails only


def _said(decided: Decided) -> str:
    """Return what a person reads."""
    return "\n".join(_lines(decided))


def _lines(decided: Decided) -> Iterator[str]:
    record, outcome = as_record(decided), decided.outcome
    yield click.style(shown(decided.file), bold=True)
    known = {name: value for name, value in record["facts"].items() if value is not None}
    if known:
        yield listed((f"{name} = {value}" for name, value in known.items()), "  Datos: ", "    ")
    for rule, failed in record["because"]:
        yield folded(rule + (f" (no se cumple: {failed})" if failed else ""), f"  {'✗' if failed else '✓'} ")
    if record["reply"] is None:
        yield folded(f"No se contesta: {record['why']}", "  ", "    ")
        return
    copy = f", copia a {', '.join(record['cc'])}" if record["cc"] else ""
    yield f"  Respuesta: {record['reply']} → {record['to']}{copy}"
    yield f"  Asunto: {record['subject']}"
    if outcome.reminder:
        due = outcome.reminder.due
        when = f"{format_date(due.date())} a las {due:%H:%M}"
        yield folded(f"Recordatorio: {outcome.reminder.kind}, {when}", "  ", "    ")
    yield ""
    for line in record["text"].splitlines():
        words = line.lstrip()
        yield folded(words, "    " + " " * (len(line) - len(words)))

