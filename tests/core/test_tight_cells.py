"""Cells set so close that no gap tells them apart: cut where every piece shows what it is, and nowhere else."""

from __future__ import annotations

import pytest

from mailbot.core.lines import lay_out
from mailbot.core.tight_cells import cut_tight_cells
from tests.layouts.words import page_of

HEADS = ((60, 100, "Estado"), (97, 100, "UMF"), (118, 100, "Vigencia"))


def lines(*texts: tuple[float, float, str]) -> list[str]:
    sheet = cut_tight_cells(lay_out(page_of(*texts)))
    return [" | ".join(s.text for s in row) for row in sheet.rows]


def test_values_that_nearly_touch_are_cut_at_the_headers_above_them() -> None:
    assert lines(*HEADS, (60, 118, "VIGENTE - 31/12/2026")) == [
        "Estado | UMF | Vigencia", "VIGENTE | - | 31/12/2026"]


def test_headers_that_nearly_touch_are_cut_where_each_is_a_label() -> None:
    assert lines((60, 100, "Estado"), (140, 100, "UMF Turno Consultorio")) == ["Estado | UMF | Turno | Consultorio"]


@pytest.mark.parametrize("value", ["CONSERVACIÓN DE DERECHOS", "NO VIGENTE", "PENSIÓN EN TRÁMITE"])
def test_an_estado_that_reaches_under_the_next_header_stays_whole(value: str) -> None:
    assert lines(*HEADS, (60, 118, value))[1] == value


def test_a_line_that_is_not_wholly_labels_stays_whole() -> None:
    assert lines((60, 100, "Estado"), (140, 100, "UMF Turno del martes")) == ["Estado | UMF Turno del martes"]
