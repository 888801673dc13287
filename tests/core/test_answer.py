"""One mail to everything that follows: who is answered, who is not, what staff learn, under which Message-ID."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mailbot.core.answer import CAP, Desk, answer, picture_wanted
from mailbot.core.case import Case, State
from mailbot.core.constancia import Constancia, Field, Patron
from mailbot.core.documents import Document, Sign
from mailbot.core.identifiers import Nss, RegistroPatronal
from mailbot.core.judgement import token
from mailbot.core.message import Attachment, Bounce, Message
from mailbot.core.outcome import Outcome, Past, PlannedReminder
from mailbot.core.page import Box
from mailbot.core.remind import remind
from tests.stories.telling import desk as the_desk

ZONE = ZoneInfo("America/Mexico_City")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
BOX = Box(1, 0, 0, 1, 1)
SCHOOL = Patron("CONALEP PLANTEL QUERETARO", RegistroPatronal("E7973805327"), "SEGURO FACULTATIVO ESTUDIANTES")
DESK: Desk = the_desk()


def constancia(estado: str = "BAJA", nss: str = "43160885380", patrones: tuple[Patron, ...] = (SCHOOL,)) -> Document:
    read = Constancia(
        nss=Field(Nss(nss), nss, "NSS", BOX),
        nombre=Field("XIMENA GARCÍA PEÑA", "XIMENA GARCÍA PEÑA", "Nombre", BOX),
        fecha=Field(date(2026, 11, 23), "23/11/2026", "Fecha", BOX),
        estado=Field(estado, estado, "Estado", BOX),
        servicio_medico=Field(estado == "VIGENTE", "", "Servicio", BOX),
        patrones=patrones,
    )
    return Document("constancia_vigencia", "text", read)


def message(**changes: object) -> Message:
    usual = Message(
        digest="ab" * 32, message_id="<1@correo.example>", sender="ximena@alumnos.example", sender_name="Ximena",
        to=("dse_becas@queretaro.tecnm.mx",), cc=(), subject="Constancia", sent=NOW, in_reply_to=None, references=(),
        text="Adjunto mi constancia.", attachments=(Attachment("c.pdf", b"%PDF-", "pdf"),),
    )  # fmt: skip
    return replace(usual, **changes)  # type: ignore[arg-type]


def answered(mail: Message | None = None, past: Past | None = None, *documents: Document, desk: Desk = DESK) -> Outcome:
    return answer(mail or message(), documents or (constancia(),), past or Past(), NOW, NOW, desk)


def case(**changes: object) -> Case:
    usual = Case(
        address="ximena@alumnos.example", state="alta_pedida", since=NOW - timedelta(days=1), id=1,
        nss_key=DESK.keyed("43160885380"), opened_by="cd" * 32, step_day=date(2026, 11, 20),
    )  # fmt: skip
    return replace(usual, **changes)  # type: ignore[arg-type]


def test_the_same_mail_is_answered_with_the_same_bytes() -> None:
    assert answered() == answered()


def test_the_message_id_comes_from_the_digest_of_the_mail_it_answers_and_not_from_what_is_said() -> None:
    (one,), (other,) = answered().mails, answered(None, None, constancia("VIGENTE")).mails
    assert one.stem != other.stem
    assert one.message_id == other.message_id == f"<mailbot.{'ab' * 32}@queretaro.tecnm.mx>"


def test_the_reply_goes_to_the_sender_alone_in_the_thread_of_the_mail() -> None:
    mail = message(cc=("otra@alumnos.example",), references=("<0@correo.example>",))
    (sent,) = answered(mail).mails
    read = message_from_bytes(sent.raw, policy=policy.default)
    assert (sent.to, sent.cc) == (("ximena@alumnos.example",), ())
    assert {h: str(read[h]) for h in ("To", "Cc", "In-Reply-To", "References", "Auto-Submitted", "X-Mailbot-Reply")} == {
        "To": "ximena@alumnos.example",
        "Cc": "None",
        "In-Reply-To": "<1@correo.example>",
        "References": "<0@correo.example> <1@correo.example>",
        "Auto-Submitted": "auto-replied",
        "X-Mailbot-Reply": "solicita_tu_alta",
    }


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"hard_mark": "lo escribió una máquina"}, "ignored"),
        ({"sender": None}, "set_aside"),
        ({"sender": "ñandú@correo.example"}, "set_aside"),
        ({"sender": "a b@correo.example"}, "set_aside"),
        ({"authentication": "fail"}, "set_aside"),
        ({"weak_marks": ("Precedence",), "attachments": ()}, "ignored"),
        ({"problems": ("no_se_pudo_leer",)}, "set_aside"),
        # the picture below an absence note is a signature
        (
            {"weak_marks": ("texto de respuesta automática",), "attachments": (Attachment("firma.png", b"\x89PNG", "imagen"),)},
            "ignored",
        ),
    ],
)
def test_mail_that_must_not_be_answered_gets_nothing_and_touches_no_case(changes: dict[str, object], verdict: str) -> None:
    outcome = answered(message(**changes))
    assert (outcome.verdict, outcome.mails, outcome.case, outcome.reminder) == (verdict, (), None, None)
    assert outcome.why


def test_above_the_cap_a_person_looks_and_the_last_reply_before_it_says_so() -> None:
    cap = DESK.office.replies_per_sender_per_day
    (last,) = answered(None, Past(replies_today=cap - 1)).mails
    assert "última respuesta automática" in message_from_bytes(last.raw, policy=policy.default).get_body().get_content()
    over = answered(None, Past(replies_today=cap))
    assert (over.verdict, over.why, over.mails, over.case) == ("set_aside", CAP, (), None)


def test_a_sender_in_doubt_gets_what_the_document_says_and_nothing_of_the_case() -> None:
    guarded = replace(DESK, office=replace(DESK.office, authenticates=True))
    past = Past(cases=(case(),))
    doubtful = answered(message(authentication="none"), past, desk=guarded)
    assert [m.stem for m in doubtful.mails] == ["solicita_tu_alta"]  # not «espera_unos_dias»
    assert (doubtful.case, doubtful.reminder) == (None, None)
    sure = answered(message(authentication="pass"), past, desk=guarded)
    assert [m.stem for m in sure.mails] == ["espera_unos_dias"]
    mail = message(authentication="none")
    assert picture_wanted(mail, (constancia(),), Past(), NOW, NOW, guarded) is None
    assert picture_wanted(message(authentication="pass"), (constancia(),), Past(), NOW, NOW, guarded) is not None


def test_the_same_nss_from_another_address_learns_nothing_and_staff_do() -> None:
    outcome = answered(message(sender="otra@alumnos.example"), Past(others_with_nss=(1,)))
    assert [(m.kind, m.stem, m.to) for m in outcome.mails] == [
        ("reply", "solicita_tu_alta", ("otra@alumnos.example",)),
        ("note", "aviso_personal", ("personal@escolares.example",)),
    ]
    assert "ximena" not in outcome.mails[0].raw.decode().lower().replace("hola, ximena", "")
    assert outcome.case is not None
    assert (outcome.case.id, outcome.case.address) == (None, "otra@alumnos.example")


def test_a_second_person_at_one_address_opens_a_second_case_with_a_neutral_reply() -> None:
    outcome = answered(None, Past(cases=(case(nss_key="otro"),)))
    reply, note = outcome.mails
    text = message_from_bytes(reply.raw, policy=policy.default).get_body().get_content()
    assert "Ximena" not in text
    assert "5380" not in text
    assert (note.kind, note.to) == ("note", DESK.office.staff)
    assert outcome.case is not None
    assert outcome.case.id is None
    assert picture_wanted(message(), (constancia(),), Past(cases=(case(nss_key="otro"),)), NOW, NOW, DESK) is None


def test_a_bounce_of_our_own_mail_mutes_the_address_and_a_forged_one_does_not() -> None:
    report = message(hard_mark="es un rebote", bounce=Bounce(("ximena@alumnos.example",), True, "<x@y>"))
    forged = answered(report)
    assert (forged.verdict, forged.mutes) == ("ignored", ())
    ours = answered(report, Past(wrote_to=("ximena@alumnos.example",)))
    assert [address for address, _ in ours.mutes] == ["ximena@alumnos.example"]
    delayed = message(hard_mark="x", bounce=Bounce(("ximena@alumnos.example",), False, "<x@y>"))
    assert answered(delayed, Past(wrote_to=("ximena@alumnos.example",))).mutes == ()


def test_staff_who_write_to_the_student_take_the_case_over_and_mailbot_keeps_silent_in_it() -> None:
    staff = message(sender="personal@escolares.example", hard_mark="es del personal", mark_code="staff")
    taken = answered(staff, Past(staff_wrote=(case(),)))
    assert taken.case == case(taken=True, state="con_persona", since=NOW)
    assert (taken.mails, taken.cancels_reminders) == ((), "lo atiende una persona")
    assert taken.case is not None
    silent = answered(None, Past(cases=(taken.case,)))
    assert (silent.verdict, silent.mails) == ("set_aside", ())


def test_suspicions_go_to_staff_alone() -> None:
    odd = replace(constancia(), signs=(Sign("nss_no_cuadra", "el dígito verificador del NSS no corresponde"),))
    outcome = answered(None, None, odd)
    reply, note = outcome.mails
    assert (reply.stem, reply.cc) == ("lo_revisa_una_persona", DESK.office.staff)
    assert b"verificador" not in reply.raw
    assert (note.kind, note.to, note.cc) == ("note", DESK.office.staff, ())


def test_copies_above_the_hourly_number_are_bundled_and_the_student_is_answered_all_the_same() -> None:
    few = replace(DESK, office=replace(DESK.office, copies_per_hour=3))
    odd = constancia("CONSERVACION DE DERECHOS")
    assert [(m.cc, answered(None, Past(copies_last_hour=2), odd, desk=few).bundled) for m in
            answered(None, Past(copies_last_hour=2), odd, desk=few).mails] == [(DESK.office.staff, False)]  # fmt: skip
    over = answered(None, Past(copies_last_hour=3), odd, desk=few)
    assert [(m.to, m.cc) for m in over.mails] == [(("ximena@alumnos.example",), ())]
    assert over.bundled


@pytest.mark.parametrize("office", [{"copies_per_hour": 3}, {"staff": ()}])
def test_a_reply_that_no_one_of_staff_reads_has_no_lines_for_them(office: dict[str, Any]) -> None:
    alone = replace(DESK, office=replace(DESK.office, **office))
    odd = constancia("CONSERVACION DE DERECHOS")
    (copied,) = answered(None, Past(copies_last_hour=3), odd).mails
    (reply,) = answered(None, Past(copies_last_hour=3), odd, desk=alone).mails
    assert (reply.cc, b"Para el personal" in copied.raw, b"Para el personal" in reply.raw) == ((), True, False)


def test_a_note_names_who_wrote_because_a_first_case_has_no_number_yet() -> None:
    _, note = answered(message(sender="ana_maria@alumnos.example"), Past(others_with_nss=(1,))).mails
    text = message_from_bytes(note.raw, policy=policy.default).get_body(("plain",)).get_content()
    assert "- Escribió: ana_maria@alumnos.example" in text.splitlines()


def test_in_shadow_mode_nothing_is_addressed_to_the_student() -> None:
    shadow = replace(DESK, office=replace(DESK.office, mode="shadow"))
    (sent,) = answered(desk=shadow).mails
    read = message_from_bytes(sent.raw, policy=policy.default)
    assert (sent.to, sent.cc, str(read["To"]), read["Cc"]) == (DESK.office.staff, (), DESK.office.staff[0], None)
    assert str(read["Subject"]) == f"[SIMULACRO] Re: {message().subject}"
    outcome = answered(desk=shadow)
    assert outcome.reminder is not None
    assert outcome.case is not None
    reminded = remind(outcome.reminder, replace(outcome.case, id=1), None, outcome.reminder.due, shadow)
    assert reminded.mail is not None
    assert reminded.mail.to == DESK.office.staff


def test_a_button_of_a_case_finds_that_case_again() -> None:
    one, other = case(id=1, opened_by="11" * 32, state="esperando_baja"), case(id=2, opened_by="22" * 32)
    mail = message(text="Ya llené el formulario.", attachments=(), case_token=token(one, DESK))
    outcome = answer(mail, (), Past(cases=(other, one)), NOW, NOW, DESK)
    assert outcome.case is not None
    assert outcome.case.id == 1


def test_a_reminder_written_twice_has_one_message_id_and_the_next_rung_another() -> None:
    outcome = answered()
    assert outcome.reminder is not None
    assert outcome.case is not None
    mine = replace(outcome.case, id=1)
    first = remind(outcome.reminder, mine, None, outcome.reminder.due, DESK)
    again = remind(outcome.reminder, mine, None, outcome.reminder.due + timedelta(hours=1), DESK)
    assert first.mail is not None
    assert again.mail is not None
    assert first.mail.message_id == again.mail.message_id
    assert first.following is not None
    assert first.case is not None
    second = remind(first.following, first.case, None, first.following.due, DESK)
    assert second.mail is not None
    assert second.mail.message_id != first.mail.message_id


def test_an_emergency_stands_out_among_the_mails_of_staff_and_nothing_else_does() -> None:
    (urgent,) = answered(message(text="Estoy en urgencias.", attachments=())).mails
    (usual,) = answered().mails
    assert [message_from_bytes(m.raw)["Importance"] for m in (urgent, usual)] == ["high", None]


@pytest.mark.parametrize(
    ("step_day", "words"),
    [
        (date(2026, 11, 20), "Tu siguiente paso: si no has llenado el formulario, llenarlo hoy con una constancia de hoy; "
         "si ya lo llenaste, esperar hasta el viernes 27 de noviembre y descargar otra vez la constancia."),
        (date(2026, 11, 9), "Tu siguiente paso: llenar el formulario con una constancia de ese mismo día, si no lo has "
         "hecho; si ya lo llenaste, decírnoslo."),
    ],
)  # fmt: skip
def test_who_sends_the_same_again_is_told_the_next_step_and_never_to_wait_for_a_day_gone_by(
    step_day: date, words: str
) -> None:
    first = answered().case
    assert first is not None
    (reply,) = answered(None, Past(cases=(replace(first, id=1, step_day=step_day),))).mails
    text = message_from_bytes(reply.raw, policy=policy.default).get_body(("plain",))
    assert reply.stem == "ya_lo_recibimos"
    assert text is not None
    assert words in text.get_content().replace("\r\n", "\n")


def test_a_case_is_not_closed_for_silence_a_few_days_after_its_student_wrote() -> None:
    """ "No hemos sabido de ti" would be a lie: the days of silence count anew from the last mail."""
    closing = PlannedReminder("cierre", date(2026, 11, 9), 15, datetime(2026, 12, 1, 9, 0, tzinfo=ZONE))
    wrote = case(heard=date(2026, 11, 30), reminders_sent=2)
    waits = remind(closing, wrote, None, closing.due, DESK)
    assert (waits.mail, waits.later) == (None, datetime(2026, 12, 7, 9, 0, tzinfo=ZONE))
    closed = remind(closing, wrote, None, datetime(2026, 12, 7, 9, 0, tzinfo=ZONE), DESK)
    assert closed.mail is not None
    assert (closed.mail.stem, closed.case and closed.case.state) == ("cierre", "cerrado")


def test_who_is_promised_that_staff_look_gets_no_more_reminders_and_is_owed_an_answer() -> None:
    filled = case(step_day=date(2026, 11, 9), form_day=date(2026, 11, 10))
    words = message(text="Todavía no me aparece el alta.", attachments=())
    asks = answer(words, (), Past(cases=(filled,)), NOW, NOW, DESK)
    (reply,) = asks.mails
    assert (reply.stem, reply.cc) == ("aun_no_aparece", DESK.office.staff)
    assert asks.cancels_reminders == "lo revisa el personal"
    assert asks.case is not None
    assert asks.case.owed_since == NOW
    again = answer(replace(words, digest="ef" * 32), (), Past(cases=(asks.case,)), NOW, NOW + timedelta(days=1), DESK)
    assert again.case is not None
    assert again.case.owed_since == NOW


def test_that_it_does_not_show_is_answered_by_the_case_where_there_is_one_and_by_the_guide_where_there_is_none() -> None:
    words = message(text="Todavía no me aparece el alta.", attachments=())
    waiting = replace(case(), step_day=date(2026, 11, 20))
    told = [answer(words, (), Past(cases=cases), NOW, NOW, DESK).mails[0].stem for cases in ((), (waiting,))]
    assert told == ["como_empezar", "espera_unos_dias"]


def test_the_day_of_the_last_reply_stays_with_the_case_and_a_silence_does_not_move_it() -> None:
    first = answered().case
    assert first is not None
    thanks = message(text="Muchas gracias", attachments=(), digest="ef" * 32, sent=NOW + timedelta(days=1))
    later = NOW + timedelta(days=1)
    second = answer(thanks, (), Past(cases=(replace(first, id=1),)), later, later, DESK).case
    assert second is not None
    assert (first.heard, first.answered) == (date(2026, 11, 23), date(2026, 11, 23))
    assert (second.heard, second.answered) == (date(2026, 11, 24), date(2026, 11, 23))


def buttons_of(outcome: Outcome) -> list[str]:
    text = message_from_bytes(outcome.mails[0].raw, policy=policy.default).get_body(("plain",))
    assert text is not None
    return re.findall(r"^«(.*)»\r?$", text.get_content(), re.M)


def test_who_has_filled_in_the_form_is_not_offered_to_say_so_and_the_button_says_what_it_says() -> None:
    filled = case(step_day=date(2026, 11, 9), form_day=date(2026, 11, 10))
    waits = replace(filled, step_day=date(2026, 11, 20), form_day=date(2026, 11, 20))
    said = [
        answered(message(text="Ya llené el formulario.", attachments=())),
        answer(message(text="¿Y ahora?", attachments=()), (), Past(cases=(waits,)), NOW, NOW, DESK),
        answer(message(text="Aún no aparece.", attachments=()), (), Past(cases=(waits,)), NOW, NOW, DESK),
        answer(message(text="Aún no aparece.", attachments=()), (), Past(cases=(filled,)), NOW, NOW, DESK),
    ]
    assert [(o.mails[0].stem, buttons_of(o)) for o in said] == [
        ("espera_unos_dias", ["Aún no aparece", "Quiero hablar con una persona"]),
        ("espera_unos_dias", ["Aún no aparece", "Quiero hablar con una persona"]),
        ("espera_unos_dias", ["Aún no aparece", "Quiero hablar con una persona"]),
        ("aun_no_aparece", []),
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"nss": None}, "sólo el NSS"),
        ({"nss": None, "fecha": date(2026, 11, 1)}, "La fecha de la constancia no es la del día"),
        ({"estado": None, "fecha": date(2026, 11, 1)}, "La fecha de la constancia no es la del día"),
        ({"nss": None, "estado": "VIGENTE", "fecha": date(2026, 1, 1)}, "Sigues VIGENTE por otra escuela"),
        ({"nss": None, "estado": "VIGENTE", "servicio": False}, "sólo el NSS"),
    ],
)
def test_a_reply_names_what_else_is_wrong_with_a_constancia_that_cannot_be_read(
    changes: dict[str, object], told: str
) -> None:
    """A former school, or a day that is not the mail's: the student mends all of it at once."""
    read = constancia(str(changes.get("estado") or "BAJA")).constancia
    assert read is not None
    if "servicio" in changes:
        read = replace(read, servicio_medico=Field(False, "NO", "Servicio", BOX))
    if "fecha" in changes:
        read = replace(read, fecha=Field(changes["fecha"], "", "Fecha", BOX))  # type: ignore[arg-type]
    read = replace(read, **{name: None for name in ("nss", "estado") if name in changes and changes[name] is None})
    outcome = answered(None, None, Document("constancia_vigencia", "text", read))
    mail = message_from_bytes(outcome.mails[0].raw, policy=policy.default)
    text = str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert outcome.decision is not None
    assert outcome.decision.reply == "no_se_puede_leer"
    assert (told in text) if told != "sólo el NSS" else ("Además" not in text)


@pytest.mark.parametrize(
    ("state", "words", "stem", "then"),
    [
        # a button of an old mail, long after: neither a person's promise nor the insurance is forgotten for it
        ("con_persona", "Ya llené el formulario.", "lo_revisa_una_persona", "con_persona"),
        ("confirmado", "Ya llené el formulario.", "ya_tienes_seguro", "confirmado"),
        ("cerrado", "Ya llené el formulario.", "espera_unos_dias", "alta_pedida"),
        ("cerrado", "Aún no aparece.", "como_empezar", "cerrado"),
    ],
)
def test_a_tap_on_an_old_button_is_answered_as_the_case_stands(state: State, words: str, stem: str, then: str) -> None:
    old = case(state=state, step_day=None)
    mail = message(text=words, subject=words, attachments=(), case_token=token(old, DESK))
    outcome = answer(mail, (), Past(cases=(old,)), NOW, NOW, DESK)
    assert outcome.case is not None
    assert ([m.stem for m in outcome.mails], outcome.case.state) == ([stem], then)
