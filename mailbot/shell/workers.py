"""Documents read in child processes: who is kept warm, how long one may take, and what a child's death means.

A document that kills its reader, hangs it or makes it talk nonsense costs its own answer, an unreadable Document, and
never another mail's: the child is killed with its process group and a fresh one takes its place. A child that cannot
even be started is not the document's fault: ``ReaderUnavailable`` is raised, and the mail is tried again later.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any

from mailbot.core.documents import (
    CON_CONTRASENA,
    CONSTANCIA,
    DESCONOCIDO,
    ILEGIBLE,
    IMAGEN,
    OTRO_FORMATO,
    Document,
    ReadingKnowledge,
)
from mailbot.core.picture_marks import Mark
from mailbot.core.signs import LOOK_AGAIN, with_seen
from mailbot.shell import wire
from mailbot.shell.confine import hide_from_children
from mailbot.shell.limits import Limits

WARM = 2  # readers kept ready: as many as the cores of a small server
DOCUMENTS_PER_CHILD = 500  # then a fresh one: whatever a library leaks stays small
GROWN_MB = 80  # resident size at which a reader is replaced: 45 when fresh, 75 with pdfplumber; broken files add
OCR_GROWN_MB = 1500  # an OCR child has some 700 at work
OCR_IDLE_SECONDS = 60.0  # its models take 700 MB: it is ended when no picture came for so long
OCR_TIMES = 2  # as long as limits.reader_seconds: a page on its side is read up to four times
SECOND_AFTER = 1.0  # second after the first is ready: until then the cores are better used for what waits already
START_SECONDS = 30.0  # importing everything takes 0.3 s, the OCR models 2 s; a loaded machine ten times that
OCR_START_SECONDS = 60.0
_CHUNK = 64 * 1024  # what a pipe holds

TOO_SLOW = "tardó demasiado en abrirse"
DIED = "el archivo no se pudo abrir"
TOO_LARGE = "es demasiado grande"


class ReaderUnavailable(OSError):
    """No reader child can be started: nothing is known of the document, try again later."""


class _Died(Exception):
    """The child ended, or said what it should not."""


class _TooSlow(Exception):
    """The child took longer than it may."""


class _Child:
    """One child process and the pipe to it."""

    def __init__(self, process: asyncio.subprocess.Process, limits: Limits) -> None:
        if process.stdin is None or process.stdout is None:
            raise ReaderUnavailable("el lector de documentos no tiene tuberías")
        self._process, self._in, self._out = process, process.stdin, process.stdout
        self._limits = limits
        self.documents = 0
        self.mb = 0

    @classmethod
    async def spawn(cls, limits: Limits) -> _Child:
        """Start a process; it imports what reading needs, and waits to be told what it is for."""
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "mailbot.shell.reader_child",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
                env=_environment(), cwd="/", close_fds=True, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise ReaderUnavailable("no se pudo iniciar el lector de documentos") from error
        return cls(process, limits)

    async def get_ready(self, knowledge: ReadingKnowledge, *, ocr: bool) -> None:
        """Tell it what it is for and how much it may use; return when the first document may come."""
        content = {
            "limits": asdict(self._limits),
            "knowledge": wire.knowledge_to_json(knowledge),
            "ocr": ocr,
            "parent": os.getpid(),
        }
        try:
            answer = await self._exchange(wire.frame(content), b"", OCR_START_SECONDS if ocr else START_SECONDS)
        except (_Died, _TooSlow) as error:
            raise ReaderUnavailable("el lector de documentos no arrancó") from error
        if answer.get("ready") is not True:
            raise ReaderUnavailable("el lector de documentos no arrancó")

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def ask(self, question: dict[str, Any], data: bytes, seconds: float | None) -> dict[str, Any]:
        """Put one question; a child that does not answer as agreed is killed."""
        try:
            answer = await self._exchange(wire.frame({**question, "size": len(data)}), data, seconds)
        except BaseException:  # cancelled too: what the child would still say belongs to no one
            await self.kill()
            raise
        self.documents += 1
        mb = answer.get("mb")
        self.mb = mb if isinstance(mb, int) else 0
        return answer

    async def _exchange(self, head: bytes, data: bytes, seconds: float | None) -> dict[str, Any]:
        try:
            return await asyncio.wait_for(self._say_and_hear(head, data), seconds)
        except TimeoutError as error:
            raise _TooSlow from error
        except (OSError, EOFError, ValueError, RecursionError) as error:
            raise _Died from error

    async def _say_and_hear(self, head: bytes, data: bytes) -> dict[str, Any]:
        self._in.write(head)
        self._in.write(data)
        await self._in.drain()
        length = wire.LENGTH.unpack(await self._out.readexactly(wire.LENGTH.size))[0]
        if not self._limits.allows_answer(length):
            raise wire.WireError("length")
        return wire.parse_answer(await self._out.readexactly(length))

    async def kill(self) -> None:
        """End the child and whatever it may have started."""
        if self.alive:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._in.close()
        await asyncio.shield(self._ended())

    async def _ended(self) -> None:
        """Wait for its end; what it still says is thrown away, for asyncio waits until the pipe is empty, too."""
        with suppress(OSError, RuntimeError):  # RuntimeError: who asked it is reading still, and comes to the end alike
            while await self._out.read(_CHUNK):
                pass
        await self._process.wait()


def _environment() -> dict[str, str]:
    """Return all that a child may know: no password, no token, no address."""
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "2",
        "MALLOC_ARENA_MAX": "2",
        # Fixed, or glibc raises it after the first big picture and keeps what is freed afterwards.
        "MALLOC_MMAP_THRESHOLD_": "1048576",
    }


class _Pool:
    """So many children of one kind; a question waits for a free one, and a dead one is replaced."""

    def __init__(self, size: int, start: Callable[[], Awaitable[_Child]], grown_mb: int, idle: float | None) -> None:
        self._start, self._grown_mb, self._idle = start, grown_mb, idle
        self._free: asyncio.LifoQueue[asyncio.Task[_Child] | None] = asyncio.LifoQueue()
        self._tasks: set[asyncio.Task[_Child]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._endings: set[asyncio.Task[None]] = set()
        for _ in range(size):
            self._free.put_nowait(None)
        self._size = size

    def prestart(self, first: Awaitable[_Child]) -> asyncio.Task[_Child]:
        """Start all children in the background: one as given, and then the others, which would only hold it up."""
        begun = self._begin(first)

        async def later() -> _Child:
            await asyncio.wait({begun})
            await asyncio.sleep(SECOND_AFTER)
            return await self._start()

        for _ in range(self._free.qsize()):
            self._free.get_nowait()
        for starting in (begun, *(self._begin(later()) for _ in range(self._size - 1))):
            self._free_once_started(starting)
        return begun

    def _free_once_started(self, slot: asyncio.Task[_Child]) -> None:
        """Let nobody wait for a child that is still starting while another is free again in a moment."""
        slot.add_done_callback(self._free.put_nowait)

    def _begin(self, starting: Awaitable[_Child] | None = None) -> asyncio.Task[_Child]:
        task = asyncio.ensure_future(starting or self._start())
        self._tasks.add(task)
        task.add_done_callback(lambda t: t.cancelled() or t.exception())  # seen when it is asked; no noise before
        return task

    async def ask(self, question: dict[str, Any], data: bytes, seconds: float | None) -> dict[str, Any]:
        """Ask a free child; one whose child died is asked again once, of a fresh one."""
        slot = await self._free.get()
        if self._timer is not None:
            self._timer.cancel()
        try:
            if slot is None or _is_dead(slot):
                slot = self._instead_of(slot)
            child = await asyncio.shield(slot)
            try:
                answer = await child.ask(question, data, seconds)
            except _Died:  # killed from outside, or by a library's remains of an earlier file: once more
                slot = self._instead_of(slot)
                child = await asyncio.shield(slot)
                answer = await child.ask(question, data, seconds)
            if child.documents >= DOCUMENTS_PER_CHILD or child.mb >= self._grown_mb:
                await child.kill()
            return answer
        finally:
            self._give_back(slot)

    def _instead_of(self, slot: asyncio.Task[_Child] | None) -> asyncio.Task[_Child]:
        """Begin a fresh child; at once, so that a cancelled question gives it back and does not lose it."""
        if slot is not None:
            self._tasks.discard(slot)
        return self._begin()

    def _give_back(self, slot: asyncio.Task[_Child] | None) -> None:
        if slot is not None and _is_dead(slot):
            self._tasks.discard(slot)
            started = not slot.cancelled() and slot.exception() is None
            slot = self._begin() if started and self._idle is None else None  # one that cannot start waits for its turn
        if slot is None or slot.done():
            self._free.put_nowait(slot)
        else:
            self._free_once_started(slot)
        if self._idle is not None:
            self._timer = asyncio.get_running_loop().call_later(self._idle, self._end_idle)

    def _end_idle(self) -> None:
        """End the children that nobody asked for a while."""
        for _ in range(self._free.qsize()):
            slot = self._free.get_nowait()
            self._free.put_nowait(None)
            if slot is not None:
                self._tasks.discard(slot)
                ending = asyncio.ensure_future(_end(slot))
                self._endings.add(ending)
                ending.add_done_callback(self._endings.discard)

    async def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.gather(*(_end(task) for task in self._tasks), *self._endings)
        self._tasks.clear()

    def pids(self) -> tuple[int, ...]:
        """Return the children that run, for tests and for the daemon's own figures."""
        done = (t for t in self._tasks if t.done() and not t.cancelled() and t.exception() is None)
        return tuple(t.result().pid for t in done if t.result().alive)


