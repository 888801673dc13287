"""Where does a label end and its value begin, where the space between them does not tell?"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

from mailbot.core.labels import ENDS, LABELS, PREFIXES
from mailbot.core.places import LABEL_GAP
from mailbot.core.sheet import Segment
from mailbot.core.spanish import OPEN_WORDS, compact, fold


def part_labels(rows: list[list[Segment]]) -> list[list[Segment]]:
    """Give a label its small words, and cut it from its value where the values of others begin on one edge."""
    for row in rows:
        for at in range(len(row) - 1, -1, -1):
            if at > 0 and _is_a_small_word(row[at], row[at - 1]):
                _join_to_its_label(row, at)
            elif at + 1 < len(row) and _is_a_small_word(row[at], row[at + 1]):
                _join_to_the_next(row, at)
    starts = Counter(
        (round(b.x0), a.words[0].font, a.capitals)
        for row in rows
        for a, b in pairwise(row)
        if a.label is not None and b.label is None
    )
    edges = [edge for edge, times in starts.items() if times >= 3]
    if not edges:
        return rows
    for row in rows:
        for at, s in enumerate(row):
            cut = next((i for i in range(1, len(s.words)) if any(_at_edge(s, i, *edge) for edge in edges)), None)
            if s.label is not None or cut is None:
                continue
            first, value = replace(s, words=s.words[:cut]), replace(s, words=s.words[cut:])
            before = compact(first.text)
            goes_on = before + compact(s.words[cut].text) in PREFIXES
            if len(before) > 2 and not goes_on and (before in PREFIXES or before in ENDS):
                row[at : at + 1] = [replace(first, label=LABELS.get(before)), value]
    return rows


def _is_a_small_word(s: Segment, beside: Segment) -> bool:
    """Tell whether a text is only "del", set as the text beside it: a wider space tells it from the value alone."""
    return len(s.words) == 1 and fold(s.text) in OPEN_WORDS and s.words[0].font == beside.words[-1].font


def _at_edge(s: Segment, cut: int, x: int, font: str, capitals: bool) -> bool:
    """Tell whether a word begins where values do, and those before it are set as their labels are."""
    first = replace(s, words=s.words[:cut])
    return abs(s.words[cut].x0 - x) < 1 and (first.words[0].font, first.capitals) == (font, capitals)


def _join_to_its_label(row: list[Segment], at: int) -> None:
    """Join a small word left over to the label before it, whose next line follows: "… razón social" "del"."""
    before, s = row[at - 1] if at > 0 else None, row[at]
    if before is None or before.label is None or before.colon or s.label is not None:
        return
    if s.x0 - before.x1 < LABEL_GAP * s.height and compact(before.text + s.text) in PREFIXES:
        row[at - 1 : at + 1] = [replace(before, words=before.words + s.words, label=None)]


def _join_to_the_next(row: list[Segment], at: int) -> None:
    """Join a small word to a label after it that is the last line of another: "… razón social" over "del" "patrón:"."""
    s, after = row[at], row[at + 1]
    near = after.x0 - s.x1 < LABEL_GAP * s.height
    if near and s.label is None and after.label is not None and compact(s.text + after.text) in ENDS:
        row[at : at + 2] = [replace(after, words=s.words + after.words)]
