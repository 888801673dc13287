"""NSS, CURP and registro patronal: what is one, what checks, and that none prints itself."""

from __future__ import annotations

import pytest

from mailbot.core.identifiers import Curp, Nss, RegistroPatronal, parse_curp, parse_nss, parse_registro


@pytest.mark.parametrize("printed", ["43160885380", "4316 08 8538 0", "43-16-08-8538-0", " 43160885380 "])
def test_an_nss_is_read_however_it_is_spaced(printed: str) -> None:
    assert parse_nss(printed) == Nss("43160885380")


@pytest.mark.parametrize("printed", ["4316088538", "431608853801", "4316088538O", "NSS 43160885380", "", "٤٣١٦٠٨٨٥٣٨٠"])
def test_anything_but_eleven_digits_is_no_nss(printed: str) -> None:
    assert parse_nss(printed) is None


def test_the_check_digit_tells_a_misread_nss() -> None:
    assert [Nss("43160885380").checks, Nss("43160885381").checks, Nss("34160885380").checks] == [True, False, False]


def test_a_curp_with_sex_x_and_its_check_digit() -> None:
    assert Curp("GAPX080825MQTRXMA2").checks is True
    assert Curp("GAPX080825MQTRXMA3").checks is False
    assert parse_curp("GAPX080825XQTRXMA2") == Curp("GAPX080825XQTRXMA2")
    assert parse_curp("GAPX080825QQTRXMA2") is None


@pytest.mark.parametrize("printed", ["E1251553329", "E12-51553-32-9", "e12 51553 32 9"])
def test_a_registro_patronal_loses_its_hyphens(printed: str) -> None:
    registro = parse_registro(printed)
    assert registro == RegistroPatronal("E1251553329")
    assert registro.modalidad == "32"


def test_numbers_print_masked() -> None:
    shown = f"{Nss('43160885380')} {Curp('GAPX080825MQTRXMA2')!r} {RegistroPatronal('E1251553329')}"
    assert shown == "Nss(…5380) Curp(…XMA2) RegistroPatronal(…3329)"
