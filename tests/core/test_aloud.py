"""The page that an admin reads aloud: every rule in words, the follow-up with its numbers, the days off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from mailbot.core.aloud import AFTER, WORDS, read_aloud
from mailbot.core.case import STATES
from mailbot.core.facts import VALUES
from mailbot.core.samples import sample_office
from tests.office_rules import RULEBOOK

TODAY = date(2026, 11, 23)
PAGE = read_aloud(RULEBOOK, sample_office(), TODAY)


def test_every_value_that_a_rule_may_ask_for_has_words_and_every_step_too() -> None:
    assert {fact: set(words) for fact, (_, words) in WORDS.items()} == {f: set(v) for f, v in VALUES.items()}
    assert tuple(AFTER) == STATES


def test_every_rule_is_read_once_and_in_its_order() -> None:
    page = " ".join(PAGE.split())  # a long name goes on in the next line
    places = [page.index(f"**{rule.name}**") for rule in RULEBOOK.rules]
    assert places == sorted(places)


def test_a_rule_is_a_sentence_that_can_be_read_aloud() -> None:
    at = PAGE.index("**vigente por una escuela anterior**")
    assert PAGE[at:].split("\n\n")[0].splitlines() == [
        "**vigente por una escuela anterior**",
        "    Si manda su constancia, el estado es VIGENTE y el patrón es otra escuela:",
        "    se contesta `pide_tu_baja`; empiezan los recordatorios «baja»; el caso",
        "    queda en espera de su baja en otra escuela.",
    ]


def test_where_a_condition_is_itself_several_sentences_semicolons_keep_them_apart() -> None:
    at = PAGE.index("**manda otra vez lo mismo**")
    assert "Si manda su constancia; es la misma constancia otra vez; y no escribe nada\n    más o sólo da" in PAGE[at:]


def test_the_reminders_are_read_with_the_numbers_of_config_toml() -> None:
    office = replace(sample_office(), reminder_business_days=3, reminders_most=1)
    page = " ".join(read_aloud(RULEBOOK, office, TODAY).split())
    assert "a los 3 días hábiles `recordatorio_confirmacion`, a los 6 días hábiles `cierre`." in page
    assert "a los 10 días hábiles `recordatorio_baja`, a los 20 días hábiles `aviso_personal`." in page


def test_the_days_off_are_told_from_today_on_and_mere_weekends_are_not() -> None:
    days = PAGE.split("desde el 23 de noviembre de 2026\n\n")[1].split("\n\n")[0].splitlines()
    assert days[:4] == [
        "- Del 22 de diciembre de 2026 al 6 de enero de 2027.",
        "- El 1 de febrero de 2027.",
        "- El 15 de marzo de 2027.",
        "- Del 22 de marzo de 2027 al 2 de abril de 2027.",
    ]


def test_the_questions_that_only_a_person_answers_stand_apart() -> None:
    """And so does what is no question at all."""
    known, rest = PAGE.split("## Preguntas que contesta una persona")
    person, wants = rest.split("## Lo que entiende aunque no sea una pregunta")
    assert all(f"- {t.title}\n" in (wants if t.means else person if t.staff_only else known) for t in RULEBOOK.topics)


def test_the_page_fits_a_terminal() -> None:
    assert [line for line in PAGE.splitlines() if len(line) > 80 and not line[0].isdigit()] == []
