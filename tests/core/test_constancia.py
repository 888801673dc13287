"""The traps of constancia.md, each on a page of words; and the layouts that a reader must not mind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mailbot.core.constancia import Constancia
from mailbot.core.documents import CONSTANCIA, Document, read_document
from mailbot.core.page import Page
from tests.layouts.sweep import facts_of, knowledge
from tests.layouts.words import TITLE, labelled, page_of

KNOWN = knowledge()
HOLDER = (
    ("Nombre(s):", "XIMENA GARCÍA PEÑA"),
    ("Número de Seguridad Social:", "43160885380"),
    ("CURP:", "GAPX080825MQTRXMA2"),
    ("Fecha de constancia:", "23/11/2026"),
    ("Estado:", "BAJA"),
    ("Con derecho al servicio médico:", "NO"),
)
FACTS: dict[str, object] = {
    "kind": CONSTANCIA, "nss": "43160885380", "curp": "GAPX080825MQTRXMA2", "nombre": "XIMENA GARCÍA PEÑA",
    "fecha": "2026-11-23", "estado": "BAJA", "servicio_medico": False, "patrones": [],
}  # fmt: skip


def read(*pages: Page) -> Document:
    return read_document(pages, "text", KNOWN)


def constancia(*pages: Page) -> Constancia:
    found = read(*pages).constancia
    assert found is not None
    return found


def with_lines(*extra: tuple[str, str]) -> Page:
    return page_of(TITLE, *labelled(*HOLDER, *extra))


def without(label: str) -> tuple[tuple[str, str], ...]:
    return tuple(p for p in HOLDER if p[0] != label)


def test_the_plain_paper_is_read_whole_with_its_evidence() -> None:
    document = read(with_lines())
    assert facts_of(document) == FACTS
    assert document.problems == ()
    nss = constancia(with_lines()).nss
    assert nss is not None
    assert (nss.printed, nss.label, nss.box.page, nss.box.x0, nss.box.top) == (
        "43160885380", "Número de Seguridad Social", 1, 260.0, 110.0,
    )  # fmt: skip


def test_a_name_beside_three_labels_stands_without_a_curp_that_can_be_read() -> None:
    parts = (("Nombre(s):", "XIMENA"), ("Primer apellido:", "GARCÍA"), ("Segundo apellido:", "PEÑA"))
    unread = (("CURP:", "GAPX080825MQTR"), *(p for p in HOLDER if p[0] not in ("Nombre(s):", "CURP:")))
    assert facts_of(read(page_of(TITLE, *labelled(*parts, *unread)))) == FACTS | {"curp": None}
    whole = page_of(TITLE, *labelled(HOLDER[0], *unread))  # of one label, nothing tells that it is all of it
    assert facts_of(read(whole)) == FACTS | {"curp": None, "nombre": None}


def test_what_an_edge_cuts_off_is_not_read_as_if_whole() -> None:
    page = with_lines(("Razón social:", "EMPACADORA DE ALIMENTOS"))
    cut = replace(page, words=tuple(replace(w, cut=w.text in ("PEÑA", "ALIMENTOS")) for w in page.words))
    assert (constancia(cut).nombre, constancia(cut).patrones_legible) == (None, False)
    narrow = replace(page, width=next(w.x1 for w in page.words if w.text == "ALIMENTOS") + 1)
    assert (constancia(narrow).patrones_legible, facts_of(read(narrow))["nss"]) == (False, FACTS["nss"])


@pytest.mark.parametrize(
    "trap",
    [
        [("Fecha de nacimiento:", "25/08/2008")],
        [("Vigencia:", "01/01/2027")],
        [("Inicio de vigencia:", "01/08/2025"), ("Vigencia hasta:", "PENSIONADO")],
        [("Estado civil:", "SOLTERA")],
        [("Estado:", "QUERETARO")],
        [("Estado:", "BAJA CALIFORNIA")],
        [("Estado:", "BAJA CALIFORNIA SUR"), ("Municipio:", "LA PAZ")],
        [("Entidad de nacimiento:", "BAJA CALIFORNIA")],
        [("Sub-estado:", "VIGENTE")],
        [("Agregado médico:", "1M2005ES"), ("UMF:", "-"), ("Delegación:", "-")],
        [("Fecha de impresión:", "24/11/2026")],
    ],
    ids=lambda t: " ".join(f"{a}{b}" for a, b in t),
)
def test_a_label_that_looks_alike_gives_nothing(trap: list[tuple[str, str]]) -> None:
    assert facts_of(read(with_lines(*trap))) == FACTS
    first = page_of(TITLE, *labelled(*trap, *HOLDER))
    assert facts_of(read(first)) == FACTS


def test_a_state_of_birth_wrapped_in_its_cell_is_no_baja() -> None:
    texts = labelled(*without("Estado:"), ("Estado:", "BAJA"))
    last = texts[-1]
    page = page_of(TITLE, *texts, (last[0], last[1] + 12, "CALIFORNIA"))
    assert constancia(page).estado is None


def test_beneficiaries_are_neither_read_nor_kept() -> None:
    table = [
        (60.0, 300.0, "Beneficiarios"), (60.0, 320.0, "Nombre"), (220.0, 320.0, "CURP"), (350.0, 320.0, "Estado"),
        (430.0, 320.0, "Con derecho al servicio médico"), (60.0, 340.0, "MATEO PEÑA"),
        (220.0, 340.0, "PEMA100101HQTXRTA1"), (350.0, 340.0, "VIGENTE"), (430.0, 340.0, "SI"),
    ]  # fmt: skip
    page = page_of(TITLE, *labelled(*HOLDER), *table)
    assert facts_of(read(page)) == FACTS
    assert constancia(page).beneficiarios is True
    assert "MATEO" not in repr(constancia(page))


def test_beneficiaries_cannot_stand_in_for_a_field_the_holder_lacks() -> None:
    table = [(60.0, 300.0, "Beneficiarios"), (60.0, 320.0, "Estado: VIGENTE"), (60.0, 340.0, "NSS: 12345678903")]
    page = page_of(TITLE, *labelled(*(p for p in HOLDER if p[0] not in ("Estado:", HOLDER[1][0]))), *table)
    assert (constancia(page).estado, constancia(page).nss) == (None, None)
    assert read(page).problems == ("no se lee el NSS", "no se lee el estado")


def test_no_aplica_is_no_beneficiary() -> None:
    assert constancia(page_of(TITLE, *labelled(*HOLDER), (60.0, 300.0, "Beneficiarios"), (60.0, 316.0, "NO APLICA"))
    ).beneficiarios is False  # fmt: skip


def test_the_seal_gives_no_field() -> None:
    seal = [
        (60.0, 300.0, "Cadena original:"),
        (60.0, 314.0, "||1.0|VIGENTE|01/01/2020|NSS|98765432109|SI|INSTITUTO TECNOLOGICO DE QUERETARO||"),
        (60.0, 328.0, "Fecha de constancia: 01/01/2020"), (60.0, 342.0, "Número de serie: 00001000000412345678"),
    ]  # fmt: skip
    assert facts_of(read(page_of(TITLE, *labelled(*HOLDER), *seal))) == FACTS


def test_words_in_a_sentence_are_no_labels() -> None:
    legend = (60.0, 400.0, "Si el estado dice VIGENTE y la fecha de constancia no es 01/01/2020 acude a tu clínica.")
    assert facts_of(read(page_of(TITLE, *labelled(*HOLDER), legend))) == FACTS


@pytest.mark.parametrize("surname", ["ESTADO", "BAJA", "VIGENTE", "TITULAR", "MODALIDAD"])
def test_a_surname_may_be_a_keyword(surname: str) -> None:
    parts = (("Nombre(s):", "XIMENA"), ("Primer apellido:", surname), ("Segundo apellido:", "PEÑA"))
    curp = f"{surname[:2]}PX080825MQTRXMA2"
    others = [(label, curp if label == "CURP:" else value) for label, value in without("Nombre(s):")]
    assert facts_of(read(page_of(TITLE, *labelled(*parts, *others)))) == FACTS | {
        "nombre": f"XIMENA {surname} PEÑA", "curp": curp,
    }  # fmt: skip


@pytest.mark.parametrize("part", ["XIMENA GARCÍA", "GARCÍA PEÑA", "XIMENA PEÑA LUNA"])
def test_a_name_without_a_word_for_each_initial_of_the_curp_is_a_part(part: str) -> None:
    assert constancia(page_of(TITLE, *labelled(("Nombre:", part), *without("Nombre(s):")))).nombre is None


def test_another_persons_name_is_read_and_left_to_the_signs() -> None:
    page = page_of(TITLE, *labelled(("Nombre:", "IKER LUNA MORA"), *without("Nombre(s):")))
    assert facts_of(read(page)) == FACTS | {"nombre": "IKER LUNA MORA"}


@pytest.mark.parametrize(
    "company", ["VIGENTE SA DE CV", "BAJA CALIFORNIA MARISCOS SA DE CV", "ESTADO DE QUERETARO", "FECHA LIMITE SC"]
)
def test_a_company_may_contain_a_keyword(company: str) -> None:
    page = with_lines(("Registro patronal:", "Y58-45183-32-5"), ("Nombre o razón social:", company))
    row = {"razon_social": company, "registro_patronal": "Y5845183325", "modalidad": None}
    assert facts_of(read(page)) == FACTS | {"patrones": [row]}


def test_names_in_parts_are_joined_given_name_first() -> None:
    parts = (("Segundo apellido", "PEÑA"), ("Primer apellido", "GARCÍA"), ("Nombre(s)", "XIMENA"))
    assert facts_of(read(page_of(TITLE, *labelled(*parts, *without("Nombre(s):"))))) == FACTS


def test_a_name_with_a_part_unread_is_not_given_in_part() -> None:
    parts = (("Primer apellido:", "GARC1A"), ("Nombre(s):", "XIMENA"))
    found = constancia(page_of(TITLE, *labelled(*parts, *without("Nombre(s):"))))
    assert found.nombre is None


@pytest.mark.parametrize("second", [(), (("Segundo apellido:", "PEÑ4"),), (("Segundo apellido:", "-"),)])
def test_a_name_without_the_second_surname_that_the_curp_has_is_not_given(second: tuple[tuple[str, str], ...]) -> None:
    parts = (("Nombre(s):", "XIMENA"), ("Primer apellido:", "DE LA GARZA"), *second)
    assert constancia(page_of(TITLE, *labelled(*parts, *without("Nombre(s):")))).nombre is None


def test_two_numbers_under_the_nss_label_are_none() -> None:
    page = with_lines(("NSS:", "12345678903"))
    assert constancia(page).nss is None
    assert read(page).problems == ("aparece más de una vez y no coincide: el NSS",)


def test_the_constancias_own_date_goes_before_other_dates_of_issue() -> None:
    assert constancia(with_lines(("Fecha de emisión:", "24/11/2026"))).fecha is not None
    assert facts_of(read(with_lines(("Fecha de emisión:", "24/11/2026"))))["fecha"] == "2026-11-23"
    both = page_of(TITLE, *labelled(*without("Fecha de constancia:"), ("Fecha de emisión:", "23/11/2026"),
                                    ("Fecha de expedición:", "24/11/2026")))  # fmt: skip
    assert constancia(both).fecha is None


@pytest.mark.parametrize("value", ["", "-", "SI / NO", "CINCO"])
def test_a_blank_right_to_service_is_not_no(value: str) -> None:
    page = page_of(TITLE, *labelled(*without("Con derecho al servicio médico:"), ("Con derecho al servicio médico:", value)))
    assert constancia(page).servicio_medico is None


def table(*rows: tuple[str, str, str], valign: float = 0.0) -> Page:
    texts: list[tuple[float, float, str]] = [
        (60.0, 300.0, "Registro patronal"), (180.0, 300.0, "Nombre o razón social"), (440.0, 300.0, "Modalidad"),
    ]  # fmt: skip
    for n, (registro, name, modalidad) in enumerate(rows):
        top = 330.0 + 40 * n
        texts.append((60.0, top + valign, registro))
        texts += [(180.0, top + 12 * i, line) for i, line in enumerate(name.split("/"))]
        texts += [(440.0, top + 12 * i, line) for i, line in enumerate(modalidad.split("/"))]
    return page_of(TITLE, *labelled(*HOLDER), *[t for t in texts if t[2]])


ITQ = {"razon_social": "INSTITUTO TECNOLOGICO DE QUERETARO", "registro_patronal": "E1251553329",
       "modalidad": "SEGURO FACULTATIVO ESTUDIANTES"}  # fmt: skip
SHOP = {"razon_social": "KELLOGG COMPANY MEXICO S DE RL DE CV", "registro_patronal": "E8827984102",
        "modalidad": "TRABAJADORES PERMANENTES"}  # fmt: skip


@pytest.mark.parametrize("valign", [0.0, 6.0, 12.0])
def test_wrapped_cells_of_a_table_join_their_own_row(valign: float) -> None:
    page = table(("E1251553329", "INSTITUTO TECNOLOGICO/DE QUERETARO", "SEGURO FACULTATIVO/ESTUDIANTES"),
                 ("E8827984102", "KELLOGG COMPANY MEXICO/S DE RL DE CV", "TRABAJADORES/PERMANENTES"), valign=valign)  # fmt: skip
    assert facts_of(read(page)) == FACTS | {"patrones": [ITQ, SHOP]}


def test_a_known_modalidad_without_a_label_is_no_part_of_the_name() -> None:
    page = table(("E1251553329", "INSTITUTO TECNOLOGICO DE QUERETARO/SEGURO FACULTATIVO/ESTUDIANTES", ""))
    assert facts_of(read(page)) == FACTS | {"patrones": [ITQ]}


@pytest.mark.parametrize("blank", ["-", "NO APLICA", "------"])
def test_a_placeholder_row_is_no_employer(blank: str) -> None:
    found = constancia(table((blank, blank, blank)))
    assert (found.patrones, found.patrones_legible) == ((), True)


def test_a_registro_that_no_row_explains_leaves_the_employers_in_doubt() -> None:
    page = page_of(TITLE, *labelled(*HOLDER), (60.0, 400.0, "E12-51553-32-9 QUIEN SABE"))
    assert (constancia(page).patrones, constancia(page).patrones_legible) == ((), False)


def test_labels_repeated_for_each_employer_make_a_row_each() -> None:
    lines = [(label, str(row[key])) for row in (ITQ, SHOP) for label, key in (
        ("Registro patronal:", "registro_patronal"), ("Razón social:", "razon_social"), ("Modalidad:", "modalidad"))]  # fmt: skip
    assert facts_of(read(with_lines(*lines))) == FACTS | {"patrones": [ITQ, SHOP]}


def test_a_second_page_goes_on_where_the_first_ends() -> None:
    first = page_of(TITLE, *labelled(*HOLDER[:3]))
    second = page_of((200.0, 40.0, "Constancia de Vigencia de Derechos"), *labelled(*HOLDER[1:]), number=2)
    assert facts_of(read(first, second)) == FACTS


def test_lost_spaces_and_accents_are_no_matter() -> None:
    glued = [(60.0, 90.0 + 20 * i, f"{a.translate(str.maketrans('úé', 'ue')).replace(' ', '')}{b}") for i, (a, b) in enumerate(HOLDER)]
    page = page_of(TITLE, *glued)
    assert facts_of(read_document([page], "ocr", KNOWN)) == FACTS


def test_the_day_of_birth_is_kept_apart() -> None:
    found = constancia(with_lines(("Fecha de nacimiento:", "25/08/2008")))
    assert found.nacimiento is not None
    assert found.nacimiento.value == date(2008, 8, 25)


@pytest.mark.parametrize("lines", [("DOMICILI", "O PEÑA"), ("FERNAN", "DA PEÑA"), ("Emiliano DERECHOS", "Peña")])
def test_a_name_that_a_narrow_cell_broke_or_another_text_entered_is_in_doubt(lines: tuple[str, str]) -> None:
    cell = [(60.0, 300.0, "Nombre:"), (120.0, 300.0, lines[0]), (120.0, 313.0, lines[1])]
    others = [p for p in without("Nombre(s):") if p[0] != "CURP:"]
    assert constancia(page_of(TITLE, *labelled(*others), *cell)).nombre is None


@pytest.mark.parametrize("name", ["UNIVERSIDA D AUTONOMA", "COMERCIALIZADO RA DE LACTEOS", "BACHILLERE S DEL ESTADO"])
def test_an_employer_whose_cell_broke_a_word_is_in_doubt(name: str) -> None:
    first, _, second = name.partition(" ")
    cell = [(60.0, 300.0, "Razón social:"), (140.0, 300.0, first), (140.0, 313.0, second)]
    assert constancia(page_of(TITLE, *labelled(*HOLDER), *cell)).patrones_legible is False


@pytest.mark.parametrize("name", ["CONSTRUCTORA Y EDIFICADORA", "COMERCIAL SA DE CV", "TRANSPORTES S DE RL DE CV"])
def test_a_short_word_is_no_rest_of_a_broken_one(name: str) -> None:
    first, _, second = name.partition(" ")
    cell = [(60.0, 300.0, "Razón social:"), (140.0, 300.0, first), (140.0, 313.0, second)]
    assert [p.razon_social for p in constancia(page_of(TITLE, *labelled(*HOLDER), *cell)).patrones] == [name]


@pytest.mark.parametrize(
    "printed", ["VIGENTE. PENSIONADO", "BAJA, CON DERECHO AL (A) SERVICIO", "FALLECIDO / PENSIONADO", "PENSION"]
)
def test_two_values_or_a_piece_of_one_are_no_state(printed: str) -> None:
    assert constancia(page_of(TITLE, *labelled(*without("Estado:"), ("Estado:", printed)))).estado is None


@pytest.mark.parametrize("surname", ["Estado", "Turno", "Modalidad", "Clínica", "Patrón"])
def test_a_surname_in_small_letters_may_be_a_keyword_after_a_colon(surname: str) -> None:
    parts = (("Primer apellido:", surname), ("Segundo apellido:", "Peña"), ("Nombre(s):", "Ximena"))
    others = [p for p in without("Nombre(s):") if p[0] != "CURP:"]
    found = constancia(page_of(TITLE, *labelled(*parts, *others))).nombre
    assert found is not None
    assert found.value == f"Ximena {surname} Peña"


def test_beneficiaries_beside_the_holders_part_give_nothing() -> None:
    right = [
        (330.0, 70.0, "Beneficiarios"), (330.0, 90.0, "CURP"), (480.0, 90.0, "Estado"),
        (330.0, 104.0, "XIVS000726MQTCGLA2"), (480.0, 104.0, "VIGENTE"),
    ]  # fmt: skip
    left = [(60.0, 90.0, "Datos del asegurado"), *labelled(*HOLDER, top=110.0, tab=220.0)]
    found = constancia(page_of(TITLE, *right, *left))
    assert (found.curp and found.curp.value.text, found.estado and found.estado.value) == ("GAPX080825MQTRXMA2", "BAJA")


def test_a_heading_of_beneficiaries_in_the_middle_of_the_page_is_no_column() -> None:
    theirs = [
        (260.0, 300.0, "Beneficiarios"), (60.0, 314.0, "Nombre"), (240.0, 314.0, "CURP"), (420.0, 314.0, "Estado"),
        (60.0, 328.0, "LUIS PEREZ"), (240.0, 328.0, "XIVS000726MQTCGLA2"), (420.0, 328.0, "VIGENTE"),
    ]  # fmt: skip
    employer = [(60.0, 350.0, "Registro patronal:"), (270.0, 350.0, "E2375853329"), (60.0, 364.0, "Patrón:"), (270.0, 364.0, "CECYTEQ")]
    read = constancia(page_of(TITLE, *labelled(*HOLDER), *theirs, *employer))
    assert [(p.razon_social, p.registro_patronal and p.registro_patronal.text) for p in read.patrones] == [("CECYTEQ", "E2375853329")]


def test_short_words_under_no_header_leave_a_doubt() -> None:
    name = [(60.0, 314.0, "7-ELEVEN"), (118.0, 314.0, "MEXICO"), (170.0, 314.0, "SA"), (195.0, 314.0, "DE"), (220.0, 314.0, "CV")]
    heads = [(60.0, 300.0, "Razón social"), (420.0, 300.0, "Registro patronal")]
    read = constancia(page_of(TITLE, *labelled(*HOLDER), *heads, *name, (420.0, 326.0, "E2375853329")))
    assert (read.patrones_legible, read.patrones) == (False, ())
