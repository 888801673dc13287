"""Did a machine, a list, ourselves or the staff write this mail (RFC 3834, RFC 5230)? Such mail is not answered.

A hard mark silences for good. A weak one is found on people's mail too (Exchange marks all of it), so it only silences
a mail that brings neither a PDF nor a picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mailbot.core.absence import reads_like_a_machine
from mailbot.core.header_text import addresses, decode_text
from mailbot.core.mime import Headers
from mailbot.core.own_words import fold

HardCode = Literal[
    "null_sender", "auto_submitted", "report", "list", "bounce_sender", "no_reply", "own_marker", "own_address",
    "staff"
]
REASONS: dict[HardCode, str] = {
    "null_sender": "lo envió un servidor: remitente de sobre vacío (Return-Path: <>)",
    "auto_submitted": "lo escribió una máquina: Auto-Submitted",
    "report": "es un informe de entrega o de lectura: multipart/report",
    "list": "viene de una lista de correo: List-Id",
    "bounce_sender": "lo envió un servidor de correo: mailer-daemon, postmaster o rebotes",
    "no_reply": "su remitente no recibe respuestas: no-reply",
    "own_marker": "lo escribió mailbot: X-Mailbot-Reply",
    "own_address": "viene de este mismo buzón",
    "staff": "lo escribió el personal",
}

_NO_REPLY = (
    "no-reply", "noreply", "no_reply", "no.reply", "donotreply", "do-not-reply", "do_not_reply", "do.not.reply",
    "dont-reply", "dontreply", "no-responder", "noresponder", "no_responder", "no.responder", "no-contestar",
    "nocontestar", "no_contestar", "no-responda", "noresponda", "no-replay", "noreplay", "nao-responda",
    "naoresponda",
    "nepasrepondre", "ne-pas-repondre", "not-reply", "notreply", "unmonitored", "no-respuesta", "norespuesta",
)  # fmt: skip
_SERVERS = frozenset(
    {
        "mailer-daemon", "mailer_daemon", "mailerdaemon", "maildaemon", "mail-daemon", "mdaemon", "postmaster",
        "double-bounce", "bounce", "bounces", "bouncehandler", "bounce-handler", "listserv", "majordomo",
        "listmaster",
        "abuse-report", "mmdf", "uucp-daemon", "daemon", "mail-delivery-subsystem", "sympa",
    }
)  # fmt: skip
_LIST_MANAGER = re.compile(r"owner-.+|.+-(?:owner|request|bounces?|bounce\d+)|.+-(?:bounces|request)[+=-].+")
_VERP = re.compile(r"(?:bounces?|mailer-daemon|postmaster|return|returns|msprvs1|prvs)[+=_-].+|.+[+-]bounces?[+=-].+")

_SUBJECT_BEGINS = (
    "auto:", "auto reply", "auto-reply", "autoreply", "autorespuesta", "auto respuesta", "ausente", "ausencia:",
    "read:", "leido:", "not read:", "no leido:", "accepted:", "aceptada:", "aceptado:", "declined:", "rechazada:",
    "rechazado:", "tentative:", "provisional:", "delivered:", "entregado:", "relayed:", "retransmitido:", "vacation",
    "vacaciones", "canceled:", "cancelado:", "ooo:", "ooo ",
    "[auto", "your message", "out of office", "lido:", "lu:", "lu :", "gelesen:", "letto:", "abwesend", "assente:",
    "report domain:", "ticket #",
)  # fmt: skip
_SUBJECT_HOLDS = (
    "respuesta automatica", "respuesta automatizada", "automatic reply", "automatic response", "automated reply",
    "automated response", "autoreply", "auto-reply", "auto reply", "auto-response", "autoresponse", "autorespuesta",
    "fuera de la oficina", "fuera de oficina", "out of office", "out of the office", "out-of-office",
    "acuse de recibo", "read receipt", "return receipt", "automatische antwort", "abwesenheit", "reponse automatique",
    "resposta automatica", "risposta automatica", "mensaje automatico", "notificacion automatica", "on vacation",
    "de vacaciones", "confirmacion de lectura", "absence du bureau", "ausencia del trabajo", "i am away",
    "mensaje de ausencia", "[solicitud recibida]", "ticket creado",
)  # fmt: skip
_FAILURE_BEGINS = (
    "returned mail", "failure notice", "mail delivery", "undeliver", "devuelto", "devolucion", "failed:", "delayed",
    "delayed:", "considered unsolicited", "warning: could not", "warning: message",
)  # fmt: skip
_FAILURE_HOLDS = (
    "no se pudo entregar", "no se puede entregar", "no se ha podido entregar", "no pudo ser entregado",
    "no se entrego",
    "undeliverable", "undelivered mail", "undelivered message", "delivery status notification", "delivery failure",
    "delivery has failed", "delivery failed", "delivery notification", "delivery report", "mail delivery",
    "failure notice", "returned to sender", "mensaje devuelto", "correo devuelto", "estado de entrega",
    "estado de la entrega", "error de entrega", "fallo de entrega", "fallo en la entrega", "entrega fallida",
    "entrega retrasada", "message delayed", "could not be delivered", "non remis", "unzustellbar", "nondeliverable",
    "non-delivery", "delayed mail", "mail failure", "not delivered", "mail system error", "delivery problem",
    "message not delivered", "returned mail", "failure delivery", "delivery warning", "mensaje no entregado",
    "correo no entregado",
    "failed delivery", "could not send message", "over quota", "quota exceeded",
    "mailbox full", "mailbox is full", "buzon lleno", "buzon esta lleno", "mensaje rechazado", "message rejected",
    "correo rechazado", "mensaje en cuarentena", "correo en cuarentena", "[spam] rechazado",
)  # fmt: skip
FAILURE = "asunto de entrega fallida"
NOTE = "texto de respuesta automática"
NOTE_SUBJECT = "asunto de respuesta automática"
@dataclass(frozen=True, slots=True)
class Marks:
    hard: HardCode | None
    detail: str
    weak: tuple[str, ...]

    @property
    def reason(self) -> str | None:
        """Say the hard mark in Spanish, for the ledger."""
        if self.hard is None:
            return None
        return REASONS[self.hard] + (f" ({self.detail})" if self.detail else "")


def without_tag(address: str) -> str:
    """Return ``a@x`` of ``a+tag@x``: mail to the tagged form lands in the same mailbox."""
    local, _, domain = address.rpartition("@")
    return f"{local.split('+', 1)[0] or local}@{domain}"


def is_no_reply(address: str) -> bool:
    local = address.rpartition("@")[0].split("+", 1)[0]
    return any(local == n or local.startswith(n + "-") or local.endswith("-" + n) for n in _NO_REPLY)


def _hides_no_reply(address: str) -> bool:
    """Tell a machine's address by a no-reply anywhere in it ("formsnoreply", "vigencia.no-reply"): a weak sign."""
    local = address.rpartition("@")[0]
    return not is_no_reply(address) and any(n in local for n in _NO_REPLY)


