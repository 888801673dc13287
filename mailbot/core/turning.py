"""From a page to the same page turned over, foot to head: a value above its label then stands below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailbot.core.page import Box
from mailbot.core.sheet import Segment, Sheet


def turned_over(sheet: Sheet) -> Sheet:
    """Return the page with its lines from the foot to the head, so that a value stands below its label again."""
    height = sheet.page.height
    rows = [
        tuple(_turned(s, number, height) for s in row) for number, row in enumerate(reversed(sheet.rows))
    ]
    return Sheet(sheet.page, tuple(rows), turned=not sheet.turned)


def _turned(s: Segment, row: int, height: float) -> Segment:
    words = tuple(replace(w, top=height - w.bottom, bottom=height - w.top) for w in s.words)
    return replace(s, row=row, words=words)


def box_as_seen(box: Box, sheets: Sequence[Sheet]) -> Box:
    """Return a place on a page that was turned over as it is on the page itself."""
    height = next((s.page.height for s in sheets if s.page.number == box.page and s.turned), None)
    return box if height is None else replace(box, top=height - box.bottom, bottom=height - box.top)
