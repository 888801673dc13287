"""The day of issue said in a sentence: taken from the one line that says so, and from no other date of the page."""

from __future__ import annotations

from datetime import date

import pytest

from mailbot.core.documents import read_document
from tests.layouts.sweep import knowledge
from tests.layouts.words import TITLE, labelled, page_of

FIELDS = (("NSS:", "43160885380"), ("Nombre:", "XIMENA GARCÍA PEÑA"), ("Fecha de nacimiento:", "25/08/2008"),
          ("Vigencia:", "31/12/2026"), ("Estado:", "BAJA"))


def day_of(*lines: str, fields: tuple[tuple[str, str], ...] = FIELDS) -> date | None:
    heads = [(60.0, 300.0 + 20 * number, line) for number, line in enumerate(lines)]
    found = read_document([page_of(TITLE, *labelled(*fields), *heads)], "text", knowledge()).constancia
    assert found is not None
    return found.fecha.value if found.fecha else None


@pytest.mark.parametrize("line", [
    "Ciudad de México, a 23 de noviembre de 2026",
    "Santiago de Querétaro, Qro., a 23 de noviembre de 2026.",
    "Se expide la presente constancia en Querétaro, Qro., el 23 de noviembre de 2026.",
    "A solicitud de la persona interesada se emite la presente a los 23 días del mes de noviembre de 2026",
])
def test_the_day_is_taken_from_the_line_that_says_so(line: str) -> None:
    assert day_of(line) == date(2026, 11, 23)


@pytest.mark.parametrize("line", [
    "Acuerdo publicado en el Diario Oficial el 23 de noviembre de 2026",
    "Consulta hecha a 23 de noviembre de 2026",
    "23 de noviembre de 2026",
    "Vigencia hasta el 23 de noviembre de 2026",
])
def test_no_other_line_with_a_date_is(line: str) -> None:
    assert day_of(line) is None


def test_two_lines_that_differ_are_none() -> None:
    assert day_of("Querétaro, a 22 de noviembre de 2026", "Querétaro, a 23 de noviembre de 2026") is None


def test_a_label_goes_first_even_where_its_value_is_not_read() -> None:
    assert day_of("Querétaro, a 22 de noviembre de 2026", fields=(*FIELDS, ("Fecha de constancia:", "23/11/2026"))) == date(
        2026, 11, 23)
    assert day_of("Querétaro, a 22 de noviembre de 2026", fields=(*FIELDS, ("Fecha de constancia:", "23/13/2026"))) is None
