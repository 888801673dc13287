"""Does a case go from state to state as its one table says, and keep its counters?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import get_args

import pytest

from mailbot.core.case import (
    EVENT_OF_STEP,
    EVENTS,
    STATES,
    TRANSITIONS,
    Case,
    Event,
    EventName,
    State,
    advance,
    new_case,
)  # fmt: skip
from tests.office_rules import TODAY, at

LATER = at(TODAY + timedelta(3))
BUSY = Case(
    "ana@example.com", "alta_pedida", at(), id=7, nss_key="n", opened_by="d", thread=("<m>", "s"), step_day=TODAY,
    form_day=TODAY, failed_tries=2, fingerprint="f", repeats=1, not_shown=1, reminders_sent=1,
)  # fmt: skip


def event(name: EventName, **known: object) -> Event:
    return Event(name, LATER, LATER.date(), **known)  # type: ignore[arg-type]


def test_the_table_is_whole() -> None:
    """Every event is named in Spanish and has its row; every state can be a rule's step."""
    assert set(get_args(EventName)) == set(EVENTS) == set(TRANSITIONS)
    assert set(get_args(State)) == set(STATES) == set(EVENT_OF_STEP)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", list(EVENTS))
def test_every_pair_has_an_end(state: State, name: EventName) -> None:
    """Any event in any state gives a state of the table, and the moment only where the state changed."""
    before = replace(BUSY, state=state)
    after = advance(before, event(name))
    assert after.state == TRANSITIONS[name].get(state, state)
    assert after.since == (before.since if after.state == state else LATER)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("escribe", {}),
        ("pide_alta", {"step_day": LATER.date(), "failed_tries": 0, "repeats": 0, "reminders_sent": 0}),
        ("pide_baja", {"state": "esperando_baja", "since": LATER, "step_day": LATER.date(), "form_day": None,
                       "failed_tries": 0, "repeats": 0, "not_shown": 0, "reminders_sent": 0}),
        ("confirma", {"state": "confirmado", "since": LATER, "step_day": LATER.date(), "form_day": None,
                      "failed_tries": 0, "repeats": 0, "not_shown": 0, "reminders_sent": 0}),
        ("cierra", {"state": "cerrado", "since": LATER, "step_day": None, "form_day": None, "failed_tries": 0,
                    "repeats": 0, "not_shown": 0}),
        ("formulario_llenado", {"form_day": LATER.date(), "reminders_sent": 0, "repeats": 0}),
        ("intento_fallido", {"failed_tries": 3}),
        ("repite", {"repeats": 2}),
        ("aun_no_aparece", {"not_shown": 2, "failed_tries": 0, "repeats": 0}),
        ("recuerda", {"reminders_sent": 2}),
        ("no_mas_avisos", {"reminders_wanted": False}),
        ("rebota", {"reminders_wanted": False}),
        ("toma_persona", {"state": "con_persona", "since": LATER, "taken": True}),
        ("reabre", {}),
        ("espera_persona", {"owed_since": LATER}),
        ("pide_persona", {"owed_since": LATER, "owed_words": True}),
        ("pide_salida", {"leaving": True}),
    ],
)  # fmt: skip
def test_what_each_event_changes(name: EventName, changes: dict[str, object]) -> None:
    """The whole case is compared, so that no event changes more than it says."""
    assert advance(BUSY, event(name)) == replace(BUSY, **changes)  # type: ignore[arg-type]


def test_a_person_gives_a_case_back() -> None:
    """mailbot speaks again, and the student has all tries anew."""
    taken = advance(BUSY, event("toma_persona"))
    back = advance(taken, event("devuelve_persona"))
    assert (back.taken, back.failed_tries, back.state) == (False, 0, "nuevo")


def test_saying_that_the_form_is_filled_in_starts_a_case_too() -> None:
    """A first mail may say so: then the days count from it."""
    fresh = new_case("Ana@Example.com", at(), "d")
    told = advance(fresh, event("formulario_llenado"))
    assert (fresh.address, fresh.opened_by, fresh.state) == ("ana@example.com", "d", "nuevo")
    assert (told.state, told.counts_from, told.step_day) == ("alta_pedida", LATER.date(), LATER.date())


def test_another_constancia_forgets_tries_and_repeats() -> None:
    """What was read is no failed try; the same one again is no other."""
    other = advance(BUSY, event("escribe", fingerprint="g", nss_key="n2", thread=("<m2>", "s2")))
    changed = {"fingerprint": "g", "nss_key": "n2", "thread": ("<m2>", "s2"), "mails": ("<m2>",), "heard": LATER.date()}
    assert other == replace(BUSY, failed_tries=0, repeats=0, **changed)  # type: ignore[arg-type]
    assert advance(BUSY, event("repite", fingerprint="f")) == replace(BUSY, repeats=2)


def test_days_count_from_the_form_once_it_is_filled_in() -> None:
    """Else from the step."""
    assert replace(BUSY, form_day=None).counts_from == TODAY
    assert replace(BUSY, form_day=date(2026, 11, 25)).counts_from == date(2026, 11, 25)


def test_the_days_of_the_confirmation_count_from_the_later_of_the_step_and_the_form() -> None:
    case = Case(address="a@correo.example", state="alta_pedida", since=at(TODAY))
    step, form = date(2026, 11, 23), date(2026, 11, 3)
    assert case.counts_from is None
    assert replace(case, form_day=form).counts_from == form
    assert replace(case, form_day=form, step_day=step).counts_from == step


def test_what_a_person_owes_is_owed_from_the_first_promise_until_somebody_or_something_settles_it() -> None:
    owed = advance(BUSY, event("espera_persona"))
    again = advance(owed, Event("espera_persona", LATER + timedelta(days=1), LATER.date() + timedelta(days=1)))
    ends = {name for name in EVENTS if advance(owed, event(name)).owed_since is None}
    assert again.owed_since == LATER
    assert ends == {"confirma", "pide_baja", "cierra", "toma_persona", "devuelve_persona"}


def test_who_asked_for_a_person_is_owed_one_whatever_a_constancia_says() -> None:
    asked = advance(BUSY, event("pide_persona"))
    ends = {name for name in EVENTS if advance(asked, event(name)).owed_since is None}
    assert ends == {"toma_persona", "devuelve_persona"}
    assert {advance(asked, event(name)).waits_for_person for name in ends} == {False}


def test_a_baja_asked_for_is_forgotten_once_another_step_is_given() -> None:
    asked = advance(BUSY, event("pide_salida"))
    ends = {name for name in EVENTS if not advance(asked, event(name)).leaving}
    assert ends == {"pide_alta", "pide_baja", "confirma", "devuelve_persona"}
