"""Of what OCR read, only what a second look confirms is said; a name must be whole, and numbers must agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TypeVar

import pytest

from mailbot.core.constancia import CLASH, DATED, Constancia, Field, Patron
from mailbot.core.documents import KindMarks, ReadingKnowledge
from mailbot.core.identifiers import Curp, Nss, RegistroPatronal
from mailbot.core.page import Box
from mailbot.core.second_look import Need, boxes_of, of_nobody, of_two_people, only_sure

T = TypeVar("T")
KNOWN = ReadingKnowledge((KindMarks("constancia_vigencia", "x", ("x",)),), ("SEGURO FACULTATIVO ESTUDIANTES",))
ROW = Box(1, 0, 700, 400, 712)
REGISTRO = RegistroPatronal("E1251553329")


def field(value: T, printed: str, top: float) -> Field[T]:
    return Field(value, printed, "x", Box(1, 100, top, 300, top + 12))


READ = Constancia(
    nss=field(Nss("43160885380"), "43160885380", 100),
    curp=field(Curp("GAPX080825MQTRXMA2"), "GAPX080825MQTRXMA2", 200),
    nombre=field("XIMENA GARCÍA PEÑA", "XIMENA GARCÍA PEÑA", 300),
    fecha=field(date(2026, 11, 23), "23/11/2026", 400),
    estado=field("VIGENTE", "VIGENTE", 500),
    servicio_medico=field(True, "SI", 600),
    nacimiento=field(date(2008, 8, 25), "25/08/2008", 650),
    patrones=(Patron("INSTITUTO TECNOLOGICO DE QUERETARO", REGISTRO, "SEGURO FACULTATIVO ESTUDIANTES", ROW),),
)


class Look:
    """A second look that reads all but some texts alike, and is sure of all but some."""

    def __init__(self, *other: str, unsure: tuple[str, ...] = ()) -> None:
        self._other, self._unsure = other, unsure

    def __call__(self, _box: Box, text: str, need: Need) -> bool:
        return text not in self._other and (need == "letters" or text not in self._unsure)


def test_what_reads_twice_alike_stands_whole() -> None:
    assert only_sure(READ, Look(), KNOWN) == READ


def test_each_value_is_looked_at_again() -> None:
    assert [box.top for box in boxes_of(READ)] == [100, 200, 300, 400, 500, 600, 650, 700]


@pytest.mark.parametrize(
    ("printed", "lost"),
    [("43160885380", "nss"), ("GAPX080825MQTRXMA2", "curp"), ("XIMENA GARCÍA PEÑA", "nombre"),
     ("23/11/2026", "fecha"), ("VIGENTE", "estado"), ("SI", "servicio_medico"), ("25/08/2008", "nacimiento")],
)  # fmt: skip
def test_what_reads_otherwise_is_not_said(printed: str, lost: str) -> None:
    assert only_sure(READ, Look(printed), KNOWN) == replace(READ, **{lost: None})


def test_an_unsure_letter_counts_not_against_numbers_that_check_nor_against_yes_and_no() -> None:
    every = ("43160885380", "GAPX080825MQTRXMA2", "XIMENA GARCÍA PEÑA", "23/11/2026", "VIGENTE", "SI")
    assert only_sure(READ, Look(unsure=every), KNOWN) == replace(READ, nombre=None, fecha=None, estado=None)


def test_a_word_before_a_date_is_not_asked() -> None:
    read = replace(READ, fecha=field(date(2026, 11, 23), "SI 23/11/2026", 400))
    assert only_sure(read, Look("SI 23/11/2026", "SI"), KNOWN) == replace(read, servicio_medico=None)
    assert only_sure(read, Look("23/11/2026"), KNOWN) == replace(read, fecha=None)


def test_a_number_whose_check_digit_fails_is_not_said() -> None:
    wrong = replace(
        READ,
        nss=field(Nss("43160885381"), "43160885381", 100),
        curp=field(Curp("GAPX080825MQTRXMA3"), "GAPX080825MQTRXMA3", 200),
    )
    assert only_sure(wrong, Look(), KNOWN) == replace(READ, nss=None, curp=None)


def test_of_a_curp_and_a_birth_date_that_disagree_neither_is_said() -> None:
    other = replace(READ, nacimiento=field(date(2008, 3, 25), "25/03/2008", 650))
    assert only_sure(other, Look(), KNOWN) == replace(READ, curp=None, nacimiento=None)


@pytest.mark.parametrize(
    ("name", "curp", "stands"),
    [
        ("XIMENA", "GAPX080825MQTRXMA2", False),  # its surnames stand under labels that were not read
        ("XIMENA PEÑA", "GAPX080825MQTRXMA2", False),
        ("XIMENA GARCI'A PEÑA", "GAPX080825MQTRXMA2", False),
        ("D'ARTAGNAN GARCÍA PEÑA", "GAPD080825HQTRXRA1", True),
        ("XIMENA O'FARRILL PEÑA", "OAPX080825MQTRXMA2", True),
        ("Ñ'HU GARCÍA PEÑA", "GAPX080825HQTRXHA6", True),
        ("XIMENA GARCÍA-LUNA PEÑA", "GAPX080825MQTRXMA2", True),
        ("MA. XIMENA GARCÍA PEÑA", "GAPX080825MQTRXMA2", True),
        ("XIMENA GARCÍA.PEÑA", "GAPX080825MQTRXMA2", False),  # a speck of dust between them
        ("XIMENA GARCiA PEÑA", "GAPX080825MQTRXMA2", False),  # an accent that was read as a dot
        ("Ximena García de la Peña", "GAPX080825MQTRXMA2", True),
        ("XIMENA DE LA GARCÍA PEÑA", "GAPX080825MQTRXMA2", True),
        ("XIMENA GARCÍA PEÑA", "GAXX080825MQTRXMA0", True),
    ],
)
def test_a_name_is_said_only_whole(name: str, curp: str, stands: bool) -> None:
    read = replace(READ, nombre=field(name, name, 300), curp=field(Curp(curp), curp, 200), nacimiento=None)
    kept = only_sure(read, Look(), KNOWN).nombre
    assert (kept is not None) is stands


def test_an_employer_whose_name_is_in_doubt_leaves_a_doubtful_row_and_no_text() -> None:
    doubted = only_sure(READ, Look("INSTITUTO TECNOLOGICO DE QUERETARO"), KNOWN)
    assert doubted == replace(READ, patrones=(Patron(None, None, None, ROW),), patrones_legible=False)


def test_of_an_employer_with_a_speck_between_its_words_nothing_is_said_and_dots_of_initials_may_stand() -> None:
    def names(text: str) -> bool:
        row = replace(READ.patrones[0], razon_social=text)
        return only_sure(replace(READ, patrones=(row,)), Look(), KNOWN).patrones[0].razon_social == text

    assert [names(t) for t in ("AUTOPARTES S.A. DE C.V.", "CETIS NUM.105", "D'GARI SA DE CV")] == [True, True, True]
    assert [names(t) for t in ("AUTOPARTES SA DE.CV", "LA PALOMA 'S DE RL", "LA PALOMA’ S DE RL")] == [False] * 3


def test_a_modalidad_is_said_only_if_it_is_a_known_one_or_the_registros_own_number() -> None:
    def modalidad(text: str) -> str | None:
        row = replace(READ.patrones[0], modalidad=text)
        return only_sure(replace(READ, patrones=(row,)), Look(), KNOWN).patrones[0].modalidad

    texts = (
        "SEGURO FACULTATIVO ESTUDIANTES", "SEGURO FACULTATIVOESTUDIANTES", "SEGURO FACULTATIVO ESTÚDIANTES",
        "SEGURO FACULTATIVO", "32", "10",
    )  # fmt: skip
    student = "SEGURO FACULTATIVO ESTUDIANTES"  # a space that OCR lost is the known text's
    assert [modalidad(t) for t in texts] == [student, student, None, None, "32", None]


def test_a_name_that_stands_alone_is_no_employer() -> None:
    alone = replace(READ, patrones=(Patron("10:42 a.m. 24/11/2026", None, None, ROW),))
    nobody = replace(READ, patrones=(Patron(None, None, None, ROW),), patrones_legible=False)
    assert only_sure(alone, Look(), KNOWN) == nobody


def test_of_a_modalidad_that_may_go_on_nothing_is_said() -> None:
    def goes_on(_box: Box, text: str, need: Need) -> bool:
        return need == "letters" or text != "SEGURO FACULTATIVO ESTUDIANTES"

    row = replace(READ.patrones[0], modalidad=None)
    assert only_sure(READ, goes_on, KNOWN) == replace(READ, patrones=(row,))


def test_what_is_said_twice_and_otherwise_is_of_two_people_unless_it_is_a_date() -> None:
    assert of_two_people(["no se lee el estado", CLASH + "el nombre"])
    assert not of_two_people(["no se lee el NSS", CLASH + DATED])
    assert of_nobody(replace(READ, beneficiarios=True)) == Constancia(patrones_legible=False, beneficiarios=True)
