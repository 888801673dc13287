"""From the mailbox to a recorded outcome: look, claim, fetch, read, answer, record. One guard around each mail."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time

from mailbot.core.answer import Desk, answer, nss_keys, picture_wanted
from mailbot.core.documents import Document
from mailbot.core.message import Message, parse, parse_headers_only
from mailbot.shell import case_rows, checkpoint, ledger, letters, people, watermarks
from mailbot.shell.clock import Clock
from mailbot.shell.failures import ServerTrouble
from mailbot.shell.fetched import Fetched, Watermark
from mailbot.shell.limits import MEGABYTE
from mailbot.shell.log import log
from mailbot.shell.mailbox import Mailbox
from mailbot.shell.notices import staff_note
from mailbot.shell.recording import record
from mailbot.shell.store import Store, StoreUnavailable
from mailbot.shell.workers import Readers, ReaderUnavailable

AT_ONCE = 3  # mails in hand: while one waits for its document the next is fetched; more would only cost memory
PICTURES_BESIDE = 6  # more in hand that wait for OCR, seconds each: behind them nobody waits
MOST_STALE = 20  # answers worked out anew because the student's case changed meanwhile
BASE64_GROWS = 1.4  # a mail is that much larger than the file in it
GONE = "ya no está en la carpeta: alguien lo movió o lo borró antes de que se leyera"


class Renumbered(Exception):
    """The folder has another UIDVALIDITY than the row of a mail that waits."""


@dataclass(frozen=True)
class Mails:
    """What intake is told of the mailbox: whose, which folder, where a first start begins, how large a mail may be."""

    account: str
    folder: str
    start: datetime | None
    attachment_bytes: int
    """0: no limit."""
    own: frozenset[str]
    staff: frozenset[str]
    authserv: str

    @property
    def most_bytes(self) -> int:
        """Return up to which size a mail is fetched whole: one file of the largest size and a megabyte."""
        return int(self.attachment_bytes * BASE64_GROWS) + MEGABYTE if self.attachment_bytes else 0


def start_instant(start: object, desk_zone: object) -> datetime | None:
    """Return the first instant that is ours, from config.toml's ``start``: None is "now"."""
    from datetime import date
    from zoneinfo import ZoneInfo

    assert isinstance(desk_zone, ZoneInfo)  # noqa: S101
    return datetime.combine(start, time(), desk_zone) if isinstance(start, date) else None


