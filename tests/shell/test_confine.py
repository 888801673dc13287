"""What the daemon hides from its children, and what a child may not do, whoever it runs as."""

from __future__ import annotations

import ctypes
import os
import posix
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from mailbot.cli import program
from mailbot.shell import refused_calls
from tests.test_config import ACCOUNTS

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


def test_every_call_has_the_kernel_s_number_on_each_machine() -> None:
    """One wrong number lets a call through where nobody runs the tests; libseccomp keeps the kernel's tables."""
    try:
        number_of = ctypes.CDLL("libseccomp.so.2").seccomp_syscall_resolve_name_arch
    except OSError:
        pytest.fail("falta libseccomp: apt-get install libseccomp2")
    tables = (refused_calls._REFUSED, refused_calls._UNKNOWN, refused_calls._SOME, refused_calls._SECCOMP)
    ours = {name: numbers for table in tables for name, numbers in table.items()}
    arches = [arch for arch, _ in refused_calls._MACHINES.values()]
    found = {name: [number_of(arch, name.encode()) for arch in arches] for name in ours}
    assert {name: tuple(n if n >= 0 else None for n in numbers) for name, numbers in found.items()} == ours


WITHOUT_A_FILTER = """
import os, posix, resource
os.uname = lambda: posix.uname_result(("Linux", "casa", "6", "1", "riscv64"))
from mailbot.shell.confine import calls_can_be_refused, confine
print(calls_can_be_refused())
confine(parent=os.getppid(), memory_mb=0, may_start_threads=False)
print(resource.getrlimit(resource.RLIMIT_FSIZE), resource.getrlimit(resource.RLIMIT_NPROC))
"""


def test_on_a_machine_without_the_filter_the_other_measures_hold() -> None:
    ran = subprocess.run([sys.executable, "-c", WITHOUT_A_FILTER], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n") == ["False", "(0, 0) (0, 0)", ""]


@pytest.mark.parametrize("machine", ["riscv64", os.uname().machine])
def test_check_says_where_there_is_no_filter(machine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "config.toml"
    config.write_text(ACCOUNTS, encoding="utf-8")
    monkeypatch.setattr(os, "uname", lambda: posix.uname_result(("Linux", "casa", "6", "1", machine)))
    runner = CliRunner(env={"MAILBOT_MAILBOX_PASSWORD": "x"})
    ran = runner.invoke(program, ["check", "--config", str(config)], standalone_mode=False)
    told = [line for line in ran.output.splitlines() if "seccomp" in line]
    assert (ran.return_value, len(told)) == (0, machine not in ("x86_64", "aarch64")), ran.output
