"""How soon is a mail answered, how soon is the daemon ready, how much memory does it take?

    python bench/latency.py [mails]

Each mail brings a constancia. Beside the figures stand those of a peer in the same run, on the same servers: the barest
autoresponder that one can write with imap-tools and smtplib. It reads no document, decides and records nothing; what it
takes is what IMAP's IDLE and SMTP take by themselves.
"""

import contextlib
import os
import smtplib
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from imap_tools import AND, MailBoxUnencrypted

from tests.shell.house import House, house, student_mail

SAMPLE = Path(__file__).resolve().parents[1] / "tests" / "corpus" / "constancias" / "etiqueta-baja_empresa.pdf"


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


@contextlib.contextmanager
def barest_autoresponder(place: House) -> Iterator[None]:
    """Answer every new mail with a fixed line, from IDLE to SMTP."""
    ready, over = threading.Event(), threading.Event()

    def serve() -> None:
        imap, smtp = place.dovecot, smtplib.SMTP("127.0.0.1", place.smtp.port)
        with MailBoxUnencrypted("127.0.0.1", imap.port).login_utf8(imap.address, imap.password) as box:
            last = max((int(uid) for uid in box.uids()), default=0)
            ready.set()
            while not over.is_set():
                box.idle.wait(timeout=1)
                for uid in [uid for uid in box.uids() if int(uid) > last]:
                    last = int(uid)
                    for mail in box.fetch(AND(uid=uid), mark_seen=False):
                        smtp.sendmail(imap.address, [mail.from_], "Subject: Re\r\n\r\nRecibido.\r\n")
        smtp.quit()

    thread = threading.Thread(target=serve)
    thread.start()
    ready.wait(10)
    try:
        yield
    finally:
        over.set()
        thread.join()


def measure(who: str, place: House, numbers: range, pdf: bytes) -> None:
    one(place, numbers.start, pdf)  # the first pays for what the others find warm
    times = sorted(one(place, n, pdf) for n in numbers[1:])
    p95 = times[int(len(times) * 0.95) - 1]
    told = f"median {statistics.median(times):.3f} s, p95 {p95:.3f} s, worst {times[-1]:.3f} s"
    print(f"{who}: delivery to reply, {told}")


def one(place: House, number: int, pdf: bytes) -> float:
    begun = time.monotonic()
    place.dovecot.deliver(student_mail(number, pdf=pdf))
    to = f"alumna{number}@correo.test"
    place.wait(lambda: any(to in r.rcpt_tos for r in place.smtp.received))
    return next(r.at for r in place.smtp.received if to in r.rcpt_tos) - begun


def main() -> None:
    mails = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    pdf = Path(os.environ.get("MAILBOT_SAMPLE", SAMPLE)).read_bytes()
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
                measure("mailbot", place, range(mails + 1), pdf)
                print(f"memory, daemon and children: {pss_mb(running.process.pid):.0f} MB PSS")
                begun = time.monotonic()
                code = running.stop()
                print(f"clean stop: exit {code} after {time.monotonic() - begun:.2f} s")
        with barest_autoresponder(place):
            measure("barest autoresponder", place, range(1000, 1000 + mails + 1), pdf)


if __name__ == "__main__":
    main()
