"""The main job before a real Dovecot (delivery by LMTP) and a real SMTP server: a mail in, the right reply out."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from mailbot.commands.demo import MONDAY
from mailbot.demo import papers
from mailbot.demo.mails import MAILS, DemoMail
from tests.shell.house import STAFF, House, house, student_mail

TO_STAFF_TOO = {"solicita_tu_baja", "imss_no_te_encuentra", "lo_revisa_una_persona"}


@pytest.fixture
def home() -> Iterator[House]:
    with house() as made:
        yield made


def sent(home: House) -> list[EmailMessage]:
    return [message_from_bytes(r.raw, policy=policy.default) for r in home.smtp.received]


def baja(days_old: int = 0, estado: str = "BAJA", patrones: tuple[papers.Employer, ...] = ()) -> bytes:
    issued = (MONDAY - timedelta(days=days_old)).date()
    servicio = "SI" if estado == "VIGENTE" else "NO"
    return papers.constancia(MAILS[0].student, issued, estado=estado, servicio=servicio, patrones=patrones)


def test_every_outcome_is_answered_right_to_the_sender_in_its_thread_with_staff_on_problems_only(home: House) -> None:
    home.dovecot.deliver_all([m.build(MONDAY, home.dovecot.address) for m in MAILS])
    done = home.once(MONDAY.isoformat())
    assert done.returncode == 0, done.stderr
    replies = {str(m["In-Reply-To"]): m for m in sent(home) if m["X-Mailbot-Reply"] != "aviso_personal"}

    def told(mail: DemoMail) -> dict[str, object] | None:
        reply = replies.get(mail.message_id)
        return reply and {
            "stem": str(reply["X-Mailbot-Reply"]), "to": str(reply["To"]), "cc": reply["Cc"] and str(reply["Cc"]),
            "from": home.dovecot.address in str(reply["From"]), "references": str(reply["References"]),
            "auto": str(reply["Auto-Submitted"]), "parts": [p.get_content_type() for p in reply.iter_parts()][:1],
        }  # fmt: skip

    def due(mail: DemoMail) -> dict[str, object] | None:
        return mail.expected and {
            "stem": mail.expected, "to": mail.student.email, "cc": STAFF if mail.expected in TO_STAFF_TOO else None,
            "from": True, "references": mail.message_id, "auto": "auto-replied", "parts": told(mail)["parts"],
        }  # fmt: skip

    assert [told(m) for m in MAILS] == [due(m) for m in MAILS]
    assert home.counts() == {"total": 17, "answered": 14, "ignored": 3, "set_aside": 0, "waiting": 0}
    assert all(r"\Seen" not in flags for flags in home.dovecot.flags())


def test_a_second_run_sends_nothing_again(home: House) -> None:
    home.dovecot.deliver(student_mail(1, pdf=baja()))
    home.once()
    home.once()
    assert len(home.replies()) == 1


def test_a_reminder_goes_out_after_five_business_days_and_not_before_and_not_after_a_constancia_by_itq(home: House) -> None:
    home.dovecot.deliver(student_mail(1, pdf=baja()))
    home.dovecot.deliver(student_mail(2, pdf=baja()))
    home.once()
    home.once("2026-11-27T17:00:00-06:00")
    home.once("2026-11-28T12:00:00-06:00")
    assert len(home.replies()) == 2
    itq = papers.constancia(MAILS[0].student, MONDAY.date().replace(day=27), patrones=(papers.ITQ,))
    home.dovecot.deliver(student_mail(2, pdf=itq, day="Fri, 27 Nov 2026 18:00:00 -0600"))
    home.once("2026-11-29T12:00:00-06:00")
    assert len(home.replies()) == 3
    home.once("2026-11-30T10:00:00-06:00")
    reminders = [m for m in sent(home) if str(m["X-Mailbot-Reply"]).startswith("recordatorio")]
    assert [(str(m["To"]), str(m["X-Mailbot-Reply"]), str(m["Auto-Submitted"])) for m in reminders] == [
        ("alumna1@correo.test", "recordatorio_confirmacion", "auto-generated")
    ]
    status = json.loads(home.run("status", "--json").stdout)
    assert status["reminders"] == {"due": 0, "scheduled": 1, "sent": 1, "cancelled": 1}


def test_mails_that_were_there_before_the_first_start_get_no_answer_and_later_ones_do(home: House) -> None:
    home.write_config(start="now")
    home.dovecot.fill(student_mail(n) for n in range(300))
    assert home.once().returncode == 0
    assert home.smtp.received == []
    home.dovecot.deliver(student_mail(301))
    home.once()
    assert [to for to, _, _ in home.replies()] == ["alumna301@correo.test"]
    assert home.counts()["total"] == 1


def test_a_mail_that_staff_opened_first_is_answered(home: House) -> None:
    home.dovecot.append(student_mail(1), flags=r"\Seen")
    home.once()
    assert [to for to, _, _ in home.replies()] == ["alumna1@correo.test"]


def test_shadow_mode_does_everything_and_writes_only_to_staff(home: House) -> None:
    home.write_config()
    home.config.write_text(home.config.read_text().replace("[office]", '[office]\nmode = "shadow"'))
    home.dovecot.deliver(student_mail(1, pdf=baja()))
    home.once()
    home.once("2026-11-30T10:00:00-06:00")
    assert {r for mail in home.smtp.received for r in mail.rcpt_tos} == {STAFF}
    assert [str(m["Subject"])[:11] for m in sent(home)] == ["[SIMULACRO]"] * 2


def test_the_last_answer_before_the_cap_says_so_and_the_next_mail_waits_for_a_person(home: House) -> None:
    """The cap counts a day: on the next one the student is answered again."""
    home.write_config(more="[limits]\nreplies_per_sender_per_day = 3\n")
    last = "Ésta es la última respuesta automática que te mandamos hoy. Si vuelves a escribir, lo verá una persona."
    for n in range(1, 5):
        home.dovecot.deliver(student_mail(n, sender="ana@correo.test"))
        home.once(f"2026-11-23T10:{n:02}:00-06:00")
    said = [last in " ".join(str(m.get_body(("plain",)).get_content()).split()) for m in sent(home)]
    assert (said, home.states()) == ([False, False, True], ["answered", "answered", "answered", "set_aside"])
    home.once("2026-11-23T17:59:00-06:00")  # the hour of this house's digest
    assert "tantas veces como permite el tope" in str(sent(home)[-1].get_body(("plain",)).get_content())
    home.dovecot.deliver(student_mail(5, sender="ana@correo.test", day="Tue, 24 Nov 2026 11:00:00 -0600"))
    home.once("2026-11-24T11:00:00-06:00")
    assert [str(m["To"]) for m in sent(home)] == ["ana@correo.test"] * 3 + [STAFF, "ana@correo.test"]


def odd(number: int, body: bytes, **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def test_bad_input_costs_its_own_answer_and_the_next_mail_is_answered_all_the_same(home: House) -> None:
    text = b"Hola, como descargo la constancia de vigencia para mi seguro facultativo?\r\n"
    mails = {
        "sin From": odd(1, text, To="becas@itq.test", Subject="seguro"),
        "sin Message-ID ni fecha": odd(2, text, From="a2@correo.test", To="becas@itq.test", Subject="seguro facultativo"),
        "asunto roto": odd(3, text, From="a3@correo.test", To="becas@itq.test", Subject="=?utf-8?B?####?= \xf1\xff"),
        "charset desconocido": odd(
            4, text, From="a4@correo.test", To="becas@itq.test", Subject="seguro",
            Content_Type="text/plain; charset=klingon", MIME_Version="1.0",
        ),
        "sólo HTML": odd(
            5, b"<p>&iquest;C&oacute;mo descargo la <b>constancia de vigencia</b> para el seguro facultativo?</p>",
            From="a5@correo.test", To="becas@itq.test", Subject="seguro", Content_Type="text/html", MIME_Version="1.0",
        ),
        "PDF vacío": student_mail(6, pdf=b""),
        "PDF dañado": student_mail(7, pdf=baja()[:400]),
        "PDF con contraseña": student_mail(
            8, pdf=papers.constancia(MAILS[0].student, MONDAY.date(), patrones=(papers.ITQ,), password="x")
        ),
        "la que sigue": student_mail(9, pdf=baja()),
    }  # fmt: skip
    for raw in mails.values():
        home.dovecot.append(raw)
    done = home.once()
    assert done.returncode == 0, done.stderr
    stems = {str(m["To"]): str(m["X-Mailbot-Reply"]) for m in sent(home)}
    assert stems == {
        "a2@correo.test": "como_empezar",
        "a3@correo.test": "como_empezar",
        "a4@correo.test": "como_empezar",
        "a5@correo.test": "como_empezar",
        "alumna6@correo.test": "no_se_puede_leer",
        "alumna7@correo.test": "no_se_puede_leer",
        "alumna8@correo.test": "con_contrasena",
        "alumna9@correo.test": "solicita_tu_alta",
    }
    assert home.counts() == {"total": 9, "answered": 8, "ignored": 0, "set_aside": 1, "waiting": 0}


def test_an_eighty_megabyte_mail_is_answered_politely_and_the_next_one_too(home: House) -> None:
    home.dovecot.append(student_mail(1, subject="Constancia seguro facultativo", pdf=b"%PDF-1.4" + b"0" * 58_000_000))
    home.dovecot.append(student_mail(2, pdf=baja()))
    done = home.once()
    assert done.returncode == 0, done.stderr
    assert {str(m["To"]): str(m["X-Mailbot-Reply"]) for m in sent(home)} == {
        "alumna1@correo.test": "formato_no_aceptado",
        "alumna2@correo.test": "solicita_tu_alta",
    }


def test_without_a_password_a_run_ends_with_one_clear_line(home: House) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mailbot", "run", "--once", "--config", str(home.config)],
        capture_output=True, text=True, check=False,
        env={k: v for k, v in home.environment.items() if k not in ("MAILBOT_MAILBOX_PASSWORD", "MAILBOT_DEBUG")},
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "MAILBOT_MAILBOX_PASSWORD: falta la contraseña del buzón; "
        "va en esa variable de entorno, o en un archivo que nombra MAILBOT_MAILBOX_PASSWORD_FILE"
    ]
