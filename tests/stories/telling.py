"""How a story is told: a folder with mails and days goes in, what mailbot says each day comes out.

`tests/stories/<name>/story.toml` lists the days; each is a mail of the same folder, or a day on which reminders fall due.
`expected.json` has all that must come of it, whole. The store is left out: cases and reminders are kept in memory.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, field, replace
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from mailbot.config import Config, without_file
from mailbot.core.answer import Desk, answer
from mailbot.core.case import Case
from mailbot.core.documents import Document
from mailbot.core.message import parse
from mailbot.core.outcome import Outcome, Outgoing, Past, PlannedReminder
from mailbot.core.remind import remind
from mailbot.desk import set_desk
from mailbot.shell.limits import Limits
from mailbot.shell.workers import Readers

STORIES = Path(__file__).parent
STAFF = ("personal@escolares.example",)


def desk(**office: Any) -> Desk:
    """Return the desk of the rules and templates that come with the program."""
    made = set_desk(without_file(), lambda text: hashlib.sha256(b"key" + text.encode()).hexdigest())
    return replace(made, office=replace(made.office, staff=STAFF, phone="442 000 0000", **office))


def limits() -> Limits:
    config: Config = without_file()
    return Limits.of(config.limits)


@dataclass
class Teller:
    """Lives through the days of one story."""

    desk: Desk
    readers: Readers
    cases: list[Case] = field(default_factory=list)
    scheduled: dict[int, PlannedReminder] = field(default_factory=dict)

    async def mail(self, raw: bytes, at: datetime) -> dict[str, Any]:
        office = self.desk.office
        message = parse(
            raw, office.own_addresses, frozenset(office.staff), attachment_limit=10_000_000
        )
        documents: list[Document] = [await self.readers.read(a.data) for a in message.attachments]
        mine = tuple(c for c in reversed(self.cases) if c.address == message.sender)
        outcome = answer(message, documents, Past(cases=mine), at, at, self.desk)
        return {"day": at.isoformat(), **self._kept(outcome)}

    def day(self, at: datetime) -> dict[str, Any]:
        """Let the reminders that are due by then go out."""
        said = []
        for number, planned in sorted(self.scheduled.items()):
            if planned.due > at:
                continue
            del self.scheduled[number]
            done = remind(planned, self.cases[number - 1], None, at, self.desk)
            if done.later:
                self.scheduled[number] = planned
            if done.case:
                self.cases[number - 1] = done.case
            if done.following:
                self.scheduled[number] = done.following
            said.append(_mail(done.mail) if done.mail else {"cancelled": done.why})
        return {"day": at.isoformat(), "reminders": said, "cases": [c.state for c in self.cases]}

    def _kept(self, outcome: Outcome) -> dict[str, Any]:
        if outcome.case is not None:
            case = outcome.case
            if case.id is None:
                case = replace(case, id=len(self.cases) + 1)
                self.cases.append(case)
            self.cases[case.id - 1] = case
            if outcome.cancels_reminders or outcome.reminder:
                self.scheduled.pop(case.id, None)
            if outcome.reminder:
                self.scheduled[case.id] = outcome.reminder
        return {
            "verdict": outcome.verdict,
            "why": outcome.why,
            "rule": outcome.decision.rule if outcome.decision else None,
            "mails": [_mail(m) for m in outcome.mails],
            "events": list(outcome.events),
            "reminder": outcome.reminder.due.isoformat() if outcome.reminder else None,
            "cancels": outcome.cancels_reminders,
            "cases": [c.state for c in self.cases],
        }


def _mail(outgoing: Outgoing) -> dict[str, Any]:
    mail = message_from_bytes(outgoing.raw, policy=policy.default)
    body = mail.get_body(("plain",))
    return {
        "stem": outgoing.stem,
        "to": list(outgoing.to),
        "cc": list(outgoing.cc),
        "subject": str(mail["Subject"]),
        "in_reply_to": mail["In-Reply-To"] and str(mail["In-Reply-To"]),
        "auto_submitted": str(mail["Auto-Submitted"]),
        "text": str(body.get_content()).splitlines() if body else [],
    }


async def tell(name: str, readers: Readers) -> list[dict[str, Any]]:
    """Live through a story; return what came of each of its days."""
    folder = STORIES / name
    story = tomllib.loads((folder / "story.toml").read_text(encoding="utf-8"))
    teller = Teller(desk(**story.get("office", {})), readers)
    told = []
    for day in story["day"]:
        at = datetime.fromisoformat(day["at"])
        told.append(await teller.mail((folder / day["mail"]).read_bytes(), at) if "mail" in day else teller.day(at))
    return told


def names() -> list[str]:
    return sorted(p.parent.name for p in STORIES.glob("*/story.toml"))


def expected(name: str) -> list[dict[str, Any]]:
    known: list[dict[str, Any]] = json.loads((STORIES / name / "expected.json").read_text(encoding="utf-8"))
    return known
