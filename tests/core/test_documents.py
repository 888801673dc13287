"""Which document it is: titles and marks decide, never an NSS beside an employer."""

from __future__ import annotations

import pytest

from mailbot.core.documents import (
    CONSTANCIA,
    DESCONOCIDO,
    ILEGIBLE,
    Document,
    read_document,
)
from mailbot.core.page import Page
from tests.core.test_constancia import FACTS, HOLDER
from tests.layouts.sweep import facts_of, knowledge
from tests.layouts.words import labelled, page_of

KNOWN = knowledge()
COMMON = labelled(
    ("NSS:", "43160885380"), ("CURP:", "GAPX080825MQTRXMA2"), ("Nombre:", "XIMENA GARCÍA PEÑA"),
    ("Razón social:", "INSTITUTO TECNOLOGICO DE QUERETARO"), ("Estado:", "VIGENTE"), ("Fecha:", "23/11/2026"),
    top=150.0,
)  # fmt: skip


def kind(*pages: Page) -> str:
    return read_document(pages, "text", KNOWN).kind


def titled(title: str, size: float = 1.4) -> Page:
    return page_of((150.0, 40.0, title, size), *COMMON)


LOOK_ALIKES = [
    ("semanas_cotizadas", "Constancia de Semanas Cotizadas en el IMSS"),
    ("asignacion_nss", "Asignación de Número de Seguridad Social"),
    ("asignacion_nss", "Localización de Número de Seguridad Social"),
    ("no_derechohabiencia", "Constancia de No Derechohabiencia"),
    ("no_derechohabiencia", "Constancia de No Vigencia de Derechos"),
    ("cartilla_salud", "Cartilla Nacional de Salud"),
    ("curp", "Constancia de la Clave Única de Registro de Población"),
    ("situacion_fiscal", "CONSTANCIA DE SITUACIÓN FISCAL"),
    ("situacion_fiscal", "CÉDULA DE IDENTIFICACIÓN FISCAL"),
    ("acta_nacimiento", "Acta de Nacimiento"),
    ("ine", "INSTITUTO NACIONAL ELECTORAL"),
    ("comprobante_domicilio", "Comisión Federal de Electricidad"),
    ("escolar", "KÁRDEX"),
    ("escolar", "Constancia de Estudios"),
]


@pytest.mark.parametrize(("wanted", "title"), LOOK_ALIKES)
def test_a_look_alike_is_known_by_its_title_whatever_its_fields(wanted: str, title: str) -> None:
    assert kind(titled(title)) == wanted


@pytest.mark.parametrize(
    "title",
    ["Constancia de Vigencia de Derechos", "CONSTANCIA DE VIGENCIA DE DERECHOS", "constancia de vigencia de derechos",
     "C O N S T A N C I A   DE   V I G E N C I A   DE   D E R E C H O S", "Constancia de Vigencia de Derechos IMSS"],
)  # fmt: skip
def test_the_constancia_is_known_by_its_title(title: str) -> None:
    assert kind(titled(" ".join(title.split()))) == CONSTANCIA


def test_a_title_in_two_lines_or_last_in_the_stream_or_beside_a_folio() -> None:
    two = page_of(*COMMON, (200.0, 40.0, "Constancia de", 1.4), (200.0, 58.0, "Vigencia de Derechos", 1.4))
    beside = page_of(*COMMON, (60.0, 40.0, "Constancia de Vigencia de Derechos", 1.4), (480.0, 40.0, "Folio: 123"))
    assert (kind(two), kind(beside)) == (CONSTANCIA, CONSTANCIA)


@pytest.mark.parametrize(
    "sentence",
    ["Adjunta tu Constancia de Vigencia de Derechos al formulario", "No se encontró tu constancia de vigencia de derechos",
     "Requisitos: acta de nacimiento, CURP y constancia de vigencia de derechos",
     "Cómo descargar la Constancia de Vigencia de Derechos"],
)  # fmt: skip
def test_a_paper_that_only_mentions_the_words_is_none(sentence: str) -> None:
    assert kind(page_of((60.0, 40.0, sentence, 1.4), *COMMON)) == DESCONOCIDO
    assert kind(page_of((60.0, 300.0, sentence))) == DESCONOCIDO


def test_a_list_of_requirements_is_none_of_them() -> None:
    names = ("Acta de Nacimiento", "Constancia de Vigencia de Derechos", "Constancia de Estudios")
    page = page_of(*[(60.0, 40.0 + 20 * i, name) for i, name in enumerate(names)])
    assert kind(page) == DESCONOCIDO