class Intake:
    """Takes mails in and works them through; several at once, those of one sender in order."""

    def __init__(
        self,
        mails: Mails,
        desk: Callable[[], Desk],
        store: Store,
        mailbox: Mailbox,
        readers: Readers,
        clock: Clock,
        me: str,
        on_recorded: Callable[[], None],
    ) -> None:
        self._mails, self._desk, self._store, self._mailbox = mails, desk, store, mailbox
        self._readers, self._clock, self._me, self._on_recorded = readers, clock, me, on_recorded
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()  # a mail in hand now waits for OCR: there is room for another
        readers.on_look = self._room.set
        self._last_of: dict[str, asyncio.Task[None]] = {}
        self._trouble: BaseException | None = None
        self.mark: Watermark | None = None

    # -- looking ----------------------------------------------------------------------------------------------

    async def first_look(self) -> Watermark:
        """Find where we left off, or where a first start begins."""
        m = self._mails
        self.mark = await watermarks.first(self._store, self._mailbox, m.account, m.folder, m.start)
        return self.mark

    async def look(self) -> int:
        """Enter all that is new into the ledger; return how many."""
        mark = self.mark or await self.first_look()
        new = 0
        while True:
            look = await self._mailbox.look(mark)
            m = self._mails
            took, mark = await self._store.write(
                watermarks.take_in, m.account, m.folder, mark, look, self._clock.now(), pretend=self._clock.pretends
            )
            self.mark = mark
            new += took
            if not look.found:
                return new
            checkpoint.reached("seen")

    # -- working ----------------------------------------------------------------------------------------------

    async def work(self, news: asyncio.Event | None = None) -> None:
        """Work through all that waits; return when nothing does. ``news``: set when the ledger has more.

        Raises ServerTrouble, StoreUnavailable, ReaderUnavailable: the world's failures, with the mails given back.
        """
        self._trouble = None
        await self._readers.settled()  # a mail in hand that waits for a reader's start could only die with us
        try:
            while True:
                while self._free() == 0:
                    await self._some_done(self._room)
                if self._trouble is not None:
                    raise self._trouble
                if news is not None:
                    news.clear()
                claimed = await self._store.write(ledger.claim, self._me, self._clock.now(), self._free())
                if claimed:
                    checkpoint.reached("claimed")
                    await self._take(claimed)
                elif self._tasks:
                    await self._some_done(news)
                elif self._trouble is None:
                    return
        finally:
            await self._all_done()

    def _free(self) -> int:
        """Return how many more mails may be taken in hand."""
        self._room.clear()
        return max(0, AT_ONCE - len(self._tasks) + min(self._readers.looking, PICTURES_BESIDE))

    async def _take(self, claimed: list[ledger.Claimed]) -> None:
        for at, row in enumerate(claimed):
            if row.deaths:  # alone: if it kills us again, it takes no innocent one with it
                await self._all_done()
            try:
                await self._begin(row)
            except BaseException:
                for other in claimed[at:]:
                    await self._put_back(other)
                raise
            if row.deaths:
                await self._all_done()

    async def stop(self) -> None:
        """Give back what is in hand; nothing is half done."""
        for task in self._tasks:
            task.cancel()
        await self._all_done()

    async def _some_done(self, news: asyncio.Event | None) -> None:
        """Wait until one mail is done, or until there is more to take in hand."""
        waits: set[asyncio.Task[object]] = set(self._tasks)
        bell = asyncio.create_task(news.wait()) if news is not None else None
        if bell is not None:
            waits.add(bell)
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if bell is not None:
                bell.cancel()

    async def _all_done(self) -> None:
        if self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _begin(self, row: ledger.Claimed) -> None:
        """Fetch and parse in order of arrival; the rest goes on beside, behind the same sender's earlier mail."""
        if row.deaths >= ledger.MOST_DEATHS:
            await self._store.write(ledger.too_many_deaths, row.id, self._me, self._clock.now())
            await self._tell_staff(row.id, "el programa murió varias veces con este correo")
            return
        fetched = await self._mailbox.fetch(row.uidvalidity, row.uid, most_bytes=self._mails.most_bytes)
        checkpoint.reached("fetched")
        if fetched is None:
            await self._guard(row, lambda: self._miss(row))
            return
        sender = ""
        message: Message | None = None

        async def know() -> None:
            nonlocal message, sender
            message = await self._know(row, fetched)
            sender = (message.sender or "") if message else ""

        await self._guard(row, know)
        checkpoint.reached("known")
        if message is None:
            return
        mail, earlier = message, self._last_of.get(sender)
        before = {earlier} if earlier else set()
        if mail.mark_code == "staff":  # it may answer a mail that is still in hand: that one's case comes first
            before = set(self._tasks)
        task = asyncio.create_task(self._rest(row, mail, before))
        self._tasks.add(task)
        self._last_of[sender] = task
        task.add_done_callback(lambda t: self._over(t, sender))

    def _over(self, task: asyncio.Task[None], sender: str) -> None:
        self._tasks.discard(task)
        if self._last_of.get(sender) is task:
            del self._last_of[sender]
        if not task.cancelled():
            self._trouble = task.exception() or self._trouble

    async def _know(self, row: ledger.Claimed, fetched: Fetched) -> Message | None:
        """Parse, and drop what the ledger knows already: a copy, or an acquaintance under a new UID."""
        m = self._mails
        if fetched.whole:
            message = await asyncio.to_thread(
                parse, fetched.raw, m.own, m.staff, authserv=m.authserv, attachment_limit=m.attachment_bytes
            )
        else:
            message = parse_headers_only(fetched.raw, fetched.found.size, m.own, m.staff, authserv=m.authserv)
        known = await self._store.write(
            ledger.know, row.id, self._me, message.digest, message.sender, message.subject, self._clock.now()
        )
        if known.moved_to is not None:
            log.info("message renumbered", message=known.moved_to)
            return None
        if known.copy_of is not None:
            await self._ignore(row, f"copia de #{known.copy_of}")
            return None
        return message

    async def _rest(self, row: ledger.Claimed, message: Message, before: set[asyncio.Task[None]]) -> None:
        async def do() -> None:
            documents = await self._documents(message)
            checkpoint.reached("read")
            if before:
                await asyncio.wait(before)
            await self._answer(row, message, documents)

        await self._guard(row, do)

    async def _documents(self, message: Message) -> list[Document]:
        if message.hard_mark:
            return []
        return [await self._readers.read(a.data) for a in message.attachments]

    async def _answer(self, row: ledger.Claimed, message: Message, documents: list[Document]) -> None:
        desk = self._desk()
        asked = case_rows.Asked.about(message, nss_keys(documents, desk))
        drawn, picture = None, None
        for _ in range(MOST_STALE):
            now = self._clock.now()
            past, version = await self._store.read(people.past_of, asked, message, now, desk.office)
            wanted = await asyncio.to_thread(picture_wanted, message, documents, past, row.received, now, desk)
            if wanted != drawn:
                drawn, picture = wanted, None
                if wanted is not None:
                    picture = await self._readers.picture(message.attachments[wanted.document].data, wanted.marks)
            outcome = await asyncio.to_thread(answer, message, documents, past, row.received, now, desk, picture)
            checkpoint.reached("answered")
            try:
                most = desk.office.copies_per_hour
                state = await self._store.write(record, row.id, self._me, outcome, asked, version, now, most)
            except case_rows.Stale:
                continue
            checkpoint.reached("recorded")
            if message.mark_code == "staff" and message.authentication != "fail":
                await self._store.write(people.wrote, people.PersonMail.of(message), now, desk.office)
            stems = [m.stem for m in outcome.mails if m.kind == "reply"]
            log.info("message decided", message=row.id, state=state, reply=stems[0] if stems else None)
            self._on_recorded()
            return
        raise RuntimeError("the case never stands still")

    # -- the guard --------------------------------------------------------------------------------------------

    async def _guard(self, row: ledger.Claimed, work: Callable[[], Awaitable[None]]) -> None:
        """Let nothing that one mail causes reach another mail; the world's own failures go up."""
        try:
            await work()
        except (ServerTrouble, StoreUnavailable, ReaderUnavailable, asyncio.CancelledError):
            await self._put_back(row)
            raise
        except ledger.NotOurs:
            log.info("another daemon has this message", message=row.id)
        except Exception as error:
            log.error("a message failed", message=row.id, error=(why := type(error).__name__), where=_where(error))
            with suppress(ledger.NotOurs):  # the folder was renumbered meanwhile: the mail is taken again
                if await self._store.write(ledger.failed_try, row.id, self._me, why, self._clock.now()):
                    await self._tell_staff(row.id, "no se pudo procesar después de varios intentos")

    async def _put_back(self, row: ledger.Claimed) -> None:
        try:
            await self._store.write(ledger.put_back, row.id, self._me)
        except StoreUnavailable:
            log.warning("could not give a message back; it is taken again after a restart", message=row.id)

    async def _miss(self, row: ledger.Claimed) -> None:
        """A number of before a renumbering says nothing: the next look tells the new one. Three misses end it."""
        if row.uidvalidity != await self._mailbox.numbering():
            raise Renumbered
        await self._ignore(row, GONE)

    async def _ignore(self, row: ledger.Claimed, reason: str) -> None:
        await self._store.write(ledger.close, row.id, self._me, ledger.IGNORED, reason, self._clock.now())
        log.info("message not answered", message=row.id, reason=reason)

    async def _tell_staff(self, message_id: int, reason: str) -> None:
        """Tell staff that a mail waits for them; failing to is no reason to fail."""
        log.error("message set aside", message=message_id, reason=reason)
        try:
            now = self._clock.now()
            note = staff_note(
                self._desk(), f"apartado {message_id} {now.isoformat()}", "Un correo quedó apartado", reason,
                (("Correo", f"#{message_id}"), ("Ver qué pasó", f"mailbot show {message_id}"),
                 ("Intentar de nuevo", f"mailbot reprocess {message_id}")), now)  # fmt: skip
            if note is not None:
                await self._store.write(letters.post, note, now, message_id=message_id)
                self._on_recorded()
        except (StoreUnavailable, asyncio.CancelledError):
            raise
        except Exception as error:
            log.error("could not tell staff", message=message_id, error=type(error).__name__)


def _where(error: BaseException) -> str:
    """Return file and line of a bug; never its text, which may quote a mail."""
    trace = error.__traceback__
    place = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        if "mailbot" in code.co_filename:
            place = f"{code.co_filename.rpartition('mailbot/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
