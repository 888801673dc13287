"""From raw e-mail to Message: sender, thread, text, attachments, and whether a machine wrote it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from mailbot.core import machine
from mailbot.core.attachments import Attachment, Shown, Sniffed, gather, is_text_body, text_of
from mailbot.core.authentication import Authentication, authentication
from mailbot.core.bounce import Bounce, find_bounce
from mailbot.core.cloud import has_cloud_link
from mailbot.core.header_text import (
    SUBJECT_CHARS,
    addresses,
    clean_line,
    clean_lines,
    decode_header,
    header_date,
    message_ids,
)
from mailbot.core.html_text import HTML_CHARS, html_to_text, pictures_in, without_pictures
from mailbot.core.mime import Headers, Part, Structure, read_headers, structure, without_uuencoded
from mailbot.core.own_words import TEXT_CHARS, case_token, is_forward, split_words, unflow, without_header_lines

__all__ = ["Attachment", "Authentication", "Bounce", "Message", "Sniffed", "mail_day", "parse", "parse_headers_only"]

_PLAIN_CHARS = 200_000  # read of a plain text, quoted mail included
_FORWARDED_CHARS = 4_000  # kept of a forwarded mail: enough for what the IMSS page says


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """One e-mail as the core sees it; every string is decoded, without control characters, and of bounded length."""

    digest: str
    """SHA-256 of the raw bytes, hexadecimal: what tells one mail from another."""
    message_id: str | None
    sender: str | None
    """The From address, lower case; None where there is none, two, or it cannot be an address."""
    sender_name: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    sent: datetime | None
    """The Date header, with its zone; None where absent or unreadable."""
    in_reply_to: str | None
    references: tuple[str, ...]
    text: str
    """What the writer wrote, without the quoted mail below, at most 20,000 characters; of a forward without a word of
    the writer's, the forwarded text."""
    attachments: tuple[Attachment, ...]
    problems: tuple[str, ...] = ()
    """Files that could not be taken out: "zip_sin_un_pdf", "enlace_a_la_nube", "demasiado_grande", …"""
    hard_mark: str | None = None
    """Why it must never be answered (contract.md, "Whose mail is answered"); None: it may be."""
    weak_marks: tuple[str, ...] = ()
    bounce: Bounce | None = None
    authentication: Authentication = "none"
    case_token: str | None = None
    """The token of a "one tap" answer (a prepared mailto:), where the text carries one."""
    mark_code: machine.HardCode | None = None
    """The hard mark for programs: ``staff`` hands a case over, ``own_address`` is ourselves, the others machines."""

    def __repr__(self) -> str:
        return f"Message({self.digest[:12]}…)"


@dataclass(frozen=True, slots=True)
class _Words:
    """The texts of a mail, read."""

    text: str
    own: str
    cloud: bool
    shown: Shown
    forward: bool


def parse(
    raw: bytes, own: frozenset[str], staff: frozenset[str], *, authserv: str = "", attachment_limit: int
) -> Message:
    """Read a mail; never raises, whatever the bytes are.

    ``own`` and ``staff`` are addresses in lower case; ``authserv`` the id of the server whose Authentication-Results
    count ("microsoft" for Microsoft 365, which writes none), "" for nobody; ``attachment_limit`` bytes, 0 no limit.
    """
    try:
        return read(raw, own, staff, authserv=authserv, attachment_limit=attachment_limit)
    except Exception:  # a bug of ours: the mail is still taken in, and a person looks at it
        blank = _from_headers(Headers(), Structure((), "", (), True), "", own=own, staff=staff, authserv=authserv)
        return replace(blank, digest=sha256(raw).hexdigest(), problems=("no_se_pudo_leer",))


