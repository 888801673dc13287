"""An admin adds a kind of paper to rules/documentos.toml: each slip is one Spanish line with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbot.core.documents import KindMarks
from mailbot.core.rules import RuleProblems, parse_reading

OWN = (Path(__file__).parents[2] / "rules" / "documentos.toml").read_text(encoding="utf-8")
GUIDE = (Path(__file__).parents[2] / "docs" / "reglas.md").read_text(encoding="utf-8")
BLOCK = GUIDE.partition("## Documentos")[2].partition("```toml\n")[2].partition("```")[0]
"""The example that an admin copies."""
CLASE, NOMBRE, TITULOS, MARCAS = BLOCK.splitlines()[1:]
FIRST = OWN.count("\n") + 2
"""The line of the block's header, behind our own file and an empty line."""


def told(block: str) -> list[str]:
    with pytest.raises(RuleProblems) as caught:
        parse_reading({"documentos.toml": f"{OWN}\n{block}"})
    return caught.value.problems


def test_the_example_of_the_guide_is_taken_in() -> None:
    assert parse_reading({"documentos.toml": f"{OWN}\n{BLOCK}"}).kinds[-1] == KindMarks(
        "licencia", "una licencia de conducir", ("Licencia de Conducir", "Licencia para Conducir"),
        ("tipo de licencia", "secretaría de movilidad"),
    )  # fmt: skip


WHO = "documento «una licencia de conducir»: "
NO_TOML = "no es TOML válido: "
KEY = "falta el signo = después de la clave (que va sin acentos ni espacios)"


@pytest.mark.parametrize(
    ("right", "wrong", "line", "said"),
    [
        ('conducir"', "conducir", 2, NO_TOML + "hay un carácter que no puede ir ahí (¿faltan comillas?)"),
        ('"una', "una", 2, NO_TOML + "el valor no se entiende (¿faltan comillas?)"),
        ('"licencia"', "licencia", 1, NO_TOML + "el valor no se entiende (¿faltan comillas?)"),
        ('"licencia"', "“licencia”", 1, NO_TOML + "el valor no se entiende (¿faltan comillas?)"),
        ('"licencia"', "«licencia»", 1, NO_TOML + "el valor no se entiende (¿faltan comillas?)"),
        ("clase =", "clase:", 1, NO_TOML + KEY),
        ("titulos", "títulos", 3, NO_TOML + KEY),
        ("[[documento]]", "[documento]", 0, NO_TOML + "la tabla está declarada dos veces (¿lleva dobles corchetes, [[…]]?)"),
        ('", "', '" "', 3, NO_TOML + "falta una coma, o cerrar un corchete ]"),
        ('"licencia"', '"licencia",', 1, NO_TOML + "sobra algo después del valor"),
        ("nombre", 'clase = "x"\nnombre', 2, NO_TOML + "la clave está escrita dos veces"),
        ("una licencia", "C:\\una", 2, NO_TOML + "dentro de comillas, \\ se escribe dos veces: \\\\"),
        ("[[documento]]", "// licencias\n[[documento]]", 0, NO_TOML + "esta línea no se entiende"),
        ("clase", "clave", 1, WHO + "clave: no existe esta clave; ¿quisiste decir «clase»?"),
        ('"licencia"', '"curp"', 1, WHO + "clase: «curp» ya es de otro documento"),
        ('"licencia"', '"imagen"', 1, WHO + "clase: «imagen» la usa el programa; elige otra"),
        ('"licencia"', "7", 1, WHO + "clase: debe ser un texto entre comillas, no 7"),
        ('"licencia"', '"año"', 1, WHO + "clase: «año» lleva sólo minúsculas sin acento (ni ñ), números y _"),
        ('"licencia"', '"Licencia"', 1, WHO + "clase: «Licencia» lleva sólo minúsculas sin acento (ni ñ), números y _"),
        ('"licencia"', '"una-licencia"', 1,
         WHO + "clase: «una-licencia» lleva sólo minúsculas sin acento (ni ñ), números y _"),
        ('"una licencia de conducir"', '""', 2, "documento: nombre: está vacío"),
        (NOMBRE, "", 0, "documento: nombre: falta"),
        (TITULOS, 'titulos = "Licencia"', 3,
         WHO + 'titulos: debe ser una lista de textos, ["…", "…"], no «Licencia»'),
        (TITULOS, "titulos = []", 3, WHO + "titulos: la lista está vacía"),
        (TITULOS, 'titulos = ["—"]', 3, WHO + "titulos: «—» no tiene letras"),
        (f"{TITULOS}\n{MARCAS}", 'marcas = ["tipo de licencia"]', 0,
         WHO + "hace falta al menos un título en «titulos», o dos «marcas»"),
        ('"Licencia de Conducir"', '"CONSTANCIA de  vigencia de derechos"', 3,
         WHO + "titulos: «CONSTANCIA de  vigencia de derechos» ya es un título de «constancia_vigencia»; "
         "cada título es de una sola clase"),
    ],
)  # fmt: skip
def test_each_slip_is_one_line_that_says_where(right: str, wrong: str, line: int, said: str) -> None:
    assert right in BLOCK
    lines = told(BLOCK.replace(right, wrong, 1))
    if "clave: no existe" in said:  # the key that it was meant to be is missing, too
        assert lines.pop() == f"rules/documentos.toml: línea {FIRST}: {WHO}clase: falta"
    assert lines == [f"rules/documentos.toml: línea {FIRST + line}: {said}"]


def test_tables_of_other_names_are_told_with_what_was_meant() -> None:
    assert told(BLOCK.replace("documento", "documentos", 1)) == [
        f"rules/documentos.toml: línea {FIRST}: documentos «una licencia de conducir»: "
        "no existe esta tabla; ¿quisiste decir «documento»?"
    ]


def test_without_the_constancia_nothing_could_be_read() -> None:
    for text in ("", BLOCK):
        with pytest.raises(RuleProblems) as caught:
            parse_reading({"documentos.toml": text})
        assert caught.value.problems == [
            'rules/documentos.toml: falta el [[documento]] con clase = "constancia_vigencia"'
        ]


def test_all_slips_are_told_at_once() -> None:
    twice = BLOCK.replace('"licencia"', '"INE"') + BLOCK.replace("marcas", "marca").replace('"licencia"', '"curp"')
    assert [line.partition(": ")[2].partition(":")[0] for line in told(twice)] == [
        f"línea {FIRST + 1}", f"línea {FIRST + 9}", f"línea {FIRST + 6}", f"línea {FIRST + 8}", f"línea {FIRST + 8}",
    ]  # fmt: skip
