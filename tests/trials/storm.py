"""Does anything get lost where several things go wrong at once? python -m tests.trials.storm [seed] [events]

While mails come in, events are drawn at random: the daemon killed or stopped, IMAP stopped, killed or silent behind a
proxy, SMTP away, greylisting, storms of 4xx, connections cut before or after the final dot, a folder renumbered, mails
moved by staff, the database locked. Then all is well again: every mail must be answered with one Message-ID, or have
been moved by staff; nothing may have failed.
"""

import contextlib
import random
import sqlite3
import sys
import time
from collections.abc import Callable

from tests.servers.proxy import Proxy, running_proxy
from tests.shell.house import House, Running, house, student_mail
from tests.shell.test_strangers import baja

# As in earnest, but in seconds instead of minutes.
HASTE = """
from datetime import timedelta
from mailbot.shell import letters, mailbox, postman, ledger
letters.BACK_OFF = (timedelta(seconds=1), timedelta(seconds=2))
letters.UNCERTAIN_AFTER = timedelta(seconds=1)
mailbox.LONGEST_PAUSE = postman.LONGEST_PAUSE = 3.0
ledger.AGAIN_AFTER = timedelta(seconds=1)
"""


class Storm:
    def __init__(self, place: House, proxy: Proxy, seed: int) -> None:
        self.place, self.proxy, self.chance = place, proxy, random.Random(seed)
        self.sent = 0
        self.running: Running = place.start(HASTE)
        self.told: list[str] = []

    def mails(self) -> None:
        pdf = baja()
        for _ in range(self.chance.randrange(1, 6)):
            self.sent += 1
            sender = f"alumna{self.chance.randrange(1 + self.sent // 2)}@correo.test"
            with contextlib.suppress(OSError):
                raw = student_mail(self.sent, sender=sender, pdf=pdf if self.chance.random() < 0.5 else None)
                if self.place.dovecot.process is None:
                    self.sent -= 1
                else:
                    self.place.dovecot.deliver(raw)

    def killed(self) -> None:
        self.running.kill()
        self.running = self.place.start(HASTE)

    def stopped(self) -> None:
        begun = time.monotonic()
        with contextlib.suppress(Exception):
            assert self.running.stop(30) == 0
        if (took := time.monotonic() - begun) > 12:
            self.told.append(f"a stop took {took:.1f} s")
        self.running = self.place.start(HASTE)

    def imap_away(self) -> None:
        if self.place.dovecot.process is not None:
            self.chance.choice((self.place.dovecot.stop, self.place.dovecot.kill))()

    def imap_back(self) -> None:
        if self.place.dovecot.process is None:
            self.place.dovecot.start()

    def renumbered(self) -> None:
        self.place.dovecot.stop()
        self.place.dovecot.change_uidvalidity()
        self.place.dovecot.start()

    def silent(self) -> None:
        """Every line that is open dies without a word; a new one lives."""
        self.proxy.silence_all()

    def smtp_away(self) -> None:
        self.place.smtp.stop()

    def smtp_back(self) -> None:
        if self.place.smtp._loop is None:
            self.place.smtp.start()

    def cut(self) -> None:
        if self.place.smtp._loop is not None:
            self.place.smtp.cut_connections()

    def mood(self) -> None:
        mood, chance = self.place.smtp.mood, self.chance
        what = chance.choice(("greylist", "storm", "drop_after", "drop_during", "refuse", "slow", "few", "calm"))
        mood.greylist, mood.refuse_data, mood.delay_after_data, mood.most_messages = what == "greylist", "", 0, 0
        if what == "storm":
            mood.storm = chance.randrange(1, 8)
        elif what == "drop_after":
            mood.drop_after_data = chance.randrange(1, 4)
        elif what == "drop_during":
            mood.drop_during_data = chance.randrange(1, 4)
        elif what == "refuse":
            mood.refuse_data = "451 4.3.0 try later"
        elif what == "slow":
            mood.delay_after_data = 0.7
        elif what == "few":
            mood.most_messages = 2

    def locked(self) -> None:
        if not self.place.database.exists():
            return
        connection = sqlite3.connect(self.place.database, timeout=20)
        with contextlib.closing(connection) as other, contextlib.suppress(sqlite3.OperationalError):
            other.execute("BEGIN IMMEDIATE")
            time.sleep(self.chance.uniform(0, 3))
            other.rollback()

    def events(self) -> list[Callable[[], None]]:
        return [self.mails, self.mails, self.mails, self.mails, self.killed, self.killed, self.stopped, self.imap_away,
                self.imap_back, self.imap_back, self.renumbered, self.silent, self.smtp_away, self.smtp_back,
                self.smtp_back, self.cut, self.mood, self.mood, self.locked]  # fmt: skip

    def calm(self) -> None:
        self.imap_back()
        self.smtp_back()
        mood = self.place.smtp.mood
        mood.greylist, mood.refuse_data, mood.delay_after_data, mood.most_messages = False, "", 0, 0
        mood.storm = mood.drop_after_data = mood.drop_during_data = 0


def weather(seed: int, events: int) -> list[str]:
    """Let it storm; return what is wrong afterwards."""
    with house() as place, running_proxy(place.dovecot.port) as proxy:
        place.write_config(more="[limits]\nreplies_per_sender_per_day = 0\n")
        text = place.config.read_text().replace(f"port = {place.dovecot.port}", f"port = {proxy.port}")
        place.config.write_text(text)
        storm = Storm(place, proxy, seed)
        names = []
        try:
            for _ in range(events):
                event = storm.chance.choice(storm.events())
                names.append(event.__name__)
                event()
                if storm.running.process.poll() is not None:
                    storm.told.append(f"the daemon ended by itself after {names[-3:]}: {place.log[-600:]}")
                    storm.running = place.start(HASTE)
                time.sleep(storm.chance.uniform(0, 1.5))
            storm.calm()
            with contextlib.suppress(AssertionError):
                place.wait(lambda: place.rows("SELECT count(*) FROM messages WHERE state IN ('seen', 'decided')") == [(0,)]
                           and len(place.ids_by_mail()) >= storm.sent, 180)
            storm.running.stop(30)
        finally:
            storm.running.kill()
        ids = place.ids_by_mail()
        wrong = [*storm.told]
        wrong += [f"lost: {n}" for n in range(1, storm.sent + 1) if f"<alumna.{n}@correo.test>" not in ids]
        wrong += [f"two ids: {mail}" for mail, own in ids.items() if len(own) > 1]
        wrong += [f"not answered: {row}" for row in place.rows("SELECT id, state, reason FROM messages WHERE state != 'answered'")]
        print(f"seed {seed}: {storm.sent} mails, {events} events, {len(place.replies()) - len(ids)} sent again; "
              f"{len(wrong)} wrong", *wrong, sep="\n  ")
        if wrong:
            print(place.log[-3000:])
        return wrong


if __name__ == "__main__":
    first = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    sys.exit(bool(weather(first, int(sys.argv[2]) if len(sys.argv) > 2 else 60)))
