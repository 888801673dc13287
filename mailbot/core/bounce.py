"""Does this report say that mail of ours was not delivered: to whom, for good or not yet, and which mail?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from mailbot.core.header_text import decode_text, message_ids, normal_address
from mailbot.core.mime import Part, Structure, read_headers

_REPORT_BYTES = 200_000
RECIPIENTS_MOST = 20
_PRINTED_ID = re.compile(rb"message-id:[ \t]*\r?\n?[ \t]*(<[!-;=?-~]{1,248}>)", re.IGNORECASE)
_RETURNED = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report that mail of ours was not delivered: to whom, for good or not yet, and which Message-ID of ours."""

    recipients: tuple[str, ...] = field(repr=False)
    permanent: bool
    message_id: str | None


def find_bounce(raw: bytes, mail: Structure) -> Bounce | None:
    """Read an RFC 3464 report, else one of the forms that flufl.bounce and the lines below know; None: it is none.

    To be asked only of mail that a server sent: a student may write "user unknown" too.
    """
    statuses = [p for p in mail.parts if p.message == 0 and p.type.endswith("delivery-status")]
    failed, delayed, told = _from_statuses(statuses)
    if not failed and not delayed and not told and mail.complete:
        failed, delayed = _from_text(raw)
    if not failed and not delayed:
        return None
    recipients = failed or delayed
    return Bounce(recipients, bool(failed), _returned_id(raw, mail))


def _from_statuses(parts: Iterable[Part]) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Return who failed, who is delayed, and whether the report says anything of anybody (also "delivered")."""
    failed: dict[str, None] = {}
    delayed: dict[str, None] = {}
    told = False
    for part in parts:
        for block in re.split(rb"\r?\n[ \t]*\r?\n", part.decoded()[:_REPORT_BYTES])[:200]:
            action, address = _one_status(block)
            told = told or bool(action)
            if address and action in ("failed", "delayed"):
                (failed if action == "failed" else delayed)[address] = None
    return tuple(failed)[:RECIPIENTS_MOST], tuple(delayed)[:RECIPIENTS_MOST], told


def _one_status(block: bytes) -> tuple[str, str | None]:
    """Return the action and address of one recipient's fields; without an action the status code speaks."""
    headers, _ = read_headers(block, 0, len(block))
    raw = headers.first("original-recipient") or headers.first("final-recipient") or b""
    text = decode_text(raw[:1000])
    address = normal_address(text.split(";", 1)[-1]) or normal_address(
        decode_text((headers.first("final-recipient") or b"")[:1000]).split(";", 1)[-1]
    )
    action = headers.text("action", 40).lower().split(" ")[0].strip(";()")
    if action not in ("failed", "delayed", "delivered", "relayed", "expanded"):
        status = headers.text("status", 20)
        action = {"5": "failed", "4": "delayed", "2": "delivered"}.get(status[:1], "") if address else ""
    return action, address


def _from_text(raw: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ask flufl.bounce, which knows the dialects of twenty servers, one detector after the other.

    Its own ``all_failures`` gives up, and logs, when the first detector stumbles over a broken header.
    """
    from email import message_from_bytes

    from flufl.bounce._scan import _DETECTORS

    report = message_from_bytes(raw[:_REPORT_BYTES])  # of bounded depth: the caller has counted
    for detector in _DETECTORS:
        try:
            temporary, permanent = detector().process(report)
        except Exception:  # noqa: S112 - a report that one detector cannot read, another may
            continue
        if temporary or permanent:
            return _normal(permanent), _normal(temporary)
    return (), ()


def _normal(found: Iterable[object]) -> tuple[str, ...]:
    texts = (decode_text(item) if isinstance(item, bytes) else str(item) for item in found)
    return tuple(sorted({a for a in map(normal_address, texts) if a is not None}))[:RECIPIENTS_MOST]


def _returned_id(raw: bytes, mail: Structure) -> str | None:
    """Return the Message-ID of the returned mail: of the inner mail, else as printed below the report's own headers."""
    for inner in mail.mails[1:2]:
        if ids := message_ids(inner.first("message-id") or b""):
            return ids[0]
    for part in mail.parts:
        if part.type in _RETURNED and (ids := message_ids(_id_line(part.decoded()[:_REPORT_BYTES]))):
            return ids[0]
    _, body = read_headers(raw, 0, len(raw))
    ids = message_ids(_id_line(raw[body : body + _REPORT_BYTES]))
    return ids[0] if ids else None


def _id_line(data: bytes) -> bytes:
    match = _PRINTED_ID.search(data)
    return match[1] if match else b""
