"""Show the whole program on an embedded mailbox: invented mails in, the clock moved on, the replies laid out."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from mailbot.commands.folding import folded

# A Monday without holidays after it, in office hours; five business days later the reminders fall due.
ZONE = ZoneInfo("America/Mexico_City")
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
NEXT_MONDAY = datetime(2026, 11, 30, 10, 0, tzinfo=ZONE)
MAILBOX = "dse_becas@queretaro.tecnm.mx"
STAFF = "personal@escolares.example"


@dataclass(frozen=True)
class Answered:
    """A mail that mailbot sent, as the post office took it."""

    mail: EmailMessage
    raw: bytes

    @property
    def stem(self) -> str:
        return str(self.mail["X-Mailbot-Reply"])

    @property
    def answers(self) -> str:
        return str(self.mail["In-Reply-To"] or "")


@click.command("demo")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("demo-out"), metavar="CARPETA",
              help="Dónde se dejan las respuestas; por omisión, demo-out.")  # fmt: skip
def command(out: Path) -> int:
    """Muestra todo el programa con correos inventados, sin cuenta ni servidor."""
    try:
        from mailbot.demo import servers
    except ModuleNotFoundError as error:
        click.echo(f"mailbot demo: falta «{error.name}»; instala el extra: pip install 'mailbot[demo]'", err=True)
        return 1
    out.mkdir(parents=True, exist_ok=True)
    for old in [*out.glob("*.eml"), *out.glob("*.html")]:
        old.unlink()
    progress = Progress()
    office = servers.PostOffice(progress.step)
    with tempfile.TemporaryDirectory() as work, servers.mailbox() as imap, servers.post_office(office) as smtp:
        folder = Path(work)
        _configure(folder, imap, smtp)
        return _show(out, folder, imap, office, progress)


def _show(out: Path, folder: Path, imap: int, office: object, progress: Progress) -> int:
    from mailbot.commands.opening import opened
    from mailbot.core.values import long_day
    from mailbot.demo import page, servers
    from mailbot.demo.mails import MAILS
    from mailbot.demo.recorded import recorded

    assert isinstance(office, servers.PostOffice)  # noqa: S101  (typed so that the import can wait)
    monday, next_monday = long_day(MONDAY.date()), long_day(NEXT_MONDAY.date())
    progress.begin(f"Llegan {len(MAILS)} correos ({monday})", sum(m.expected is not None for m in MAILS))
    servers.deliver(imap, [m.build(MONDAY, MAILBOX) for m in MAILS])
    _run(folder, MONDAY)
    replies = {a.answers: a for a in _answers(office.mails)}
    with opened(folder / "config.toml") as (_, store):
        came = {m.message_id: store.read_now(recorded, m.student.email, ZONE) for m in MAILS}
    first = len(office.mails)
    due = sum(1 for r in came.values() if r.reminder_kind == "recordatorio_confirmacion")
    progress.begin(f"Pasa una semana ({next_monday})", due)
    _run(folder, NEXT_MONDAY)
    reminders = {a.answers: a for a in _answers(office.mails[first:]) if a.stem.startswith("recordatorio")}
    progress.end()

    rows, wrong = [], []
    for number, mail in enumerate(MAILS, 1):
        reply, told = replies.get(mail.message_id), came[mail.message_id]
        got = reply.stem if reply else None
        if got != mail.expected:
            wrong.append(f"{mail.title}: se esperaba {mail.expected or 'silencio'} y salió {got or 'silencio'}")
        html = _save(out, f"{number:02d}-{got}", reply) if reply else None
        rows.append(page.Row(mail.title, mail.words, told.read, told.rule, got or told.why, told.reminder, html))
    for reminder in reminders.values():
        title = next((m.title for m in MAILS if m.message_id == reminder.answers), "")
        html = _save(out, f"{len(rows) + 1:02d}-{reminder.stem}", reminder)
        row = page.Row(f"Una semana después: {title}", "", "", "", reminder.stem, f"enviado el {next_monday}", html)
        rows.append(row)
    _table(rows)
    index = page.write(out, rows, "Un lunes, y el lunes siguiente")
    click.echo(f"\nRespuestas (.eml y .html) en {out}/\nPara verlas como en un teléfono, abre {index}")
    for problem in wrong:
        click.echo(f"✗ {problem}", err=True)
    if not reminders:
        click.echo("✗ no salió ningún recordatorio", err=True)
    return 1 if wrong or not reminders else 0


def _configure(folder: Path, imap: int, smtp: int) -> None:
    """Write the configuration of a real mailbox, but on loopback; rules and templates are the program's own."""
    (folder / "config.toml").write_text(
        f"""
[mailbox]
address = "{MAILBOX}"
host = "127.0.0.1"
port = {imap}
security = "none"
auth = "password"
username = "dse_becas"
start = "2026-01-01"
[smtp]
host = "127.0.0.1"
port = {smtp}
security = "none"
auth = "none"
messages_per_minute = 0
[office]
staff = ["{STAFF}"]
phone = "442 000 0000"
[store]
url = "sqlite:///demo.db"
""",
        encoding="utf-8",
    )


