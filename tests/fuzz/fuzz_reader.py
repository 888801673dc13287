"""Does any input break the reader's front: what a file is, the gate, words to a Document, the pipe? By hand:

    python -m tests.fuzz.fuzz_reader -max_total_time=600 -max_len=8192 -timeout=20 FOLDER tests/corpus/fuzz_reader

A finding goes to tests/corpus/fuzz_reader, which pytest replays.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["mailbot"]):
    from tests.fuzz.reader_claims import read_and_hold


def one_input(data: bytes) -> None:
    read_and_hold(data)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
