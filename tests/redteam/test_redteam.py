"""Papers of the second generator: a value is read as printed or not at all, and no other paper is a constancia."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mailbot.commands.read import as_record
from mailbot.shell.limits import Limits
from mailbot.shell.reader import read_bytes
from tests.redteam.judge import judge
from tests.redteam.strangers import KINDS
from tests.redteam.sweep import knowledge, papers, strangers, told_apart

KNOWN = knowledge()
PAPERS = list(papers(45, 2, web=False))
STRANGERS = list(strangers(len(KINDS), 2))


def _read(pdf: bytes) -> dict[str, Any]:
    return as_record(Path("paper.pdf"), read_bytes(pdf, Limits(), KNOWN))


@pytest.mark.parametrize(("pdf", "truth"), [p[1:] for p in PAPERS], ids=[p[0] for p in PAPERS])
def test_no_value_of_an_unseen_layout_is_wrong(pdf: bytes, truth: dict[str, Any]) -> None:
    """Every fact is the printed one or missing."""
    assert [v for v in judge(_read(pdf), truth) if v[1] == "wrong"] == []


def test_nearly_all_values_of_unseen_layouts_are_read() -> None:
    """Silence is safe and no answer: 97 facts of 100 are read."""
    verdicts = [v for _, pdf, truth in PAPERS for v in judge(_read(pdf), truth)]
    assert sum(v[1] == "right" for v in verdicts) >= 0.97 * len(verdicts)


@pytest.mark.parametrize(("pdf", "kind"), [s[1:] for s in STRANGERS], ids=[s[0] for s in STRANGERS])
def test_every_other_paper_is_told_apart(pdf: bytes, kind: str) -> None:
    """A look-alike is its own kind, and a paper that only mentions the words is no constancia."""
    assert told_apart(_read(pdf)["kind"], kind)
