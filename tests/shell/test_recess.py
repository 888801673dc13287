"""From December to the end of January, over the winter recess and a week of downtime: who gets which mail, and when.

Real Dovecot, real SMTP, real PDFs; `run --once --now` each day at ten, holidays too. The office is away from 22 December
to 6 January, and on the 18th somebody writes another day off (7 January) into rules/.
"""

import re
import shutil
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from urllib.parse import parse_qs, urlsplit

from mailbot.core.calendar import Calendar
from mailbot.demo.mails import MAILS
from mailbot.demo.papers import COMPANY, FORMER_SCHOOL, ITQ, Student
from tests.shell import days
from tests.shell.days import live
from tests.shell.house import ROOT, STAFF, House, house
from tests.shell.test_month import ZONE, dec, mail, sends

FIRST, LAST = dec(1), date(2027, 1, 29)
(TAPS, MOVES, HANDED, FROM_SENT, SLOW_BAJA, QUICK, STOPS, FILED_AWAY, TAKEN, RECESS, CLOSED, ASKS) = list(
    dict.fromkeys(m.student for m in MAILS)
)[:12]
ELSEWHERE = replace(MOVES, email="otra.cuenta@correo.example")
SENT, HANDED_OVER = "Enviados", "Para una persona"


def jan(day: int) -> date:
    return date(2027, 1, day)


DOWN = {jan(n) for n in range(12, 18)}


def tap(home: House, student: Student, label: str, day: date) -> bytes:
    """Return the mail that a phone makes of a button in the last mail that had one: prepared subject and body."""
    ours = next(r for r in reversed(home.smtp.received) if student.email in r.rcpt_tos and b"mailto:" in r.raw)
    body = message_from_bytes(ours.raw, policy=policy.default).get_body(("html",))
    assert body is not None
    links = re.findall(r"mailto:[^\"]*", body.get_content())
    prepared = [parse_qs(urlsplit(link.replace("&amp;", "&")).query) for link in links]
    chosen = next(p for p in prepared if p["subject"] == [label])
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = student.email, "becas@itq.test", label
    made["Message-ID"] = f"<tap.{student.email.split('@')[0]}.{day:%m%d}@telefono.example>"
    made["Date"] = datetime(day.year, day.month, day.day, 9, 45, tzinfo=ZONE)
    made.set_content(chosen["body"][0].replace("\r\n", "\n"))
    return made.as_bytes()


def person_writes(student: Student, sender: str, cc: str = "") -> bytes:
    made = EmailMessage(policy=policy.SMTP.clone(max_line_length=998))
    made["From"], made["To"], made["Subject"] = sender, student.email, "Re: Seguro facultativo"
    if cc:
        made["Cc"] = cc
    made["Message-ID"] = f"<persona.{student.email}>"
    made["In-Reply-To"] = f"<{student.email.split('@')[0]}.1207@correo.example>"
    made.set_content("Pasa por favor a la oficina.")
    return made.as_bytes()


def arrives(home: House, day: date) -> list[bytes]:
    """Return what arrives on a day."""
    come: dict[date, list[Callable[[], bytes]]] = {
        dec(1): [lambda: sends(SLOW_BAJA, day, "VIGENTE", FORMER_SCHOOL)],
        dec(7): [partial(sends, s, day) for s in (TAPS, MOVES, HANDED, FROM_SENT, QUICK, STOPS, FILED_AWAY, TAKEN, CLOSED)],
        dec(8): [lambda: mail(STOPS, day, "Ya no me escriban, por favor.")],
        dec(9): [lambda: sends(ELSEWHERE, day)],
        dec(10): [lambda: sends(QUICK, day, "VIGENTE", ITQ)],
        dec(11): [lambda: sends(STOPS, day)],
        # in the very round in which his reminder falls due
        dec(14): [lambda: person_writes(HANDED, STAFF, home.dovecot.address),
                  lambda: mail(TAKEN, day, "¿Qué sigue con mi seguro?")],
        dec(15): [lambda: tap(home, TAPS, "Ya llené el formulario", day), lambda: mail(HANDED, day, "¿Ya lo revisaron?")],
        dec(16): [lambda: tap(home, SLOW_BAJA, "Aún no", day)],
        dec(17): [lambda: sends(RECESS, day)],
        dec(18): [lambda: sends(TAKEN, day)],
        dec(24): [lambda: mail(ASKS, day, "Quiero hablar con una persona sobre mi seguro facultativo.")],
        dec(28): [lambda: mail(RECESS, day, "¿Y ahora qué sigue?")],
        jan(7): [lambda: sends(RECESS, day, "VIGENTE", COMPANY)],
        jan(21): [lambda: sends(SLOW_BAJA, day), lambda: sends(CLOSED, day, "VIGENTE", ITQ)],
        jan(22): [lambda: mail(TAPS, day, "Todavía no me aparece el alta."),
                  lambda: mail(RECESS, day, "¿Qué documentos me van a pedir en la clínica?")],
    }  # fmt: skip
    return [make() for make in come.get(day, [])]


