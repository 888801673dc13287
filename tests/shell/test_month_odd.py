"""A student's matter under odd circumstances: mails within a second, an answer to a reminder in flight, clocks that jump."""

from collections.abc import Iterator
from datetime import date
from email import message_from_bytes, policy

import pytest

from mailbot.demo import papers
from mailbot.demo.mails import MAILS
from mailbot.demo.papers import ITQ
from tests.shell.days import live
from tests.shell.house import STAFF, House, house, student_mail

ANA = MAILS[0].student
MONDAY, NEXT_MONDAY = date(2026, 11, 23), date(2026, 11, 30)


@pytest.fixture
def home() -> Iterator[House]:
    with house() as made:
        yield made


def baja(number: int, day: date = MONDAY, at: str = "10:00:00") -> bytes:
    pdf = papers.constancia(ANA, day, estado="BAJA", servicio="NO")
    return student_mail(number, sender=ANA.email, pdf=pdf, text="", day=f"{day:%a, %d %b %Y} {at} -0600")


def itq(number: int, day: date) -> bytes:
    pdf = papers.constancia(ANA, day, patrones=(ITQ,))
    return student_mail(number, sender=ANA.email, pdf=pdf, text="", day=f"{day:%a, %d %b %Y} 10:00:00 -0600")


def stems(home: House) -> list[str]:
    mails = [message_from_bytes(r.raw, policy=policy.default) for r in home.smtp.received if STAFF not in r.rcpt_tos]
    return [str(m["X-Mailbot-Reply"]) for m in mails]


def reminders(home: House) -> list[tuple[object, ...]]:
    return home.rows("SELECT kind, state FROM reminders ORDER BY id")


def test_two_mails_within_a_second_are_one_case_one_step_and_one_reminder(home: House) -> None:
    live(home, "2026-11-23T10:00:01-06:00", baja(1), baja(2))
    assert stems(home) == ["solicita_tu_alta", "ya_lo_recibimos"]
    assert reminders(home) == [("recordatorio_confirmacion", "scheduled")]
    assert home.rows("SELECT count(*) FROM cases") == [(1,)]


def test_two_questions_within_a_second_are_one_case(home: House) -> None:
    ask = [student_mail(n, sender=ANA.email, text="¿Dónde descargo la constancia?") for n in (1, 2)]
    live(home, "2026-11-23T10:00:01-06:00", *ask)
    assert (stems(home), home.rows("SELECT count(*) FROM cases")) == (["como_empezar"] * 2, [(1,)])


def test_a_reminder_that_has_not_left_is_withdrawn_by_the_answer(home: House) -> None:
    live(home, "2026-11-23T10:00:00-06:00", baja(1))
    home.smtp.mood.refuse_mail = "451 4.3.2 try again later"
    live(home, "2026-11-30T09:30:00-06:00")  # written and recorded, but the server puts it off
    waits = home.rows("SELECT state FROM outbox WHERE kind = 'reminder'")
    home.smtp.mood.refuse_mail = ""
    live(home, "2026-11-30T09:30:20-06:00", itq(2, NEXT_MONDAY))
    live(home, "2026-11-30T17:00:00-06:00")
    assert waits == [("waiting",)]
    assert stems(home) == ["solicita_tu_alta", "ya_tienes_seguro"]
    assert reminders(home) == [("recordatorio_confirmacion", "cancelled")] * 2  # that one, and the rung after it


def test_a_reminder_that_left_uncertainly_goes_once_more_as_the_same_mail_and_never_as_another(home: House) -> None:
    live(home, "2026-11-23T10:00:00-06:00", baja(1))
    home.smtp.mood.drop_after_data = 1
    live(home, "2026-11-30T09:30:00-06:00")
    live(home, "2026-11-30T10:30:00-06:00")
    mails = [message_from_bytes(r.raw, policy=policy.default) for r in home.smtp.received]
    ids = {str(m["Message-ID"]) for m in mails if m["X-Mailbot-Reply"] == "recordatorio_confirmacion"}
    assert len(ids) == 1


def test_a_clock_that_jumps_back_and_forth_sends_each_reminder_once(home: House) -> None:
    live(home, "2026-11-23T10:00:00-06:00", baja(1))
    for at in ("2026-11-30T10:00:00-06:00", "2026-11-23T11:00:00-06:00", "2026-11-30T10:00:00-06:00",
               "2026-11-20T10:00:00-06:00", "2026-12-01T10:00:00-06:00"):  # fmt: skip
        assert live(home, at) == 0
    assert stems(home) == ["solicita_tu_alta", "recordatorio_confirmacion"]
    assert reminders(home) == [("recordatorio_confirmacion", "sent"), ("recordatorio_confirmacion", "scheduled")]


def test_a_mail_that_comes_while_the_clock_is_behind_is_answered_by_its_own_day(home: House) -> None:
    live(home, "2026-11-30T10:00:00-06:00", baja(1, NEXT_MONDAY))
    live(home, "2026-11-27T10:00:00-06:00", student_mail(2, sender="beto@correo.test", day="Fri, 27 Nov 2026 09:59:00 -0600"))
    live(home, "2026-12-07T10:00:00-06:00")
    assert stems(home) == ["solicita_tu_alta", "como_empezar", "recordatorio_confirmacion"]


def test_a_long_downtime_brings_one_reminder_and_not_all_that_were_missed(home: House) -> None:
    live(home, "2026-11-23T10:00:00-06:00", baja(1))
    live(home, "2026-12-18T10:00:00-06:00")
    assert stems(home) == ["solicita_tu_alta", "recordatorio_confirmacion"]
