"""Two readings to one: the second gives what the first lacks, but lifts no doubt about a name by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailbot.core.constancia import Constancia, Field, Patron
from mailbot.core.documents import CONSTANCIA, Document
from mailbot.core.identifiers import Curp
from mailbot.core.page import Box, Page, Word
from mailbot.shell.second_reader import joined

BOX = Box(1, 0, 0, 1, 1)
NAME, CURP = "XIMENA GARCÍA PEÑA", Curp("GAPX080825MQTRXMA2")
SCHOOL = Patron("CECYTEQ PLANTEL CORREGIDORA", None, None)


def field(value: Any) -> Field[Any]:
    return Field(value, str(value), "label", BOX)


def document(**fields: Any) -> Document:
    return Document(CONSTANCIA, "text", Constancia(**fields))


def seen(text: str) -> list[Page]:
    return [Page(1, 612, 792, tuple(Word(word, 0, 0, 1, 1) for word in text.split()))]


def nombre(found: Document) -> str | None:
    assert found.constancia is not None
    return None if found.constancia.nombre is None else found.constancia.nombre.value


WITH_CURP = document(curp=field(CURP))
SECOND = document(curp=field(CURP), nombre=field(NAME), patrones=(SCHOOL,))


def test_a_name_that_both_part_alike_and_that_is_the_curps_is_taken() -> None:
    assert nombre(joined(WITH_CURP, SECOND, seen(f"Nombre: {NAME};"))) == NAME


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (SECOND, "XIMENA GARCÍAPEÑA"),
        (document(curp=field(CURP), nombre=field("XIMENA GARCÍA LUNA")), "XIMENA GARCÍA LUNA"),
    ],
    ids=["parted otherwise", "not the CURP's"],
)
def test_a_name_that_the_first_reader_doubted_stays_in_doubt(second: Document, words: str) -> None:
    assert nombre(joined(WITH_CURP, second, seen(words))) is None


@pytest.mark.parametrize(("name", "taken"), [(NAME, NAME), ("IÑAKI ZÚÑIGA DE LA CRUZ", None)])
def test_a_name_that_only_the_first_reader_saw_must_be_the_curps(name: str, taken: str | None) -> None:
    first = document(curp=field(CURP), nombre=field(name))
    assert nombre(joined(first, WITH_CURP, seen(name))) == taken


def test_a_name_that_a_cells_edge_cuts_off_stays_in_doubt() -> None:
    """The second reader sees no clip: of "PEÑALOZA" it reads what the cell shows."""
    (page,) = seen(NAME)
    cut = replace(page, words=(*page.words[:-1], replace(page.words[-1], cut=True)))
    assert nombre(joined(WITH_CURP, SECOND, [cut])) is None


def test_without_a_curp_a_doubted_name_stays_in_doubt() -> None:
    assert nombre(joined(document(), document(nombre=field(NAME)), seen(NAME))) is None


@pytest.mark.parametrize(
    ("words", "patrones"),
    [("CECYTEQ PLANTEL CORREGIDORA", (SCHOOL,)), ("CECYTEQ PLANTELCORREGIDORA", ())],
)
def test_doubted_employers_are_taken_where_both_part_their_words_alike(
    words: str, patrones: tuple[Patron, ...]
) -> None:
    first = replace(WITH_CURP, constancia=Constancia(curp=field(CURP), patrones_legible=False))
    found = joined(first, SECOND, seen(words)).constancia
    assert found is not None
    assert (found.patrones, found.patrones_legible) == (patrones, bool(patrones))
