"""From the rows of one database to those of another, of whatever kind: all of them, as of one instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Integer, Table, delete, func, insert, select, text

from mailbot.shell.tables import daemons, metadata

AT_ONCE = 200  # rows in memory; a reply with its picture has 50 KB


def copied_tables() -> list[Table]:
    """Return the tables in an order in which their rows may be inserted; who works on a store is not part of it."""
    return [table for table in metadata.sorted_tables if table is not daemons]


def transfer(source: Connection, target: Connection) -> None:
    """Put every row of one database in the place of all that another holds, within the callers' transactions."""
    for table in reversed(copied_tables()):
        target.execute(delete(table))
    for table in copied_tables():
        rows = source.execution_options(yield_per=AT_ONCE).execute(select(table)).mappings()
        for part in rows.partitions():
            _insert(target, table, part)
        if target.dialect.name == "postgresql" and "id" in table.c and isinstance(table.c.id.type, Integer):
            _count_on(target, table)


def _insert(target: Connection, table: Table, rows: Iterable[Mapping[Any, Any]]) -> None:
    """Insert rows by the columns that have a value: a None that is named would become JSON's null."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        said = {str(name): value for name, value in row.items() if value is not None}
        alike.setdefault(tuple(said), []).append(said)
    for group in alike.values():
        target.execute(insert(table), group)


def _count_on(target: Connection, table: Table) -> None:
    """Let PostgreSQL's next number follow the highest that was inserted."""
    highest = target.execute(select(func.max(table.c.id))).scalar() or 0
    target.execute(
        text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :next, false)"),
        {"table": table.name, "next": highest + 1},
    )
