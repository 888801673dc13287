"""How soon is a mail answered, how soon is the daemon ready, how much memory does it take? Prints the three figures.

    python bench/latency.py [mails]
"""

import contextlib
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.shell.house import House, house, student_mail


def pss_mb(pid: int) -> float:
    """Return the proportional set size of a process and of all its descendants."""
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)  # noqa: S607
    own = 0
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            own = int(line.split()[1])
    return own / 1024 + sum(pss_mb(int(child)) for child in children.stdout.split())


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def ready_socket(path: Path) -> Iterator[socket.socket]:
    """Listen as systemd does."""
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.bind(str(path))
        bell.settimeout(60)
        yield bell


def one(place: House, number: int, pdf: bytes | None) -> float:
    begun = time.monotonic()
    place.dovecot.deliver(student_mail(number, pdf=pdf))
    to = f"alumna{number}@correo.test"
    place.wait(lambda: any(to in r.rcpt_tos for r in place.smtp.received))
    return next(r.at for r in place.smtp.received if to in r.rcpt_tos) - begun


def main() -> None:
    mails = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    sample = os.environ.get("MAILBOT_SAMPLE")
    pdf = Path(sample).read_bytes() if sample else None
    with house() as place:
        for start in ("first", "second"):
            begun = time.monotonic()
            at = place.folder / "notify"
            with ready_socket(at) as bell, place.daemon(NOTIFY_SOCKET=str(at)) as running:
                while b"READY=1" not in bell.recv(1000):
                    pass
                took = time.monotonic() - begun
                print(f"ready ({start} start): {took:.2f} s, {cpu_seconds(running.process.pid):.2f} s of CPU")
                if start == "first":
                    running.stop()
                    continue
                one(place, 0, pdf)
                times = sorted(one(place, n, pdf) for n in range(1, mails + 1))
                print(' '.join(f'{t:.2f}' for t in times))
                p95 = times[int(len(times) * 0.95) - 1]
                median = statistics.median(times)
                print(f"delivery to reply: median {median:.3f} s, p95 {p95:.3f} s, worst {times[-1]:.3f} s")
                print(f"memory, daemon and children: {pss_mb(running.process.pid):.0f} MB PSS")
                begun = time.monotonic()
                code = running.stop()
                print(f"clean stop: exit {code} after {time.monotonic() - begun:.2f} s")


if __name__ == "__main__":
    main()