def is_bounce_sender(address: str) -> bool:
    local = address.rpartition("@")[0]
    return local in _SERVERS or bool(_LIST_MANAGER.fullmatch(local) or _VERP.fullmatch(local))


def hard_mark(
    headers: Headers,
    part_types: Iterable[str],
    *,
    kind: str,
    sender: str | None,
    own: frozenset[str],
    staff: frozenset[str],
) -> tuple[HardCode | None, str]:
    """Return the first hard mark and a detail for the ledger; None: it may be answered.

    Bounces and machines come before staff and ourselves, so that a forged header never hands a case over.
    """
    envelope = _envelope_sender(headers)
    if envelope == "":
        return "null_sender", ""
    submitted = [_first_word(value) for value in headers.all("auto-submitted")]
    if automatic := [word for word in submitted if word not in ("", "no")]:
        # Only a known word goes to the ledger: what a header says is not ours to print.
        return "auto_submitted", automatic[0] if automatic[0] in ("auto-replied", "auto-generated") else ""
    reports = {"message/delivery-status", "message/disposition-notification", "message/feedback-report"}
    if kind == "multipart/report" or reports & set(part_types):
        return "report", ""
    if headers.first("x-mailbot-reply") is not None:
        return "own_marker", ""
    if headers.first("list-id") is not None:
        return "list", ""
    envelope_local = (envelope or "").rsplit("@", 1)[0]  # MAILER-DAEMON may stand without a domain
    from_local = _raw_local(headers)
    if (sender and is_bounce_sender(sender)) or from_local in _SERVERS:
        return "bounce_sender", ""
    if envelope_local in _SERVERS or _LIST_MANAGER.fullmatch(envelope_local):
        return "bounce_sender", "Return-Path"
    if sender and is_no_reply(sender):
        return "no_reply", ""
    if sender and (sender in own or without_tag(sender) in own):
        return "own_address", ""
    if sender and (sender in staff or without_tag(sender) in staff):
        return "staff", ""
    return None, ""


def _envelope_sender(headers: Headers) -> str | None:
    """Return the topmost Return-Path's address, "" for the null sender, None where there is no such header."""
    raw = headers.first("return-path")
    if raw is None:
        return None
    text = decode_text(raw[:1000]).strip().lower()
    inside = text[text.find("<") + 1 : text.rfind(">")] if "<" in text and ">" in text else text
    return inside.strip().strip('"')


