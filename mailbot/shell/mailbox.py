"""How does asyncio use IMAP? One thread keeps one long connection, waits for news on it, and does what it is asked.

    async with Mailbox(account) as mailbox:
        mark = saved or await mailbox.baseline(start)
        while True:
            for found in (await mailbox.look(mark)).found: …          # a search each time: IDLE only says when
            await mailbox.changed()                                   # news, poll_seconds, or a new connection

A call ends the wait in IDLE at once. While the server is away every call raises ServerTrouble with the reason, and the
thread goes on trying: within 60 s, for as long as it takes.
"""

from __future__ import annotations

import asyncio
import contextlib
import imaplib
import random
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from imap_tools.errors import ImapToolsError

from mailbot.shell.accounts import ImapAccount, connection_trouble
from mailbot.shell.failures import Refused, ServerTrouble, TryLater
from mailbot.shell.fetched import Fetched, Look, Moved, Watermark
from mailbot.shell.idle import readable
from mailbot.shell.session import LOOK_MOST, Session

T = TypeVar("T")

LONGEST_PAUSE = 60.0  # seconds between two tries; contract.md: "within 60 s, for as long as it takes"
FIRST_PAUSE = 1.0
POLITE_SECONDS = 1.0  # a command in hand may end by itself before its connection is cut at a stop
BROKEN = (imaplib.IMAP4.abort, OSError)  # the connection is gone, and with it all that was asked


@dataclass
class _Job:
    work: Callable[[Session], Any]
    answer: Future[Any]
    again: bool  # may be asked a second time on a new connection, because it changes nothing


@dataclass(frozen=True)
class Contact:
    """For `mailbot status`: is IMAP there, when was it last, what is wrong."""

    connected: bool
    last: datetime | None
    trouble: TryLater | Refused | None