def persons_act(home: House, day: date) -> None:
    """Let the staff do what they do beside writing, and the office mend its calendar."""
    if day == dec(9):
        home.dovecot.append(person_writes(FROM_SENT, home.dovecot.address), SENT)
    if day == dec(10):
        move(home, FILED_AWAY)
    if day in (dec(11), dec(18)):
        ((number,),) = home.rows("SELECT id FROM cases WHERE address = ?", TAKEN.email)
        assert home.run("case", str(number), "--take" if day == dec(11) else "--return").returncode == 0
    if day == dec(18):
        rules = home.folder / "rules"
        shutil.copytree(ROOT / "rules", rules)
        with (rules / "30-calendario.toml").open("a", encoding="utf-8") as calendar:
            calendar.write('\n[[dia_inhabil]]\nnombre = "Inventario"\nfecha = 2027-01-07\n')
        days._desks.clear()


def move(home: House, student: Student) -> None:
    with home.dovecot.imap() as imap:
        imap.select("INBOX")
        (uid,) = imap.uid("SEARCH", "FROM", student.email)[1][0].split()
        imap.uid("MOVE", uid.decode(), f'"{HANDED_OVER}"')


Got = dict[str, list[tuple[date, str]]]
EXPECTED = {
    # taps the button under the reminder: five days anew, over the recess; says that it does not show; a person has it
    TAPS: [(dec(7), "solicita_tu_alta"), (dec(14), "recordatorio_confirmacion"), (dec(15), "espera_unos_dias"),
           (jan(8), "recordatorio_confirmacion"), (jan(18), "recordatorio_confirmacion"), (jan(22), "aun_no_aparece")],
    # writes from two addresses: each is followed by itself, after the downtime once
    MOVES: [(dec(7), "solicita_tu_alta"), (dec(14), "recordatorio_confirmacion"), (dec(21), "recordatorio_confirmacion"),
            (jan(18), "cierre")],
    ELSEWHERE: [(dec(9), "solicita_tu_alta"), (dec(16), "recordatorio_confirmacion"),
                (jan(11), "recordatorio_confirmacion"), (jan(18), "cierre")],
    HANDED: [(dec(7), "solicita_tu_alta")],
    FROM_SENT: [(dec(7), "solicita_tu_alta")],
    FILED_AWAY: [(dec(7), "solicita_tu_alta")],
    # says "aún no": staff learn of it on the twentieth business day all the same; then the baja has come
    SLOW_BAJA: [(dec(1), "pide_tu_baja"), (dec(15), "recordatorio_baja"), (dec(16), "pide_tu_baja"),
                (jan(21), "solicita_tu_alta"), (jan(28), "recordatorio_confirmacion")],
    QUICK: [(dec(7), "solicita_tu_alta"), (dec(10), "ya_tienes_seguro")],
    # wants no reminders, and is answered all the same
    STOPS: [(dec(7), "solicita_tu_alta"), (dec(11), "espera_unos_dias")],
    # a person had the case for a week, and gave it back
    TAKEN: [(dec(7), "solicita_tu_alta"), (dec(18), "solicita_tu_alta"), (jan(18), "recordatorio_confirmacion"),
            (jan(25), "recordatorio_confirmacion")],
    # is answered in the recess; the first reminder waits for the office, and that she writes does not put it off
    RECESS: [(dec(17), "solicita_tu_alta"), (dec(28), "espera_unos_dias"), (jan(7), "espera_unos_dias"),
             (jan(18), "recordatorio_confirmacion"), (jan(22), "como_empezar"), (jan(25), "recordatorio_confirmacion")],
    # the case was closed, and ends well
    CLOSED: [(dec(7), "solicita_tu_alta"), (dec(14), "recordatorio_confirmacion"), (dec(21), "recordatorio_confirmacion"),
             (jan(18), "cierre"), (jan(21), "ya_tienes_seguro")],
    ASKS: [(dec(24), "lo_revisa_una_persona")],
}  # fmt: skip
TO_STAFF = {
    (dec(9), "Hay algo que revisar en un caso"): "Mismo NSS desde otra dirección: caso",
    (jan(18), "Un estudiante sigue esperando su baja"): "aún no manda una constancia sin esa escuela",
}
SAYS = {
    (dec(15), TAPS): "Espera hasta el jueves 7 de enero y descárgala otra vez.",
    (dec(17), RECESS): "Descarga otra vez tu constancia el lunes 11 de enero.",
    (dec(24), ASKS): "Te responde a más tardar el martes 12 de enero.",
    (dec(28), RECESS): "espera hasta el martes 12 de enero",  # a day later than it was, since the 7th is off
    (jan(22), TAPS): "te escribe a más tardar el martes 26 de enero",
}


