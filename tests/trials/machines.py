"""Are 1,000 mails that machines wrote left without an answer? Run: python -m tests.trials.machines [seed]

Bounces, receipts, absence notes, lists, newsletters, notices, tickets and reports as the world's programs write them, with
their headers and with those headers lost on the way; many answer our own reply and quote it. Takes about two minutes.
"""

from __future__ import annotations

import random
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator

from mailbot.demo import papers
from mailbot.demo.mails import MAILS
from tests.trials.court import Case, tell, try_all

US = "becas@itq.test"
DAY = "Mon, 23 Nov 2026 09:5{} -0600"
OUR_SUBJECTS = (
    "Re: Constancia", "Re: constancia de vigencia", "Re: Seguro facultativo", "Re: Alta de seguro facultativo IMSS",
    "Confirma tu alta en el seguro facultativo", "Re: Envío constancia", "Re: duda", "Re: Documento",
)  # fmt: skip
OUR_WORDS = (
    "Hola, Ximena:\n\nTu constancia sirve para pedir tu alta (NSS terminado en 5380). Dice BAJA, y es normal: todavía no tienes "
    "el seguro facultativo.\n\nLlena el formulario hoy mismo con esta constancia; si lo haces otro día, descarga otra ese día.\n\n"
    "Espera entre tres y cinco días hábiles y descarga de nuevo tu constancia de vigencia de derechos: debe decir VIGENTE.\n"
)
PEOPLE = ("Ximena García", "Luis Peña", "María José Ibáñez", "Juan Pérez", "Sofía Ñúñez", "Diego Rangel", "Ana Laura Zúñiga")
HOMES = ("correo.test", "alumnos.test", "empresa.test", "colegio.test", "buzon.test")


