"""What does IMAP tell about a mail, and in which words? Its nouns, and the reading of FETCH responses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from typing import Any

SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
UID = re.compile(rb"\bUID (\d+)")
DATE = re.compile(rb'INTERNALDATE "([ \d]\d)-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"')
EMPTY = re.compile(rb'BODY\[[^\]]*\](?:<\d+>)? (?:""|NIL)', re.IGNORECASE)
MONTHS = {name: number for number, name in enumerate(
    b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1)}


@dataclass(frozen=True)
class Watermark:
    """Up to where a folder is ours no more: those mails were there before us, or are in the ledger.

    ``since`` is what decides after a change of UIDVALIDITY, when ``uid`` means nothing: the server's date of the last
    mail that was there before us, or None where there was none. ``dated`` when the office chose it: then it always
    decides.
    """

    uidvalidity: int
    uid: int
    since: datetime | None = None
    dated: bool = False


@dataclass(frozen=True)
class Found:
    """A mail in the folder, not fetched yet; ``received`` is the server's INTERNALDATE."""

    uidvalidity: int
    uid: int
    size: int
    received: datetime


@dataclass(frozen=True)
class Look:
    """What lies above a watermark; ``renumbered`` when UIDVALIDITY changed: known mails come again, with new UIDs."""

    uidvalidity: int
    renumbered: bool
    found: tuple[Found, ...]


@dataclass(frozen=True)
class Fetched:
    """A mail's bytes; where not ``whole``, its header alone, because the mail is larger than we take."""

    found: Found
    raw: bytes
    whole: bool


class Moved(Enum):
    DONE = "done"
    GONE = "gone"  # somebody was quicker
    LEFT = "left"  # the server can neither MOVE nor UID EXPUNGE: it stays, rather than expunge what staff deleted


def internal_dates(answer: Sequence[Any]) -> Iterator[tuple[int, int, datetime]]:
    """Read (uid, size, date) from FETCH lines; a line about something else, as when staff flag a mail, is passed by."""
    for line in answer:
        text = b" ".join(line) if isinstance(line, tuple) else line or b""
        uid, size, date = UID.search(text), SIZE.search(text), DATE.search(text)
        if uid and size:
            yield int(uid[1]), int(size[1]), _moment(date)


def _moment(match: re.Match[bytes] | None) -> datetime:
    if match is None or match[2].title() not in MONTHS:
        return datetime.now(UTC)  # RFC 3501 demands a date; without one, it has just arrived
    day, _, year, hour, minute, second, sign, zone_hours, zone_minutes = match.groups()
    offset = timedelta(hours=int(zone_hours), minutes=int(zone_minutes)) * (-1 if sign == b"-" else 1)
    try:
        local = datetime(int(year), MONTHS[match[2].title()], int(day), int(hour), int(minute), int(second),
                         tzinfo=timezone(offset))
    except ValueError:
        return datetime.now(UTC)
    return local.astimezone(UTC)


def literal_of(answer: Sequence[Any], uid: int) -> bytes | None:
    """Return the literal of the FETCH line for this very UID; the UID may stand before or behind it."""
    for at, line in enumerate(answer):
        if not isinstance(line, tuple):
            if _is_empty_part(line or b"", uid):
                return b""
            continue
        behind = answer[at + 1] if at + 1 < len(answer) and isinstance(answer[at + 1], bytes) else b""
        said = UID.search(line[0]) or UID.search(behind)
        if said and int(said[1]) == uid and b"BODY[" in line[0].upper():
            return bytes(line[1])
    return None


def _is_empty_part(line: bytes, uid: int) -> bool:
    """Tell whether this is `BODY[]<1048576> ""`: what lies behind the last byte."""
    said = UID.search(line)
    return bool(said and int(said[1]) == uid and EMPTY.search(line))
