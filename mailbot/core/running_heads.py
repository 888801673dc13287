"""Which lines at the head of a further page only repeat the first page's? A report prints its title on each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile

from mailbot.core.labels import OTHER
from mailbot.core.sheet import Segment, Sheet
from mailbot.core.spanish import compact

_TITLE = 12  # letters; a shorter text may stand in another one by chance


def without_running_heads(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Return the pages, each after the first without the lines above its content that the first has above its own.

    A row stays in its place, empty. What asks for a value is content, even where each page repeats it.
    """
    if len(sheets) < 2:
        return list(sheets)
    heads = [_text(row) for row in _above_content(sheets[0].rows)]
    whole = "".join(heads)  # a title of two lines may be one line on another page
    rest = []
    for sheet in sheets[1:]:
        texts = map(_text, _above_content(sheet.rows))
        repeated = sum(1 for _ in takewhile(lambda t: t in heads or (len(t) >= _TITLE and t in whole), texts))
        rest.append(Sheet(sheet.page, ((),) * repeated + sheet.rows[repeated:]) if repeated else sheet)
    return [sheets[0], *rest]


def _above_content(rows: Iterable[tuple[Segment, ...]]) -> Iterable[tuple[Segment, ...]]:
    return takewhile(lambda row: all(s.kind in (None, OTHER) for s in row), rows)


def _text(row: Sequence[Segment]) -> str:
    return compact("".join(s.text for s in row))
