"""Is docs/lessons.md true: is every test that it names there, and has every row one?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROWS = [
    line for line in (ROOT / "docs" / "lessons.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith(("| lesson", "| point"))
]  # fmt: skip
NODE = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_a_lesson_names_tests_that_are_there(row: str) -> None:
    nodes = NODE.findall(row)
    assert nodes
    missing = [f"{file}::{name}" for file, name in nodes
               if not re.search(rf"^(async )?def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.M)]
    assert missing == []
