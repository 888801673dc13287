"""Does any input break the message parser? Coverage-guided, by hand:

    python -m tests.fuzz.fuzz_message -max_total_time=600 -max_len=8192 FOLDER tests/corpus/mails

A finding goes to tests/fuzz/corpus_message, which pytest replays.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["mailbot"]):
    from tests.fuzz.claims import read_and_hold


def one_input(data: bytes) -> None:
    read_and_hold(data)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