class Mailbox:
    def __init__(self, account: ImapAccount, *, on_contact: Callable[[Contact], None] | None = None) -> None:
        """`on_contact` is called in asyncio's thread whenever the connection comes or goes."""
        self.account = account
        self.contact = Contact(False, None, None)
        self._on_contact = on_contact
        self._jobs: deque[_Job] = deque()
        self._ears, self._mouth = socket.socketpair()
        self._ears.setblocking(False)
        self._mouth.setblocking(False)
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._failures = 0
        self._stopping = False
        self._changed = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="imap", daemon=True)

    # -- asyncio's side ---------------------------------------------------------------------------------------

    async def __aenter__(self) -> Mailbox:
        self._loop = asyncio.get_running_loop()
        self._thread.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """End within seconds, in whatever state: also in IDLE, and also before a server that does not answer."""
        self._stopping = True
        self._wake()
        await asyncio.to_thread(self._thread.join, POLITE_SECONDS)
        if self._thread.is_alive():
            self._cut()
            await asyncio.to_thread(self._thread.join, POLITE_SECONDS)
        self._fail_jobs(TryLater("IMAP: mailbot se está deteniendo", connection=True))
        if not self._thread.is_alive():
            self._ears.close()
            self._mouth.close()

    async def call(self, work: Callable[[Session], T], *, again: bool = False) -> T:
        """Do this in the IMAP thread, on its connection; raises ServerTrouble."""
        job = _Job(work, Future(), again)
        with self._lock:
            if self._stopping:
                raise ServerTrouble(TryLater("IMAP: mailbot se está deteniendo", connection=True))
            self._jobs.append(job)
        self._wake()
        return await asyncio.wrap_future(job.answer)

    async def changed(self) -> None:
        """Return when a look may find something: news, poll_seconds gone by, a new connection."""
        await self._changed.wait()
        self._changed.clear()

    async def baseline(self, start: datetime | None) -> Watermark:
        """Where a first start begins; None = after all that is there now. Save it before anything else."""
        return await self.call(lambda session: session.baseline(start), again=True)

    async def look(self, after: Watermark, *, most: int = LOOK_MOST) -> Look:
        """Find what lies above the watermark, oldest first, at most so many."""
        return await self.call(lambda session: session.look(after, most), again=True)

    async def fetch(self, uidvalidity: int, uid: int, *, most_bytes: int = 0) -> Fetched | None:
        """Return the mail's bytes, unread as it was; its header alone where it is larger; None when it is gone."""
        return await self.call(lambda session: session.fetch(uidvalidity, uid, most_bytes), again=True)

    async def numbering(self) -> int:
        """Return the folder's UIDVALIDITY as it is now."""
        return await self.call(lambda session: session.uidvalidity, again=True)

    async def special_folder(self, use: str) -> str | None:
        r"""Return the name of the folder that the server marks so, e.g. `\Sent`."""
        return await self.call(lambda session: session.special_folder(use), again=True)

    async def move(self, uidvalidity: int, uid: int, folder: str) -> Moved:
        """File a mail; asked twice, the second time says GONE."""
        return await self.call(lambda session: session.move(uidvalidity, uid, folder))

    async def append(self, folder: str, raw: bytes) -> None:
        """Keep a copy of what we sent."""
        await self.call(lambda session: session.append(folder, raw))

    # -- the thread's side ------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stopping:
                session = self._connect()
                if session is None:
                    self._pause()
                    continue
                self._session = session
                self._tell(Contact(True, datetime.now(UTC), None))
                self._news()
                self._serve(session)
                self._session = None
                session.close()
        finally:
            self._fail_jobs(TryLater("IMAP: mailbot se está deteniendo", connection=True))

    def _connect(self) -> Session | None:
        try:
            return Session(self.account, self._ears)
        except ServerTrouble as trouble:
            self._lost(trouble.trouble)
        except Exception as error:  # whatever a strange server makes of us: this thread never ends
            self._lost(self._trouble_of(error))
        return None

    def _serve(self, session: Session) -> None:
        """Work and wait in turns, until the connection is lost or we stop."""
        since = time.monotonic()
        try:
            while not self._stopping:
                job = self._next_job()
                if job is not None:
                    self._do(job, session)
                    if session.has_announced():
                        self._news()
                else:
                    news = session.wait()
                    self._hush()
                    if news or session.has_announced():
                        self._news()
                self.contact = Contact(True, datetime.now(UTC), None)
        except Exception as error:  # BROKEN as a rule; whatever it is, a new connection is the cure
            if not self._stopping:
                # One that lived is tried anew at once; one that dies young again and again is paused for.
                self._failures = 0 if time.monotonic() - since > LONGEST_PAUSE else self._failures + 1
                self._tell(Contact(False, self.contact.last, self._trouble_of(error)))
                if self._failures:
                    self._pause()

    def _do(self, job: _Job, session: Session) -> None:
        if not job.answer.set_running_or_notify_cancel():
            return
        try:
            result = job.work(session)
        except ServerTrouble as trouble:
            job.answer.set_exception(trouble)
            if getattr(trouble.trouble, "connection", False):
                raise imaplib.IMAP4.abort("begin anew") from trouble
        except BROKEN as error:
            if job.again and not self._stopping:
                retry = _Job(job.work, Future(), again=False)
                retry.answer.add_done_callback(lambda done: _pass_on(done, job.answer))
                with self._lock:
                    self._jobs.appendleft(retry)
            else:
                job.answer.set_exception(ServerTrouble(self._trouble_of(error)))
            raise
        except (imaplib.IMAP4.error, ImapToolsError):
            where = f"IMAP {self.account.host}:{self.account.port}"
            job.answer.set_exception(ServerTrouble(TryLater(f"{where}: el servidor no aceptó la orden")))
        except BaseException as error:
            job.answer.set_exception(error)
            raise imaplib.IMAP4.abort("the conversation may be out of step") from error
        else:
            job.answer.set_result(result)

    def _next_job(self) -> _Job | None:
        with self._lock:
            return self._jobs.popleft() if self._jobs else None

    def _pause(self) -> None:
        """Wait before the next try, twice as long each time, never two daemons in step; whoever asks hears why."""
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._failures - 1, 10))
        until = time.monotonic() + random.uniform(longest / 2, longest)  # noqa: S311  # jitter, not a secret
        while not self._stopping and (left := until - time.monotonic()) > 0:
            if self.contact.trouble is not None:
                self._fail_jobs(self.contact.trouble)
            readable([self._ears], left)
            self._hush()

    def _lost(self, trouble: TryLater | Refused) -> None:
        self._failures += 1
        self._tell(Contact(False, self.contact.last, trouble))
        self._fail_jobs(trouble)

    def _trouble_of(self, error: BaseException) -> TryLater | Refused:
        trouble = connection_trouble(error, "IMAP", self.account.host, self.account.port)
        return trouble.trouble

    def _fail_jobs(self, trouble: TryLater | Refused) -> None:
        while (job := self._next_job()) is not None:
            if job.answer.set_running_or_notify_cancel():
                job.answer.set_exception(ServerTrouble(trouble))

    # -- between the two --------------------------------------------------------------------------------------

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):  # full = it is awake already
            self._mouth.send(b".")

    def _hush(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._ears.recv(4096):
                pass

    def _cut(self) -> None:
        session = self._session
        if session is not None:
            session.cut()

    def _news(self) -> None:
        self._in_loop(self._changed.set)

    def _tell(self, contact: Contact) -> None:
        self.contact = contact
        if self._on_contact is not None:
            self._in_loop(lambda: self._on_contact(contact) if self._on_contact else None)

    def _in_loop(self, what: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to tell
            self._loop.call_soon_threadsafe(what)


def _pass_on(done: Future[Any], to: Future[Any]) -> None:
    error = done.exception()
    if error is not None:
        to.set_exception(error)
    else:
        to.set_result(done.result())


def check_login(account: ImapAccount) -> None:
    """Log in, open the folder and leave (`mailbot check --online`); raises ServerTrouble."""
    try:
        Session(account).close()
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
        raise connection_trouble(error, "IMAP", account.host, account.port) from error