def test_each_student_gets_just_the_mails_of_their_fate_over_recess_and_downtime() -> None:
    with house() as home:
        with home.dovecot.imap() as imap:
            for folder in (SENT, HANDED_OVER):
                imap.create(f'"{folder}"')
        home.write_config(mailbox=f'[mailbox.folders]\nsent = "{SENT}"\nhanded_over = "{HANDED_OVER}"\n')
        home.config.write_text(home.config.read_text().replace('digest = "17:59"', 'digest = "09:30"'))
        day = FIRST
        while day <= LAST:
            if day not in DOWN:
                persons_act(home, day)
                assert live(home, f"{day}T10:00:00-06:00", *arrives(home, day)) == 0
            day += timedelta(days=1)
        listed = home.run("cases").stdout
        got, unasked, notes, texts, digests = _sorted(home)
    days._desks.clear()
    assert got == {student.email: mails for student, mails in EXPECTED.items()}
    assert [key for key in TO_STAFF if TO_STAFF[key] not in notes[key]] == []
    assert set(notes) == set(TO_STAFF)
    assert [k for k in SAYS if SAYS[k] not in texts[k[0], k[1].email]] == []
    off = {dec(22) + timedelta(days=n) for n in range(17)}  # to 7 January
    assert [at for at in unasked if at.date() in off or not Calendar().is_business_day(at.date())] == []
    # Asks for a person on the 24th; nobody answers her, nor Taps from the 22nd on
    waits = {day: re.findall(r"Caso \d+ \((\S+)\)", text) for day, text in digests.items() if day >= jan(8)}
    assert set(waits) == {d for n in range(8, 30) if Calendar().is_business_day(d := jan(n)) and d not in DOWN}
    assert all(who == [ASKS.email] + [TAPS.email] * (day >= jan(22)) for day, who in waits.items())
    assert not any(day in off for day in digests)
    assert re.search(rf"{re.escape(TAPS.email)} +espera a una persona", listed)


def _sorted(
    home: House,
) -> tuple[Got, list[datetime], dict[tuple[date, str], str], dict[tuple[date, str], str], dict[date, str]]:
    """Return what each student got, when mails went out unasked, notes, what students read, and digests."""
    got: Got = defaultdict(list)
    unasked: list[datetime] = []
    notes: dict[tuple[date, str], str] = {}
    texts: dict[tuple[date, str], str] = {}
    digests: dict[date, str] = {}
    for received in home.smtp.received:
        sent = message_from_bytes(received.raw, policy=policy.default)
        at, stem, first = sent["Date"].datetime.astimezone(ZONE), str(sent["X-Mailbot-Reply"]), received.rcpt_tos[0]
        body = sent.get_body(("plain",))
        text = body.get_content() if body else ""
        if first != STAFF:
            got[first].append((at.date(), stem))
            texts[at.date(), first] = text
        elif stem == "resumen":
            digests[at.date()] = text
        else:
            notes[at.date(), str(sent["Subject"])] = text
        if sent["Auto-Submitted"] == "auto-generated" and stem != "aviso_personal":
            unasked.append(at)
    return got, unasked, notes, texts, digests
