"""Is a mail read as a person would read it? Each file of the corpus has its whole expected value beside it."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mailbot.core.message import Attachment, Message, mail_day, parse, parse_headers_only, read

CORPUS = Path(__file__).parent.parent / "corpus" / "mails"
OWN = frozenset({"becas@itq.example"})
STAFF = frozenset({"servicios@itq.example"})
MEXICO = ZoneInfo("America/Mexico_City")


def plain(value: object) -> object:
    """Make it what JSON can hold; an attachment is its name, kind, size and the start of its digest."""
    if isinstance(value, Attachment):
        return [value.name, value.sniffed, len(value.data), sha256(value.data).hexdigest()[:12]]
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "__dataclass_fields__"):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    return value


def of(raw: bytes, **more: object) -> Message:
    return read(raw, OWN, STAFF, authserv="mx.itq.example", attachment_limit=1_000_000, **more)


@pytest.mark.parametrize("file", sorted(CORPUS.glob("*.eml")), ids=lambda f: f.stem)
def test_a_mail_of_the_corpus_is_read_as_its_expected_value_says(file: Path) -> None:
    expected = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    assert plain(of(file.read_bytes())) == expected


def test_every_expected_value_has_its_mail() -> None:
    assert {f.stem for f in CORPUS.glob("*.json")} == {f.stem for f in CORPUS.glob("*.eml")}
