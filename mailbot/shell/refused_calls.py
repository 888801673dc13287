"""Which calls the kernel refuses a reader's child from then on: to start, reach, signal or change anything outside it.

A seccomp filter (linux/seccomp.h, linux/filter.h): limits on processes and files do not bind root, this does. The call
fails with EPERM, as where a right is missing. Reading files, memory, threads and the open pipes are left alone.
Numbers are those of the kernel's asm/unistd_64.h (x86_64) and asm-generic/unistd.h (aarch64); elsewhere there is no
filter, and the other measures of ``confine`` stand.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys

# linux/audit.h: the machine's ELF number, 64 bits, little-endian
_MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
_X32 = 0x40000000  # x86_64's second numbering of the same calls

_STARTS = {"fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281)}
_REACHES = {
    "socket": (41, 198), "connect": (42, 203), "socketpair": (53, 199), "bind": (49, 200), "listen": (50, 201),
    "io_uring_setup": (425, 425), "bpf": (321, 280), "add_key": (248, 217), "request_key": (249, 218),
    "keyctl": (250, 219), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "open_by_handle_at": (304, 265),
}  # fmt: skip
_OTHER_PROCESSES = {
    "kill": (62, 129), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438), "setrlimit": (160, 164),
}  # fmt: skip
_FILES = {
    "creat": (85, None), "truncate": (76, 45), "unlink": (87, None), "unlinkat": (263, 35), "rename": (82, None),
    "renameat": (264, 38), "renameat2": (316, 276), "link": (86, None), "linkat": (265, 37), "symlink": (88, None),
    "symlinkat": (266, 36), "mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None), "mknod": (133, None),
    "mknodat": (259, 33), "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
}  # fmt: skip
_SYSTEM = {
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "move_mount": (429, 429),
    "open_tree": (428, 428), "fsopen": (430, 430), "chroot": (161, 51), "pivot_root": (155, 41),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "reboot": (169, 142), "settimeofday": (164, 170), "clock_settime": (227, 112), "sethostname": (170, 161),
}  # fmt: skip
_REFUSED = {**_STARTS, **_REACHES, **_OTHER_PROCESSES, **_FILES, **_SYSTEM}
# Their arguments lie in memory, where no filter looks: "unknown" makes the C library ask by the older call.
_UNKNOWN = {"clone3": (435, 435), "openat2": (437, 437)}
# Refused with some arguments only.
_SOME = {
    "clone": (56, 220), "open": (2, None), "openat": (257, 56), "tgkill": (234, 131), "prctl": (157, 167),
    "prlimit64": (302, 261),
}  # fmt: skip

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_CLONE_THREAD = 0x00010000
_PDEATHSIG = 1
_CPU = 0  # RLIMIT_CPU, the one limit that is set anew for each document

# struct seccomp_data: int nr; u32 arch; u64 instruction_pointer; u64 args[6]
_NR, _ARCH, _ARGS = 0, 4, 16
_LOAD, _EQUAL, _AT_LEAST, _HAS_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # BPF_LD|W|ABS, BPF_JMP|…|K, BPF_RET|K
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_SECCOMP = {"seccomp": (317, 277)}
_SET_MODE_FILTER, _TSYNC = 1, 1  # for the threads that imports have started, too

Step = tuple[int, int, int, int]
"""One instruction: code, how many to skip if true, if false, and its number."""
_REFUSE: Step = (_RETURN, 0, 0, _ERROR | errno.EPERM)
_PERMIT: Step = (_RETURN, 0, 0, _ALLOW)


def refuse_calls() -> bool:
    """Refuse this process, for good, what reading needs not; tell whether the kernel agreed."""
    machine = os.uname().machine
    if sys.platform != "linux" or machine not in _MACHINES or sys.maxsize < 2**32:
        return False
    arch, column = _MACHINES[machine]
    steps = _steps(arch, column, os.getpid())
    filters = (_Filter * len(steps))(*(_Filter(*step) for step in steps))
    program = _Program(len(steps), filters)
    call = ctypes.CDLL(None, use_errno=True).syscall
    number, mode, flags = (ctypes.c_long(n) for n in (_SECCOMP["seccomp"][column], _SET_MODE_FILTER, _TSYNC))
    return int(call(number, mode, flags, ctypes.byref(program))) == 0


class _Filter(ctypes.Structure):
    """struct sock_filter."""

    _fields_ = (("code", ctypes.c_ushort), ("jt", ctypes.c_ubyte), ("jf", ctypes.c_ubyte), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("len", ctypes.c_ushort), ("filter", ctypes.POINTER(_Filter)))


def _steps(arch: int, column: int, pid: int) -> list[Step]:
    """Return the filter: each rule is a block that looks at the call's number and ends, or is skipped whole."""
    steps: list[Step] = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, arch), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NR)]
    steps += [(_AT_LEAST, 0, 1, _X32), _REFUSE]
    for numbers in _REFUSED.values():
        steps += _if_called(numbers[column], _REFUSE)
    for numbers in _UNKNOWN.values():
        steps += _if_called(numbers[column], (_RETURN, 0, 0, _ERROR | errno.ENOSYS))
    some = {name: numbers[column] for name, numbers in _SOME.items()}
    steps += _if_called(some["clone"], _argument(0), (_HAS_BIT, 1, 0, _CLONE_THREAD), _REFUSE, _PERMIT)
    steps += _if_called(some["open"], _argument(1), (_HAS_BIT, 0, 1, _WRITING), _REFUSE, _PERMIT)
    steps += _if_called(some["openat"], _argument(2), (_HAS_BIT, 0, 1, _WRITING), _REFUSE, _PERMIT)
    steps += _if_called(some["tgkill"], _argument(0), (_EQUAL, 1, 0, pid), _REFUSE, _PERMIT)  # itself: abort()
    steps += _if_called(some["prctl"], _argument(0), (_EQUAL, 0, 1, _PDEATHSIG), _REFUSE, _PERMIT)
    steps += _if_called(  # (pid, resource, new, old): its own processor time may be set, all may be asked
        some["prlimit64"],
        _argument(0), (_EQUAL, 1, 0, 0), _REFUSE,
        _argument(1), (_EQUAL, 4, 0, _CPU),
        _argument(2), (_EQUAL, 0, 3, 0),
        _argument(2, high=True), (_EQUAL, 0, 1, 0), _PERMIT, _REFUSE,
    )  # fmt: skip
    return [*steps, _PERMIT]


def _if_called(number: int | None, *then: Step) -> list[Step]:
    return [] if number is None else [(_EQUAL, 0, len(then), number), *then]


def _argument(index: int, *, high: bool = False) -> Step:
    """Load the lower or the higher half of an argument; both machines are little-endian."""
    return (_LOAD, 0, 0, _ARGS + 8 * index + 4 * high)