class World:
    """Draws names, addresses and ids for one mail after the other."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.number = 0

    def person(self) -> tuple[str, str]:
        name = self.chance.choice(PEOPLE)
        self.number += 1
        return name, f"persona{self.number}@{self.chance.choice(HOMES)}"

    def subject(self) -> str:
        return self.chance.choice(OUR_SUBJECTS)

    def head(self, sender: str, subject: str, *more: str, to: str = US) -> str:
        self.number += 1
        lines = [
            f"From: {sender}", f"To: {to}", f"Subject: {encoded(subject)}", f"Message-ID: <m{self.number}@x.test>",
            "Date: " + DAY.format(f"{self.chance.randrange(10)}:{self.chance.randrange(10, 60)}"), "MIME-Version: 1.0", *more,
        ]  # fmt: skip
        return "\n".join(lines)

    def our_id(self) -> str:
        return f"<{self.chance.getrandbits(128):032x}.r@itq.test>"


def encoded(text: str) -> str:
    return text if text.isascii() else f"=?UTF-8?B?{b64encode(text.encode()).decode()}?="


def plain(head: str, body: str, charset: str = "utf-8") -> bytes:
    return f"{head}\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n{body}\n".encode(
        charset, "replace"
    )


def html(head: str, body: str) -> bytes:
    return f"{head}\nContent-Type: text/html; charset=utf-8\n\n<html><body>{body}</body></html>\n".encode()


def multi(head: str, kind: str, parts: list[tuple[str, str]], extra: str = "") -> bytes:
    out = [f'{head}\nContent-Type: multipart/{kind}; boundary="=_b1"{extra}\n']
    out += [f"--=_b1\nContent-Type: {content}\n\n{body}\n" for content, body in parts]
    return ("\n".join(out) + "\n--=_b1--\n").encode()


def returned(w: World, to: str, subject: str) -> str:
    return (
        f"Return-Path: <{US}>\nReceived: from mail.itq.test by mx.correo.test; Mon, 23 Nov 2026 09:50:00 -0600\nFrom: Servicios Escolares "
        f"<{US}>\nTo: {to}\nSubject: {encoded(subject)}\nMessage-ID: {w.our_id()}\nX-Mailbot-Reply: solicita_tu_alta\n"
        f"Auto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{OUR_WORDS}"
    )


def status(to: str, action: str = "failed", code: str = "5.1.1") -> str:
    return (
        f"Reporting-MTA: dns; mx.correo.test\nArrival-Date: Mon, 23 Nov 2026 09:50:00 -0600\n\nFinal-Recipient: rfc822; {to}\n"
        f"Original-Recipient: rfc822;{to}\nAction: {action}\nStatus: {code}\nDiagnostic-Code: smtp; 550 {code} <{to}>: user unknown\n"
    )


Made = tuple[str, bytes]  # the sender on the wire, and the mail


# ── Bounces ───────────────────────────────────────────────────────────────────────────────────────────────────


def postfix(w: World) -> Made:
    _, to = w.person()
    delayed = w.chance.random() < 0.3
    subject = "Delayed Mail (still being retried)" if delayed else "Undelivered Mail Returned to Sender"
    words = (
        "This is the mail system at host mx.correo.test.\n\nI'm sorry to have to inform you that your message could not\nbe delivered "
        f"to one or more recipients. It's attached below.\n\n<{to}>: host mx2.correo.test[192.0.2.7] said: 550 5.1.1\n"
        "    User unknown (in reply to RCPT TO command)"
    )
    parts = [("text/plain; charset=us-ascii", words), ("message/delivery-status", status(to, "delayed" if delayed else "failed")),
             ("message/rfc822", returned(w, to, w.subject()))]  # fmt: skip
    head = w.head("MAILER-DAEMON@correo.test (Mail Delivery System)", subject, "Auto-Submitted: auto-replied")
    return "", multi(head, "report", parts, "; report-type=delivery-status")


def exim(w: World) -> Made:
    _, to = w.person()
    late = w.chance.random() < 0.3
    subject = "Warning: message 1kQx2z-0003 delayed 24 hours" if late else "Mail delivery failed: returning message to sender"
    body = (
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or "
        f"more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  {to}\n    Unrouteable address\n\n"
        f"------ This is a copy of the message, including all the headers. ------\n\n{returned(w, to, w.subject())}"
    )
    more = () if w.chance.random() < 0.5 else ("Auto-Submitted: auto-replied", f"X-Failed-Recipients: {to}")
    return "", plain(w.head("Mail Delivery System <Mailer-Daemon@host.correo.test>", subject, *more), body)


def exchange(w: World) -> Made:
    _, to = w.person()
    spanish = w.chance.random() < 0.6
    about = w.subject()
    subject = ("No se puede entregar: " if spanish else "Undeliverable: ") + about
    words = (
        f"No se pudo entregar el mensaje a {to}.<br>No se encontró el destinatario en correo.test." if spanish
        else f"Your message to {to} couldn't be delivered.<br>{to} wasn't found at correo.test."
    )  # fmt: skip
    sender = w.chance.choice((
        "postmaster@correo.test", "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@correo.test>",
        "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@correo.onmicrosoft.test>",
    ))  # fmt: skip
    parts = [("text/html; charset=utf-8", f"<html><body>{words}</body></html>"), ("message/delivery-status", status(to)),
             ("message/rfc822", returned(w, to, about))]  # fmt: skip
    if w.chance.random() < 0.3:  # a gateway made of it an ordinary mail
        head = w.head(sender, subject, "X-MS-Exchange-Message-Is-Ndr:")
        return to if w.chance.random() < 0.5 else "", html(head, f"{words}<p>Mensaje original<p>{OUR_WORDS}")
    return "", multi(w.head(sender, subject), "report", parts, "; report-type=delivery-status")


def gmail(w: World) -> Made:
    _, to = w.person()
    late = w.chance.random() < 0.3
    words = (
        f"** No se encontró la dirección **\n\nTu mensaje no se entregó a {to} porque no se encontró la dirección o no puede recibir correo."
    )
    parts = [("text/plain; charset=utf-8", words), ("message/delivery-status", status(to, "delayed" if late else "failed")),
             ("message/rfc822", returned(w, to, w.subject()))]  # fmt: skip
    head = w.head(
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        f"Delivery Status Notification ({'Delay' if late else 'Failure'})", f"X-Failed-Recipients: {to}", "Auto-Submitted: auto-replied",
    )  # fmt: skip
    return "", multi(head, "report", parts, "; report-type=delivery-status")


def qmail(w: World) -> Made:
    _, to = w.person()
    body = (
        "Hi. This is the qmail-send program at correo.test.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{to}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n{returned(w, to, w.subject())}"
    )
    return "", plain(w.head("MAILER-DAEMON@correo.test", "failure notice"), body)


def sendmail(w: World) -> Made:
    _, to = w.person()
    subject = w.chance.choice(("Returned mail: see transcript for details", "Warning: could not send message for past 4 hours",
                               "Returned mail: User unknown"))  # fmt: skip
    words = f"   ----- The following addresses had permanent fatal errors -----\n<{to}>\n    (reason: 550 5.1.1 User unknown)\n"
    parts = [("text/plain", words), ("message/delivery-status", status(to)), ("text/rfc822-headers", returned(w, to, w.subject()).split("\n\n")[0])]
    head = w.head("Mail Delivery Subsystem <MAILER-DAEMON>", subject, "Auto-Submitted: auto-generated (failure)")
    return "", multi(head, "report", parts, "; report-type=delivery-status")


def yahoo(w: World) -> Made:
    _, to = w.person()
    body = (
        f"Sorry, we were unable to deliver your message to the following address.\n\n<{to}>:\n554: 5.7.1 delivery error: dd This user doesn't "
        f"have a yahoo.com account\n\n--- Below this line is a copy of the message.\n\n{returned(w, to, w.subject())}"
    )
    return "", plain(w.head("mailer-daemon@yahoo.com", w.chance.choice(("Failure Notice", "Failed Delivery"))), body)


def zimbra(w: World) -> Made:
    _, to = w.person()
    body = f"This is the mail system at host zimbra.colegio.test.\n\n<{to}>: mailbox full\n\n{returned(w, to, w.subject())}"
    sender = w.chance.choice(("MAILER-DAEMON@zimbra.colegio.test", "Sistema de correo <mailer-daemon@zimbra.colegio.test>"))
    return "", plain(w.head(sender, w.chance.choice(("Undelivered Mail Returned to Sender", "Correo no entregado, devuelto al remitente"))), body)


def cpanel(w: World) -> Made:
    _, to = w.person()
    body = (
        "This message was created automatically by mail delivery software.\n\nA message sent by\n\n"
        f"  <{US}>\n\ncould not be delivered to one or more of its recipients. The following\naddresses failed:\n\n  <{to}>\n    Mailbox is full / "
        f"Blocks limit exceeded / Inode limit exceeded\n\n{OUR_WORDS}"
    )
    subject = w.chance.choice(("Mail delivery failed: returning message to sender", "Mail failure - no recipient addresses",
                               "Error de entrega de correo"))  # fmt: skip
    return "", plain(w.head("Mail Delivery System <root@cpanel12.hosting.test>", subject), body)


def antispam_bounce(w: World) -> Made:
    """Boxes that answer as a person's address and with the person's name."""
    name, to = w.person()
    subject = w.chance.choice((
        "Undeliverable: " + w.subject(), "Mensaje no entregado: " + w.subject(), "Mail System Error - Returned Mail", "[SPAM] rechazado: " + w.subject(),
        "Buzón lleno", "Mailbox full: " + w.subject(), "Mensaje rechazado", "Message rejected", "Mensaje en cuarentena",
    ))  # fmt: skip
    body = w.chance.choice((
        f"El buzón de {to} está lleno y no puede recibir mensajes por el momento.\n\n> {OUR_WORDS}",
        f"Your message to {to} was automatically rejected:\nQuota exceeded (mailbox for user is full)",
        "Su mensaje fue rechazado por las políticas de seguridad de la organización.",
        "The following message was not delivered because the mailbox is full.\n",
    ))  # fmt: skip
    return "", plain(w.head(w.chance.choice((f"{name} <{to}>", f"MAILER-DAEMON <{to}>")), subject), body)


# ── Receipts ──────────────────────────────────────────────────────────────────────────────────────────────────


def read_receipt(w: World) -> Made:
    name, to = w.person()
    prefix = w.chance.choice(("Leído: ", "Read: ", "Return Receipt (displayed) - ", "Confirmación de lectura: ", "No leído: ", "Lido: ", "Lu : "))
    subject = prefix + w.subject()
    words = f"El mensaje\n\n  Para: {name}\n  Asunto: {subject}\n  Enviados: lunes, 23 de noviembre de 2026\n\nse leyó el lunes."
    if w.chance.random() < 0.3:
        return to, plain(w.head(f"{name} <{to}>", subject), words)
    mdn = f"Reporting-UA: correo.test; Outlook\nFinal-Recipient: rfc822;{to}\nDisposition: automatic-action/MDN-sent-automatically; displayed\n"
    parts = [("text/plain; charset=utf-8", words), ("message/disposition-notification", mdn)]
    return w.chance.choice(("", to)), multi(w.head(f"{name} <{to}>", subject), "report", parts, "; report-type=disposition-notification")


# ── Absence notes ─────────────────────────────────────────────────────────────────────────────────────────────

NOTES = (
    "Estoy fuera de la oficina",
    "Buen día, me encuentro fuera de la oficina hasta el 30 de noviembre. Para asuntos urgentes comunicarse al 442 000 0000.",
    "Gracias por tu correo. Estaré de vacaciones del 20 al 30 de noviembre y no tendré acceso a mi correo.",
    "En este momento no me encuentro disponible, en cuanto pueda responderé su mensaje. Saludos.",
    "Hola, por el momento me encuentro de incapacidad. Regreso el 7 de diciembre. Para cualquier constancia o trámite, favor de acudir "
    "con la Lic. Pérez en Servicios Escolares.",
    "Hola, gracias por escribir. Estoy de vacaciones y regreso el lunes. Si tu mensaje es sobre el seguro facultativo o constancias, "
    "escribe a escolares@colegio.test",
    "Estoy de viaje con acceso limitado al correo electrónico.",
    "I am currently out of the office and will return on Monday, November 30. For urgent matters please contact my colleague.",
    "I'm on vacation until 12/1 with no access to email. I'll reply when I'm back.",
    "Thank you for your message. I am out of office until further notice.",
    "Estou de férias até 30 de novembro e responderei ao seu e-mail quando regressar.",
    "Estou ausente do escritório. Em caso de urgência, contacte a minha colega.",
    "Je suis absente du bureau jusqu'au 30 novembre. En cas d'urgence, merci de contacter ma collègue.",
    "Je suis actuellement en congé et je n'ai pas accès à ma messagerie.",
    "Su mensaje ha sido recibido. Le responderemos a la brevedad posible.",
    "Hemos recibido tu correo, en breve te atenderemos. Este es un mensaje automático, no es necesario responderlo.",
    "Por periodo vacacional las oficinas permanecerán cerradas. Reanudamos actividades el 7 de enero.",
    "He dejado de utilizar esta cuenta de correo. Mi nuevo correo es otro@buzon.test.",
    "Ya no laboro en esta institución. Para dudas sobre constancias e IMSS diríjase a rh@empresa.test.",
    "Mensaje de ausencia: no estaré disponible hasta el 1 de diciembre.",
    "Esta cuenta ya no se revisa.",
)
NOTE_SUBJECTS = ("Respuesta automática: {}", "Automatic reply: {}", "Fuera de la oficina: {}", "Out of Office: {}", "Auto: {}",
                 "Resposta automática: {}", "Réponse automatique : {}", "Ausente: {}", "Vacation: {}", "Mensaje de vacaciones: {}",
                 "[Auto-Reply] {}", "Abwesend: {}")  # fmt: skip


def quoted(w: World) -> str:
    style = w.chance.randrange(5)
    marked = "\n".join(f"> {line}" for line in OUR_WORDS.split("\n"))
    return (
        f"\n\nEl lun, 23 nov 2026 a las 9:51, Servicios Escolares (<{US}>) escribió:\n\n{marked}",
        f"\n\n________________________________\nDe: Servicios Escolares <{US}>\nEnviado: lunes, 23 de noviembre de 2026 09:51\nPara: alguien\nAsunto: Re: Constancia\n\n{OUR_WORDS}",
        f"\n\n-----Mensaje original-----\nDe: Servicios Escolares\nAsunto: Re: Constancia\n\n{OUR_WORDS}",
        f"\n\nOn Mon, Nov 23, 2026 at 9:51 AM Servicios Escolares <{US}> wrote:\n\n{marked}",
        "",
    )[style]


def absence(w: World) -> Made:
    """With the headers that the writer's program gives."""
    name, sender = w.person()
    about = w.subject()
    headers = w.chance.choice((
        ("Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All", "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent"),
        ("Auto-Submitted: auto-replied", "Precedence: bulk", "X-Autoreply: yes"),  # Gmail
        ("Auto-Submitted: auto-replied (vacation)", "X-Sieve: Pigeonhole Sieve 0.5.19"),
        ("Auto-Submitted: auto-replied (zimbra; vacation)", "Precedence: bulk"),
        ("Auto-Submitted: auto-replied", "X-Mailer: iCloud Vacation"),
        ("Precedence: junk", "X-Vacation: yes"),
        ("X-Autorespond: vacaciones", "Precedence: auto_reply"),
        ("X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply",),
    ))  # fmt: skip
    subject = w.chance.choice((*NOTE_SUBJECTS, "{}", "Re: {}")).format(about)
    thread = (f"In-Reply-To: {w.our_id()}", f"References: {w.our_id()}")
    body = w.chance.choice(NOTES) + (quoted(w) if w.chance.random() < 0.3 else "")
    return w.chance.choice(("", sender)), plain(w.head(f"{name} <{sender}>", subject, *headers, *thread), body)


