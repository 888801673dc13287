"""One round for cron and tests: take in what waits, answer, send all that is due at that instant, and leave."""

from __future__ import annotations

from datetime import datetime

import click

from mailbot.config import Config
from mailbot.shell import privacy
from mailbot.shell.clock import Clock
from mailbot.shell.failures import ServerTrouble
from mailbot.shell.log import log
from mailbot.shell.parts import Parts, parts
from mailbot.shell.postman import ServerAway
from mailbot.shell.store import StoreUnavailable
from mailbot.shell.workers import ReaderUnavailable


async def run_once(config: Config, at: datetime | None) -> int:
    """Return 0, or 1 where IMAP, SMTP or the store failed; what could be done without them is done."""
    try:
        async with parts(config, Clock(at), lambda: None) as p:
            return await _round(p)
    except StoreUnavailable as error:
        click.echo(f"mailbot: la base de datos no se puede escribir ({error}); revisa espacio y permisos", err=True)
        return 1


async def _round(p: Parts) -> int:
    failed = False
    try:
        await p.persons.tick()
        await p.intake.look()
        await p.intake.work()
    except (ServerTrouble, ReaderUnavailable) as trouble:
        click.echo(f"mailbot: {trouble}", err=True)
        failed = True
    await p.reminding.calendar_changed()
    await p.reminding.tick(spread_out=False)
    await p.briefing.tick(at_once=True)
    now = p.clock.now()
    await p.store.write(privacy.drop_bodies, now, p.config.store.keep_bodies_days)
    await p.store.write(privacy.purge, now, p.config.store.keep_days)
    try:
        await p.postman.deliver()
    except ServerAway as away:
        click.echo(f"mailbot: {away}", err=True)
        failed = True
    try:
        await p.filing.tidy()
    except ServerTrouble as trouble:
        log.warning("could not file", reason=str(trouble))
        failed = True
    return 1 if failed else 0
