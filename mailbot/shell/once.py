"""One round for cron and tests: take in what waits, answer, send all that is due at that instant, and leave."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import click
from sqlalchemy import Connection

from mailbot.config import Config
from mailbot.shell import daemons, flags, privacy
from mailbot.shell.clock import Clock
from mailbot.shell.failures import ServerTrouble
from mailbot.shell.log import log
from mailbot.shell.parts import Parts, parts
from mailbot.shell.postman import ServerAway
from mailbot.shell.store import Store, StoreUnavailable
from mailbot.shell.workers import Readers, ReaderUnavailable


async def run_once(config: Config, at: datetime | None, readers: Readers) -> int:
    """Return 0, or 1 where IMAP, SMTP or the store failed; what could be done without them is done."""
    try:
        async with parts(config, readers, Clock(at), lambda: None) as p:
            beating = asyncio.create_task(beat(p.store, p.me))
            try:
                return await _round(p)
            finally:
                beating.cancel()
    except StoreUnavailable as error:
        click.echo(f"mailbot: la base de datos no se puede escribir ({error}); revisa espacio y permisos", err=True)
        return 1


async def beat(store: Store, me: str) -> None:
    """Show that we live, or on PostgreSQL another mailbot takes what is in our hands after a few seconds."""
    while True:
        await asyncio.sleep(daemons.BEAT_SECONDS)
        with suppress(StoreUnavailable):
            await store.write(daemons.beat, me)


async def _round(p: Parts) -> int:
    failed = False
    imap = smtp = ""
    try:
        await p.persons.tick()
        await p.intake.look()
        await p.intake.work()
    except (ServerTrouble, ReaderUnavailable) as trouble:
        click.echo(f"mailbot: {trouble}", err=True)
        imap, failed = str(trouble), True
    await p.reminding.calendar_changed()
    await p.reminding.tick(spread_out=False)
    await p.briefing.tick(at_once=True)
    now = p.clock.now()
    await p.store.write(privacy.drop_bodies, now, p.config.store.keep_bodies_days)
    await p.store.write(privacy.purge, now, p.config.store.keep_days)
    went = 0
    try:
        went = await p.postman.deliver()
    except (ServerAway, ServerTrouble) as away:
        click.echo(f"mailbot: {away}", err=True)
        smtp, failed = str(away), True
    await p.store.write(_contacts, imap, smtp, went)
    try:
        await p.filing.tidy()
    except ServerTrouble as trouble:
        log.warning("could not file", reason=str(trouble))
        failed = True
    return 1 if failed else 0


def _contacts(c: Connection, imap: str, smtp: str, went: int) -> None:
    """Write down for `mailbot status` whom we have reached, by the real clock."""
    now = datetime.now(UTC)
    if imap:
        flags.not_reached(c, flags.IMAP, now, imap)
    else:
        flags.reached(c, flags.IMAP, now)
    if smtp:
        flags.not_reached(c, flags.SMTP, now, smtp)
    elif went:
        flags.reached(c, flags.SMTP, now)
