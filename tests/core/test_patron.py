"""Is each patrón told for what it is: the school, another school, a company, a programme, or doubtful?"""

from __future__ import annotations

import pytest

from mailbot.core.constancia import Patron
from mailbot.core.identifiers import RegistroPatronal
from mailbot.core.patron import classify, deciding, is_school, of_constancia
from tests.office_rules import EMPRESA, ITQ, JCF, OFFICE, PREPA, RULEBOOK, constancia

KNOWN = RULEBOOK.patrones
ESTUDIANTES = "SEGURO FACULTATIVO ESTUDIANTES"
TRABAJO = "TRABAJADORES PERMANENTES"
R32, R10, R13 = RegistroPatronal("E4613749320"), RegistroPatronal("E8827984102"), RegistroPatronal("E8827984130")

CASES: list[tuple[str | None, RegistroPatronal | None, str | None, str]] = [
    # our own, however it is written
    ("INSTITUTO TECNOLOGICO DE QUERETARO", R32, ESTUDIANTES, "nuestro"),
    ("Instituto Tecnológico de Querétaro", R32, None, "nuestro"),
    ("INSTITUTO  TECNOLOGICO DE QUERETARO.", None, None, "nuestro"),
    ("OTRO NOMBRE", RegistroPatronal("E1251553329"), ESTUDIANTES, "nuestro"),
    ("INSTITUTO TECNOLOGICO DE QUERETARO", R10, TRABAJO, "dudoso"),
    ("INSTITUTO TECNOLOGICO DE QUERETARO", R32, "PROGRAMA JOVENES CONSTRUYENDO EL FUTURO", "dudoso"),
    # near ours: a person looks
    ("INSTITUTO TECNOLOGICO DE QUERETAR0", R32, ESTUDIANTES, "dudoso"),
    ("INSTITUTO TECNOLGICO DE QUERETARO", R32, ESTUDIANTES, "dudoso"),
    ("TECNM CAMPUS QUERETARO", R32, ESTUDIANTES, "dudoso"),
    ("INSTITUTO TECNOLOGICO DE QUERETARO PLANTEL NORTE", R32, ESTUDIANTES, "dudoso"),
    ("INSTITUTO TECNOLOGICO SUPERIOR DE QUERETARO", R32, ESTUDIANTES, "dudoso"),
    ("TECNOLOGICO DE QUERETARO", R32, None, "dudoso"),
    ("TECNOLOGICO NACIONAL DE MEXICO INSTITUTO TECNOLOGICO DE QUERETARO", R32, ESTUDIANTES, "dudoso"),
    # other schools
    ("INSTITUTO TECNOLOGICO DE CELAYA", R32, ESTUDIANTES, "otra_escuela"),
    ("INSTITUTO TECNOLOGICO DE SAN JUAN DEL RIO", R32, ESTUDIANTES, "otra_escuela"),
    ("INSTITUTO TECNOLOGICO DE QUERENDARO", R32, ESTUDIANTES, "otra_escuela"),
    ("UNIVERSIDAD TECNOLOGICA DE QUERETARO", R32, ESTUDIANTES, "otra_escuela"),
    ("UNIVERSIDAD AUTONOMA DE QUERETARO", R32, None, "otra_escuela"),
    ("UNIVERSIDAD POLITECNICA DE QUERETARO", None, None, "otra_escuela"),
    ("CECYTEQ PLANTEL CORREGIDORA", R32, None, "otra_escuela"),
    ("C.B.T.I.S. 118", R32, None, "otra_escuela"),
    ("CBTIS 118", R32, ESTUDIANTES, "otra_escuela"),
    ("CBTIS118", None, None, "otra_escuela"),
    ("CETIS NO 105", R32, None, "otra_escuela"),
    ("CONALEP QUERETARO", R32, None, "otra_escuela"),
    ("COLEGIO DE BACHILLERES DEL ESTADO DE QUERETARO", R32, ESTUDIANTES, "otra_escuela"),
    ("PREPARATROIA OFICIAL NUM 27", R32, None, "otra_escuela"),
    ("LUZ DE LOS NIÑOS AC", R32, ESTUDIANTES, "otra_escuela"),
    # companies
    ("UNIVERSAL DE AUTOPARTES SA DE CV", R10, TRABAJO, "empresa"),
    ("UNIVERSAL DE AUTOPARTES SA DE CV", R10, None, "empresa"),
    ("GRUPO TECNOLOGICO INDUSTRIAL QUERETARO SA DE CV", R10, TRABAJO, "empresa"),
    ("GRUPO TECNOLOGICO INDUSTRIAL QUERETARO S.A. DE C.V.", None, None, "empresa"),
    ("INSTITUTO TECNOLOGICO DE QUERETARO SA DE CV", R10, TRABAJO, "empresa"),
    ("JUAREZ MARTINEZ PEDRO", R10, TRABAJO, "empresa"),
    ("JUAREZ MARTINEZ PEDRO", R13, None, "empresa"),
    ("UNIVERSIDAD AUTONOMA DE QUERETARO", R10, TRABAJO, "empresa"),
    ("UNIVERSIDAD AUTONOMA DE QUERETARO", R10, None, "empresa"),
    ("KELLOGG COMPANY MEXICO S DE RL DE CV", None, "TRABAJADORES EVENTUALES DEL CAMPO", "empresa"),
    ("KELLOGG COMPANY MEXICO S DE RL DE CV", None, "10", "empresa"),
    # programmes
    ("SECRETARIA DEL TRABAJO Y PREVISION SOCIAL", R32, "PROGRAMA JOVENES CONSTRUYENDO EL FUTURO", "programa"),
    ("SECRETARIA DEL TRABAJO Y PREVISION SOCIAL", R32, None, "programa"),
    ("UNIVERSAL DE AUTOPARTES SA DE CV", R32, "Programa Jóvenes Construyendo el Futuro", "programa"),
    (None, None, "PROGRAMA JOVENES CONSTRUYENDO EL FUTURO", "programa"),
    ("COMISION FEDERAL DE ELECTRICIDAD", R32, "SEGURO FACULTATIVO IMSS / CFE", "programa"),
    ("COMISION FEDERAL DE ELECTRICIDAD", R10, TRABAJO, "empresa"),
    # doubtful
    ("LUZ DE LOS NIÑOS", R32, None, "dudoso"),
    ("UNIVERSAL DE AUTOPARTES SA DE CV", R32, None, "dudoso"),
    ("UNIVERSAL DE AUTOPARTES SA DE CV", R32, ESTUDIANTES, "dudoso"),
    ("JUAREZ MARTINEZ PEDRO", None, None, "dudoso"),
    ("JUAREZ MARTINEZ PEDRO", None, "CONTINUACION VOLUNTARIA EN EL REGIMEN OBLIGATORIO", "dudoso"),
    ("JUAREZ MARTINEZ PEDRO", None, "SEGURO DE SALUD PARA LA FAMILIA", "dudoso"),
    ("UNIVERSIDAD AUTONOMA DE QUERETARO", RegistroPatronal("E4613749330"), "MODALIDAD 33", "dudoso"),
    (None, R10, TRABAJO, "dudoso"),
    (None, None, None, "dudoso"),
]


