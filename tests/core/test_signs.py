"""Signs: certain disagreements are shown to a person; what names do in this country is none."""

from __future__ import annotations

from datetime import date

import pytest

from mailbot.core.constancia import Constancia, Field
from mailbot.core.documents import Document, Sign
from mailbot.core.identifiers import Curp, Nss
from mailbot.core.page import Box
from mailbot.core.signs import (
    SIGN_KINDS,
    SIGNS,
    WEAK,
    Traces,
    birth_date,
    curp_fits_name,
    find_signs,
    with_seen,
)

HERE = Box(1, 0, 0, 1, 1)


def curp(first_sixteen: str, seventeenth: str = "A") -> Curp:
    """Give sixteen invented characters their check digit."""
    for digit in "0123456789":
        made = Curp(first_sixteen + seventeenth + digit)
        if made.checks:
            return made
    raise AssertionError


def read(nss: str | None = None, key: Curp | None = None, name: str | None = None, **dates: date) -> Constancia:
    def field(value, printed=""):  # type: ignore[no-untyped-def]
        return None if value is None else Field(value, printed, "", HERE)

    return Constancia(
        nss=field(Nss(nss) if nss else None),
        curp=field(key),
        nombre=field(name),
        fecha=field(dates.get("fecha")),
        nacimiento=field(dates.get("nacimiento")),
    )


def kinds(constancia: Constancia, traces: Traces | None = None) -> tuple[str, ...]:
    return tuple(s.kind for s in find_signs(constancia, traces or Traces()))


@pytest.mark.parametrize(
    ("initials", "name"),
    [
        ("GAPX", "XIMENA GARCÍA PEÑA"),
        ("CUPA", "ANA SOFÍA DE LA CRUZ PEÑA"),
        ("LOGJ", "MARÍA JOSEFINA LÓPEZ GARCÍA"),
        ("LOGM", "MARÍA LÓPEZ GARCÍA"),
        ("LOGA", "JOSÉ ÁNGEL LÓPEZ GARCÍA"),
        ("LOGA", "MA. DE LOS ÁNGELES LÓPEZ GARCÍA"),
        ("LOGA", "MARÍA DE LOS ÁNGELES LÓPEZ GARCÍA"),
        ("XAXL", "LUIS ÑÁÑEZ"),
        ("PEXA", "ANA PÉREZ"),
        ("XAPL", "LUIS ÑANDÚ PÉREZ"),
        ("PXTA", "ANA PUENTE TOVAR"),
        ("MORL", "LUIS MC MORÁN RÍOS"),
        ("DIRL", "LUIS D'INÉS RÍOS"),
        ("VARL", "LUIS VAN DER VAART RÍOS"),
        ("GAPX", "GARCÍA PEÑA XIMENA"),
        ("GUSL", "LUIS GÜEMES SOTO-REY"),
        ("GAPX", "GARCIA PEÑA, XIMENA"),
    ],
)
def test_what_names_do_is_no_disagreement(initials: str, name: str) -> None:
    assert curp_fits_name(curp(f"{initials}080825MQTRXM"), name)


@pytest.mark.parametrize("name", ["LUIS MUÑOZ ÁVILA", "XIMENA TORRES RÍOS", "XIMENA RÍOS GARCÍA LUNA"])
def test_the_curp_of_somebody_else_does_not_fit(name: str) -> None:
    assert not curp_fits_name(curp("GAPX080825MQTRXM"), name)


@pytest.mark.parametrize("name", ["", "XIMENA", "A B C D E F G H I J K L M"])
def test_what_is_hardly_a_name_is_not_judged(name: str) -> None:
    assert curp_fits_name(curp("GAPX080825MQTRXM"), name)


def test_the_birth_date_takes_its_century_from_the_seventeenth_character() -> None:
    assert birth_date(curp("GAPX080825MQTRXM", "A")) == date(2008, 8, 25)
    assert birth_date(curp("GAPX980825MQTRXM", "0")) == date(1998, 8, 25)
    assert birth_date(curp("GAPX080231MQTRXM", "A")) is None


def test_nothing_read_gives_no_sign() -> None:
    assert find_signs(Constancia(), Traces()) == ()


def test_digits_come_first_and_say_nothing_personal() -> None:
    wrong = Curp("GAPX080825MQTRXMA3")
    found = find_signs(read("43160885381", wrong, "LUIS MUÑOZ ÁVILA"), Traces())
    assert found == tuple(Sign(kind, SIGNS[kind]) for kind in ("nss_no_cuadra", "curp_no_cuadra", "curp_y_nombre"))


def test_another_birth_date_is_a_sign() -> None:
    key = curp("GAPX080825MQTRXM")
    assert kinds(read(key=key, nacimiento=date(2008, 8, 26))) == ("curp_y_nacimiento",)
    assert kinds(read(key=key, nacimiento=date(2008, 8, 25))) == ()


@pytest.mark.parametrize(
    ("created", "sign"),
    [
        (date(2026, 11, 20), ("archivo_anterior",)),
        (date(2026, 11, 22), ()),
        (date(2026, 11, 23), ()),
        (date(2026, 11, 24), ()),
        (date(2026, 11, 26), ("archivo_posterior",)),
        (None, ()),
    ],
)
def test_the_files_own_day_is_compared_with_a_day_of_grace(created: date | None, sign: tuple[str, ...]) -> None:
    assert kinds(read(fecha=date(2026, 11, 23)), Traces(created=created)) == sign


@pytest.mark.parametrize("producer", ["iText 2.1.7 by 1T3XT", "JasperReports Library", "OpenPDF 1.3", ""])
def test_the_report_engine_or_no_name_is_no_sign(producer: str) -> None:
    assert kinds(Constancia(), Traces(producer=producer)) == ()


def test_every_trace_gives_its_sign() -> None:
    everything = Traces(
        modified_later=True,
        saved_again=True,
        producer="Paint",
        odd_fonts=("estado",),
        fillable=True,
        hidden=True,
        covered=True,
    )
    assert kinds(Constancia(), everything) == (
        "modificado", "guardado_de_nuevo", "otro_programa", "otra_letra", "campo_rellenable", "texto_oculto",
        "texto_tapado",
    )  # fmt: skip


def test_the_list_of_signs_is_closed() -> None:
    assert SIGN_KINDS >= WEAK


def test_a_page_that_shows_another_value_is_a_sign() -> None:
    text = Document(
        "constancia_vigencia", "text", read("43160885380", name="XIMENA GARCÍA PEÑA", fecha=date(2026, 11, 23))
    )
    seen = read("43160885380", name="XIMENA GARCIA PEÑA", fecha=date(2026, 11, 3))
    assert with_seen(text, seen).signs == (Sign("no_se_ve_igual", f"{SIGNS['no_se_ve_igual']}: fecha"),)


def test_what_ocr_did_not_read_is_no_difference() -> None:
    text = Document("constancia_vigencia", "text", read("43160885380", name="XIMENA GARCÍA PEÑA"))
    assert with_seen(text, Constancia()) == text
    assert with_seen(text, None) == text
    assert with_seen(text, read("43160885380", name="XIMENA GARCIA PEÑA")) == text
