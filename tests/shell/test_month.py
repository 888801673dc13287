"""A month day by day: a dozen students of different fates, each gets just the mails it should, in office hours.

Real Dovecot, real SMTP, real PDFs; `run --once --now` each day at ten, Saturdays and Sundays too.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from mailbot.core.calendar import Calendar
from mailbot.demo import papers
from mailbot.demo.mails import MAILS
from mailbot.demo.papers import COMPANY, FORMER_SCHOOL, ITQ, Student
from tests.shell.days import live
from tests.shell.house import STAFF, House, house

ZONE = ZoneInfo("America/Mexico_City")
FIRST, LAST = date(2026, 11, 23), date(2026, 12, 21)
(ANA, BETO, CARLA, DARIO, ELENA, FER, GALA, HUGO, IRMA, JUAN, KARLA, LUIS) = list(
    dict.fromkeys(mail.student for mail in MAILS)
)[:12]


def mail(student: Student, day: date, text: str, pdf: bytes | None = None, subject: str = "Seguro facultativo") -> bytes:
    made = EmailMessage()
    made["From"], made["To"] = f"{student.name} <{student.email}>", "becas@itq.test"
    made["Subject"] = subject
    made["Message-ID"] = f"<{student.email.split('@')[0]}.{day:%m%d}@correo.example>"
    made["Date"] = datetime(day.year, day.month, day.day, 9, 30, tzinfo=ZONE)
    made.set_content(text)
    if pdf is not None:
        made.add_attachment(pdf, maintype="application", subtype="pdf", filename="constancia.pdf")
    return made.as_bytes()


def sends(student: Student, day: date, estado: str = "BAJA", *patrones: papers.Employer, text: str = "Envío mi constancia.",
          days_old: int = 0) -> bytes:  # fmt: skip
    issued = day - timedelta(days=days_old)
    servicio = "SI" if estado == "VIGENTE" else "NO"
    return mail(student, day, text, papers.constancia(student, issued, estado=estado, servicio=servicio, patrones=patrones))


def nov(day: int) -> date:
    return date(2026, 11, day)


def dec(day: int) -> date:
    return date(2026, 12, day)


def bounce(home: House, student: Student) -> bytes:
    """Return what a server reports of our last mail to a student."""
    ours = next(r for r in reversed(home.smtp.received) if student.email in r.rcpt_tos)
    rfc_id = str(message_from_bytes(ours.raw, policy=policy.default)["Message-ID"]).strip()
    return f"""From: MAILER-DAEMON@correo.example
To: becas@itq.test
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

No such user.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; correo.example

Final-Recipient: rfc822; {student.email}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: text/rfc822-headers

Message-ID: {rfc_id}
To: {student.email}
Subject: Seguro facultativo