def read(raw: bytes, own: frozenset[str], staff: frozenset[str], *, authserv: str, attachment_limit: int) -> Message:
    """Read a mail, as ``parse`` does, but let a bug of ours show: what tests and the fuzzer call."""
    mail = structure(raw)
    headers = mail.mails[0]
    words = _read_words(mail, own, headers)
    message = _from_headers(headers, mail, words.own, own=own, staff=staff, authserv=authserv)
    ours = _our_own_mails(mail, own)
    files, problems = gather(
        [p for p in mail.parts if p.message not in ours], words.shown, not words.forward, attachment_limit
    )
    if words.cloud:
        problems.append("enlace_a_la_nube")
    if not mail.complete:
        problems.append("demasiadas_partes")
    message = _with_bounce(message, raw, mail, is_forward(message.subject))
    return replace(
        message,
        digest=sha256(raw).hexdigest(),
        text=words.text,
        attachments=tuple(files),
        problems=(*message.problems, *problems),
        case_token=case_token(message.subject, words.own),
    )


def parse_headers_only(
    raw_header: bytes, size: int, own: frozenset[str], staff: frozenset[str], *, authserv: str = ""
) -> Message:
    """Read a mail too large to fetch from its headers alone; its digest is of the headers and the size."""
    headers, _ = read_headers(raw_header, 0, len(raw_header))
    kind = headers.text("content-type", 100).split(";")[0].strip().lower()
    outer = Structure((headers,), kind, (), False)
    message = _from_headers(headers, outer, "", own=own, staff=staff, authserv=authserv)
    digest = sha256(raw_header + b"\0%d" % size).hexdigest()
    return replace(message, digest=digest, problems=(*message.problems, "demasiado_grande"))


def mail_day(message: Message, received: datetime, now: datetime, tz: ZoneInfo) -> datetime:
    """Return when the mail was sent, in the office's zone: its Date header, unless that lies after the clock or more
    than two days before it was received; then when it was received."""
    sent = message.sent
    if sent is None or sent > now or received - sent > timedelta(days=2):
        return received.astimezone(tz)
    return sent.astimezone(tz)


def _from_headers(
    headers: Headers,
    mail: Structure,
    own_text: str,
    *,
    own: frozenset[str],
    staff: frozenset[str],
    authserv: str,
) -> Message:
    sender, name, problems = _sender(headers)
    to = tuple(a for raw in headers.all("to") for _, a in addresses(raw))
    cc = tuple(a for raw in headers.all("cc") for _, a in addresses(raw))
    resent = tuple(a for raw in headers.all("resent-to") for _, a in addresses(raw))
    subject = clean_line(decode_header(headers.first("subject") or b""), SUBJECT_CHARS)
    types = [p.type for p in mail.parts if p.message == 0]
    hard, detail = machine.hard_mark(headers, types, kind=mail.type, sender=sender, own=own, staff=staff)
    marks = machine.Marks(
        hard,
        detail,
        machine.weak_marks(
            headers, types, subject, own_text,
            not own or any(a in own or machine.without_tag(a) in own for a in (*to, *cc, *resent)),
        ),
    )  # fmt: skip
    ids = message_ids(headers.first("message-id") or b"")
    replied = message_ids(headers.first("in-reply-to") or b"")
    return Message(
        digest="",
        message_id=ids[0] if ids else None,
        sender=sender,
        sender_name=name,
        to=to,
        cc=cc,
        subject=subject,
        sent=header_date(headers.first("date")),
        in_reply_to=replied[0] if replied else None,
        references=message_ids(headers.first("references") or b""),
        text="",
        attachments=(),
        problems=problems,
        hard_mark=marks.reason,
        weak_marks=marks.weak,
        authentication=authentication(headers, sender, authserv),
        mark_code=hard,
    )


def _sender(headers: Headers) -> tuple[str | None, str, tuple[str, ...]]:
    """Return the From address and name; several From headers that disagree name nobody (never Reply-To)."""
    lines = [addresses(raw) for raw in headers.all("from")]
    boxes = [box for line in lines for box in line]
    if not boxes:
        return None, "", ()
    if len({line[0][1] for line in lines if line}) > 1:
        return None, "", ("varios_remitentes",)
    wrote = {address for _, address in addresses(headers.first("sender") or b"")}
    name, address = next((box for box in boxes if len(boxes) > 1 and box[1] in wrote), boxes[0])
    return address, name, ()


