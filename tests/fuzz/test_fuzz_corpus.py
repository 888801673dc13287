"""Does what the fuzzers once found still hold?"""

from pathlib import Path

import pytest

from tests.fuzz.claims import read_and_hold

FOUND = sorted((Path(__file__).parent / "corpus_message").iterdir())


@pytest.mark.parametrize("file", FOUND, ids=lambda f: f.name)
def test_a_finding_of_the_fuzzer_stays_mended(file: Path) -> None:
    read_and_hold(file.read_bytes())
