"""Random layouts: every field right or None, never wrong; the long sweep is run by hand (sweep.py)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from tests.layouts import running, strange
from tests.layouts.sweep import compare, facts_of, knowledge, make, read_pdf

KNOWN = knowledge()


def share_read(seeds: Iterable[int], **how: Any) -> float:
    """Return how much of these papers was read; one wrong value is a failure."""
    right = total = 0
    for seed in seeds:
        data, truth = make(seed, **how)
        document = read_pdf(data, KNOWN)
        legible = document.constancia is None or document.constancia.patrones_legible
        counts, notes = compare(facts_of(document), truth, legible=legible)
        assert counts["wrong"] == 0, (seed, notes)
        right, total = right + counts["right"], total + len(truth)
    return right / total


@pytest.mark.parametrize("start", range(100_000, 100_150, 15))
@pytest.mark.parametrize("traps", [False, True])
def test_no_random_layout_is_read_wrong(start: int, *, traps: bool) -> None:
    assert share_read(range(start, start + 8), traps=traps) >= 0.9


@pytest.mark.parametrize("start", range(100, 148, 8))
def test_no_layout_that_runs_is_read_wrong(start: int) -> None:
    assert share_read(range(start, start + 8), laid_out=running.lay_out) >= 0.8


@pytest.mark.parametrize("start", [76, 184, 912, 976, 20_000, 20_048, 20_360, 20_672])
def test_no_field_that_nobody_knows_is_read_as_one(start: int) -> None:
    assert share_read(range(start, start + 8), laid_out=strange.lay_out) >= 0.9
