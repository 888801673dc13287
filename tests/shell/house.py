"""A whole installation for one test: a real Dovecot, a real SMTP server, a configuration, and the program as a process."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from tests.servers.dovecot import Dovecot, running_dovecot
from tests.servers.smtp import SmtpServer, running_smtp

STAFF = "jefa@itq.test"
ROOT = Path(__file__).resolve().parents[2]


def student_mail(number: int, *, sender: str = "", text: str = "¿Dónde descargo la constancia?", pdf: bytes | None = None,
                 day: str = "Mon, 23 Nov 2026 10:00:00 -0600", subject: str = "Seguro facultativo") -> bytes:
    """Return a mail as a student would write it; its Message-ID tells its number."""
    mail = EmailMessage()
    mail["From"] = sender or f"alumna{number}@correo.test"
    mail["To"] = "becas@itq.test"
    mail["Subject"] = subject
    mail["Message-ID"] = f"<alumna.{number}@correo.test>"
    mail["Date"] = day
    mail.set_content(f"Hola, soy la alumna {number}. {text}\n")
    if pdf is not None:
        mail.add_attachment(pdf, maintype="application", subtype="pdf", filename="constancia.pdf")
    return mail.as_bytes()


class House:
    """Where everything of one test lives."""

    def __init__(self, folder: Path, dovecot: Dovecot, smtp: SmtpServer) -> None:
        self.folder, self.dovecot, self.smtp = folder, dovecot, smtp
        self.config = folder / "config.toml"
        self.database = folder / "var" / "mailbot.db"
        self.write_config()

    def write_config(self, *, start: str = "2026-11-01", mailbox: str = "", smtp: str = "", more: str = "") -> None:
        self.config.write_text(f"""
[mailbox]
address = "{self.dovecot.address}"
host = "127.0.0.1"
port = {self.dovecot.port}
security = "none"
start = "{start}"
poll_seconds = 2
{mailbox}
[smtp]
host = "127.0.0.1"
port = {self.smtp.port}
security = "none"
auth = "none"
messages_per_minute = 0
{smtp}
[office]
staff = ["{STAFF}"]
digest = "17:59"
{more}
""")

    # -- the program ------------------------------------------------------------------------------------------

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "MAILBOT_MAILBOX_PASSWORD": self.dovecot.password, "PYTHONPATH": str(ROOT),
                "MAILBOT_DEBUG": "1"}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        command = [sys.executable, "-c", "from mailbot.cli import main; main()", *arguments, "--config", str(self.config)]
        return subprocess.run(command, env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=300,
                              check=False)

    def once(self, now: str = "2026-11-23T10:05:00-06:00") -> subprocess.CompletedProcess[str]:
        return self.run("run", "--once", "--now", now)

    @contextlib.contextmanager
    def daemon(self, script: str = "", **options: str) -> Iterator["Running"]:
        running = self.start(script, **options)
        try:
            yield running
        finally:
            running.kill()

    def start(self, script: str = "", **options: str) -> "Running":
        """Start the daemon; ``script`` runs in its process first (the crash tests put their hook there)."""
        code = f"{script}\nimport sys\nsys.argv = ['mailbot', 'run', '--config', {str(self.config)!r}]\n" \
               "from mailbot.cli import main\nmain()"
        log = (self.folder / "log").open("ab")
        said_before = log.tell()
        process = subprocess.Popen([sys.executable, "-c", code], env={**self.environment, **options}, cwd=self.folder,
                                   stderr=log, stdout=log)
        log.close()
        return Running(process, self, said_before)

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    # -- what has become of it --------------------------------------------------------------------------------

    def rows(self, question: str, *values: object) -> list[tuple[object, ...]]:
        """Ask the database as it is on disk."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=60)) as connection:
            return connection.execute(question, values).fetchall()

    def counts(self) -> dict[str, int]:
        told: dict[str, int] = json.loads(self.run("status", "--json").stdout)["messages"]
        return told

    def states(self) -> list[str]:
        return [str(s) for (s,) in self.rows("SELECT state FROM messages ORDER BY id")]

    def replies(self) -> list[tuple[str, str, str]]:
        """Return To, In-Reply-To and Message-ID of each mail to a student that SMTP has accepted, repeats too."""
        mails = [message_from_bytes(r.raw, policy=policy.default) for r in self.smtp.received]
        return [(str(m["To"]), str(m["In-Reply-To"]), str(m["Message-ID"])) for m in mails if STAFF not in str(m["To"])]

    def ids_by_mail(self) -> dict[str, set[str]]:
        """Return for each mail that was answered the different Message-IDs of its answers."""
        found: dict[str, set[str]] = {}
        for _, parent, own in self.replies():
            found.setdefault(parent, set()).add(own)
        return found

    def wait(self, done: "Callable[[], bool]", seconds: float = 60) -> None:  # noqa: F821
        deadline = time.monotonic() + seconds
        while not done():
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {seconds} s; the log says:\n{self.log[-4000:]}")
            time.sleep(0.02)


class Running:
    """A daemon in its own process."""

    def __init__(self, process: "subprocess.Popen[bytes]", house: House, said_before: int) -> None:
        self.process, self.house, self._said_before = process, house, said_before

    def ready(self, seconds: float = 60) -> "Running":
        """Wait until it says that it has looked into the folder once."""
        def seen() -> bool:
            if self.process.poll() is not None:
                raise AssertionError(f"the daemon ended: {self.log[-3000:]}")
            return '"event": "watching"' in self.log

        self.house.wait(seen, seconds)
        return self

    @property
    def log(self) -> str:
        """Return what it has said since it was started."""
        return (self.house.folder / "log").read_bytes()[self._said_before :].decode()

    def stop(self, seconds: float = 60) -> int:
        """Ask it to end, as systemd does; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(30)


@contextlib.contextmanager
def house() -> Iterator[House]:
    with running_dovecot() as dovecot, running_smtp() as smtp, tempfile.TemporaryDirectory(prefix="mailbot-") as folder:
        yield House(Path(folder), dovecot, smtp)