def _read_words(mail: Structure, own: frozenset[str], headers: Headers) -> _Words:
    """Read the outer mail's text: plain where there is one, else the HTML's; the HTML also tells which pictures
    it shows where."""
    subject = clean_line(decode_header(headers.first("subject") or b""), SUBJECT_CHARS)
    bodies = [p for p in mail.parts if p.message == 0 and is_text_body(p)]
    texts = [_page(p) if p.type == "text/html" else _plain(p) for p in bodies]
    # Of an alternative the plain version is read; an HTML part outside of one is text like any other.
    in_plain = {p.alternative for p, t in zip(bodies, texts, strict=True) if p.type == "text/plain" and t.strip()} - {0}
    pages = [t for p, t in zip(bodies, texts, strict=True) if p.type == "text/html"]
    html = "\n".join(pages)
    read_ones = [
        t for p, t in zip(bodies, texts, strict=True) if p.type == "text/plain" or p.alternative not in in_plain
    ]
    words = split_words("\n".join(filter(None, read_ones)), subject)
    words_of_html = split_words(html, subject)
    written = _trimmed(without_pictures(words.own))
    text = written
    nested = [index for index in range(1, len(mail.mails)) if index not in _our_own_mails(mail, own)]
    forward = words.forward or bool(nested)
    if not written.strip() and forward:
        text = _forwarded_text(words.below, mail, own, nested)
    shown = Shown(pictures_in(words_of_html.own), pictures_in(html))
    cloud = has_cloud_link(text) or has_cloud_link(words_of_html.own)
    return _Words(clean_lines(text)[:TEXT_CHARS], written, cloud, shown, forward)


def _page(part: Part) -> str:
    return html_to_text(clean_lines(text_of(part, HTML_CHARS)))


def _trimmed(text: str) -> str:
    """Undo the gaps that pictures and links left."""
    return "\n".join(re.sub(" {2,}", " ", line).strip() for line in text.split("\n")).strip()


def _plain(part: Part) -> str:
    text = without_uuencoded(clean_lines(text_of(part, _PLAIN_CHARS)))
    if part.params.get("format", "").lower() == "flowed":
        return unflow(text, part.params.get("delsp", "").lower() == "yes")
    return text


def _forwarded_text(below: str, mail: Structure, own: frozenset[str], nested: list[int]) -> str:
    """Return the forwarded mail's words, unless they are our own."""
    head = below[:1500].lower()
    if below and not any(address in head for address in own):
        return without_header_lines(without_pictures(below))[:_FORWARDED_CHARS]
    for part in mail.parts:
        if part.message in nested and is_text_body(part):
            text = clean_lines(text_of(part, _PLAIN_CHARS))
            inner = split_words(html_to_text(text) if part.type == "text/html" else text).own
            if inner.strip():
                return without_pictures(inner)[:_FORWARDED_CHARS]
    return ""


def _our_own_mails(mail: Structure, own: frozenset[str]) -> frozenset[int]:
    """Return the nested mails that we wrote ourselves: neither their words nor their pictures are the student's."""
    return frozenset(
        index
        for index, headers in enumerate(mail.mails)
        if index and (headers.first("x-mailbot-reply") is not None or (_sender(headers)[0] or "") in own)
    )


def _with_bounce(message: Message, raw: bytes, mail: Structure, forward: bool) -> Message:
    """Read what a server sent as a bounce; a person's "no me llegó" is none.

    A failure report without any of a server's marks is known by its subject together with what it names or returns:
    the student's own PDF may hang in the returned mail, and must not look like a new one.
    """
    if message.mark_code in ("null_sender", "report", "bounce_sender", "auto_submitted"):
        return replace(message, bounce=find_bounce(raw, mail))
    if message.mark_code is None and machine.FAILURE in message.weak_marks and not forward:
        found = find_bounce(raw, mail)
        if found is not None or len(mail.mails) > 1:
            marks = machine.Marks("report", "rebote", message.weak_marks)
            return replace(message, bounce=found, mark_code=marks.hard, hard_mark=marks.reason)
    return message
