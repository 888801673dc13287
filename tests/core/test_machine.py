"""Is every machine known, and no person taken for one (contract.md, "Whose mail is answered")?"""

from __future__ import annotations

import pytest

from mailbot.core.machine import is_bounce_sender, is_no_reply
from mailbot.core.message import Message, read

OWN, STAFF = frozenset({"becas@itq.example"}), frozenset({"servicios@itq.example"})


def of(headers: str, body: str = "Hola", sender: str = "ana@correo.example", subject: str = "Hola") -> Message:
    raw = f"{headers}From: {sender}\nTo: Becas <Becas@ITQ.example>\nSubject: {subject}\n\n{body}"
    return read(raw.encode(), OWN, STAFF, authserv="", attachment_limit=0)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ("Return-Path: <>\n", "null_sender"),
        ("Return-path:   < >\n", "null_sender"),
        ("Return-Path: <ana@correo.example>\nReturn-Path: <>\n", None),  # only the topmost is our server's
        ("Auto-Submitted: auto-replied\n", "auto_submitted"),
        ("Auto-Submitted: auto-generated; type=x\n", "auto_submitted"),
        ("AUTO-SUBMITTED: (nota) Auto-Notified\n", None),  # nobody writes a comment first; no word, no mark
        ("Auto-Submitted: no\nAuto-Submitted: auto-replied\n", "auto_submitted"),
        ("Auto-Submitted: no (a person)\n", None),
        ("Auto-Submitted:\n", None),
        ("List-Id: <x.example>\n", "list"),
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n", "report"),
        ("Content-Type: message/disposition-notification\n", "report"),
        ("X-Mailbot-Reply: como_empezar\n", "own_marker"),
        ("Return-Path: <owner-anuncios@listas.example>\n", "bounce_sender"),
        ("Return-Path: <anuncios-bounces+ana=x.example@listas.example>\n", "bounce_sender"),
        ("Return-Path: <MAILER-DAEMON>\n", "bounce_sender"),
        ("Return-Path: <bounces+123-ana@correo-masivo.example>\n", None),
        ("X-Auto-Response-Suppress: All\n", None),
        ("List-Unsubscribe: <mailto:x@y.example>\n", None),
        ("Precedence: bulk\n", None),
    ],
)
def test_a_header_is_a_hard_mark_or_none(headers: str, code: str | None) -> None:
    message = of(headers)
    assert message.mark_code == code
    assert (message.hard_mark is None) == (code is None)


@pytest.mark.parametrize(
    ("sender", "code"),
    [
        ("MAILER-DAEMON", "bounce_sender"),
        ("Mail Delivery System <mailer-daemon@x.example>", "bounce_sender"),
        ("postmaster@x.example", "bounce_sender"),
        ("bounce+ana=x@y.example", "bounce_sender"),
        ("owner-becas@x.example", "bounce_sender"),
        ("becas-request@x.example", "bounce_sender"),
        ("noreply@x.example", "no_reply"),
        ("NoReply+123@x.example", "no_reply"),
        ("do-not-reply@x.example", "no_reply"),
        ("no-responder@x.example", "no_reply"),
        ("imss-no-reply@x.example", "no_reply"),
        ("no-reply-imss@x.example", "no_reply"),
        ("becas+alumnos@itq.example", "own_address"),
        ("SERVICIOS@itq.example", "staff"),
        ("noreyes@x.example", None),
        ("noreplyana@x.example", None),
        ("ana.noreply@x.example", None),
        ("postmasterana@x.example", None),
        ("bouncer@x.example", None),
        ("l22140123@queretaro.tecnm.example", None),
    ],
)
def test_a_sender_is_a_machine_ourselves_staff_or_a_person(sender: str, code: str | None) -> None:
    assert of("", sender=sender).mark_code == code


def test_a_vacation_note_of_staff_is_a_machine_s_and_hands_nothing_over() -> None:
    assert of("Auto-Submitted: auto-replied\n", sender="servicios@itq.example").mark_code == "auto_submitted"


def test_the_reason_says_it_in_spanish_and_repeats_nothing_of_the_mail() -> None:
    assert of("Auto-Submitted: auto-replied\n").hard_mark == "lo escribió una máquina: Auto-Submitted (auto-replied)"
    assert of("Auto-Submitted: <b>ana</b>\n").hard_mark == "lo escribió una máquina: Auto-Submitted"


@pytest.mark.parametrize(
    "subject",
    [
        "Respuesta automática: Mi constancia", "Automatic reply: hola", "Fuera de la oficina", "RESPUESTA AUTOMATICA",
        "Re: Out of Office", "Lu : Re: hola", "Lido: Re: hola", "Abwesend: Re: hola", "Buzón lleno", "Mensaje no entregado: Re: hola", "Auto: Re: hola", "No se pudo entregar: Re: hola", "Undeliverable: hola",
        "Delivery Status Notification (Failure)", "Mail delivery failed: returning message to sender",
        "=?utf-8?Q?Le=C3=ADdo=3A_hola?=", "Autorespuesta", "failure notice", "Entrega retrasada: hola",
    ],
)  # fmt: skip
def test_a_subject_as_machines_write_it_is_a_weak_mark(subject: str) -> None:
    message = of("", subject=subject)
    assert (message.mark_code, len(message.weak_marks)) == (None, 1)


