"""What the daemon hides from its children, and what a child may not do, whoever it runs as."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

HIDDEN = """
import asyncio, ctypes
from mailbot.core.documents import ReadingKnowledge
from mailbot.shell.limits import Limits
from mailbot.shell.workers import Readers

def dumpable():
    return ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)  # PR_GET_DUMPABLE

async def started():
    async with Readers(Limits(), ReadingKnowledge(), ocr=False, warm=1):
        return dumpable()

print(dumpable(), asyncio.run(started()))
"""


def test_who_starts_readers_cannot_be_looked_into_by_others_of_its_user() -> None:
    ran = subprocess.run([sys.executable, "-c", HIDDEN], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["1", "0"]


TRIES = """
import ctypes, errno, os, resource, signal, socket, subprocess, sys, threading
from mailbot.shell.confine import allow_cpu, confine

libc = ctypes.CDLL(None, use_errno=True)
file = sys.argv[1]

def call(name, *arguments):
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)

def written():
    open(file, "a").close()

def forked():
    if os.fork() == 0:
        os._exit(0)

tries = {
    "fork": forked,
    "start a program": lambda: subprocess.run(["true"]),
    "become a program": lambda: os.execv("/bin/true", ["true"]),
    "socket": lambda: socket.socket(socket.AF_UNIX),
    "socket pair": socket.socketpair,
    "signal its parent": lambda: os.kill(os.getppid(), 0),
    "trace its parent": lambda: call("ptrace", 16, os.getppid(), 0, 0),
    "outlive its parent": lambda: call("prctl", 1, 0, 0, 0, 0),
    "limit its parent": lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (9, 9)),
    "have more memory": lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40)),
    "write a file": written,
    "make a file": lambda: os.open(file + "x", os.O_CREAT),
    "cut a file": lambda: os.truncate(file, 0),
    "remove a file": lambda: os.unlink(file),
    "rename a file": lambda: os.rename(file, file + "y"),
    "change a file's rights": lambda: os.chmod(file, 0o777),
    "leave its namespace": lambda: call("unshare", 0x00020000),
}
given, taken = [], []
confine(parent=os.getppid(), memory_mb=0, may_start_threads=True)
for name, attempt in tries.items():
    try:
        attempt()
        given.append(name)
    except ValueError:  # how Python says EPERM of a limit
        pass
    except OSError as error:
        if error.errno != errno.EPERM:
            given.append(f"{name}: {error}")
for name, use in {
    "thread": lambda: threading.Thread(target=taken.append, args=("thread",)).start(),
    "file": lambda: open(file).read() == "leído" and taken.append("file"),
    "processor time": lambda: (allow_cpu(3), taken.append("processor time")),
    "limits": lambda: (resource.getrlimit(resource.RLIMIT_AS), taken.append("limits")),
    "pipe": lambda: (os.read(0, 1) == b"!") and taken.append("pipe"),
}.items():
    use()
while "thread" not in taken:
    pass
print(given, sorted(taken), flush=True)
os.abort()
"""


def test_a_child_may_read_and_compute_and_nothing_else_even_as_root(tmp_path: Path) -> None:
    if os.uname().machine not in ("x86_64", "aarch64"):
        pytest.fail("el filtro de llamadas sólo existe en x86_64 y aarch64; corre esta prueba en una de ellas")
    file = tmp_path / "f"
    file.write_text("leído", encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", TRIES, str(file)], input="!", capture_output=True, text=True, check=False
    )
    assert ran.stdout.strip() == "[] ['file', 'limits', 'pipe', 'processor time', 'thread']", ran.stderr
    assert ran.returncode == -signal.SIGABRT
    assert file.read_text(encoding="utf-8") == "leído"
    assert [p.name for p in tmp_path.iterdir()] == ["f"]