def _raw_local(headers: Headers) -> str:
    """MAILER-DAEMON often comes without a domain, so it is no address; look at the word itself."""
    text = decode_text((headers.first("from") or b"")[:500]).lower()
    inside = text[text.rfind("<") + 1 :].split(">", 1)[0] if "<" in text else text.split("(", 1)[0]
    return inside.strip().strip('"').split("@", 1)[0]


def _first_word(value: bytes) -> str:
    words = re.split(r"[\s;(]+", decode_text(value[:200]).strip().lower(), maxsplit=1)
    return words[0]


def weak_marks(
    headers: Headers, part_types: Iterable[str], subject: str, own_text: str, to_us: bool
) -> tuple[str, ...]:
    """Return what makes it look automatic, short and in Spanish, for the ledger."""
    found: list[str] = []
    if _first_word(headers.first("precedence") or b"") not in ("", "normal", "first-class", "special-delivery"):
        found.append("Precedence")
    found += [label for name, label in _WEAK_HEADERS if headers.first(name) is not None]
    if _text_of(headers, "x-priority") and "bulk" in _text_of(headers, "x-priority"):
        found.append("X-Priority")
    envelope = _envelope_sender(headers)
    sender = next((a for _, a in addresses(headers.first("sender") or b"")), "")
    from_address = next((a for _, a in addresses(headers.first("from") or b"")), "")
    if (envelope and is_bounce_sender(envelope)) or (sender and is_bounce_sender(sender)):
        found.append("sobre de envío masivo")
    if "text/calendar" in part_types:
        found.append("invitación de calendario")
    folded = fold(subject).strip()
    if folded.startswith(_SUBJECT_BEGINS) or any(phrase in folded for phrase in _SUBJECT_HOLDS):
        found.append(NOTE_SUBJECT)
    if folded.startswith(_FAILURE_BEGINS) or any(phrase in folded for phrase in _FAILURE_HOLDS):
        found.append(FAILURE)
    if reads_like_a_machine(own_text):
        found.append(NOTE)
    if any(_hides_no_reply(a) for a in (from_address, sender)):
        found.append("remitente que no recibe respuestas")
    if not to_us:
        found.append("el buzón no está entre los destinatarios")
    return tuple(found)


_WEAK_HEADERS = (
    ("x-auto-response-suppress", "X-Auto-Response-Suppress"),
    ("list-unsubscribe", "List-Unsubscribe"),
    ("list-post", "List-Post"),
    ("list-help", "List-Help"),
    ("mailing-list", "Mailing-List"),
    ("x-mailing-list", "X-Mailing-List"),
    ("x-listname", "X-Listname"),
    ("x-list", "X-List"),
    ("x-autoreply", "X-Autoreply"),
    ("x-auto-reply", "X-Auto-Reply"),
    ("x-autorespond", "X-Autorespond"),
    ("x-autoresponse", "X-Autoresponse"),
    ("x-autoreply-from", "X-Autoreply-From"),
    ("x-autogenerated", "X-Autogenerated"),
    ("x-auto-generated", "X-Auto-Generated"),
    ("x-mail-autoreply", "X-Mail-Autoreply"),
    ("x-mail-auto-reply", "X-Mail-Auto-Reply"),
    ("x-vacation", "X-Vacation"),
    ("x-fc-machinegenerated", "X-FC-MachineGenerated"),
    ("x-ms-exchange-generated-message-source", "X-MS-Exchange-Generated-Message-Source"),
    ("x-ms-exchange-inbox-rules-loop", "X-MS-Exchange-Inbox-Rules-Loop"),
    ("x-loop", "X-Loop"),
    ("x-failed-recipients", "X-Failed-Recipients"),
    ("x-cron-env", "X-Cron-Env"),
    ("feedback-id", "Feedback-ID"),
    ("x-campaign", "X-Campaign"),
    ("x-campaignid", "X-CampaignID"),
    ("x-mailgun-tag", "X-Mailgun-Tag"),
    ("x-github-reason", "X-GitHub-Reason"),
    ("x-otrs-loop", "X-OTRS-Loop"),
    ("x-zendesk-from-account-id", "X-Zendesk-From-Account-Id"),
    ("x-jira-fingerprint", "X-JIRA-FingerPrint"),
    ("x-bugzilla-reason", "X-Bugzilla-Reason"),
)


def _text_of(headers: Headers, name: str) -> str:
    return headers.text(name, 60).lower()
