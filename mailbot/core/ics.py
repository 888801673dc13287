"""From a day to a calendar file that any phone can take (RFC 5545)."""

from __future__ import annotations

from datetime import date, timedelta

_OCTETS = 75  # RFC 5545, 3.1: longest line, without its CRLF


def all_day(day: date, *, uid: str, stamp: date, summary: str, description: str) -> bytes:
    """Return a calendar with one all-day event; ``stamp`` is the day it was made, so equal inputs give equal bytes."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//mailbot//seguro facultativo//ES",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{_escaped(uid)}",
        f"DTSTAMP:{stamp:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(summary)}",
        f"DESCRIPTION:{_escaped(description)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _escaped(text: str) -> str:
    """Escape a TEXT value (RFC 5545, 3.3.11)."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Fold at 75 octets, never inside a character."""
    parts, length = [""], 0
    for c in line:
        size = len(c.encode())
        if length + size > _OCTETS:
            parts.append(" ")
            length = 1
        parts[-1] += c
        length += size
    return "\r\n".join(parts)
