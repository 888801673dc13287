"""Readers: each document costs its own answer only, and no child outlives its keeper."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mailbot.core.documents import Document, ReadingKnowledge
from mailbot.shell import wire
from mailbot.shell.limits import Limits
from mailbot.shell.workers import DIED, TOO_LARGE, TOO_SLOW, Readers, ReaderUnavailable
from tests.shell import hostile, papers

HELLO = hostile.text("hola")
SAID_HELLO = Document("desconocido", "text")


@pytest.fixture
async def readers() -> AsyncIterator[Readers]:
    async with Readers(Limits(reader_seconds=5), ReadingKnowledge(), ocr=False) as running:
        yield running


async def gone(pids: tuple[int, ...]) -> bool:
    """Wait up to half a minute until none of the processes runs."""
    for _ in range(300):
        if not any(running(pid) for pid in pids):
            return True
        await asyncio.sleep(0.1)
    return False


def running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


async def test_a_document_is_read_in_a_child(readers: Readers) -> None:
    assert await readers.read(HELLO) == SAID_HELLO
    assert os.getpid() not in readers.pids()


async def test_a_killed_child_costs_nobody_an_answer(readers: Readers) -> None:
    await readers.read(HELLO)
    for pid in readers.pids():
        os.kill(pid, signal.SIGKILL)
    assert [await readers.read(HELLO) for _ in range(3)] == [SAID_HELLO] * 3


async def test_a_file_that_never_ends_costs_only_its_own_answer() -> None:
    async with Readers(Limits(reader_seconds=1), ReadingKnowledge(), ocr=False) as readers:
        bomb, hello = await asyncio.gather(readers.read(hostile.form_bomb()), readers.read(HELLO))
        assert bomb in (Document("ilegible", problems=(TOO_SLOW,)), Document("ilegible", problems=(DIED,)))
        assert hello == SAID_HELLO
        assert await readers.read(HELLO) == SAID_HELLO


async def test_every_bomb_ends_in_a_kind_and_leaves_no_process() -> None:
    async with Readers(Limits(reader_seconds=2), ReadingKnowledge(), ocr=False) as readers:
        kinds = {name: (await readers.read(make())).kind for name, make in hostile.BOMBS.items()}
        children = readers.pids()
        for pid in children:
            resident = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
            assert int(resident) * os.sysconf("SC_PAGE_SIZE") < 200 * 1024 * 1024
    assert set(kinds.values()) <= {"ilegible", "imagen", "desconocido"}, kinds
    assert await gone(children)


async def test_broken_copies_end_in_a_kind_within_flat_memory(readers: Readers) -> None:
    known = {"ilegible", "desconocido", "otro_formato", "con_contrasena", "imagen"}
    for broken in hostile.mutations(HELLO, 150, seed=3):
        assert (await readers.read(broken)).kind in known
    pids = readers.pids()
    assert pids
    for pid in pids:
        resident = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        assert resident * os.sysconf("SC_PAGE_SIZE") < 100 * 1024 * 1024


async def test_memory_beyond_the_limit_is_refused_to_the_child() -> None:
    async with Readers(Limits(reader_seconds=8, reader_memory_mb=200), ReadingKnowledge(), ocr=False) as readers:
        assert (await readers.read(hostile.flate_bomb())).kind in ("ilegible", "desconocido")
        assert await readers.read(HELLO) == SAID_HELLO


async def test_an_attachment_over_the_limit_is_not_read() -> None:
    async with Readers(Limits(attachment_mb=1), ReadingKnowledge(), ocr=False) as readers:
        assert await readers.read(HELLO + b" " * 1024 * 1024) == Document("ilegible", problems=(TOO_LARGE,))


async def test_an_answer_over_the_limit_is_not_taken_in() -> None:
    async with Readers(Limits(reader_answer_kb=1), ReadingKnowledge(), ocr=False) as readers:
        assert await readers.read(papers.constancia()) == Document("ilegible", problems=(DIED,))
        assert await readers.read(HELLO) == SAID_HELLO


@pytest.mark.parametrize("length", ["\\377\\377\\377\\377", "\\0\\020\\0\\0", "\\0\\0\\0\\012"], ids=["4 GB", "1 MB", "10 bytes"])
async def test_a_child_that_does_not_stop_talking_is_ended_unheard(
    length: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever length it names before it floods the pipe, the daemon keeps no more than the limit of it."""
    child = tmp_path / "child"
    child.write_text(f"#!/bin/sh\nprintf '\\0\\0\\0\\016{{\"ready\":true}}{length}'; exec cat /dev/zero\n", encoding="ascii")
    child.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(child))
    async with Readers(Limits(reader_answer_kb=1000), ReadingKnowledge(), ocr=False, warm=1) as readers:
        await readers.settled()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert await readers.read(HELLO) == Document("ilegible", problems=(DIED,))
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024
        pids = readers.pids()
    assert await gone(pids)


async def test_a_cancelled_reading_leaves_the_readers_usable(readers: Readers) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(readers.read(hostile.form_bomb()), 0.5)
    assert [await readers.read(HELLO) for _ in range(3)] == [SAID_HELLO] * 3