@pytest.mark.parametrize(("name", "registro", "modalidad", "kind"), CASES)
def test_kinds(name: str | None, registro: RegistroPatronal | None, modalidad: str | None, kind: str) -> None:
    """Modalidad text first, then the number, then the name; whatever does not settle it is doubtful."""
    assert classify(Patron(name, registro, modalidad), OFFICE, KNOWN) == kind


@pytest.mark.parametrize(
    ("rows", "fact"),
    [
        ((), "ninguno"),
        ((EMPRESA, ITQ), "nuestro"),
        ((PREPA, EMPRESA), "otra_escuela"),
        ((EMPRESA, JCF), "programa"),
        ((JCF, PREPA), "otra_escuela"),
        ((ITQ, PREPA), "dudoso"),
        ((ITQ, JCF), "nuestro"),
        ((EMPRESA, Patron(None, None, None)), "dudoso"),
        ((EMPRESA, EMPRESA), "empresa"),
    ],
)
def test_several_patrones(rows: tuple[Patron, ...], fact: str) -> None:
    """The fact is the first kind in contract.md's order; the school beside another one is doubtful."""
    assert of_constancia(constancia(patrones=rows), OFFICE, KNOWN) == fact
    assert of_constancia(constancia(patrones=tuple(reversed(rows))), OFFICE, KNOWN) == fact


def test_a_block_that_could_not_be_read_is_doubtful() -> None:
    """Rows that were read do not settle it where others were not."""
    assert of_constancia(constancia(patrones=(ITQ,), legible=False), OFFICE, KNOWN) == "dudoso"


def test_the_reply_names_the_row_that_decided() -> None:
    """A company beside the school changes nothing, also in the words."""
    assert deciding(constancia(patrones=(EMPRESA, PREPA)), OFFICE, KNOWN) == PREPA
    assert deciding(constancia(patrones=()), OFFICE, KNOWN) is None


def test_a_school_s_word_is_a_whole_word() -> None:
    """"UNIVERSAL" is not "universidad", nor is a stationer a school."""
    assert not is_school("UNIVERSAL DE AUTOPARTES", KNOWN)
    assert not is_school("PAPELERIA ESCUELA Y OFICINA", KNOWN)
    assert not is_school("IPNOSIS Y SALUD", KNOWN)
    assert is_school("Universidad Autónoma de Querétaro", KNOWN)
