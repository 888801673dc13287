"""Does a phone's calendar take the file (RFC 5545)?"""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.core import ics

DAY, STAMP = date(2026, 11, 30), date(2026, 11, 23)


def unfolded(raw: bytes) -> list[str]:
    return raw.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def test_the_whole_of_a_calendar_file() -> None:
    raw = ics.all_day(
        DAY, uid="a@b", stamp=STAMP, summary="Revisar", description="Descarga, otra vez; ya\nhttps://x\\y"
    )
    assert raw == (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//mailbot//seguro facultativo//ES\r\nCALSCALE:GREGORIAN\r\n"
        b"METHOD:PUBLISH\r\nBEGIN:VEVENT\r\nUID:a@b\r\nDTSTAMP:20261123T000000Z\r\n"
        b"DTSTART;VALUE=DATE:20261130\r\nDTEND;VALUE=DATE:20261201\r\nSUMMARY:Revisar\r\n"
        b"DESCRIPTION:Descarga\\, otra vez\\; ya\\nhttps://x\\\\y\r\nTRANSP:TRANSPARENT\r\n"
        b"END:VEVENT\r\nEND:VCALENDAR\r\n"
    )


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=300))
def test_any_words_stay_inside_their_line_and_lines_are_short(words: str) -> None:
    raw = ics.all_day(DAY, uid="a@b", stamp=STAMP, summary=words, description="ñ" * 200)
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    assert [line.split(":")[0].split(";")[0] for line in unfolded(raw)] == [
        "BEGIN", "VERSION", "PRODID", "CALSCALE", "METHOD", "BEGIN", "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY",
        "DESCRIPTION", "TRANSP", "END", "END",
    ]  # fmt: skip