def test_a_title_without_any_field_is_no_constancia() -> None:
    assert kind(page_of((200.0, 40.0, "Constancia de Vigencia de Derechos", 1.6), (60.0, 90.0, "Pasos a seguir"))) == DESCONOCIDO


def test_a_number_and_an_employer_alone_are_unknown() -> None:
    assert kind(page_of(*COMMON)) == DESCONOCIDO


def test_a_title_that_is_a_picture_leaves_the_labels_to_tell() -> None:
    document = read_document([page_of(*labelled(*HOLDER))], "text", KNOWN)
    assert facts_of(document) == FACTS
    weeks = page_of(*labelled(*HOLDER), (60.0, 400.0, "Semanas reconocidas"), (60.0, 420.0, "Semanas cotizadas"))
    assert kind(weeks) == "semanas_cotizadas"


def test_a_school_paper_is_known_by_two_marks_without_a_title() -> None:
    assert kind(page_of((60.0, 60.0, "Número de control: 22140123"), (60.0, 80.0, "Promedio general: 91"))) == "escolar"


@pytest.mark.parametrize(
    ("text", "problem"),
    [("(cid:12)(cid:45)(cid:7) (cid:3)(cid:9)", "las letras del PDF no se pueden leer"),
     ("NÃºmero de seguridad social vigÃ©ncia", "las letras del PDF están dañadas"),
     ("\ufffd\ufffd\ufffd \ufffd\ufffd 123", "las letras del PDF no se pueden leer")],
)  # fmt: skip
def test_text_that_is_no_text_is_not_guessed(text: str, problem: str) -> None:
    assert read_document([page_of((60.0, 60.0, text))], "text", KNOWN) == Document(ILEGIBLE, "text", problems=(problem,))


def test_a_screenshot_of_the_imss_error_is_known_by_its_words() -> None:
    page = page_of((60.0, 60.0, "La persona no se encuentra registrada"), (60.0, 76.0, "aún como derechohabiente."))
    assert read_document([page], "ocr", KNOWN) == Document(DESCONOCIDO, "ocr", imss_error=True)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("No se encontró infomación con los datos proporcionados", True),  # OCR lost a letter of "información"
        ("El NSS y la CURP no coinciden", True),
        ("La CURP no corresponde con el Número de Seguridad Social", True),
        ("Se encuentra registrada como derechohabiente", False),
        ("Se encontró información con los datos proporcionados", False),
    ],
)
def test_a_page_that_finds_nobody_is_known_but_for_a_letter_and_not_without_its_no(text: str, known: bool) -> None:
    assert read_document([page_of((60.0, 60.0, text))], "ocr", KNOWN) == Document(DESCONOCIDO, "ocr", imss_error=known)


def test_a_page_bomb_ends_in_time_and_in_a_problem() -> None:
    crowd = page_of(*[(float(i % 97) * 6, float(i // 97 % 150) * 5, "NSS:") for i in range(20_000)])
    wanted = Document(ILEGIBLE, "text", problems=("una página tiene demasiado texto",))
    assert read_document([crowd], "text", KNOWN) == wanted
    assert read_document([Page(1, 612.0, 792.0, (), overfull=True)], "text", KNOWN) == wanted


OTHER_NAMES = ["Comprobante de vigencia de derechos", "REPORTE DE VIGENCIA DE DERECHOS"]


@pytest.mark.parametrize("title", OTHER_NAMES)
def test_under_another_name_of_the_same_paper_its_own_labels_make_it_the_constancia(title: str) -> None:
    document = read_document((page_of((150.0, 40.0, title, 1.4), *labelled(*HOLDER)),), "text", KNOWN)
    assert facts_of(document) == FACTS
    assert document.constancia is not None
    assert document.constancia.titulo is None  # nothing to mark as the title that the office looks for


@pytest.mark.parametrize("title", OTHER_NAMES)
@pytest.mark.parametrize("missing", ["Fecha de constancia:", "Estado:", "Con derecho al servicio médico:"])
def test_under_another_name_a_paper_without_all_of_its_own_labels_is_another_one(title: str, missing: str) -> None:
    others = [p for p in HOLDER if p[0] != missing]
    assert kind(page_of((150.0, 40.0, title, 1.4), *labelled(*others, ("Fecha de emisión:", "23/11/2026")))) == DESCONOCIDO
