"""Trouble that lasts: SMTP down for a day, greylisting, storms of 4xx, a refused copy; told by the pretend clock."""

from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest

from tests.shell.house import STAFF, House, house, student_mail


@pytest.fixture
def place() -> Iterator[House]:
    with house() as made:
        yield made


def at(day: int, clock: str) -> str:
    return f"2026-11-{day}T{clock}:00-06:00"


def notes(place: House) -> list[tuple[str, str]]:
    """Return to whom each note to staff went, and its subject."""
    mails = [(r.rcpt_tos, message_from_bytes(r.raw, policy=policy.default)) for r in place.smtp.received]
    return [(to[0], str(m["Subject"])) for to, m in mails if str(m["X-Mailbot-Reply"]) == "aviso_personal"]


def test_a_day_without_smtp_costs_no_mail_no_try_and_no_reply_of_its_own(place: House) -> None:
    place.smtp.stop()
    for n, clock in enumerate(("09:00", "12:00", "17:00", "23:00")):
        place.dovecot.deliver(student_mail(n))
        assert place.once(at(23, clock)).returncode == 1
    assert place.states() == ["decided"] * 4
    place.smtp.start()
    assert place.once(at(24, "09:30")).returncode == 0
    assert place.states() == ["answered"] * 4
    assert {mail: len(ids) for mail, ids in place.ids_by_mail().items()} == {f"<alumna.{n}@correo.test>": 1 for n in range(4)}
    assert len(place.replies()) == 4
    assert place.rows("SELECT sum(attempts) FROM outbox WHERE kind = 'reply'") == [(0,)]


def test_a_greylisted_reply_goes_out_at_its_second_try_and_not_before(place: House) -> None:
    place.smtp.mood.greylist = True
    place.dovecot.deliver(student_mail(1))
    assert place.once(at(23, "10:00")).returncode == 0
    assert (place.states(), place.replies()) == (["decided"], [])
    place.run("run", "--once", "--now", "2026-11-23T10:00:30-06:00")
    assert place.replies() == []
    assert place.once(at(23, "10:02")).returncode == 0
    assert (place.states(), len(place.replies())) == (["answered"], 1)


def test_a_storm_of_4xx_ends_after_three_days_with_the_mail_set_aside_and_staff_told_and_reprocess_sends_it(
    place: House,
) -> None:
    place.smtp.mood.refuse_recipients = {"alumna1@correo.test": "452 4.2.2 buzón lleno"}
    place.dovecot.deliver(student_mail(1))
    assert place.once(at(23, "10:00")).returncode == 0
    tries = []
    for day, clock in ((23, "10:05"), (23, "12:00"), (24, "10:00"), (25, "10:00"), (26, "09:00")):
        place.once(at(day, clock))
        tries += place.rows("SELECT attempts, state FROM outbox WHERE kind = 'reply'")
    assert tries == [(2, "waiting"), (3, "waiting"), (4, "waiting"), (5, "waiting"), (6, "waiting")]
    assert notes(place) == []
    place.once(at(26, "11:00"))
    place.once(at(26, "11:01"))
    assert place.rows("SELECT state, failed, reason FROM messages") == [
        ("set_aside", 1, "el servidor no aceptó la respuesta en 3 días")]
    assert [to for to, _ in notes(place)] == [STAFF]
    assert place.run("status").returncode == 1
    first = place.rows("SELECT rfc_id, raw FROM outbox WHERE kind = 'reply'")
    place.smtp.mood.refuse_recipients = {}
    assert place.run("reprocess").returncode == 0
    place.once(at(26, "11:30"))
    assert place.states() == ["answered"]
    [(_, _, own)] = place.replies()
    assert [(own,)] == [(rfc_id,) for rfc_id, _ in first]
    assert place.run("status").returncode == 0


def test_a_refused_copy_harms_no_student_and_the_other_staff_learn_of_it_by_a_note(place: House) -> None:
    other = "subdirectora@itq.test"
    place.config.write_text(place.config.read_text().replace(f'staff = ["{STAFF}"]', f'staff = ["{STAFF}", "{other}"]'))
    place.smtp.mood.refuse_recipients = {STAFF: "550 5.1.1 no existe"}
    place.dovecot.deliver(student_mail(1, text="Quiero la baja del seguro facultativo del ITQ, por favor."))
    assert place.once(at(23, "10:00")).returncode == 0
    assert place.states() == ["answered"]
    copies = [r.rcpt_tos for r in place.smtp.received if "alumna1@correo.test" in r.rcpt_tos]
    assert copies == [("alumna1@correo.test", other)]
    assert notes(place) == [(other, "Una copia para el personal no se entregó")]


def test_a_minute_carries_no_more_than_its_rate(place: House) -> None:
    place.write_config()
    place.config.write_text(place.config.read_text().replace("messages_per_minute = 0", "messages_per_minute = 3"))
    place.dovecot.deliver_all([student_mail(n) for n in range(5)])
    with place.daemon() as running:
        running.ready()
        place.wait(lambda: len(place.replies()) == 3)
        import time

        time.sleep(2)
        assert len(place.replies()) == 3
        assert running.stop() == 0  # also while it waits for its minute
    assert place.rows("SELECT count(*) FROM outbox WHERE claimed_by IS NOT NULL") == [(0,)]


def test_a_pretended_instant_has_no_minute_to_wait_for_and_all_that_is_due_goes(place: House) -> None:
    place.config.write_text(place.config.read_text().replace("messages_per_minute = 0", "messages_per_minute = 1"))
    place.dovecot.deliver_all([student_mail(n) for n in range(7)])  # six minutes, where `run` gives up after five
    assert place.once(at(23, "10:00")).returncode == 0
    assert len(place.replies()) == 7