async def test_more_questions_than_readers_are_all_answered(readers: Readers) -> None:
    assert await asyncio.gather(*(readers.read(HELLO) for _ in range(20))) == [SAID_HELLO] * 20
    assert len(readers.pids()) <= 2


async def test_the_child_inherits_no_secret_and_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILBOT_MAILBOX_PASSWORD", "un-secreto")
    async with Readers(Limits(), ReadingKnowledge(), ocr=False) as readers:
        await readers.read(HELLO)
        for pid in readers.pids():
            assert b"un-secreto" not in _environment(pid)
            kinds = {os.readlink(f"/proc/{pid}/fd/{fd}").split(":")[0] for fd in os.listdir(f"/proc/{pid}/fd")}
            assert kinds <= {"pipe", "/dev/null"}


def _environment(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


async def test_the_child_may_neither_write_files_nor_fork_nor_grow(readers: Readers) -> None:
    await readers.read(HELLO)
    for pid in readers.pids():
        limits = Path(f"/proc/{pid}/limits").read_text(encoding="ascii")
        rows = {line[:25].strip(): line[25:].split()[:2] for line in limits.splitlines()[1:]}
        assert rows["Max file size"] == ["0", "0"]
        assert rows["Max core file size"] == ["0", "0"]
        assert rows["Max processes"] == ["0", "0"]
        assert rows["Max address space"] == [str(1024 * 1024 * 1024)] * 2
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        assert "NoNewPrivs:\t1" in status
        assert ("Seccomp:\t2" in status) == (os.uname().machine in ("x86_64", "aarch64"))


KEEPER = """
import asyncio, sys
from mailbot.core.documents import ReadingKnowledge
from mailbot.shell.limits import Limits
from mailbot.shell.workers import Readers

async def main():
    async with Readers(Limits(), ReadingKnowledge(), ocr=False) as readers:
        await asyncio.gather(readers.read(b"%PDF-"), readers.read(b"%PDF-"))
        print(*readers.pids(), flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_no_child_outlives_a_daemon_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", KEEPER], stdout=subprocess.PIPE) as keeper:
        assert keeper.stdout is not None
        pids = tuple(int(pid) for pid in keeper.stdout.readline().split())
        assert pids
        keeper.kill()
    assert await gone(pids)


LIES = [
    b"",
    b"[]",
    b"{",
    b'{"document": 5}',
    b'{"document": {"kind": "constancia_vigencia"}}',
    b'{"document": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    b"\xff\xfe",
]


@pytest.mark.parametrize("lie", LIES)
def test_what_a_child_says_is_not_believed_unless_it_is_a_document(lie: bytes) -> None:
    with pytest.raises((ValueError, RecursionError)):
        wire.document_from_json(wire.parse_answer(lie).get("document"), frozenset({"desconocido"}))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("kind", "root"),
        ("via", "magic"),
        ("problems", ["x" * 501]),
        ("problems", ["dos\nrenglones"]),
        ("problems", ["x"] * 61),
        ("signs", [["una"]]),
        ("image_like", 1),
        ("picture", "no es base64"),
        ("picture", "aG9sYQ=="),
        ("extra", 1),
    ],
)
def test_one_odd_value_spoils_the_whole_answer(key: str, value: object) -> None:
    said = {**wire.document_to_json(SAID_HELLO), key: value}
    with pytest.raises(wire.WireError):
        wire.document_from_json(said, frozenset({"desconocido"}))


def test_what_is_sent_over_the_pipe_comes_back_whole() -> None:
    document = Document("desconocido", "ocr", problems=("está borroso",), imss_error=True, image_like=True)
    said = wire.document_to_json(document)
    assert wire.document_from_json(wire.parse_answer(wire.frame(said)[4:]), frozenset({"desconocido"})) == document


async def test_one_child_reads_document_after_document(readers: Readers) -> None:
    """A start for each would cost more than the reading; bench/read.py tells the time."""
    await readers.read(HELLO)
    pids = readers.pids()
    for _ in range(20):
        await readers.read(HELLO)
    assert readers.pids() == pids


async def test_readings_that_are_cancelled_while_a_child_starts_leave_no_child_behind() -> None:
    async with Readers(Limits(), ReadingKnowledge(), ocr=False) as readers:
        for _ in range(10):
            task = asyncio.ensure_future(readers.read(HELLO))
            await asyncio.sleep(0)
            task.cancel()
        assert await readers.read(HELLO) == SAID_HELLO
        assert len(readers.pids()) <= 2
        children = readers.pids()
    assert await gone(children)


async def test_a_child_that_cannot_start_is_no_fault_of_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Readers(Limits(), ReadingKnowledge(), ocr=False, warm=1) as readers:
        await readers.read(HELLO)
        monkeypatch.setattr(sys, "executable", "/no/hay/python")
        for pid in readers.pids():
            os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.3)
        with pytest.raises(ReaderUnavailable):
            await readers.read(HELLO)
        monkeypatch.undo()
        assert await readers.read(HELLO) == SAID_HELLO
