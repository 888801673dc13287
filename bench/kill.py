"""How much work does a short life do? Kills the daemon so many seconds after each start, until all is answered.

    python bench/kill.py [--mails 120] [--after 1.0 | --after 0.3-2.0] [--plain]

Prints what became of each mail, and how long the first reply of a fresh process takes. Ends with 1 where one mail was
lost, answered with two Message-IDs or set aside.
"""

import argparse
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.shell.house import House, house, student_mail
from tests.shell.test_strangers import baja

MOST_LIVES = 100


def main() -> int:
    ask = argparse.ArgumentParser()
    ask.add_argument("--mails", type=int, default=120)
    ask.add_argument("--after", default="1.0", help="seconds between start and kill, or a range to draw from")
    ask.add_argument("--plain", action="store_true", help="mails without a PDF")
    options = ask.parse_args()
    low, _, high = options.after.partition("-")
    chance = random.Random(options.after)  # noqa: S311
    with house() as place:
        pdf = None if options.plain else baja()
        place.dovecot.deliver_all([student_mail(n, pdf=pdf) for n in range(options.mails)])
        lives, firsts, begun = 0, [], time.monotonic()
        while len(place.ids_by_mail()) < options.mails and lives < MOST_LIVES:
            before = len(place.smtp.received)
            started = time.monotonic()
            with place.daemon():
                time.sleep(chance.uniform(float(low), float(high or low)))
            lives += 1
            new = place.smtp.received[before:]
            firsts.append(f"{len(new)}@{new[0].at - started:.2f}" if new else "0")
        took = time.monotonic() - begun
        print("replies of each life, and seconds from its start to the first:", " ".join(firsts))
        return verdict(place, options.mails, lives, took)


def verdict(place: House, mails: int, lives: int, seconds: float) -> int:
    with place.daemon() as running:  # what is left, in peace
        running.ready()
        place.wait(lambda: place.rows("SELECT count(*) FROM messages WHERE state IN ('seen', 'decided')") == [(0,)]
                   and place.rows("SELECT count(*) FROM messages") == [(mails,)], 120)
        running.stop()
    ids = place.ids_by_mail()
    lost = mails - len(ids)
    twice = sum(len(own) > 1 for own in ids.values())
    aside = place.rows("SELECT count(*) FROM messages WHERE state = 'set_aside'")[0][0]
    again = len(place.replies()) - len(ids)
    print(f"{mails} mails, {lives} lives, {seconds:.0f} s: {lost} lost, {twice} answered with two ids, {aside} aside; "
          f"{again} sent again with the same id")
    return int(bool(lost or twice or aside))


if __name__ == "__main__":
    sys.exit(main())
