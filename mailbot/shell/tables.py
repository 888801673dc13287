"""What the store keeps: every table, every column, once.

Columns that hold a person's data are listed in PERSONAL: purging and forgetting blank exactly those and keep the row,
so that the counts stay true. The tables here and the migrations are held to each other by a test.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)  # fmt: skip

REVISION = "0001"  # the newest migration; `store.upgrade` compares it before it imports alembic (0.6 s)


def inserting(c: Connection, table: Table) -> Any:
    """Return an INSERT that knows `ON CONFLICT`; SQLAlchemy has one for each database, and one of them is enough."""
    if c.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as on_postgresql

        return on_postgresql(table)
    from sqlalchemy.dialects.sqlite import insert as on_sqlite

    return on_sqlite(table)


class Utc(TypeDecorator[datetime]):
    """An instant: aware on both sides, kept as UTC whatever the database thinks of zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[Any]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


# One line a fact about the store itself: watermarks, paused, breaker, last contacts, the key of the digests.
meta = Table("meta", metadata, Column("key", String(80), primary_key=True), Column("value", Text, nullable=False))

# Who works on this store now; a claim is good while its daemon's beat is.
daemons = Table(
    "daemons",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("host", String(200), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("beat_at", Utc, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    _id(),
    Column("account", String(200), nullable=False),
    Column("folder", String(200), nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("digest", String(64)),
    Column("state", String(12), nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),
    Column("decided_at", Utc),
    Column("answered_at", Utc),
    Column("filed_at", Utc),
    Column("attempts", Integer, nullable=False, default=0),
    Column("deaths", Integer, nullable=False, default=0),
    Column("next_at", Utc),
    Column("failed", Integer, nullable=False, default=0),  # 1: set aside by a failure; `reprocess` tries these again
    Column("verdict", String(12)),  # what `state` becomes once the replies of a decided message are sent
    Column("bundled", Integer, nullable=False, default=0),  # 1: staff are still to be told in a bundle; 2: told
    Column("reason", Text),
    Column("rule", Text),
    Column("stem", String(80)),
    Column("case_id", Integer),
    Column("facts", JSON),
    Column("because", JSON),
    Column("sender", Text),
    Column("subject", Text),
    Column("claimed_by", String(40)),
    UniqueConstraint("account", "folder", "uidvalidity", "uid"),
    Index("ix_messages_digest", "digest"),
    Index("ix_messages_state", "state", "next_at"),
    Index("ix_messages_sender", "sender"),
    sqlite_autoincrement=True,
)

# What happened to a message, for `mailbot show ID`; `what` is ours, never the student's.
events = Table(
    "events",
    metadata,
    _id(),
    Column("message_id", Integer, ForeignKey("messages.id"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("what", Text, nullable=False),
    Index("ix_events_message_id", "message_id"),
)

cases = Table(
    "cases",
    metadata,
    _id(),
    Column("address", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("since", Utc, nullable=False),
    Column("nss_key", String(64)),
    Column("opened_by", String(64)),
    Column("body", JSON, nullable=False),  # the other fields of core.case.Case
    Column("version", Integer, nullable=False),
    Column("touched_at", Utc, nullable=False),
    Index("ix_cases_address", "address"),
    Index("ix_cases_nss_key", "nss_key"),
    sqlite_autoincrement=True,
)

case_events = Table(
    "case_events",
    metadata,
    _id(),
    Column("case_id", Integer, ForeignKey("cases.id"), nullable=False),
    Column("message_id", Integer),
    Column("at", Utc, nullable=False),
    Column("what", Text, nullable=False),
    Index("ix_case_events_case_id", "case_id"),
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("rfc_id", String(250), nullable=False, unique=True),
    Column("message_id", Integer),
    Column("case_id", Integer),
    Column("reminder_id", Integer),
    Column("kind", String(12), nullable=False),  # reply, reminder, note, digest
    Column("stem", String(80), nullable=False),
    Column("priority", Integer, nullable=False),  # smaller goes first
    Column("rcpt_to", Text),
    Column("rcpt_cc", JSON),
    Column("raw", LargeBinary),
    Column("state", String(12), nullable=False),  # waiting, sent, failed, held, cancelled
    Column("attempts", Integer, nullable=False, default=0),
    Column("first_at", Utc, nullable=False),
    Column("next_at", Utc, nullable=False),
    Column("last_error", Text),
    Column("sent_at", Utc),
    Column("copied_at", Utc),  # when the copy in the Sent folder was made
    Column("claimed_by", String(40)),
    Index("ix_outbox_state", "state", "next_at"),
    Index("ix_outbox_message_id", "message_id"),
    Index("ix_outbox_sent_at", "sent_at"),
    Index("ix_outbox_rcpt_to", "rcpt_to"),
    sqlite_autoincrement=True,
)

reminders = Table(
    "reminders",
    metadata,
    _id(),
    Column("case_id", Integer, ForeignKey("cases.id"), nullable=False),
    Column("message_id", Integer),
    Column("kind", String(40), nullable=False),
    Column("anchor", String(10), nullable=False),  # the day it counts from, YYYY-MM-DD
    Column("business_days", Integer, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("state", String(12), nullable=False),  # scheduled, sent, cancelled
    Column("why", Text),
    Column("closed_at", Utc),
    Index("ix_reminders_due", "state", "due_at"),
    Index("ix_reminders_case_id", "case_id"),
    sqlite_autoincrement=True,
)

# Addresses that our mail does not reach (bounced) or that asked for silence.
mutes = Table(
    "mutes",
    metadata,
    Column("address", String(320), primary_key=True),
    Column("since", Utc, nullable=False),
    Column("why", Text, nullable=False),
)

PERSONAL: dict[str, tuple[str, ...]] = {
    "messages": ("sender", "subject"),
    "outbox": ("rcpt_to", "rcpt_cc", "raw"),
}
