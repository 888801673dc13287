"""Does what the fuzzer of the reader's front has found, and what it walked through, still hold?"""

from pathlib import Path

import pytest

from tests.fuzz.reader_claims import ROOT, read_and_hold

FOUND = sorted((ROOT / "tests" / "corpus" / "fuzz_reader").iterdir())


@pytest.mark.parametrize("file", FOUND, ids=lambda f: f.name)
def test_the_reader_s_front_holds_for_this_input(file: Path) -> None:
    read_and_hold(file.read_bytes())


def test_each_door_of_the_reader_s_front_has_inputs() -> None:
    assert {file.read_bytes()[:1] for file in FOUND} == {b"s", b"p", b"w", b"j", b"m"}
