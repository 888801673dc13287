"""The daemon: who wakes whom.

    IMAP says that something changed  -> look   -> the ledger has new rows   -> wakes work
    the ledger has waiting rows       -> work   -> an outcome is recorded    -> wakes post
    the outbox has due rows           -> post   -> SMTP has accepted         -> wakes tidy
    something is answered or sent     -> tidy   -> the mailbox shows it
    the clock ticks (APScheduler)     -> reminders, briefing, retention      -> wake post

Each is a loop that fails for itself: while IMAP is away what is recorded is still sent, and the other way round. A
store that is full or locked stops them all, until it is well again.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

import click
from sqlalchemy import Connection

from mailbot.config import Config
from mailbot.shell import daemons, flags, ledger, letters, privacy
from mailbot.shell.clock import Clock
from mailbot.shell.failures import ServerTrouble
from mailbot.shell.heartbeat import notify, serve_metrics, watchdog_seconds
from mailbot.shell.log import log
from mailbot.shell.mailbox import Contact
from mailbot.shell.parts import Parts, parts
from mailbot.shell.postman import ServerAway
from mailbot.shell.scheduler import Scheduler
from mailbot.shell.store import StoreUnavailable
from mailbot.shell.vitals import figures
from mailbot.shell.workers import Readers, ReaderUnavailable

STORE_PAUSE = 5.0  # seconds until a full or locked database is tried again
POLL = 30.0  # a loop that nobody wakes looks anyway: another daemon or a command may have left it work
SHARED_POLL = 3.0  # where several share a store: what a killed one had in hand is free after eight seconds of silence
SERVER_PAUSE = 5.0  # IMAP trouble with one folder; a lost connection is the mailbox thread's matter
CONTACT_EVERY = 15.0
LATEST_TICK = 10.0  # seconds after the start, however many mails wait: reminders and the digest have their hour


class Daemon:
    """All loops, and the bells between them."""

    def __init__(self, config: Config, readers: Readers) -> None:
        """``readers``: children that are being started; they end with whoever started them."""
        self._config, self._readers = config, readers
        self._more, self._post, self._tidy = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._stopping, self._caught_up = asyncio.Event(), asyncio.Event()
        self._imap: Contact | None = None
        self._smtp_trouble: str | None = None
        self._smtp_good: datetime | None = None
        self._store_trouble: str | None = None

    async def run(self) -> int:
        """Run until SIGTERM or SIGINT; return the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        async with parts(self._config, self._readers, Clock(), self._recorded, self._contact) as p:
            loop.add_signal_handler(signal.SIGHUP, self._reload, p)
            all_of_us = self._look, self._work, self._deliver, self._file, self._pulse, self._tick
            jobs = [asyncio.create_task(one(p)) for one in all_of_us]
            metrics = await self._metrics(p)
            try:
                self._say_hello()
                notify("READY=1")  # also while IMAP is away: systemd would end and start us again and again
                await self._stopped_or_broken(jobs)
            finally:
                notify("STOPPING=1")
                stopping = asyncio.ensure_future(_end(jobs))
                await p.intake.stop()
                await stopping
                await p.intake.stop()
                if metrics is not None:
                    metrics.close()
        log.info("stopped")
        return 0

    async def _stopped_or_broken(self, jobs: list[asyncio.Task[None]]) -> None:
        """Wait for a signal; a loop that ends by itself is a bug, and the service manager shall start us anew."""
        stop = asyncio.create_task(self._stopping.wait())
        done, _ = await asyncio.wait({stop, *jobs}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        for task in done:
            if task is not stop:
                task.result()

    # -- the loops --------------------------------------------------------------------------------------------

    async def _look(self, p: Parts) -> None:
        async def once() -> float:
            if p.intake.mark is None:
                await self._first_look(p)
            await p.persons.tick()  # first what persons did: they may have answered what comes now
            if await p.intake.look():
                self._more.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(POLL, p.config.mailbox.poll_seconds * 1.5)):
                    await p.mailbox.changed()
            return 0.0

        await self._forever(once, "look")

    async def _first_look(self, p: Parts) -> None:
        """Say, at the very first start, what is left alone."""
        known = await p.store.read(flags.get, "started")
        mark = await p.intake.first_look()
        log.info("watching")
        if known is None:
            await p.store.write(flags.put, "started", p.clock.now().isoformat())
            told = f"desde el {mark.since:%Y-%m-%d}" if mark.dated and mark.since else "a partir de ahora"
            click.echo(f"Primer arranque: se contesta lo que llegue {told}; lo anterior se deja como está.", err=True)

    async def _work(self, p: Parts) -> None:
        async def once() -> float:
            self._more.clear()
            await p.intake.work(self._more)
            self._caught_up.set()
            self._tidy.set()
            await _ring(self._more, _until(await p.store.read(ledger.next_waiting), p))
            return 0.0

        await self._forever(once, "work")

    async def _deliver(self, p: Parts) -> None:
        async def once() -> float:
            self._post.clear()
            try:
                went = await p.postman.deliver()
            except ServerAway as away:
                if self._smtp_trouble is None:
                    log.warning("SMTP is away", reason=str(away))
                self._smtp_trouble = str(away)
                return p.postman.pause_after_failure()
            if went:
                if self._smtp_trouble is not None:
                    log.info("SMTP is back")
                self._smtp_trouble, self._smtp_good = None, datetime.now(UTC)
                self._tidy.set()
            await _ring(self._post, _until(await p.store.read(letters.next_due), p))
            return 0.0

        await self._forever(once, "deliver")

    async def _file(self, p: Parts) -> None:
        async def once() -> float:
            self._tidy.clear()
            await p.filing.tidy()
            await _ring(self._tidy, POLL)
            return 0.0

        await self._forever(once, "file")

    async def _tick(self, p: Parts) -> None:
        """Start the clock once the mails that waited are answered: to import it costs as much as three of them."""
        await _ring(self._caught_up, LATEST_TICK)

        async def once() -> float:
            await p.reminding.calendar_changed()
            scheduler = self._scheduler(p)
            scheduler.start()
            try:
                await asyncio.Event().wait()  # until we are cancelled
            finally:
                scheduler.stop()
            return 0.0

        await self._forever(once, "tick")

    async def _pulse(self, p: Parts) -> None:
        """Show that we live: to the store, to systemd; and write down whom we have reached."""
        every = daemons.BEAT_SECONDS if not p.store.is_sqlite else daemons.SQLITE_BEAT_SECONDS
        every = min(every, watchdog_seconds() or every)
        told = 0.0

        async def once() -> float:
            nonlocal told
            notify("WATCHDOG=1")
            await p.store.write(daemons.beat, p.me)
            now = asyncio.get_running_loop().time()
            if now - told >= CONTACT_EVERY:
                told = now
                await p.store.write(self._note_contacts)
            await asyncio.sleep(every)
            return 0.0

        await self._forever(once, "pulse")

    async def _forever(self, once: Callable[[], Awaitable[float]], name: str) -> None:
        """Repeat; the world's failures make a pause, and are said once when they begin and once when they end."""
        while True:
            try:
                pause = await once()
                if self._store_trouble is not None:
                    self._store_trouble = None
                    log.info("the database is well again")
                    notify("STATUS=trabajando")
            except StoreUnavailable as error:
                pause = STORE_PAUSE
                if self._store_trouble is None:
                    log.error("the database cannot be written: nothing is taken in until it can", reason=str(error))
                    notify("STATUS=la base de datos no se puede escribir")
                self._store_trouble = str(error)
                notify("WATCHDOG=1")
            except (ServerTrouble, ReaderUnavailable) as trouble:
                pause = SERVER_PAUSE
                log.warning("trouble", loop=name, reason=str(trouble))
            await asyncio.sleep(pause)

    # -- bells ------------------------------------------------------------------------------------------------

    def _recorded(self) -> None:
        self._post.set()
        self._tidy.set()

    def _contact(self, contact: Contact) -> None:
        if self._imap is not None and self._imap.connected != contact.connected:
            log.info("IMAP is back") if contact.connected else log.warning(
                "IMAP is away", reason=contact.trouble.reason if contact.trouble else ""
            )
        elif self._imap is None and not contact.connected and contact.trouble:
            log.warning("IMAP is away", reason=contact.trouble.reason)
        self._imap = contact
        if contact.connected:
            self._more.set()
            self._tidy.set()

    def _reload(self, p: Parts) -> None:
        for problem in p.desk.reload():
            click.echo(problem, err=True)
        task = asyncio.ensure_future(p.reminding.calendar_changed())
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _note_contacts(self, c: Connection) -> None:
        now = datetime.now(UTC)
        if self._imap is not None and self._imap.connected:
            flags.reached(c, flags.IMAP, now)
        elif self._imap is not None:
            flags.not_reached(c, flags.IMAP, now, self._imap.trouble.reason if self._imap.trouble else "")
        if self._smtp_trouble is not None:
            flags.not_reached(c, flags.SMTP, now, self._smtp_trouble)
        elif self._smtp_good is not None:
            flags.reached(c, flags.SMTP, self._smtp_good)

    def _scheduler(self, p: Parts) -> Scheduler:
        async def remind() -> None:
            if await p.reminding.tick():
                self._post.set()

        async def brief() -> None:
            await p.briefing.tick()
            self._post.set()

        async def forget_old() -> None:
            now = p.clock.now()
            await p.store.write(privacy.drop_bodies, now, p.config.store.keep_bodies_days)
            await p.store.write(privacy.purge, now, p.config.store.keep_days)

        return Scheduler({"reminders": (30, remind), "briefing": (60, brief), "retention": (6 * 3600, forget_old)})

    async def _metrics(self, p: Parts) -> asyncio.Server | None:
        port = p.config.watch.metrics_port
        if not port:
            return None

        async def ask() -> dict[str, float]:
            return await p.store.read(figures, p.config.store_url, datetime.now(UTC))

        return await serve_metrics(port, ask)

    def _say_hello(self) -> None:
        office, mailbox = self._config.office, self._config.mailbox
        mode = "simulacro: las respuestas van sólo al personal" if office.mode == "shadow" else "en vivo"
        click.echo(f"mailbot atiende {mailbox.folder} de {mailbox.host} ({mode}).", err=True)
        log.info("started", mode=office.mode)


def _until(due: datetime | None, p: Parts) -> float:
    """Return the seconds until an instant, within what a loop sleeps unwoken."""
    longest = POLL if p.store.is_sqlite else SHARED_POLL
    if due is None:
        return longest
    return min(max((due - datetime.now(UTC)).total_seconds(), 0.05), longest)


async def _ring(bell: asyncio.Event, seconds: float) -> None:
    # Not wait_for: before Python 3.12 it forgets a cancellation that comes together with the bell.
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await bell.wait()


async def _end(jobs: list[asyncio.Task[None]]) -> None:
    """Cancel until all have ended: a library may swallow a cancellation."""
    left = set(jobs)
    while left:
        for job in left:
            job.cancel()
        _, left = await asyncio.wait(left, timeout=2.0)
