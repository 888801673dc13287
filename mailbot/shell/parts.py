"""The program put together: from a configuration to all that runs, opened in order and closed in reverse."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import time

from sqlalchemy import Connection

from mailbot.config import Config
from mailbot.core.answer import warm_up
from mailbot.core.office import Office
from mailbot.shell import daemons, flags, ledger, letters, watermarks, whereabouts
from mailbot.shell.briefing import Briefing
from mailbot.shell.clock import Clock
from mailbot.shell.counter import Counter
from mailbot.shell.failures import ServerTrouble
from mailbot.shell.fetched import Watermark
from mailbot.shell.filing import Filing, Folders
from mailbot.shell.intake import Intake, Mails, start_instant
from mailbot.shell.limits import MEGABYTE
from mailbot.shell.log import log
from mailbot.shell.mailbox import Contact, Mailbox
from mailbot.shell.outbox import Smtp
from mailbot.shell.postman import Limits as PostLimits
from mailbot.shell.postman import Postman
from mailbot.shell.reminding import Reminding
from mailbot.shell.sent_watch import SentWatch
from mailbot.shell.servers import imap_account, smtp_account
from mailbot.shell.store import OneAtATime, Store, StoreUnavailable, open_store, sqlite_path
from mailbot.shell.workers import Readers


@dataclass
class Parts:
    """Everything that runs, for the daemon and for --once alike."""

    config: Config
    clock: Clock
    me: str
    store: Store
    desk: Counter
    mailbox: Mailbox
    intake: Intake
    postman: Postman
    reminding: Reminding
    briefing: Briefing
    filing: Filing
    persons: SentWatch


def open_locked(config: Config) -> tuple[Store, OneAtATime | None]:
    """Open the store for one that works on it; on SQLite that can be one process only."""
    path = sqlite_path(config.store_url)
    lock = OneAtATime(path) if path is not None else None
    if lock is not None:
        lock.take()
    try:
        return open_store(config.store_url), lock
    except BaseException:
        if lock is not None:
            lock.release()
        raise


@asynccontextmanager
async def parts(
    config: Config, readers: Readers, clock: Clock, on_recorded: Callable[[], None],
    on_contact: Callable[[Contact], None] | None = None,
) -> AsyncIterator[Parts]:  # fmt: skip
    """Open the store, the desk and both servers' doors; close them whatever happens."""
    me = f"{socket.gethostname()[:20]}-{os.getpid()}-{secrets.token_hex(4)}"
    async with AsyncExitStack() as stack:
        store, lock = open_locked(config)
        if lock is not None:
            stack.callback(lock.release)
        stack.callback(store.close)
        keyed = await store.write(flags.keyed_digest)
        if lock is not None and await store.write(whereabouts.settle, whereabouts.here(lock.database), clock.now()):
            log.warning("the store was elsewhere before: the Sent folder is asked before anything goes out")
        await store.write(daemons.arrive, me)
        stack.push_async_callback(_leave, store, me)
        mailbox = await stack.enter_async_context(Mailbox(imap_account(config), on_contact=on_contact))
        mails = _mails(config, config.office)
        # What is there at the first start is written down at once, while rules and templates are still being read.
        baseline = asyncio.ensure_future(watermarks.first(store, mailbox, mails.account, mails.folder, mails.start))
        stack.push_async_callback(_over, baseline)
        desk = await asyncio.to_thread(Counter, config, keyed, store)
        readers.learn(desk.desk.rulebook.reading)
        warming = asyncio.ensure_future(asyncio.to_thread(warm_up, desk.desk, clock.now().date()))
        warming.add_done_callback(lambda done: done.cancelled() or done.exception())  # whoever needs it meets it
        smtp = Smtp(smtp_account(config))
        stack.push_async_callback(smtp.close)
        folders = config.mailbox.folders
        filing = Filing(store, mailbox, Folders(folders.answered, folders.set_aside, folders.sent), clock)
        intake = Intake(mails, desk, store, mailbox, readers, clock, me, on_recorded)
        rates = PostLimits(config.smtp.messages_per_minute, config.limits.replies_per_hour)
        postman = Postman(store, smtp, desk, clock, me, rates, filing.was_sent)
        await postman.start()
        reminding = Reminding(store, desk, clock)
        briefing = Briefing(store, desk, clock, time.fromisoformat(config.office_section.digest))
        persons = SentWatch(
            store, mailbox, desk, clock, sent=folders.sent, handed_over=folders.handed_over,
            start=start_instant(config.mailbox.start, config.office.timezone),
        )  # fmt: skip
        yield Parts(config, clock, me, store, desk, mailbox, intake, postman, reminding, briefing, filing, persons)


async def _over(baseline: asyncio.Future[Watermark]) -> None:
    """End an attempt that IMAP has not answered; the first look makes its own."""
    baseline.cancel()
    with suppress(ServerTrouble, StoreUnavailable, asyncio.CancelledError):
        await baseline


async def _leave(store: Store, me: str) -> None:
    def go(c: Connection) -> None:
        ledger.put_all_back(c, me)
        letters.put_all_back(c, me)
        daemons.leave(c, me)

    with suppress(StoreUnavailable):
        await store.write(go)


def _mails(config: Config, office: Office) -> Mails:
    m = config.mailbox
    return Mails(
        account=f"{config.imap_username}@{m.host}"[:200],
        folder=m.folder,
        start=start_instant(m.start, office.timezone),
        attachment_bytes=config.limits.attachment_mb * MEGABYTE,
        own=office.own_addresses,
        staff=frozenset(a.lower() for a in office.staff),
        authserv=m.authserv_id,
    )
