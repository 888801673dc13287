"""When the digest and the note of spared copies are posted, and that neither is ever posted twice. A real store."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from email import message_from_bytes, policy
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mailbot.core.answer import Desk
from mailbot.core.case import Event, EventName, advance, new_case
from mailbot.shell import case_rows, flags, letters, privacy
from mailbot.shell.bundle import post_bundle
from mailbot.shell.morning import post_digest
from mailbot.shell.store import Store, open_store
from mailbot.shell.tables import outbox
from tests.servers.postgres import Postgres
from tests.shell.days import live
from tests.shell.house import STAFF, house, student_mail
from tests.stories import telling

ZONE = ZoneInfo("America/Mexico_City")
NINE = time(9, 0)
NUMBERS = count()  # of databases: each test has its own


def at(day: int, hour: int = 9, minute: int = 1) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(f"sqlite:///{tmp_path}/mailbot.db")
    yield made
    made.close()


@pytest.fixture
def on_postgres(postgres: Postgres) -> Iterator[Store]:
    made = open_store(postgres.url(f"morning_{next(NUMBERS)}"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def desk() -> Desk:
    return telling.desk()


def waits(store: Store, address: str, since: datetime) -> None:
    case = advance(new_case(address, since, "d" * 64), Event("pasa_a_persona", since, since.date()))
    store.write_now(case_rows.save, case, ("pasa_a_persona",), since)


def digest(store: Store, now: datetime, desk: Desk) -> bool:
    return store.write_now(post_digest, now, desk, NINE)


def posted(store: Store) -> list[str]:
    """Return the text of each digest in the outbox."""
    raws = store.read_now(lambda c: c.execute(outbox.select().where(outbox.c.kind == "digest")).all())
    mails = [message_from_bytes(row.raw, policy=policy.default) for row in raws]
    return [str(mail.get_body(("plain",)).get_content()) for mail in mails]


def test_a_digest_goes_once_on_each_business_day_while_somebody_waits(store: Store, desk: Desk) -> None:
    waits(store, "ana_luz@correo.test", at(20))
    days = [digest(store, now, desk) for now in (
        at(23, 8), at(23, 8, 59), at(23), at(23, 12), at(24, 8), at(24, 17), at(24, 17, 1), at(28), at(29), at(30))]  # fmt: skip
    assert days == [False, False, True, False, False, True, False, False, False, True]
    assert "- Caso 1 (ana_luz@correo.test): desde hace 3 días" in posted(store)[0]


def test_the_first_contact_of_all_makes_no_digest_of_its_own_round(store: Store, desk: Desk) -> None:
    waits(store, "ana@correo.test", at(23))
    assert [digest(store, at(23, 10), desk), digest(store, at(23, 11), desk), digest(store, at(24), desk)] == [
        False, False, True]  # fmt: skip


def test_where_there_is_nothing_to_say_nothing_is_posted(store: Store, desk: Desk) -> None:
    assert [digest(store, at(day), desk) for day in (23, 24, 25)] == [False, False, False]
    assert posted(store) == []


def test_a_clock_that_jumps_back_brings_no_second_digest_of_a_day(store: Store, desk: Desk) -> None:
    digest(store, at(20), desk)
    waits(store, "ana@correo.test", at(20))
    jumps = [digest(store, now, desk) for now in (at(24), at(23), at(24), at(25), at(24), at(25))]
    assert jumps == [True, True, False, True, False, False]
    assert len(posted(store)) == 3  # of the 23rd, the 24th and the 25th


def test_a_clock_that_was_far_ahead_does_not_silence_the_digest(store: Store, desk: Desk) -> None:
    digest(store, datetime(2031, 1, 2, 10, 0, tzinfo=ZONE), desk)
    waits(store, "ana@correo.test", at(20))
    assert digest(store, at(23), desk)


def test_on_postgresql_the_same_is_posted_and_a_person_can_take_a_case(on_postgres: Store, desk: Desk) -> None:
    from mailbot.shell import people

    digest(on_postgres, at(20), desk)
    waits(on_postgres, "ana@correo.test", at(20))
    spare(on_postgres, 1, at(20))
    mail = people.PersonMail(("ana@correo.test", "otra@correo.test"), ("<1@x.test>",), "<2@x.test>")
    took = [on_postgres.write_now(people.wrote, mail, at(23), desk.office) for _ in range(2)]
    assert took == [[], []]  # not in the thread: nothing is taken
    assert [digest(on_postgres, at(23), desk), digest(on_postgres, at(23), desk)] == [True, False]
    assert "- Caso 1 (ana@correo.test): desde hace 3 días" in posted(on_postgres)[0]
    assert on_postgres.write_now(people.take, 1, at(23), desk.office)
    assert not on_postgres.write_now(people.take, 1, at(23), desk.office)


def test_a_case_that_a_person_has_taken_waits_for_nobody(store: Store, desk: Desk) -> None:
    from mailbot.shell import people

    digest(store, at(20), desk)
    waits(store, "ana@correo.test", at(20))
    store.write_now(people.take, 1, at(20, 12), desk.office)
    assert not digest(store, at(23), desk)
    store.write_now(people.give_back, 1, at(23, 12), desk.office)
    assert not digest(store, at(24), desk)  # given back: mailbot answers in it, and nobody has to


PROMISED: dict[str, tuple[EventName, ...]] = {  # what happened in a case that a person had to look at
    "otra.constancia": ("pide_alta",),  # what could not be read came again, and could
    "alta.tarde": ("pide_alta", "espera_persona"),
    "alta.hecha": ("pide_alta", "espera_persona", "confirma"),
    "alta.pedida.otra.vez": ("pide_alta", "espera_persona", "pide_alta"),
    "quiere.persona": ("pide_persona", "pide_alta"),
    "quiere.persona.y.confirma": ("pide_persona", "confirma"),
    "quiere.persona.y.la.baja": ("pide_persona", "pide_salida", "cierra"),
    "le.contestaron": ("pide_persona", "toma_persona", "devuelve_persona"),
}


@pytest.mark.parametrize("kind", ["store", "on_postgres"])
def test_who_was_promised_a_person_stays_in_the_digest_until_what_was_asked_is_answered(
    kind: str, request: pytest.FixtureRequest, desk: Desk
) -> None:
    kept: Store = request.getfixturevalue(kind)
    digest(kept, at(20), desk)
    for name, events in PROMISED.items():
        case = new_case(f"{name}@correo.test", at(20), "d" * 64)
        for event in ("pasa_a_persona", *events):
            case = advance(case, Event(event, at(20), at(20).date()))
        kept.write_now(case_rows.save, case, (), at(20))
    digest(kept, at(23), desk)
    named = set(re.findall(r"\((.*)@correo\.test\)", posted(kept)[-1]))
    assert named == {
        "alta.tarde", "alta.pedida.otra.vez", "quiere.persona", "quiere.persona.y.confirma", "quiere.persona.y.la.baja",
    }  # fmt: skip


def test_whom_the_digest_named_can_still_be_forgotten(store: Store, desk: Desk, tmp_path: Path) -> None:
    digest(store, at(20), desk)
    waits(store, "ana.erasable@correo.test", at(20))
    digest(store, at(23), desk)
    store.write_now(lambda c: letters.sent(c, letters.claim(c, "me", at(23), 1)[0], at(23)))
    store.write_now(privacy.forget, "ana.erasable@correo.test", at(24))
    privacy.rewrite(store.engine)
    held = [p.name for p in tmp_path.iterdir() if b"ana.erasable" in p.read_bytes()]
    assert held == []


def spare(store: Store, number: int, now: datetime) -> None:
    from mailbot.shell.tables import messages

    row = {
        "account": "a", "folder": "f", "uidvalidity": 1, "uid": number, "size": 1, "state": "answered", "received_at": now,
        "seen_at": now, "decided_at": now, "attempts": 0, "deaths": 0, "failed": 0, "bundled": 1,
        "sender": f"a{number}@correo.test", "rule": "algo no cuadra", "stem": "lo_revisa_una_persona", "case_id": number,
    }  # fmt: skip
    store.write_now(lambda c: c.execute(messages.insert().values(row)))


def test_spared_copies_gather_for_ten_minutes_and_go_once_an_hour(store: Store, desk: Desk) -> None:
    spare(store, 1, at(23, 10, 0))
    spare(store, 2, at(23, 10, 5))
    first = [store.write_now(post_bundle, at(23, 10, m), desk) for m in (0, 9, 10, 11)]
    spare(store, 3, at(23, 10, 20))
    second = [store.write_now(post_bundle, now, desk) for now in (at(23, 10, 59), at(23, 11, 9), at(23, 11, 10))]
    assert (first, second) == ([False, False, True, False], [False, False, True])


def test_a_clock_that_jumps_back_does_not_hold_the_spared_copies(store: Store, desk: Desk) -> None:
    store.write_now(flags.put, "bundle_at", at(29).isoformat())
    spare(store, 1, at(23, 10))
    assert store.write_now(post_bundle, at(23, 10, 30), desk)


def test_above_the_hours_number_staff_get_one_note_in_place_of_the_copies() -> None:
    with house() as home:
        home.write_config(more="copies_per_hour = 2")
        mails = [student_mail(n, sender=f"a{n}@correo.test", text="Quiero hablar con una persona, por favor.")
                 for n in range(1, 6)]  # fmt: skip
        live(home, "2026-11-23T10:05:00-06:00", *mails)
        live(home, "2026-11-23T10:06:00-06:00")
        sent = [message_from_bytes(r.raw, policy=policy.default) for r in home.smtp.received]
    copies = [m for m in sent if STAFF in str(m["Cc"])]
    notes = [m for m in sent if str(m["To"]) == STAFF]
    assert (len(sent), len(copies), len(notes)) == (6, 2, 1)
    text = str(notes[0].get_body(("plain",)).get_content())
    spared = {str(m["To"]) for m in sent if not m["Cc"]} - {STAFF}
    assert len(spared) == 3
    assert all(address in text for address in spared)
    assert "pide hablar con una persona; se le contestó «lo revisa una persona»" in text


def test_staff_learn_of_an_emergency_at_once_however_many_copies_they_had() -> None:
    with house() as home:
        home.write_config(more="copies_per_hour = 1")
        person = student_mail(1, sender="a1@correo.test", text="Quiero hablar con una persona, por favor.")
        urgent = [student_mail(n, sender=f"a{n}@correo.test", text="Estoy en urgencias del IMSS.") for n in (2, 3)]
        live(home, "2026-11-23T10:05:00-06:00", person)
        live(home, "2026-11-23T10:06:00-06:00", *urgent)
        copied = [r.rcpt_tos for r in home.smtp.received if STAFF in r.rcpt_tos]
    assert sorted(copied) == [(f"a{n}@correo.test", STAFF) for n in (1, 2, 3)]


def test_a_digest_is_of_staff_only_and_says_what_it_is(store: Store, desk: Desk) -> None:
    digest(store, at(20), desk)
    waits(store, "ana@correo.test", at(20))
    digest(store, at(23), replace(desk, office=replace(desk.office, mode="shadow")))
    (row,) = store.read_now(lambda c: c.execute(outbox.select()).all())
    mail = message_from_bytes(row.raw, policy=policy.default)
    assert (row.kind, row.stem, row.rcpt_to, row.rcpt_cc) == ("digest", "resumen", telling.STAFF[0], [])
    assert (mail["X-Mailbot-Reply"], mail["Auto-Submitted"], str(mail["To"])) == (
        "resumen", "auto-generated", telling.STAFF[0])  # fmt: skip
    assert timedelta(0) == mail["Date"].datetime - at(23).replace(second=0)
