"""What `mailbot cases` and `mailbot case` tell staff, and what they never tell."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from mailbot.demo import papers
from mailbot.demo.mails import MAILS
from mailbot.demo.papers import FORMER_SCHOOL, ITQ
from tests.shell.days import live
from tests.shell.house import House, house, student_mail

DAY = date(2026, 11, 23)
ANA, BETO = MAILS[0].student, MAILS[1].student


@pytest.fixture(scope="module")
def home() -> Iterator[House]:
    """Ana asked for the alta and has it a week later; Beto waits for his former school; Carla asks for a person."""
    baja = papers.constancia(ANA, DAY, estado="BAJA", servicio="NO")
    itq = papers.constancia(ANA, date(2026, 11, 27), patrones=(ITQ,))
    other = papers.constancia(BETO, DAY, patrones=(FORMER_SCHOOL,))
    with house() as made:
        for mail in (student_mail(1, sender=ANA.email, pdf=baja, text=""), student_mail(2, sender=BETO.email, pdf=other,
                     text=""), student_mail(3, sender="carla@correo.test", text="Quiero hablar con una persona")):
            live(made, "2026-11-23T10:05:00-06:00", mail)  # one by one: they are numbered as they are read
        live(made, "2026-11-27T11:00:00-06:00", student_mail(4, sender=ANA.email, pdf=itq, text="",
                                                             day="Fri, 27 Nov 2026 10:59:00 -0600"))  # fmt: skip
        yield made


def test_the_list_says_who_has_it_who_waits_since_when_and_what_comes_next(home: House) -> None:
    done = home.run("cases")
    assert done.returncode == 0
    listed, _, total = done.stdout.partition("\n\n")
    header, *rows = listed.splitlines()
    assert header.split() == ["caso", "correo", "estado", "desde"]
    assert [" ".join(row.split()) for row in rows] == [
        "#3 carla@correo.test espera a una persona 23/11/2026",
        "#2 hector@alumnos.example espera su baja en otra escuela 23/11/2026",
        "→ 07/12/2026 pregunta por la baja",
        "#1 ximena@alumnos.example ya tiene el seguro 27/11/2026",
    ]
    assert " ".join(total.split()) == "3 casos: espera su baja en otra escuela, 1; ya tiene el seguro, 1; espera a una persona, 1."


def test_the_sheet_has_the_same_in_columns(home: House) -> None:
    rows = list(csv.reader(io.StringIO(home.run("cases", "--csv", "--state", "esperando_baja").stdout)))
    assert rows == [
        ["caso", "correo", "estado", "desde", "paso dado", "formulario llenado", "próximo recordatorio",
         "fecha del recordatorio"],
        ["2", "hector@alumnos.example", "espera su baja en otra escuela", "2026-11-23 10:05", "2026-11-23", "",
         "pregunta por la baja", "2026-12-07"],
    ]  # fmt: skip


def test_json_has_one_object_a_line(home: House) -> None:
    told = [json.loads(line) for line in home.run("cases", "--json", "--state", "confirmado").stdout.splitlines()]
    assert told == [
        {"case": 1, "address": ANA.email, "state": "confirmado", "taken": False, "since": "2026-11-27T17:00:00+00:00",
         "step_day": "2026-11-27", "form_day": None, "reminder": None},
    ]  # fmt: skip


def test_a_case_is_told_from_its_first_mail_to_its_last(home: House) -> None:
    assert home.run("case", "1").stdout.splitlines() == [
        "Caso #1: ya tiene el seguro, desde el viernes 27 de noviembre de 2026",
        "Correo: ximena@alumnos.example",
        "",
        "lunes 23 de noviembre de 2026",
        "  10:05  llega un correo (regla «de baja») · correo #1",
        "  10:05  queda en espera de su alta · correo #1",
        "  10:05  respuesta «solicita_tu_alta»: enviada · correo #1",
        "",
        "viernes 27 de noviembre de 2026",
        "  11:00  llega un correo (regla «ya tiene el seguro») · correo #4",
        "  11:00  su constancia ya dice VIGENTE por la escuela · correo #4",
        "  11:00  respuesta «ya_tienes_seguro»: enviada · correo #4",
        "  11:00  se cancela el recordatorio de confirmación: ya tiene el seguro",
    ]
    told = json.loads(home.run("case", "2", "--json").stdout)
    assert (told["case"], told["state"], told["reminder"]) == (
        2, "esperando_baja", {"kind": "recordatorio_baja", "due": "2026-12-07T15:00:00+00:00"})  # fmt: skip
    assert [e["what"] for e in told["events"]] == [
        "llega un correo (regla «vigente por una escuela anterior»)",
        "queda en espera de la baja en su escuela anterior",
        "respuesta «pide_tu_baja»: enviada",
    ]


def test_neither_nss_nor_curp_nor_name_is_ever_shown(home: House) -> None:
    shown = "".join(home.run(*words).stdout for words in (
        ("cases",), ("cases", "--csv"), ("cases", "--json"), ("case", "1"), ("case", "1", "--json"), ("case", "2")))  # fmt: skip
    for secret in (ANA.nss, ANA.curp, ANA.surnames, BETO.nss, BETO.curp, BETO.surnames):
        assert secret.casefold() not in shown.casefold()


@pytest.mark.parametrize("words", [("case", "77"), ("case", "77", "--take"), ("case", "77", "--return", "--json")])
def test_an_unknown_case_is_one_clear_line(home: House, words: tuple[str, ...]) -> None:
    done = home.run(*words)
    assert (done.returncode, done.stdout, done.stderr) == (
        1, "", "No hay ningún caso #77; «mailbot cases» los lista.\n")  # fmt: skip


def test_what_cannot_be_taken_or_given_back_says_so(home: House) -> None:
    gave = home.run("case", "3", "--return")
    took, again = home.run("case", "3", "--take"), home.run("case", "3", "--take")
    back = home.run("case", "3", "--return")
    assert [r.returncode for r in (gave, took, again, back)] == [1, 0, 1, 0]
    assert gave.stderr == "El caso #3 no lo llevaba una persona: se queda como está.\n"
    assert "lo lleva una persona" in took.stdout.splitlines()[0]
    assert home.run("case", "3", "--take", "--return").returncode == 2


def test_taking_a_case_cancels_its_reminders(home: House) -> None:
    home.run("case", "2", "--take")
    assert json.loads(home.run("case", "2", "--json").stdout)["reminder"] is None
    assert home.rows("SELECT state, why FROM reminders WHERE case_id = 2") == [("cancelled", "lo atiende una persona")]


def test_no_cell_of_the_sheet_is_a_formula() -> None:
    from mailbot.commands.cases import sheet
    from mailbot.core.case import new_case
    from mailbot.shell.case_book import Entry
    from tests.shell.test_morning import ZONE, at

    made = sheet([Entry(new_case("=1+1@correo.test", at(23), ""), None)], ZONE)
    assert list(csv.reader(io.StringIO(made)))[1][1] == "'=1+1@correo.test"


def test_the_list_fits_a_terminal_however_long_an_address_is() -> None:
    from mailbot.commands.cases import table
    from mailbot.core.case import new_case
    from mailbot.shell.case_book import Entry
    from tests.shell.test_morning import ZONE, at

    students = [new_case(f"{name}@queretaro.tecnm.example", at(23), "") for name in ("ana", "l23140123." * 8)]
    cases = [replace(case, state="esperando_baja", id=n) for n, case in enumerate(students, 1)]
    lines = table([Entry(case, None) for case in cases], ZONE)
    assert max(map(len, lines)) <= 80
    assert "ana@queretaro.tecnm.example " in lines[1]
    assert "…  espera" in lines[2]
