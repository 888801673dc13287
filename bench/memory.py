"""How much memory do the daemon and its children take, at rest, under 400 broken PDFs, and after them?

    python bench/memory.py [PDFs] [FOLDER]

Breaks the PDFs of FOLDER (the corpus of constancias) in the ways of tests/trials/foreign.py; no OCR. Proportional set
size of all processes together, so that what they share counts once.
"""

import random
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.latency import pss_mb
from tests.shell.house import house, student_mail
from tests.trials.court import WITHOUT_OCR
from tests.trials.foreign import broken, found

ROUNDS = 4
DONE = "SELECT count(*) FROM messages WHERE state NOT IN ('seen', 'decided')"
CORPUS = Path(__file__).resolve().parents[1] / "tests" / "corpus"


class Scale(threading.Thread):
    """Weighs a process and its children again and again, and keeps the most."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self.most = pid, 0.0

    def run(self) -> None:
        while True:
            self.most = max(self.most, self.now())
            time.sleep(0.1)

    def now(self) -> float:
        try:
            return pss_mb(self._pid)
        except OSError:  # a child ended while it was weighed
            return 0.0


def main() -> None:
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    files = found(Path(sys.argv[2]) if len(sys.argv) > 2 else CORPUS)
    chance = random.Random(4)  # noqa: S311
    with house() as place, place.daemon(WITHOUT_OCR) as running:
        running.ready()
        scale = Scale(running.process.pid)
        place.dovecot.deliver(student_mail(0, pdf=files[0][1]))
        place.wait(lambda: len(place.smtp.received) >= 1)
        time.sleep(3)  # the second reader is up
        print(f"at rest: {scale.now():.0f} MB")
        scale.start()
        for part in range(ROUNDS):
            numbers = range(1 + part * most // ROUNDS, 1 + (part + 1) * most // ROUNDS)
            mails = [student_mail(n, pdf=broken(chance.choice(files)[1], chance)[1]) for n in numbers]
            place.dovecot.deliver_all(mails)
            place.wait(lambda upto=numbers.stop: place.rows(DONE) == [(upto,)], 600)
            time.sleep(1)
            print(f"after {numbers.stop - 1} broken PDFs: {scale.now():.0f} MB, at most {scale.most:.0f} MB so far")
        states = place.rows("SELECT state, count(*) FROM messages GROUP BY state")
        print("mails:", ", ".join(f"{count} {state}" for state, count in states))


if __name__ == "__main__":
    main()