def _is_dead(task: asyncio.Task[_Child]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None or not task.result().alive)


async def _end(task: asyncio.Task[_Child]) -> None:
    if not task.done():
        task.cancel()
    with suppress(ReaderUnavailable, asyncio.CancelledError):
        await (await task).kill()


class Readers:
    """The children that read documents, as an async context manager."""

    def __init__(
        self, limits: Limits, knowledge: ReadingKnowledge | None = None, *, ocr: bool | None = None, warm: int = WARM
    ) -> None:
        """``ocr``: None uses it where the extra is installed; without ``knowledge`` nothing is read until ``learn``."""
        self._limits = limits
        self.looking = 0
        self.on_look: Callable[[], None] = lambda: None
        self.ocr = ocr_installed() if ocr is None else ocr
        self._kinds: frozenset[str] = frozenset()
        self._knowledge = ReadingKnowledge()
        self._learned = asyncio.Event()
        if knowledge is not None:
            self.learn(knowledge)
        self._first: asyncio.Task[_Child] | None = None
        self._text = _Pool(warm, lambda: self._start(ocr=False), GROWN_MB, None)
        self._pictures = _Pool(1, lambda: self._start(ocr=True), OCR_GROWN_MB, OCR_IDLE_SECONDS)

    def learn(self, knowledge: ReadingKnowledge) -> None:
        """Take in the office's data that reading needs."""
        how = (ILEGIBLE, CON_CONTRASENA, OTRO_FORMATO, IMAGEN, DESCONOCIDO, CONSTANCIA)
        self._kinds = frozenset({*how, *(k.kind for k in knowledge.kinds)})
        self._knowledge = knowledge
        self._learned.set()

    async def __aenter__(self) -> Readers:
        """Hide from the children, and start the first at once: whatever the caller does next, it imports beside."""
        hide_from_children()
        first: _Child | None = None
        with suppress(ReaderUnavailable):
            first = await _Child.spawn(self._limits)
        self._first = self._text.prestart(self._start(first, ocr=False))
        return self

    async def _start(self, child: _Child | None = None, *, ocr: bool) -> _Child:
        child = child or await _Child.spawn(self._limits)
        try:
            await self._learned.wait()
            await child.get_ready(self._knowledge, ocr=ocr)
        except BaseException:
            await child.kill()
            raise
        return child

    async def settled(self) -> None:
        """Return once the first child is ready, or could not be started."""
        if self._first is not None:
            await asyncio.wait({self._first})

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pool in (self._text, self._pictures):
            await pool.close()

    async def read(self, data: bytes) -> Document:
        """Read one document; raise only ReaderUnavailable."""
        if not self._limits.allows_size(len(data)):
            return Document(ILEGIBLE, problems=(TOO_LARGE,))
        document = await self._document(self._text, data)
        if document.kind == IMAGEN and self.ocr:
            read = await self._look(data)
            return read if read.kind != ILEGIBLE else document
        if self.ocr and any(sign.kind in LOOK_AGAIN for sign in document.signs):
            return with_seen(document, (await self._look(data)).constancia)
        return document

    async def _look(self, data: bytes) -> Document:
        """Let the one OCR child read a picture; whoever waits for it is counted in ``looking``."""
        self.looking += 1
        self.on_look()
        try:
            return await self._document(self._pictures, data)
        finally:
            self.looking -= 1

    async def picture(self, data: bytes, marks: Mapping[str, Mark]) -> bytes | None:
        """Return the page of a constancia as a PNG with the marks on it, or None where there is none to show."""
        question = {"do": "picture", "marks": {place: [m.verdict, m.text, m.row] for place, m in marks.items()}}
        try:
            answer = await self._text.ask(question, data, self._limits.reader_seconds or None)
            return wire.picture_of(answer.get("picture"))
        except (_Died, _TooSlow, wire.WireError):
            return None

    def pids(self) -> tuple[int, ...]:
        """Return the process ids of the children that run."""
        return tuple(pid for pool in (self._text, self._pictures) for pid in pool.pids())

    async def _document(self, pool: _Pool, data: bytes) -> Document:
        try:
            seconds = self._limits.reader_seconds * (OCR_TIMES if pool is self._pictures else 1)
            answer = await pool.ask({"do": "read"}, data, seconds or None)
            return wire.document_from_json(answer.get("document"), self._kinds)
        except _TooSlow:
            return Document(ILEGIBLE, problems=(TOO_SLOW,))
        except (_Died, wire.WireError):
            return Document(ILEGIBLE, problems=(DIED,))


def ocr_installed() -> bool:
    """Tell whether the extra `ocr` is there (looked for, not imported: it takes seconds and memory)."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None
