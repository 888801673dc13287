"""What becomes of real mails that were never meant for us? Run: python -m tests.trials.real_mails FOLDER [--to-us]

FOLDER holds one mail a file, such as the test suites of other mail programs carry: Mail::DeliveryStatus::BounceParser and
flufl.bounce have 240 real bounces, notmuch and grepmail real lists, postfix, rspamd and Request Tracker the odd ones. None
may be kept here: they are real people's. ``--to-us`` writes our address into To, which takes a weak mark away.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

from tests.trials.court import Case, tell, try_all

US = b"becas@itq.test"
TO = re.compile(rb"^To:.*\n(?:[ \t].*\n)*", re.IGNORECASE | re.MULTILINE)


def to_us(raw: bytes) -> bytes:
    """Write our address into the header's To, wherever it was sent."""
    head, end, body = raw.partition(b"\n\n")
    return b"To: " + US + b"\n" + TO.sub(b"", head + b"\n").rstrip(b"\n") + end + body


def main(folder: str, *options: str) -> int:
    files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    raws = [path.read_bytes().replace(b"\r\n", b"\n") for path in files]
    cases = [Case(str(path), "", to_us(raw) if "--to-us" in options else raw) for path, raw in zip(files, raws, strict=True)]
    verdict = try_all(cases, by_hand=True)
    print(*tell(verdict), sep="\n")
    for (state, why), number in Counter((f.state, f.reason or f.stem) for f in verdict.fates).most_common():
        print(f"{number:6}  {state}: {why}")
    for fate in verdict.fates:
        if fate.state == "answered":
            print(f"answered  {fate.stem}  {fate.case.label}")
    whole = verdict.counts["total"] == len(files) and not verdict.counts["waiting"]
    return 0 if whole and verdict.exit_code == 0 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