@pytest.mark.parametrize(
    "body",
    [
        "Hola:\n\nMe encuentro de vacaciones hasta el 7 de diciembre.",
        "I am out of the office until Monday with limited access to email.",
        "Gracias por contactarnos. Su mensaje es importante.",
        "Este es un mensaje automático, favor de no responder.",
        "Hemos recibido su solicitud con folio 123.",
        # seen in the trial of 1,000 machines (tests/trials/machines.py): other words, other languages
        "Estou de férias até 30 de novembro.",
        "Je suis absente du bureau jusqu'au 30 novembre.",
        "En este momento no me encuentro disponible, en cuanto pueda responderé.",
        "Su mensaje ha sido recibido. Le responderemos a la brevedad posible.",
        "Por periodo vacacional las oficinas permanecerán cerradas.",
        "He dejado de utilizar esta cuenta de correo.",
        "El buzón de ana@correo.example está lleno y no puede recibir mensajes por el momento.",
        # a note that names the matter, as our own mails make their writers do
        "Gracias por escribir. Estoy de vacaciones y regreso el lunes. Si es sobre el seguro facultativo, escribe a otra@x.example",
        "Me encuentro de incapacidad. Regreso el 7 de diciembre. Para constancias, favor de acudir con la Lic. Pérez.",
        "Ya no laboro en esta institución. Para dudas sobre constancias e IMSS diríjase a rh@x.example.",
    ],
)
def test_a_vacation_note_without_any_header_is_known_by_its_first_lines(body: str) -> None:
    assert of("", body=body).weak_marks == ("texto de respuesta automática",)


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Constancia", "Buenas tardes, adjunto mi constancia de vigencia. Gracias por su atención."),
        ("Duda", "Estoy de vacaciones y quiero dar de alta mi seguro facultativo"),
        ("Re: Mi constancia", "Ya lo llené. ¿Esta es una respuesta automática del seguro?"),
        ("Entrega de constancia", "Les entrego mi constancia"),
        ("Reporte de vigencia de derechos", "Va el reporte"),
        ("Urgente", "Mi papá ya no trabaja en la empresa"),
        ("Seguro", "Estoy de viaje hasta el lunes, ¿puedo mandar mi constancia después?"),
        ("Formulario rechazado", "Estoy de incapacidad y quiero darme de alta en el IMSS a partir del lunes"),
        ("Luis Peña: constancia", "Gracias por su correo, mi constancia no dice vigente"),
    ],
)
def test_a_person_s_words_are_no_mark(subject: str, body: str) -> None:
    message = of("", body=body, subject=subject)
    assert (message.hard_mark, message.weak_marks) == (None, ())


def test_each_weak_header_is_named_for_the_ledger() -> None:
    message = of("Precedence: list\nList-Unsubscribe: <x>\nX-Autoreply: yes\nReturn-Path: <bounces+1@x.example>\n")
    assert message.weak_marks == ("Precedence", "List-Unsubscribe", "X-Autoreply", "sobre de envío masivo")


def test_mail_that_does_not_name_us_is_weak_and_an_alias_or_a_tag_is_us() -> None:
    def marks(to: str) -> tuple[str, ...]:
        raw = f"From: ana@correo.example\n{to}\nSubject: x\n\nHola"
        own = frozenset({"becas@itq.example", "seguro@itq.example"})
        return read(raw.encode(), own, STAFF, authserv="", attachment_limit=0).weak_marks

    unnamed = ("el buzón no está entre los destinatarios",)
    assert marks("To: undisclosed-recipients:;") == unnamed
    assert marks("To: otra@itq.example") == unnamed
    assert marks("To: otra@itq.example\nCc: Seguro <SEGURO@itq.example>") == ()
    assert marks("To: becas+2026@itq.example") == ()
    assert marks("To: ana@correo.example\nResent-To: becas@itq.example") == ()


def test_the_words_of_a_no_reply_address_are_the_whole_local_part_or_set_off_by_a_hyphen() -> None:
    assert [is_no_reply(f"{local}@x.example") for local in ("no-reply", "x-no-reply", "no-reply-x", "xno-reply")] == [
        True, True, True, False,
    ]  # fmt: skip
    assert [is_bounce_sender(f"{local}@x.example") for local in ("bounces", "a-bounces", "bounce-1-a", "abounces")] == [
        True, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize("sender", ["formsnoreply@x.example", "vigencia.noreply@x.example", "maria.no-reply.x@y.example"])
def test_a_no_reply_inside_an_address_is_a_weak_mark(sender: str) -> None:
    message = of("", sender=sender)
    assert (message.mark_code, message.weak_marks) == (None, ("remitente que no recibe respuestas",))


def test_a_dmarc_report_is_a_weak_mark() -> None:
    message = of("", subject="Report Domain: x.example Submitter: y.example Report-ID: 1")
    assert message.weak_marks == ("asunto de respuesta automática",)
