"""What a reader child gives up before it reads a stranger's file, and what the daemon hides from it.

A file that takes over pdfium owns a process that cannot write a file, reach the network or another process, start one,
grow, or outlive the daemon. Each measure stands alone: where a kernel refuses one (no user namespaces, say), the others
hold. Limits do not bind root, and on other machines than those of ``refused_calls`` only limits hold it: run the daemon
as a user of its own (docs/mailbot.service).
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys

from mailbot.shell.refused_calls import refuse_calls

# prctl(2), linux/prctl.h
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000

OPEN_FILES = 64  # Python and its libraries keep a dozen open; importing needs a few more for a moment
MEGABYTE = 1024 * 1024


def hide_from_children() -> None:
    """Make this process unreadable to others of the same user: /proc/PID/environ, mem, ptrace.

    Who starts readers calls it first: its environment holds passwords, and a child runs as the same user.
    """
    _prctl(_PR_SET_DUMPABLE, 0)


def calls_can_be_refused() -> bool:
    """Tell whether this machine and its kernel take the filter: tried in a process of its own, for it is for good."""
    child = os.fork()
    if not child:
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
        os._exit(not refuse_calls())
    return os.waitpid(child, 0)[1] == 0


def confine(*, parent: int, memory_mb: int, may_start_threads: bool) -> None:
    """Give up what reading needs not; called before the first byte of a document arrives."""
    _prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:  # it died before we asked to be told
        os._exit(1)
    _prctl(_PR_SET_DUMPABLE, 0)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _leave_the_network()
    _limit("RLIMIT_CORE", 0)
    _limit("RLIMIT_FSIZE", 0)
    _limit("RLIMIT_NOFILE", OPEN_FILES)
    if memory_mb:
        _limit("RLIMIT_AS", memory_mb * MEGABYTE)
    if not may_start_threads:
        _limit("RLIMIT_NPROC", 0)
    refuse_calls()  # last: what stands above is refused, too


def allow_cpu(seconds: int) -> None:
    """Let this process use so many seconds more of processor time; then the kernel ends it."""
    if not seconds:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, hard))


def _limit(name: str, most: int) -> None:
    which = getattr(resource, name, None)
    if which is None:
        return
    _, hard = resource.getrlimit(which)
    value = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(which, (value, value))


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _leave_the_network() -> None:
    """Move into an own, empty network where the kernel lets a plain process do so."""
    if sys.platform == "linux":
        ctypes.CDLL(None).unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
