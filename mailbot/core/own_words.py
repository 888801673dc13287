"""Which words of a mail did its writer write, and which are the mail below, quoted or forwarded?

Our own replies come back quoted in half of what students write; not one word of them may be taken for the student's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

TEXT_CHARS = 20_000
_READ_CHARS = 200_000
_READ_LINES = 5_000
_FOLDED_CHARS = 400  # of one line: enough for every mark
_WRAPPED = 55  # a quoted line this long was probably broken by the mailer, and what follows it is its rest

FORWARD_MARKS = (
    "forwarded message", "mensaje reenviado", "begin forwarded message", "inicio del mensaje reenviado",
    "correo reenviado", "forwarded by", "reenviado por", "forwarded mail", "mensagem encaminhada", "message transfere",
)  # fmt: skip
ORIGINAL_MARKS = (
    "mensaje original", "original message", "correo original", "mensagem original", "message d'origine",
    "ursprungliche nachricht", "mensaje anterior", "original appointment",
)  # fmt: skip
_FORWARD_SUBJECTS = ("fwd:", "fw:", "rv:", "reenv:", "fwd.", "wg:", "enc:", "tr:", "reenviado:", "i:")
_DEVICE_LINES = (
    "enviado desde mi ", "enviado desde outlook", "enviado desde correo", "enviado desde yahoo", "enviado desde gmail",
    "enviado desde un ", "enviado desde el ", "enviado desde samsung", "enviado desde huawei", "enviado desde proton",
    "enviado desde <http", "enviado con ", "enviado do meu ", "enviado a partir d", "sent from my ",
    "sent from outlook", "sent from mail for", "sent from yahoo", "sent from samsung", "sent from proton", "sent with ",
    "sent via ", "obtener outlook para", "obtenga outlook para", "get outlook for", "descarga outlook para",
    "envoye de mon", "von meinem ",
)  # fmt: skip
_FROM = ("de:", "from:", "von:", "desde:")
_OTHERS = (
    "enviado:", "enviado el:", "enviada:", "enviada el:", "fecha:", "date:", "sent:", "para:", "to:", "asunto:",
    "subject:", "cc:", "responder a:", "reply-to:", "data:", "an:", "gesendet:", "betreff:",
)  # fmt: skip
_SAID = ("escribio:", "wrote:", "escreveu:", "a ecrit :", "a ecrit:", "escribio :", "schrieb:", "ha escrito:")
_SAID_OPENS = ("el ", "on ", "em ", "le ", "en ", "am ", "a la", "quoting ", "citando ")
_CLOCK = re.compile(r"\d{1,2}[:.h]\d\d")
_TOKEN = re.compile(r"\bMB-([A-Z2-7]{10,40})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Words:
    """``own`` is what the writer wrote; ``below`` the forwarded mail where the mail is a forward, else ""."""

    own: str
    below: str
    forward: bool


def fold(text: str) -> str:
    """Return it in lower case and without accents, as the marks above are written."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


def split_words(text: str, subject: str = "") -> Words:
    """Tell the writer's words from the quoted, forwarded and signed ones; linear in the text."""
    lines = text[:_READ_CHARS].split("\n")[:_READ_LINES]
    folded = [fold(line[:_FOLDED_CHARS]).strip(" *_\xa0") for line in lines]
    forward_subject = is_forward(subject)
    own: list[str] = []
    signed = False
    at = 0
    while at < len(lines):
        bare = lines[at].strip()
        if bare.startswith(">"):
            at = _after_quoted(lines, at)
        elif _is_mark(folded[at], FORWARD_MARKS):
            return Words(_joined(own), _forwarded(lines[at + 1 :]), True)
        elif _is_mark(folded[at], ORIGINAL_MARKS) or _begins_headers(folded, at) or _is_rule(bare):
            below = _forwarded(lines[at:]) if forward_subject else ""
            return Words(_joined(own), below, forward_subject)
        elif (after := _after_attribution(folded, at)) is not None:
            following = next((line for line in folded[after : after + 3] if line), "")
            if not following.startswith(">"):
                return Words(_joined(own), "", False)
            at = after
        else:
            signed = signed or lines[at].rstrip("\r") in ("-- ", "--", "--\xa0", "— ")
            if not signed and not (len(bare) <= 120 and folded[at].startswith(_DEVICE_LINES)):
                own.append(lines[at])
            at += 1
    return Words(_joined(own), "", forward_subject)


