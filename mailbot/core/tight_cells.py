"""Which words of a line stand in different cells, where a table is set so tight that no gap tells them apart?

A header row tells: its labels follow each other without a word between them, and each word below stands under one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from mailbot.core.labels import LABELS, Label
from mailbot.core.page import Word
from mailbot.core.places import FIRST_LINE_BELOW, aligned, one_start, over_one_another, overlap
from mailbot.core.printed import TYPED, is_placeholder, read_value
from mailbot.core.sheet import Segment, Sheet
from mailbot.core.spanish import compact

_LONGEST = 8  # words of a label as a table's header prints it
_CAPTION = 1.2  # heights from a text to the captions below it
_ALIKE = 0.02  # heights: spaces of one text differ by less


def cut_tight_cells(sheet: Sheet) -> Sheet:
    """Cut lines of labels, and the lines of values below them, where their cells meet."""
    rows = [_labels(row) for row in sheet.rows]
    for number, row in enumerate(rows):
        above = [t for upper in rows[max(0, number - 4) : number] for t in upper]
        below = [t for lower in rows[number + 1 : number + 3] for t in lower]
        rows[number] = [piece for s in row for piece in _values(s, above, below)]
    return replace(sheet, rows=tuple(tuple(row) for row in rows))


def _labels(row: Sequence[Segment]) -> list[Segment]:
    """Cut the texts of a line that is nothing but labels: "UMF Turno Consultorio"."""
    cut = [[s] if s.label is not None else _only_labels(s) for s in row]
    whole = all(cut) and sum(map(len, cut)) > 1
    return [piece for s, pieces in zip(row, cut, strict=True) for piece in (pieces if whole else [s])]


def _only_labels(s: Segment) -> list[Segment]:
    """Return the labels that a text consists of, none where it has other words or may be a value in capitals."""
    pieces: list[Segment] = []
    at = 0
    while at < len(s.words):
        found = _longest_label(s.words[at : at + _LONGEST])
        if found is None:
            return []
        length, label = found
        pieces.append(replace(s, words=s.words[at : at + length], label=label))
        at += length
    return pieces if not s.capitals or len(pieces) < len(s.words) else []


def _longest_label(words: Sequence[Word]) -> tuple[int, Label] | None:
    for length in range(len(words), 0, -1):
        if label := LABELS.get("".join(compact(w.text) for w in words[:length])):
            return length, label
    return None


def _values(s: Segment, above: Sequence[Segment], below: Sequence[Segment]) -> list[Segment]:
    """Cut a text at the headers that its words stand under, or the captions over which, where it shows its cells."""
    if s.label is not None or len(s.words) < 2:
        return [s]
    heads = _headers(s, above)
    pieces = _by_kind(s, [h for h in heads if h.label is not None and not h.colon])
    if len(pieces) > 1 or len(pieces := _at_edges(s, heads)) > 1:
        return pieces
    captions = [t for t in below if 0 <= t.top - s.bottom + 0.4 * s.height < _CAPTION * s.height]
    return _at_edges(s, captions)


def _by_kind(s: Segment, heads: Sequence[Segment]) -> list[Segment]:
    """Cut a text where every piece then shows that it is a cell, one at least by its kind."""
    if len(heads) < 2:
        return [s]
    groups = [(head, list(words)) for head, words in groupby(s.words, lambda w: _over(w, heads))]
    if len({id(head) for head, _ in groups}) < len(groups) or len(groups) < 2:
        return [s]
    pieces = [(head, replace(s, words=tuple(words))) for head, words in groups]
    typed = [(head, piece) for head, piece in pieces if head.kind in TYPED]
    if not typed or not all(_shows(head, piece) for head, piece in typed):
        return [s]
    return [piece for _, piece in pieces] if all(_shows(h, p) or aligned(h, p) for h, p in pieces) else [s]


def _at_edges(s: Segment, heads: Sequence[Segment]) -> list[Segment]:
    """Cut a text that begins at a header's edge at each word that does at another's, after no space of its own."""
    if any(h.label is None for h in heads):
        return [s]
    cuts = [i for i, w in enumerate(s.words) if any(one_start(w, h) for h in heads)]
    gaps = [b.x0 - a.x1 for a, b in pairwise(s.words)]
    spaces = [gap for i, gap in enumerate(gaps, 1) if i not in cuts]
    if cuts[:1] != [0] or any(abs(gaps[i - 1] - space) < _ALIKE * s.height for i in cuts[1:] for space in spaces):
        return [s]
    return [replace(s, words=s.words[a:b]) for a, b in pairwise([*cuts, len(s.words)])]


def _headers(s: Segment, above: Sequence[Segment]) -> list[Segment]:
    """Return the line nearest above a text that has a label over it."""
    over = [
        t for t in above if t.label is not None and over_one_another(t, s)
        and 0 <= s.top - t.bottom + 0.4 * s.height < FIRST_LINE_BELOW * s.height
    ]  # fmt: skip
    return [t for t in above if overlap(t, over[-1]) > 0.4] if over else []


def _over(word: Word, heads: Sequence[Segment]) -> Segment:
    return min(heads, key=lambda h: max(h.x0 - word.x1, word.x0 - h.x1))


def _shows(head: Segment, piece: Segment) -> bool:
    """Tell whether a text is what its header asks for, or says that there is nothing."""
    if is_placeholder(piece.text) and "/" not in piece.text:  # "IMSS / CFE" is one modalidad
        return True
    return head.label is not None and head.kind in TYPED and read_value(head.label.kind, piece.text) is not None
