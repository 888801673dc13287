"""From a reply to the bytes of a mail: headers that cannot be injected, text and HTML parts, picture, calendar."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from hashlib import sha256
from typing import Literal

from mailbot.core.reply import SUBJECT_CHARS, Reply
from mailbot.core.values import cut, visible

_REFERENCES = 20  # the first and the last 19: enough for every client to thread, and bounded
_ID_CHARS = 900  # RFC 5322, 2.1.1: a line has at most 998 characters, and an id cannot be folded
_MESSAGE_ID = re.compile(rf"<[!-;=?-~]{{1,{_ID_CHARS}}}>")
_ID_HEADERS = frozenset({"message-id", "in-reply-to", "references"})

_PREFIX = re.compile(
    r"^\s*(?:re|r|rv|fw|fwd|resp|res|rsp|aw|antw|wg|tr|enc|reenviado|respuesta)\s*(?:\[\d+\]|\(\d+\))?\s*[:：]\s*", re.I
)
_LOOKED_AT = 1_000  # characters of a subject; bounds the work on a hostile one
_ADDRESS = re.compile(r"\S*[^\s@]@[^\s@]\S*")
_LINK = re.compile(
    r"\S*(?:://|www\.)\S*|\b(?:mailto|tel|javascript|data):\S*|\b(?:[\w-]{2,}\.)+[^\W\d_]{2,}\b(?:/\S*)?",
    re.I,
)
_CURP = re.compile(r"[A-Z]{4}[\s-]?\d{6}[\s-]?[HMX][A-Z]{5}[\s-]?[0-9A-Z]\d", re.I)
_DIGITS = re.compile(r"\d(?:[\s.\-()_]?\d){9,}")

AutoSubmitted = Literal["auto-replied", "auto-generated"]


class _Policy(EmailPolicy):
    """SMTP's policy, but ids go one to a line and are never RFC 2047-encoded, which breaks threads (lessons.md)."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in _ID_HEADERS:
            return "{}: {}\r\n".format(name, "\r\n ".join(value.split())).encode("ascii")
        return super().fold_binary(name, value)


_POLICY = _Policy(linesep="\r\n", raise_on_defect=True)


def reply_subject(original: str | None, fallback: str) -> str:
    """Return "Re: " and the mail's own subject, without what identifies a person; ``fallback`` where none is left."""
    own = _without_prefixes(visible((original or "")[:_LOOKED_AT]))
    for pattern in (_ADDRESS, _LINK, _CURP, _DIGITS):
        own = pattern.sub(" ", own)
    own = _without_prefixes(re.sub(r"\s+", " ", own).strip())
    if not re.search(r"\w", own):
        return cut(visible(fallback), SUBJECT_CHARS)
    return cut(f"Re: {own}", SUBJECT_CHARS)


def _without_prefixes(subject: str) -> str:
    while found := _PREFIX.match(subject):
        subject = subject[found.end() :]
    return subject.strip()


def message_id(digest: str, domain: str, kind: str = "") -> str:
    """Return the Message-ID of what answers a mail: the same for the same mail and kind, also after a restore."""
    parts = [re.sub(r"[^0-9A-Za-z_-]", "", p) for p in (digest[:64], kind)]
    host = re.sub(r"[^0-9A-Za-z.-]", "", domain).strip(".-") or "localhost"
    return f"<mailbot.{'.'.join(p for p in parts if p)}@{host}>"


def writable(address: str) -> bool:
    """Tell whether an address can stand in our headers: ASCII (no SMTPUTF8, RFC 6531) and well-formed."""
    try:
        Address(addr_spec=address)
    except (ValueError, MessageError, IndexError):  # the standard library's parser trips over "ana@"
        return False
    return address.isascii()


def compose(
    reply: Reply,
    *,
    sender: str,
    sender_name: str,
    to: Sequence[str],
    cc: Sequence[str] = (),
    subject: str | None = None,
    in_reply_to: str | None = None,
    references: Sequence[str] = (),
    message_id: str,
    date: datetime,
    auto_submitted: AutoSubmitted = "auto-replied",
    urgent: bool = False,
) -> bytes:
    """Return the mail, CRLF lines; equal arguments give equal bytes. ``subject`` None: the template's own."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = Address(visible(sender_name), addr_spec=sender)
    mail["To"] = [Address(addr_spec=a) for a in to]
    if cc:
        mail["Cc"] = [Address(addr_spec=a) for a in cc]
    mail["Subject"] = cut(visible(reply.subject if subject is None else subject), SUBJECT_CHARS)
    mail["Date"] = date
    mail["Message-ID"] = message_id
    for name, value in _thread(in_reply_to, references):
        mail[name] = value
    mail["Auto-Submitted"] = auto_submitted
    mail["X-Auto-Response-Suppress"] = "All"  # Exchange answers with no vacation note
    mail["X-Mailbot-Reply"] = reply.stem
    if urgent:
        mail["Importance"] = "high"  # RFC 2156; stands out in the list of whoever is in copy
    _fill(mail, reply, boundary=sha256(message_id.encode()).hexdigest()[:32])
    return mail.as_bytes()


def _thread(in_reply_to: str | None, references: Sequence[str]) -> list[tuple[str, str]]:
    parent = _ids(in_reply_to or "")[:1]
    chain = list(dict.fromkeys([*(i for r in references for i in _ids(r)), *parent]))
    if len(chain) > _REFERENCES:
        chain = [chain[0], *chain[-(_REFERENCES - 1) :]]
    headers = [("In-Reply-To", parent[0])] if parent else []
    return headers + ([("References", " ".join(chain))] if chain else [])


def _ids(text: str) -> list[str]:
    """Return the well-formed Message-IDs in a text; whatever else is there never reaches a header."""
    bare = text if "<" in text else " ".join(f"<{word}>" for word in text.split())
    return [str(found) for found in _MESSAGE_ID.findall(bare[:20_000])]


def _fill(mail: EmailMessage, reply: Reply, boundary: str) -> None:
    """Build mixed(alternative(text, related(html, picture)), calendar), without the layers that are not needed."""
    mail.set_content(reply.text, cte="quoted-printable")
    mail.add_alternative(reply.html, subtype="html", cte="quoted-printable")
    html = mail.get_payload(1)
    if reply.picture is not None and isinstance(html, MIMEPart):
        html.add_related(
            reply.picture, "image", "png", cid="<constancia>", filename="constancia.png", disposition="inline"
        )
    if reply.calendar is not None:
        kind = {"method": "PUBLISH", "charset": "utf-8"}
        mail.add_attachment(reply.calendar, "text", "calendar", filename="revisar-constancia.ics", params=kind)
    for number, part in enumerate(p for p in mail.walk() if p.is_multipart()):
        part.set_boundary(f"=_mailbot_{boundary}_{number}")  # by default random: the same reply must be the same bytes