def absence_by_subject(w: World) -> Made:
    """The headers were lost, the subject was not."""
    name, sender = w.person()
    subject = w.chance.choice(NOTE_SUBJECTS).format(w.subject())
    return sender, plain(w.head(f"{name} <{sender}>", subject, f"In-Reply-To: {w.our_id()}"), w.chance.choice(NOTES) + quoted(w))


def absence_bare(w: World) -> Made:
    """Neither header nor subject: a body that answers our own reply, under our own subject, and often quotes it."""
    name, sender = w.person()
    about = w.chance.choice(OUR_SUBJECTS)
    head = w.head(f"{name} <{sender}>", about, f"In-Reply-To: {w.our_id()}", f"References: {w.our_id()}")
    body = w.chance.choice(NOTES) + quoted(w)
    if w.chance.random() < 0.3:
        return sender, html(head, body.replace("\n", "<br>"))
    return sender, plain(head, body, w.chance.choice(("utf-8", "iso-8859-1")))


# ── Lists, letters, notices ───────────────────────────────────────────────────────────────────────────────────


def mailing_list(w: World) -> Made:
    name, sender = w.person()
    style = w.chance.randrange(4)
    listed = (
        ("List-Id: Avisos de becas <becas.listas.test>", "List-Unsubscribe: <https://listas.test/u>", "Precedence: list", "X-Mailman-Version: 2.1.39"),
        ("List-Id: <tutores.googlegroups.test>", "Mailing-list: list tutores@googlegroups.test", "Precedence: list", "X-Google-Group-Id: 1"),
        ("List-Id: <docentes.sympa.test>", "X-Loop: docentes@sympa.test", "Precedence: list"),
        ("List-Owner: <mailto:ANUIES-request@LISTSERV.test>", "List-Unsubscribe: <mailto:ANUIES-unsubscribe-request@LISTSERV.test>", "Precedence: list"),
    )[style]  # fmt: skip
    to = w.chance.choice((US, "becas@listas.test", "docentes@sympa.test"))
    envelope = w.chance.choice(("becas-bounces@listas.test", "owner-ANUIES@LISTSERV.test", "docentes-owner@sympa.test", sender))
    subject = w.chance.choice(("[becas] Convocatoria seguro facultativo 2026", "[docentes] Constancia de vigencia IMSS", "Re: [tutores] Seguro de los alumnos"))
    return envelope, plain(w.head(f"{name} <{sender}>", subject, *listed, to=to), "Les comparto la información sobre la constancia de vigencia del IMSS.")


