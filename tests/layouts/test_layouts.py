"""Random layouts: every field right or None, never wrong; the long sweep is run by hand (sweep.py)."""

from __future__ import annotations

import pytest

from tests.layouts import running
from tests.layouts.sweep import compare, facts_of, knowledge, make, read_pdf

KNOWN = knowledge()


@pytest.mark.parametrize("start", range(100_000, 100_150, 15))
@pytest.mark.parametrize("traps", [False, True])
def test_no_random_layout_is_read_wrong(start: int, *, traps: bool) -> None:
    right = total = 0
    for seed in range(start, start + 8):
        data, truth = make(seed, traps=traps)
        document = read_pdf(data, KNOWN)
        legible = document.constancia is None or document.constancia.patrones_legible
        counts, notes = compare(facts_of(document), truth, legible=legible)
        assert counts["wrong"] == 0, (seed, notes)
        right, total = right + counts["right"], total + len(truth)
    assert right >= 0.9 * total


@pytest.mark.parametrize("start", range(100, 148, 8))
def test_no_layout_that_runs_is_read_wrong(start: int) -> None:
    right = total = 0
    for seed in range(start, start + 8):
        data, truth = make(seed, laid_out=running.lay_out)
        document = read_pdf(data, KNOWN)
        legible = document.constancia is None or document.constancia.patrones_legible
        counts, notes = compare(facts_of(document), truth, legible=legible)
        assert counts["wrong"] == 0, (seed, notes)
        right, total = right + counts["right"], total + len(truth)
    assert right >= 0.8 * total
