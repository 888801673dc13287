"""What must hold of a Message, whatever the bytes were: shared by Hypothesis, atheris and the replay of its corpus."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields
from datetime import timedelta

from mailbot.core.message import Attachment, Bounce, Message, parse_headers_only, read

OWN = frozenset({"becas@itq.example"})
STAFF = frozenset({"servicios@itq.example"})
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
ID = re.compile(r"<[!-;=?-~]{1,248}>")
ADDRESS = re.compile(r"[^\s@<>\",;:()]{1,64}@[a-z0-9.-]{3,253}")
LIMIT = 1_000_000


def read_and_hold(raw: bytes) -> Message:
    """Read it without the last guard of ``parse`` and assert every claim."""
    message = read(raw, OWN, STAFF, authserv="mx.itq.example", attachment_limit=LIMIT)
    hold(message)
    hold(parse_headers_only(raw, len(raw), OWN, STAFF, authserv="mx.itq.example"))
    return message


def hold(message: Message) -> None:
    for field in fields(message):
        _no_unseen(field.name, getattr(message, field.name))
    assert re.fullmatch(r"[0-9a-f]{64}", message.digest)
    for id_ in (message.message_id, message.in_reply_to, *message.references):
        assert id_ is None or ID.fullmatch(id_), id_
    for address in (message.sender, *message.to, *message.cc):
        assert address is None or (ADDRESS.fullmatch(address) and address == address.lower()), address
    assert len(message.sender_name) <= 80
    assert len(message.subject) <= 500
    assert len(message.text) <= 20_000
    assert len(message.references) <= 20
    assert len(message.attachments) <= 20
    assert all(len(a.data) <= LIMIT and len(a.name) <= 150 for a in message.attachments)
    assert len({a.data for a in message.attachments}) == len(message.attachments)
    assert (message.hard_mark is None) == (message.mark_code is None)
    assert message.sent is None or (message.sent - timedelta(days=1)).tzinfo is not None


def _no_unseen(name: str, value: object) -> None:
    if isinstance(value, str):
        allowed = "\n" if name == "text" else ""
        bad = [c for c in value if unicodedata.category(c) in UNSEEN and c not in allowed]
        assert not bad, (name, bad)
        value.encode("utf-8")
    elif isinstance(value, Attachment):
        _no_unseen("attachment", value.name)
    elif isinstance(value, Bounce):
        _no_unseen("bounce", value.recipients)
        _no_unseen("bounce", value.message_id)
    elif isinstance(value, tuple):
        for item in value:
            _no_unseen(name, item)