def newsletter(w: World) -> Made:
    sender = w.chance.choice(("Universia <boletin@universia.test>", "Seguros ABC <ofertas@seguros.test>", "OCC Mundial <alertas@occ.test>",
                              "Coursera <hello@coursera.test>"))  # fmt: skip
    subject = w.chance.choice(("¡Contrata tu seguro hoy!", "Tu seguro médico desde $99", "Becas para estudiar en el extranjero", "El IMSS anuncia cambios en tu NSS"))
    more = ("List-Unsubscribe: <https://x.test/u>, <mailto:u@x.test>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            *w.chance.choice(((), ("Precedence: bulk",), ("Feedback-ID: 1:2:3:mc", "X-Campaign: 7"))))  # fmt: skip
    return f"bounces+{w.number}-becas=itq.test@mail.x.test", html(w.head(sender, subject, *more), "<h1>Seguro médico</h1><p>Vigencia garantizada. Haz clic aquí.</p><img src='https://x.test/p.gif'>")


def social(w: World) -> Made:
    who = w.chance.choice((
        ("Facebook <notification@facebookmail.test>", "Tienes 3 notificaciones nuevas", ("X-Facebook-Notify: page_activity", "List-Unsubscribe: <https://f.test/u>")),
        ("LinkedIn <messages-noreply@linkedin.test>", "Ana te envió un mensaje", ("List-Unsubscribe: <https://l.test>",)),
        ("Instagram <no-reply@mail.instagram.test>", "Nuevo inicio de sesión", ()),
        ("X <notify@x.test>", "Novedades de tu semana", ("List-Unsubscribe: <https://x.test>", "Feedback-ID: x")),
        ("Dropbox <no-reply@dropbox.test>", "Ana compartió «constancia.pdf» contigo", ()),
        ("Microsoft Teams <noreply@email.teams.microsoft.test>", "Ana le envió un mensaje", ()),
        ("Ana vía OneDrive <no-reply@sharepointonline.test>", "Ana ha compartido «Constancia de vigencia» contigo.", ()),
        ("Ana García (mediante Google Drive) <drive-shares-dm-noreply@google.test>", "Se compartió contigo: «Constancia IMSS.pdf»", ()),
        ("Ana García (via Google Drive) <drive-shares-noreply@google.test>", "Constancia IMSS.pdf", ()),
        ("Ana García (Classroom) <no-reply@classroom.google.test>", "Tarea nueva: constancia", ()),
        ("Comentarios de Google Docs <comments-noreply@docs.google.test>", "Documento: constancia", ()),
        ("WeTransfer <noreply@wetransfer.test>", "Ana te envió archivos", ()),
        ("Zoom <no-reply@zoom.test>", "Su reunión ha comenzado", ()),
        ("Canva <no-reply@canva.test>", "Ana te invitó", ()),
        ("Microsoft 365 Message center <o365mc@microsoft.test>", "Cambios en su buzón", ("X-Auto-Response-Suppress: All",)),
        ("Cuenta Microsoft <account-security-noreply@accountprotection.microsoft.test>", "Actividad inusual", ()),
        ("Google <no-reply@accounts.google.test>", "Alerta de seguridad", ()),
    ))  # fmt: skip
    return "bounce@notices.test", html(w.head(who[0], who[1], *who[2]), "<p>Abrir el documento: constancia de vigencia de derechos</p><a href='https://x.test'>Abrir</a>")


def calendar(w: World) -> Made:
    name, sender = w.person()
    method = w.chance.choice(("REQUEST", "CANCEL", "REPLY"))
    subject = w.chance.choice(("Invitación: Reunión seguro facultativo - lun 23 nov 2026", "Aceptada: Revisión de constancias", "Cancelado: Junta", "Accepted: Junta IMSS",
                               "Invitación actualizada: Junta de becas"))  # fmt: skip
    ics = f"BEGIN:VCALENDAR\nMETHOD:{method}\nBEGIN:VEVENT\nUID:1\nSUMMARY:Junta\nEND:VEVENT\nEND:VCALENDAR"
    parts = [("text/plain; charset=utf-8", "Te invitaron a un evento: Reunión sobre el seguro facultativo"), (f"text/calendar; charset=utf-8; method={method}", ics)]
    return sender, multi(w.head(f"{name} <{sender}>", subject), w.chance.choice(("alternative", "mixed")), parts)


def forms(w: World) -> Made:
    sender = w.chance.choice(("Formularios de Google <forms-receipts-noreply@google.test>", "Google Forms <forms-receipts-noreply@google.test>",
                              "Microsoft Forms <formsnoreply@microsoft.test>", "Microsoft Forms <no-reply@forms.office.test>"))  # fmt: skip
    return "x@docs-share.google.test", html(
        w.head(sender, "Solicitud de alta o baja de seguro facultativo"),
        "<p>Gracias por rellenar el formulario <b>Solicitud de alta o baja de seguro facultativo</b></p><p>Esto es lo que has enviado: constancia de vigencia.</p>",
    )


def imss(w: World) -> Made:
    """IMSS's own mail with a real constancia in it."""
    pdf = papers.constancia(MAILS[0].student, __import__("datetime").date(2026, 11, 23), estado="BAJA", servicio="NO")
    body = b64encode(pdf).decode()
    body = "\n".join(body[i : i + 76] for i in range(0, len(body), 76))
    sender = w.chance.choice(("noreply@imss.gob.mx", "IMSS Digital <no-reply@imss.gob.mx>", "no.reply@imss.gob.mx", "noreply-vigencia@imss.gob.mx",
                              "noresponder@imss.gob.mx"))  # fmt: skip
    parts = [("text/html; charset=utf-8", "<p>Se adjunta su Constancia de Vigencia de Derechos.</p>"),
             ('application/pdf; name="comprobanteVigenciaDerechos.pdf"\nContent-Transfer-Encoding: base64', body)]  # fmt: skip
    return "noreply@imss.gob.mx", multi(w.head(sender, "Comprobante de vigencia de derechos"), "mixed", parts)


def ticket(w: World) -> Made:
    sender, subject, more = w.chance.choice((
        ("Soporte <soporte@mesadeayuda.test>", "[#VQ-123-4567] Ticket creado: " + w.subject(), ("X-Autoreply: true", "Precedence: auto_reply", "Auto-Submitted: auto-generated")),
        ("Soporte Alumnos <support@colegio.zendesk.test>", "[Solicitud recibida] " + w.subject(), ("X-Auto-Response-Suppress: All", "Auto-Submitted: auto-generated", "X-Zendesk-From-Account-Id: 1")),
        ("Helpdesk <helpdesk@empresa.test>", "Ticket #99812 recibido", ("Auto-Submitted: auto-replied",)),
        ("Mesa de servicio <mesa@empresa.test>", "RE: " + w.subject() + " [Ticket#2026112310000012]", ("X-OTRS-Loop: yes", "Precedence: bulk")),
        ("Atención <atencion@empresa.test>", "Re: " + w.subject(), ()),
        ("Jira <jira@empresa.test>", "[JIRA] (SE-12) " + w.subject(), ("X-JIRA-FingerPrint: 1", "Precedence: bulk", "Auto-Submitted: auto-generated")),
        ("GitHub <notifications@github.test>", "Re: [x/y] issue", ("List-Id: <y.x.github.test>",)),
    ))  # fmt: skip
    body = w.chance.choice((
        "Hemos recibido su solicitud y se ha generado el ticket 99812. Un agente le atenderá en breve.",
        "Estimado usuario: su ticket ha sido registrado con el folio 4432. Por favor no responda a este correo.",
        "##- Por favor, escriba su respuesta por encima de esta línea -##\nSu solicitud (4432) ha sido recibida y está siendo revisada por nuestro equipo.",
        "Thank you for contacting us. Your request has been received and a ticket has been created.",
        "Gracias por comunicarse con nosotros. Su caso número 4432 fue registrado.",
    ))  # fmt: skip
    return sender.split("<")[1][:-1], plain(w.head(sender, subject, *more), body + quoted(w))


def reports(w: World) -> Made:
    style = w.chance.randrange(3)
    if style == 0:
        head = w.head("noreply-dmarc-support@google.test", "Report domain: itq.test Submitter: google.test Report-ID: 1234")
        parts = [("text/plain", "This is an aggregate report."), ('application/gzip; name="google!itq.test!1.xml.gz"\nContent-Transfer-Encoding: base64', "H4sIAAAAAAAAA0vLz09KLAIAqmzNjAcAAAA=")]
        return "noreply-dmarc-support@google.test", multi(head, "mixed", parts)
    if style == 1:
        head = w.head(w.chance.choice(("dmarcreport@microsoft.test", "DMARC Aggregate Report <dmarc@outlook.test>", "dmarc_support@corp.mail.test")),
                      "Report Domain: itq.test Submitter: protection.outlook.test Report-ID: <77>")  # fmt: skip
        parts = [("text/plain", "This is a DMARC aggregate report from Microsoft Corporation."),
                 ('application/zip; name="itq.test.zip"\nContent-Transfer-Encoding: base64', "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==")]  # fmt: skip
        return "dmarcreport@microsoft.test", multi(head, "mixed", parts)
    feedback = "Feedback-Type: abuse\nUser-Agent: SomeGenerator/1.0\nVersion: 1\nOriginal-Mail-From: <becas@itq.test>\n"
    parts = [("text/plain", "This is an email abuse report."), ("message/feedback-report", feedback), ("message/rfc822", returned(w, "x@y.test", w.subject()))]
    return "feedback@arf.mail.test", multi(w.head("feedback@arf.mail.test", "FW: " + w.subject()), "report", parts, "; report-type=feedback-report")


def devices(w: World) -> Made:
    """Scanners, cron, monitors, invoices, shops."""
    sender, subject, body, more = w.chance.choice((
        ("root@servidor.itq.test", "Cron <root@servidor> /usr/bin/backup", "backup ok", ("X-Cron-Env: <SHELL=/bin/sh>", "Auto-Submitted: auto-generated")),
        ("Nagios <nagios@monitor.test>", "** PROBLEM Service Alert: web/HTTP is CRITICAL **", "Notification Type: PROBLEM", ()),
        ("HP Scanner <scanner@itq.test>", "Scanned from HP", "Please open the attached document.", ()),
        ("Facturación <facturacion@cfe.test>", "Factura electrónica CFDI", "Se ha generado su factura electrónica. Mensaje generado automáticamente.", ()),
        ("Amazon <envios@amazon.test>", "Tu pedido ha sido enviado", "Tu paquete llega el martes. No responda a este correo.", ()),
        ("BBVA <notificaciones@bbva.test>", "Aviso de seguridad", "Este es un correo automático, por favor no lo responda.", ()),
        ("TecNM <comunicados@tecnm.test>", "Comunicado oficial", "Se informa a la comunidad. Este buzón no es monitoreado.", ("Precedence: bulk",)),
    ))  # fmt: skip
    return sender.split("<")[-1].rstrip(">"), plain(w.head(sender, subject, *more), body)


KINDS: tuple[tuple[Callable[[World], Made], int], ...] = (
    (postfix, 60), (exim, 50), (exchange, 70), (gmail, 60), (qmail, 30), (sendmail, 40), (yahoo, 25), (zimbra, 30), (cpanel, 30),
    (antispam_bounce, 45), (read_receipt, 60), (absence, 130), (absence_by_subject, 70), (absence_bare, 70), (mailing_list, 50),
    (newsletter, 40), (social, 50), (calendar, 30), (forms, 15), (imss, 10), (ticket, 35), (reports, 25), (devices, 25),
)  # fmt: skip


def build(seed: int) -> Iterator[Case]:
    world = World(seed)
    for kind, number in KINDS:
        for n in range(number):
            envelope, raw = kind(world)
            yield Case(f"{kind.__name__} {n}", envelope, raw)


def main() -> int:
    cases = list(build(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
    verdict = try_all(cases)
    print(*tell(verdict), sep="\n")
    answered = [f for f in verdict.fates if f.state in ("answered", "decided") and f.stem]
    for fate in answered:
        print("ANSWERED", fate.case.label, fate.stem, fate.rule)
    print(Counter(f.state for f in verdict.fates), f"mails {len(cases)}, answered {len(answered)}, mails sent {len(verdict.sent)}")
    return 1 if answered or verdict.counts["total"] != len(cases) or verdict.exit_code else 0


if __name__ == "__main__":
    sys.exit(main())
