"""On which day was the paper issued, where it says so in a sentence instead of beside a label?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from mailbot.core.fields import Reading
from mailbot.core.labels import FECHA
from mailbot.core.places import box_of
from mailbot.core.sheet import Segment, Sheet
from mailbot.core.spanish import fold, parse_date

_PLACE = r"[a-zñ]+\.?(?: [a-zñ]+\.?){0,4}"
_PLACE_AND_DAY = re.compile(rf"(?:{_PLACE}, ?){{1,3}}a (?P<day>\d.*)")  # as letters are headed
_ISSUED = re.compile(
    r".*\bse (?:expide|expidio|emite|emitio|extiende) .*?\b(?:el|el dia|con fecha|a los) (?P<day>\d.*)"
)
_IN_WORDS = re.compile(r"(\d{1,2}) dias? del mes de ([a-z]+)")


def issued_on(sheets: Sequence[Sheet]) -> Reading | None:
    """Read the one line that heads the paper with place and day, or says when it is issued; None where they differ.

    Only for papers without a label for the date: constancia.md warns of "the first date".
    """
    found = list(_statements(sheets))
    if len({day for day, _ in found}) != 1:
        return None
    day, row = found[0]
    text = " ".join(s.text for s in row)
    return Reading(FECHA, 4, text, day, text, box_of(row), "beside", tuple(row))


def _statements(sheets: Sequence[Sheet]) -> Iterator[tuple[date, tuple[Segment, ...]]]:
    for sheet in sheets:
        for row in sheet.rows:
            each = [(s,) for s in row]
            for said in [*each, row] if len(row) > 1 else each:
                if day := _day(" ".join(s.text for s in said)):
                    yield day, said


def _day(text: str) -> date | None:
    plain = fold(text)
    found = _PLACE_AND_DAY.fullmatch(plain) or _ISSUED.fullmatch(plain)
    return parse_date(_IN_WORDS.sub(r"\1 de \2", found["day"])) if found else None
