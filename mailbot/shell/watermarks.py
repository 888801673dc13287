"""Up to where a folder has been looked at, kept in the store: with it a restart begins where the last run ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from mailbot.shell import flags, ledger
from mailbot.shell.fetched import Look, Watermark
from mailbot.shell.mailbox import Mailbox
from mailbot.shell.store import Store


def _key(account: str, folder: str) -> str:
    return f"mark {account} {folder}"[:80]


def load(c: Connection, account: str, folder: str) -> Watermark | None:
    row = flags.get(c, _key(account, folder))
    if row is None:
        return None
    since = datetime.fromisoformat(row["since"]) if row["since"] else None
    return Watermark(row["uidvalidity"], row["uid"], since, row["dated"])


def save(c: Connection, account: str, folder: str, mark: Watermark) -> None:
    since = mark.since.isoformat() if mark.since else None
    row = {"uidvalidity": mark.uidvalidity, "uid": mark.uid, "since": since, "dated": mark.dated}
    flags.put(c, _key(account, folder), row)


async def first(store: Store, mailbox: Mailbox, account: str, folder: str, start: datetime | None) -> Watermark:
    """Find where we left off; at the first start, write down what is there already and is left alone."""
    mark = await store.read(load, account, folder)
    if mark is None:
        mark = await store.write(_save_first, account, folder, await mailbox.baseline(start))
    return mark


def _save_first(c: Connection, account: str, folder: str, mark: Watermark) -> Watermark:
    """Keep the first mark that anybody wrote down: another daemon may have been quicker."""
    there = load(c, account, folder)
    if there is None:
        save(c, account, folder, mark)
    return there or mark


def take_in(
    c: Connection, account: str, folder: str, before: Watermark, look: Look, now: datetime, *, pretend: bool
) -> tuple[int, Watermark]:
    """Enter what a look found into the ledger and move the mark past it, in one transaction."""
    new = ledger.see(c, account, folder, look.found, now, pretend=pretend)
    after = _after(before, look)
    if after != before:
        save(c, account, folder, after)
    return new, after


def _after(before: Watermark, look: Look) -> Watermark:
    """A folder that was renumbered goes on by date for good: its old mails may have any UID now."""
    highest = max((f.uid for f in look.found), default=0)
    if look.renumbered:
        return Watermark(look.uidvalidity, highest, before.since, dated=before.since is not None)
    return Watermark(before.uidvalidity, max(before.uid, highest), before.since, before.dated)
