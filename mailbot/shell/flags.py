"""Facts about the store itself, one line each: pause, breaker, last contacts, the key of the digests."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from mailbot.shell.tables import inserting, meta

PAUSED, BREAKER, RESTORED, TRIED = "paused", "breaker", "restored", "tried"
IMAP, SMTP = "imap", "smtp"


def get(c: Connection, key: str) -> Any:
    """Return the value of a flag, None where it was never set."""
    value = c.execute(select(meta.c.value).where(meta.c.key == key)).scalar()
    return None if value is None else json.loads(value)


def put(c: Connection, key: str, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False)
    row = inserting(c, meta).values(key=key, value=text)
    c.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": text}))


def drop(c: Connection, key: str) -> None:
    c.execute(delete(meta).where(meta.c.key == key))


def keyed_digest(c: Connection) -> Callable[[str], str]:
    """Return the keyed digest of this store (HMAC-SHA-256); its key is made once and never leaves the store."""
    key = get(c, "digest_key")
    if key is None:
        key = secrets.token_hex(32)
        put(c, "digest_key", key)
    secret = bytes.fromhex(key)
    return lambda text: hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Contact:
    """When a server last answered, and since when and why it does not."""

    last_good: datetime | None
    failing_since: datetime | None
    said: str


def reached(c: Connection, server: str, now: datetime) -> None:
    put(c, f"contact.{server}", {"good": now.isoformat(), "since": None, "said": ""})


def not_reached(c: Connection, server: str, now: datetime, said: str) -> None:
    before = get(c, f"contact.{server}") or {}
    since = before.get("since") or now.isoformat()
    put(c, f"contact.{server}", {"good": before.get("good"), "since": since, "said": said[:200]})


def contact(c: Connection, server: str) -> Contact:
    row = get(c, f"contact.{server}") or {}

    def instant(key: str) -> datetime | None:
        return datetime.fromisoformat(row[key]) if row.get(key) else None

    return Contact(instant("good"), instant("since"), row.get("said", ""))
