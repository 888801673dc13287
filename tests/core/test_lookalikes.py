"""A number's letters and digits are told apart by their place, and only where that leaves one number."""

from __future__ import annotations

import pytest

from mailbot.core.lookalikes import as_printed

MENDED = {
    "4316O885380": "43160885380",
    "43-16-08-8S38-O": "43-16-08-8538-0",
    "GAPXO80825MQTRXMA2": "GAPX080825MQTRXMA2",
    "6APX080825MQTRXMA2": "GAPX080825MQTRXMA2",
    "E125155332O": "E1251553320",
    "Sl": "SI",
    "18/NOVI2026": "18/NOV/2026",
    "13/N0V/2026": "13/NOV/2026",
    "01/d1c/2026": "01/dIc/2026",
    "N0": "NO",
    "El2-5I553-32-9": "E12-51553-32-9",
    "NOEMí": "NOEMÍ",
    "MExICo": "MEXICO",
}
LEFT = [
    "43160885380",
    "GAPX080825MQTRXMA2",
    "E1251553329",
    "4316O885381",  # its check digit does not agree
    "GAPXO80825MQTRXMA3",
    "OBLIGATORIO",
    "CONSTANCIAS",
    "23/11/2026",
    "05/jul/2026",
    "SEGURO",
    "SLP",
    "GARCiA",  # whether with an accent is not seen
    "Noemí",
    "McCOY",
]


@pytest.mark.parametrize("read", MENDED)
def test_a_lookalike_is_mended_where_the_form_and_the_check_digit_leave_one_number(read: str) -> None:
    assert as_printed(read) == MENDED[read]


@pytest.mark.parametrize("read", LEFT)
def test_what_is_a_number_already_or_may_be_none_is_left_as_it_is(read: str) -> None:
    assert as_printed(read) == read