def _run(folder: Path, now: datetime) -> None:
    """Run the very command that cron would run."""
    from mailbot.demo import servers

    environment = {**os.environ, "MAILBOT_MAILBOX_PASSWORD": servers.PASSWORD}
    config = str(folder / "config.toml")
    command = [sys.executable, "-m", "mailbot", "run", "--once", "--now", now.isoformat(), "--config", config]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        tail = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise click.ClickException("el programa no terminó bien: " + " / ".join(tail))


def _answers(mails: Sequence[bytes]) -> list[Answered]:
    parsed = (Answered(message_from_bytes(raw, policy=policy.default), raw) for raw in mails)
    return [a for a in parsed if a.stem not in ("aviso_personal", "resumen")]


def _save(out: Path, name: str, answered: Answered) -> Path:
    """Write a reply as it was sent and as it looks: the picture inside the page, so that it opens anywhere."""
    (out / f"{name}.eml").write_bytes(answered.raw)
    body = answered.mail.get_body(("html",))
    html = str(body.get_content()) if body else ""
    for part in answered.mail.walk():
        cid = str(part.get("Content-ID", "")).strip("<>")
        if cid and part.get_content_maintype() == "image":
            data = b64encode(part.get_payload(decode=True) or b"").decode("ascii")  # type: ignore[arg-type]
            html = html.replace(f"cid:{cid}", f"data:{part.get_content_type()};base64,{data}")
    path = out / f"{name}.html"
    path.write_text(html, encoding="utf-8")
    return path


def _table(rows: Sequence[object]) -> None:
    """Print one block a mail: what it was, what was read, which rule, the reply, the reminder."""
    from mailbot.demo.page import Row

    for row in rows:
        assert isinstance(row, Row)  # noqa: S101
        click.echo(f"\n{click.style(row.title, bold=True)}")
        told = {"se leyó": row.read, "regla": row.rule, "respuesta": row.reply, "recordatorio": row.reminder}
        for label, value in told.items():
            if value:
                click.echo(folded(value, f"  {label:<13}"))


class Progress:
    """A line that fills while mails arrive at the post office."""

    def __init__(self) -> None:
        self.done = self.whole = 0
        self.label = ""
        self.drawn = sys.stderr.isatty()

    def begin(self, label: str, whole: int) -> None:
        self.end()
        self.label, self.whole, self.done = label, whole, 0
        self._draw() if self.drawn else click.echo(f"{label}…", err=True)

    def step(self) -> None:
        self.done = min(self.done + 1, self.whole)
        if self.drawn:
            self._draw()

    def end(self) -> None:
        if self.label and self.drawn:
            click.echo("", err=True)
        self.label = ""

    def _draw(self) -> None:
        bar = "█" * self.done + "·" * (self.whole - self.done)
        click.echo(f"\r{self.label} {bar} {self.done}/{self.whole}", nl=False, err=True)