--b--
""".replace("\n", "\r\n").encode()


def staff_answer(home: House, student: Student) -> bytes:
    made = EmailMessage(policy=policy.SMTP.clone(max_line_length=998))
    made["From"], made["To"], made["Cc"] = STAFF, student.email, home.dovecot.address
    made["Subject"], made["Message-ID"] = "Re: Seguro facultativo", "<jefa.1@itq.test>"
    made["In-Reply-To"] = f"<{student.email.split('@')[0]}.1124@correo.example>"
    made.set_content("Hola, pasa por favor a la oficina.")
    return made.as_bytes()


def arrives(home: House, day: date) -> list[bytes]:
    """Return what arrives on a day."""
    days: dict[date, list[bytes]] = {
        nov(23): [
            sends(ANA, nov(23)), sends(BETO, nov(23)), sends(CARLA, nov(23), "VIGENTE", FORMER_SCHOOL),
            sends(DARIO, nov(23), "VIGENTE", FORMER_SCHOOL), sends(FER, nov(23), "VIGENTE", ITQ),
            mail(GALA, nov(23), "Hola, ¿de dónde se descarga la constancia de vigencia?"), sends(HUGO, nov(23)),
        ],
        nov(24): [
            sends(ELENA, nov(24), "VIGENTE", COMPANY), sends(IRMA, nov(24), "CONSERVACION DE DERECHOS"),
            mail(HUGO, nov(24), "Por favor ya no me escriban."),
        ],
        nov(25): [mail(ELENA, nov(25), "Ya llené el formulario, gracias.")],
        nov(26): [sends(KARLA, nov(26), days_old=1)],
        nov(27): [sends(JUAN, nov(27)), mail(IRMA, nov(27), "¿Ya lo revisaron?")],
        nov(28): [sends(LUIS, nov(28))],
        nov(30): [sends(ANA, nov(30), "VIGENTE", ITQ)],
        dec(1): [sends(DARIO, dec(1))],
        dec(3): [sends(ELENA, dec(3), "VIGENTE", COMPANY), mail(KARLA, dec(3), "¡Muchas gracias!", subject="Re: Constancia")],
        dec(8): [sends(ELENA, dec(8), "VIGENTE", ITQ, COMPANY)],
        dec(9): [sends(DARIO, dec(9), "VIGENTE", ITQ)],
        dec(14): [sends(LUIS, dec(14), "VIGENTE", ITQ)],
    }  # fmt: skip
    if day == nov(26):
        days[day].append(staff_answer(home, IRMA))
    if day == dec(7):
        days[day] = [bounce(home, JUAN)]
    return days.get(day, [])


EXPECTED = {
    # asks for the alta, and a week later it shows: the reminder of that very day is not sent
    ANA: [(nov(23), "solicita_tu_alta"), (nov(30), "ya_tienes_seguro")],
    # never writes again
    BETO: [(nov(23), "solicita_tu_alta"), (nov(30), "recordatorio_confirmacion"), (dec(7), "recordatorio_confirmacion"),
           (dec(14), "cierre")],
    # waits for the former school, and never writes again: staff learn of it on the twentieth business day
    CARLA: [(nov(23), "pide_tu_baja"), (dec(7), "recordatorio_baja")],
    # was given the baja, asked for the alta, was reminded, and has it
    DARIO: [(nov(23), "pide_tu_baja"), (dec(1), "solicita_tu_alta"), (dec(8), "recordatorio_confirmacion"),
            (dec(9), "ya_tienes_seguro")],
    # filled in the form a day later: the days count from there
    ELENA: [(nov(24), "puedes_tener_ambos"), (nov(25), "espera_unos_dias"), (dec(2), "recordatorio_confirmacion"),
            (dec(3), "aun_no_aparece"), (dec(8), "ya_tienes_seguro")],
    FER: [(nov(23), "ya_tienes_seguro")],
    GALA: [(nov(23), "como_empezar")],
    # wants no more mail
    HUGO: [(nov(23), "solicita_tu_alta")],
    # a person has the case from the 26th on
    IRMA: [(nov(24), "lo_revisa_una_persona")],
    # the first reminder bounces
    JUAN: [(nov(27), "solicita_tu_alta"), (dec(4), "recordatorio_confirmacion")],
    # "gracias" is not answered, and changes nothing
    KARLA: [(nov(26), "fecha_no_es_de_hoy"), (dec(3), "recordatorio_confirmacion"), (dec(10), "recordatorio_confirmacion"),
            (dec(17), "cierre")],
    # wrote on a Saturday and was answered then; the reminders keep to business days
    LUIS: [(nov(28), "solicita_tu_alta"), (dec(4), "recordatorio_confirmacion"), (dec(11), "recordatorio_confirmacion"),
           (dec(14), "ya_tienes_seguro")],
}  # fmt: skip
IN_COPY = [(nov(24), IRMA, "lo_revisa_una_persona"), (dec(3), ELENA, "aun_no_aparece")]


def test_each_student_gets_just_the_mails_of_their_fate_on_business_days_and_in_office_hours() -> None:
    got: dict[str, list[tuple[date, str]]] = defaultdict(list)
    copies: list[tuple[date, str, str]] = []
    to_staff: dict[str, list[date]] = defaultdict(list)
    unasked: list[datetime] = []
    with house() as home:
        home.config.write_text(home.config.read_text().replace('digest = "17:59"', 'digest = "09:30"'))
        day = FIRST
        while day <= LAST:
            assert live(home, f"{day}T10:00:00-06:00", *arrives(home, day)) == 0
            day += timedelta(days=1)
        for received in home.smtp.received:
            sent = message_from_bytes(received.raw, policy=policy.default)
            at, stem = sent["Date"].datetime.astimezone(ZONE), str(sent["X-Mailbot-Reply"])
            first = received.rcpt_tos[0]
            if first == STAFF:
                to_staff[stem].append(at.date())
            else:
                got[first].append((at.date(), stem))
                copies += [(at.date(), first, stem)] if STAFF in received.rcpt_tos else []
            if sent["Auto-Submitted"] == "auto-generated":
                unasked.append(at)
        states = home.rows("SELECT address, state FROM cases ORDER BY id")
    assert got == {student.email: mails for student, mails in EXPECTED.items()}
    assert copies == [(day, student.email, stem) for day, student, stem in IN_COPY]
    # the bounce of Juan's reminder; Carla: twenty business days
    assert to_staff["aviso_personal"] == [dec(7), dec(21)]
    assert to_staff["resumen"] == DIGESTS
    assert all(Calendar().is_business_day(at.date()) and 9 <= at.hour < 18 for at in unasked)
    assert dict(states) == {
        **{s.email: "confirmado" for s in (ANA, DARIO, ELENA, FER, LUIS)},
        **{s.email: "cerrado" for s in (BETO, KARLA)},
        **{s.email: "alta_pedida" for s in (HUGO, JUAN)},
        CARLA.email: "esperando_baja", GALA.email: "nuevo", IRMA.email: "con_persona",
    }  # fmt: skip


# Irma waits from the 24th until staff answer her on the 26th, Elena from 3 December to the 8th; otherwise there is one after each day of answers.
DIGESTS = [*map(nov, (24, 25, 26, 27, 30)), *map(dec, (1, 2, 3, 4, 7, 9, 10, 15))]
