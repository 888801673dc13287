"""From a heap of mails to what became of each: delivered to a real Dovecot, worked through by ``mailbot run --once``."""

from __future__ import annotations

import contextlib
import json
import re
import smtplib
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from tests.servers.ports import LOOPBACK
from tests.shell.house import STAFF, House, house

NOW = "2026-11-23T10:05:00-06:00"


@dataclass(frozen=True)
class Case:
    """A mail on trial: what it is, who sent it on the wire ("" is the null sender), and its bytes."""

    label: str
    envelope: str
    raw: bytes


@dataclass(frozen=True)
class Fate:
    """What the ledger says of a mail in the end, and the mails that were sent because of it."""

    case: Case
    state: str
    stem: str | None
    rule: str | None
    reason: str | None
    facts: dict[str, str]


@dataclass
class Verdict:
    fates: list[Fate]
    sent: list[EmailMessage]
    counts: dict[str, int]
    exit_code: int
    seconds: float
    log: str
    peak_mb: int = 0
    """Of all processes at once; ``parts`` says which had how much: the daemon first."""
    parts: list[int] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)


def deliver(home: House, cases: Sequence[Case]) -> None:
    """Put them into the mailbox by LMTP, in order: Dovecot writes the Return-Path."""
    with smtplib.LMTP(LOOPBACK, home.dovecot.lmtp_port) as lmtp:
        for case in cases:
            assert lmtp.sendmail(case.envelope, [home.dovecot.address], case.raw) == {}


def try_all(cases: Sequence[Case], *, now: str = NOW, config: str = "", by_hand: bool = False, timeout: int = 3600,
            prelude: str = "") -> Verdict:  # fmt: skip
    """Deliver, run once, and read the ledger. ``by_hand``: straight into the Maildir, bytes untouched."""
    with house() as home:
        home.write_config(more=f"{config}\n[limits]\nreplies_per_hour = 0\nreplies_per_sender_per_day = 0\n")
        if by_hand:
            home.dovecot.fill(c.raw for c in cases)
        else:
            deliver(home, cases)
        return judge(home, cases, now, timeout, prelude)


WITHOUT_OCR = "import mailbot.shell.workers as w; w.ocr_installed = lambda: False; "


def judge(home: House, cases: Sequence[Case], now: str, timeout: int, prelude: str = "") -> Verdict:
    """Run the program once over what is in the mailbox, watching its memory; ``prelude`` runs in its process first."""
    import sys

    command = [sys.executable, "-c", prelude + "from mailbot.cli import main; main()", "run", "--once", "--now", now,
               "--config", str(home.config)]  # fmt: skip
    began = time.monotonic()
    with (home.folder / "log").open("ab") as log:
        process = subprocess.Popen(command, env=home.environment, cwd=home.folder, stdout=log, stderr=log)
    peak, parts, seen = 0, [0], set[int]()
    while process.poll() is None:
        if time.monotonic() - began > timeout:
            process.kill()
        pids = family(process.pid)
        seen |= set(pids)
        sizes = [pss(pid) // 1024 for pid in pids]
        if sum(sizes) > peak:
            peak, parts = sum(sizes), sizes
        time.sleep(0.3)
    took = time.monotonic() - began
    time.sleep(1)
    left = [command_of(pid) for pid in seen if command_of(pid)]
    rows = home.rows("SELECT state, stem, rule, reason, facts FROM messages ORDER BY uid")
    fates = [
        Fate(c, str(s), _text(st), _text(ru), _text(re_), json.loads(str(f)) if f else {})
        for c, (s, st, ru, re_, f) in zip(cases, rows, strict=False)
    ]  # fmt: skip
    sent = [message_from_bytes(r.raw, policy=policy.default) for r in home.smtp.received]
    return Verdict(fates, sent, home.counts(), process.returncode, took, home.log, peak, parts, left)


def _text(value: object) -> str | None:
    return str(value) if value else None


def family(root: int) -> list[int]:
    """Return a process and all that it has begun."""
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{pid}/task").iterdir():
                queue += [int(p) for p in (task / "children").read_text().split()]
    return found


def pss(pid: int) -> int:
    """Return a process's proportional memory in kB; 0 once it has gone."""
    with contextlib.suppress(OSError):
        if match := re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE):
            return int(match[1])
    return 0


def command_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    return ""


def replies_by_parent(verdict: Verdict) -> dict[str, EmailMessage]:
    return {str(m["In-Reply-To"]): m for m in verdict.sent if STAFF not in str(m["To"])}


def tell(verdict: Verdict) -> Iterator[str]:
    yield (
        f"counts {verdict.counts}  exit {verdict.exit_code}  {verdict.seconds:.0f} s  "
        f"peak PSS {verdict.peak_mb} MB {verdict.parts}  left behind {len(verdict.left_behind)}"
    )
