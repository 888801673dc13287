"""Dates and names as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.spanish import (
    compact,
    counted,
    either,
    first_name,
    fold,
    format_date,
    looks_like_a_name,
    parse_date,
)


@pytest.mark.parametrize(
    "printed",
    ["23/11/2026", "23-11-2026", "23.11.2026", "23 / 11 / 2026", "23 de noviembre de 2026", "23 DE NOVIEMBRE DEL 2026",
     "23/NOV/2026", "23-nov-2026", "23 nov 2026", "lunes 23 de noviembre de 2026", "Lunes, 23 de noviembre de 2026",
     "23/11/2026 10:32:05", "23/11/2026 10:32 hrs", "2026-11-23", "23denoviembrede2026", "23 de Noviembre, 2026"],
)  # fmt: skip
def test_every_way_to_write_a_day_is_read(printed: str) -> None:
    assert parse_date(printed) == date(2026, 11, 23)


@pytest.mark.parametrize(
    "printed",
    ["11/23/2026", "31/02/2026", "23/11/26", "23/11-2026", "10", "noviembre de 2026", "", "123/11/2026",
     "23 de noviembre", "23/11/2026 y 24/11/2026", "00/00/0000"],
)  # fmt: skip
def test_what_is_no_whole_day_is_not_guessed(printed: str) -> None:
    assert parse_date(printed) is None


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_date_written_in_full_is_read_back(day: date) -> None:
    assert parse_date(format_date(day)) == day


def test_folding_forgets_case_accents_and_spaces() -> None:
    assert fold("  Número   de\tSEGURIDAD  Social ") == "numero de seguridad social"
    assert compact("N.S.S. (Núm.)") == "nssnum"


def test_a_name_is_letters() -> None:
    assert [looks_like_a_name(t) for t in ("IÑAKI O'FARRILL PÉREZ-GÓMEZ", "MA. DEL CARMEN", "4316 X", "A", "a@b")] == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_a_greeting_takes_the_first_given_name() -> None:
    assert [first_name("JOSÉ ÁNGEL GARCÍA"), first_name("de la Cruz"), first_name("")] == ["José", "Cruz", ""]


def test_one_is_not_counted_as_many() -> None:
    assert [counted(n, "caso") for n in (0, 1, 2)] == ["0 casos", "1 caso", "2 casos"]
    assert [counted(n, "espera", "esperan") for n in (1, 2)] == ["1 espera", "2 esperan"]


def test_or_changes_its_letter_before_its_own_sound() -> None:
    assert [either(w) for w in (["vigente"], ["nss", "estado"], ["ilegible", "imagen", "otro"], ["hoy", "vieja"])] == [
        "vigente", "nss o estado", "ilegible, imagen u otro", "hoy o vieja",
    ]  # fmt: skip