def is_forward(subject: str) -> bool:
    return fold(subject[:60]).strip().startswith(_FORWARD_SUBJECTS)


def _joined(lines: Sequence[str]) -> str:
    text = "\n".join(line.strip(" \xa0") for line in lines).strip()
    return re.sub(r"\n{3,}", "\n\n", text)[:TEXT_CHARS].strip()


def _is_mark(line: str, marks: tuple[str, ...]) -> bool:
    """A mark stands alone between dashes, or alone with a colon."""
    bare = line.strip("-—–_=* \t")
    if not bare.rstrip(":").strip().startswith(marks) or len(line) > 120:
        return False
    return line.startswith(("--", "—", "__", "==")) or bare.endswith(":")


def _is_rule(bare: str) -> bool:
    """Outlook draws a line of underscores above the mail it answers."""
    return len(bare) >= 20 and not bare.strip("_")


def _begins_headers(folded: Sequence[str], at: int) -> bool:
    """"De: … Enviado: … Para: … Asunto: …": a From line and two others of its kind close below it."""
    if not folded[at].startswith(_FROM):
        return False
    near = [line for line in folded[at + 1 : at + 9] if line]
    return sum(line.startswith(_OTHERS) for line in near[:5]) >= 2


def _after_attribution(folded: Sequence[str], at: int) -> int | None:
    """Return the index after "El lun, 23 nov 2026 a las 10:00, X escribió:", on one to four lines; else None."""
    first = folded[at]
    if not first or not (first.startswith(_SAID_OPENS) or "@" in first or first.endswith(_SAID)):
        return None
    text = ""
    for end in range(at, min(at + 4, len(folded))):
        if end > at and not folded[end]:
            return None
        text = f"{text} {folded[end]}".strip()
        following = next((line for line in folded[end + 1 : end + 4] if line), "")
        foreign = text.endswith(":") and "@" in text and bool(_CLOCK.search(text)) and following.startswith(">")
        if text.endswith(_SAID) or (text.endswith(">:") and _CLOCK.search(text)) or _names_first(text) or foreign:
            sure = _CLOCK.search(text) or "@" in text or following.startswith(">")
            return end + 1 if sure and len(text) < 600 else None
    return None


def _names_first(text: str) -> bool:
    """"X <x@y> escribió el lunes 23 de noviembre:", "Citando a X <x@y>:"."""
    opened = text.startswith(("citando ", "quoting ")) or " escribio el " in text or " wrote on " in text
    return opened and text.endswith(":") and "@" in text


def _after_quoted(lines: Sequence[str], at: int) -> int:
    """Return the index after this quoted line, and after its rest where a mailer broke it without another ">"."""
    long = len(lines[at].strip()) >= _WRAPPED
    at += 1
    while long and at < len(lines) and lines[at].strip() and not lines[at].strip().startswith(">"):
        long = len(lines[at].strip()) >= _WRAPPED
        at += 1
    return at


def _forwarded(lines: Sequence[str]) -> str:
    """Return a forwarded mail's text, its quote marks taken off; its header lines stay: they say whose it is."""
    return _joined([line.lstrip("> ") if line.lstrip().startswith(">") else line for line in lines])


def without_header_lines(text: str) -> str:
    """Drop the "De: … Asunto: …" lines at the head of a forwarded text."""
    lines = text.split("\n")
    for at, line in enumerate(lines[:14]):
        folded = fold(line[:_FOLDED_CHARS]).strip(" *_")
        if folded and not folded.startswith((*_FROM, *_OTHERS)) and not _is_mark(folded, ORIGINAL_MARKS):
            return "\n".join(lines[at:]).strip()
    return "\n".join(lines[14:]).strip()


def unflow(text: str, delete_space: bool) -> str:
    """Join the soft line ends of format=flowed (RFC 3676)."""
    out: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        soft = content.endswith(" ") and content != "-- "
        if depth == open_depth and content != "-- ":
            out[-1] += content
        else:
            out.append(f"{'>' * depth} {content}" if depth else content)
        if soft and delete_space:
            out[-1] = out[-1][:-1]
        # A line joined for too long is no paragraph: the cap keeps the joining linear.
        open_depth = depth if soft and len(out[-1]) < 5_000 else -1
    return "\n".join(out)


def case_token(*texts: str) -> str | None:
    """Return the token of a one-tap answer, written ``Ref: MB-XXXXXXXXXX``, without its "MB-"; None: there is none."""
    found = (_TOKEN.search(text) for text in texts)
    return next((match[1].upper() for match in found if match), None)
