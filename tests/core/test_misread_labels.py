"""A label of which a letter was misread is mended; a value never, nor a word that was read without a doubt."""

from __future__ import annotations

import pytest

from mailbot.core.misread_labels import labels_mended

MENDED = {
    "Nombre 0 razón social": "Nombre o razón social",
    "Nombre 0 razón BIMBO SA DE CV": "Nombre o razón BIMBO SA DE CV",  # "social" stands on the next line
    "Nonibre o razón social": "Nombre o razón social",
    "Fecha de cunstancia: 05/OCT/2026": "Fecha de constancia: 05/OCT/2026",
    "Registro patromal": "Registro patronal",
    "Vigenfe hasta:": "Vigente hasta:",
    "Beneficiarion": "beneficiarios",
    "BENEFICIARJO5:": "beneficiarios:",
}
LEFT = [
    "La persona no se encuentra registrada",  # no label, though "Beneficiarios registrados" is one
    "CONSTANCIO NOMBRA SA DE CV",
    "Nombre 0",
    "0",
    "",
]


@pytest.mark.parametrize("line", MENDED)
def test_a_doubtful_word_of_a_label_is_mended(line: str) -> None:
    assert labels_mended(line.split(), [0.6] * len(line.split())) == MENDED[line].split()


@pytest.mark.parametrize("line", LEFT)
def test_what_is_no_label_is_left_as_it_is(line: str) -> None:
    assert labels_mended(line.split(), [0.6] * len(line.split())) == line.split()


def test_a_word_read_without_a_doubt_is_left_as_it_is() -> None:
    assert labels_mended(["Fecha", "de", "cunstancia"], [0.99, 0.99, 0.99]) == ["Fecha", "de", "cunstancia"]
