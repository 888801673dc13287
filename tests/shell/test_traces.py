"""What a file shows beyond its words: each file of the corpus was altered in one way, or honestly marked."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from mailbot.core.constancia import Constancia
from mailbot.shell.limits import Limits
from mailbot.shell.reader import read_bytes
from tests.shell import papers

CORPUS = Path(__file__).parents[1] / "corpus" / "signs"
EXPECTED = tomllib.loads((CORPUS / "expected.toml").read_text(encoding="utf-8"))
REPRINTED = {"otro_programa", "archivo_anterior", "archivo_posterior", "modificado"}


def test_every_file_has_its_expected_value() -> None:
    assert {path.stem for path in CORPUS.glob("*.pdf")} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_file_shows_its_signs_and_no_others(name: str) -> None:
    document = read_bytes((CORPUS / f"{name}.pdf").read_bytes(), Limits(), papers.knowledge())
    c = document.constancia
    assert c is not None
    found = {"signs": [s.kind for s in document.signs if s.kind not in REPRINTED], "read": _read(c)}
    assert found == EXPECTED[name]


def _read(c: Constancia) -> list[Any]:
    names = [p.razon_social for p in c.patrones] if c.patrones_legible else ["no se lee"]
    return ["" if c.nss is None else c.nss.value.digits, "" if c.estado is None else c.estado.value, *names]
