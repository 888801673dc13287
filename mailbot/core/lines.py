"""From words in any order to lines of segments: which are labels, and which are the texts between them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from mailbot.core.identifiers import parse_curp, parse_nss, parse_registro
from mailbot.core.labels import ESTADO, LABELS, LONGEST_LABEL, MATERNO, OTHER, PATERNO, PREFIXES, READ, Label
from mailbot.core.page import Box, Page, Word
from mailbot.core.printed import TYPED, read_value
from mailbot.core.spanish import compact

MOST_WORDS = 6_000  # on one page; a full page of small print has 1,200
LABEL_GAP = 1.2  # of the line's height: no two words of one label stand further apart
NAMELESS = Label(OTHER)


@dataclass(frozen=True)
class Segment:
    """Words of one line that belong together: a label, or a text between labels."""

    page: int
    row: int
    words: tuple[Word, ...]
    label: Label | None = None
    colon: bool = False

    @cached_property
    def text(self) -> str:
        return " ".join(w.text for w in self.words)

    @cached_property
    def x0(self) -> float:
        return min(w.x0 for w in self.words)

    @cached_property
    def x1(self) -> float:
        return max(w.x1 for w in self.words)

    @cached_property
    def top(self) -> float:
        return min(w.top for w in self.words)

    @cached_property
    def bottom(self) -> float:
        return max(w.bottom for w in self.words)

    @cached_property
    def height(self) -> float:
        """Height of one line of it."""
        return max(w.bottom - w.top for w in self.words)

    @property
    def kind(self) -> str | None:
        return self.label.kind if self.label else None

    @property
    def box(self) -> Box:
        return Box(self.page, self.x0, self.top, self.x1, self.bottom)

    @cached_property
    def capitals(self) -> bool:
        letters = [c for c in self.text if c.isalpha()]
        return bool(letters) and all(c.isupper() for c in letters)


@dataclass(frozen=True)
class Sheet:
    """A page as lines from top to bottom, each a list of segments from left to right."""

    page: Page
    rows: tuple[tuple[Segment, ...], ...]

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        return tuple(s for row in self.rows for s in row)


def lay_out(page: Page) -> Sheet:
    """Build the lines of a page; the order in which its words were drawn makes no difference."""
    words = [piece for w in page.words if w.upright for piece in _pieces(w)]
    lines = [_rejoin_tracked(line) for line in _lines(words)]
    spaces = _spaces(lines)
    rows = [_segments(line, number, page.number, spaces) for number, line in enumerate(lines)]
    return Sheet(page, tuple(tuple(row) for row in _stack_labels(rows)))


_LEADER = re.compile(r"(?:[.·_]\s?){3,}|…+")  # dots that lead the eye from a label to its value


def _pieces(word: Word) -> Iterator[Word]:
    """Cut a word at inner spaces (OCR gives whole lines), after a colon that ends a label, and at leaders."""
    if word.text in ("..", "__", "··"):
        return  # a leader too short to be more
    if any(mark in word.text for mark in ("...", "…", "···", "___")):
        yield from _without_leaders(word)
    else:
        yield from _cut(word)


def _without_leaders(word: Word) -> Iterator[Word]:
    text, at = word.text, 0
    step = (word.x1 - word.x0) / len(text)
    for found in [*_LEADER.finditer(text), None]:
        end = found.start() if found else len(text)
        if text[at:end].strip():
            yield from _cut(replace(word, text=text[at:end], x0=word.x0 + at * step, x1=word.x0 + end * step))
        at = found.end() if found else end


def _cut(word: Word) -> Iterator[Word]:
    text = word.text
    cuts = [0]
    for i in range(1, len(text)):
        after_label = text[i - 1] == ":" and i > 1 and (text[i - 2].isalpha() or text[i - 2] in ").")
        if text[i].isspace() or text[i - 1].isspace() or (after_label and text[i] not in "/:"):
            cuts.append(i)
    if len(cuts) == 1:
        if text.strip():
            yield word
        return
    step = (word.x1 - word.x0) / len(text)
    for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True):
        if text[start:end].strip():
            yield replace(word, text=text[start:end].strip(), x0=word.x0 + start * step, x1=word.x0 + end * step)


def _lines(words: list[Word]) -> list[list[Word]]:
    """Group words whose middles agree; two fonts of different size on one line still do."""
    words = sorted(words, key=lambda w: w.top + w.bottom)[:MOST_WORDS]
    lines: list[list[Word]] = []
    middle = height = 0.0
    for w in words:
        centre, tall = (w.top + w.bottom) / 2, w.bottom - w.top
        if lines and centre - middle <= 0.35 * min(height, tall):
            line = lines[-1]
            line.append(w)
            middle += (centre - middle) / len(line)
            height = min(height, tall)
        else:
            lines.append([w])
            middle, height = centre, tall
    for line in lines:
        line.sort(key=lambda w: w.x0)
    return lines


def _rejoin_tracked(line: list[Word]) -> list[Word]:
    """Join letters set far apart ("V I G E N T E"): nearly all words of a stretch are one letter long."""
    if sum(len(w.text) == 1 for w in line) < 4:
        return line
    result: list[Word] = []
    stretch: list[Word] = []
    for w in line:
        near = bool(stretch) and w.x0 - stretch[-1].x1 <= 1.5 * (w.bottom - w.top)
        if len(w.text) <= 2 and (near or not stretch):
            stretch.append(w)
            continue
        result += _join_letters(stretch)
        stretch = [w] if len(w.text) <= 2 else []
        if not stretch:
            result.append(w)
    return result + _join_letters(stretch)


def _join_letters(stretch: list[Word]) -> list[Word]:
    if len(stretch) < 4 or sum(len(w.text) == 1 for w in stretch) < 0.7 * len(stretch):
        return stretch
    gaps = [b.x0 - a.x1 for a, b in pairwise(stretch)]
    usual = sorted(gaps)[len(gaps) // 3]
    height = stretch[0].bottom - stretch[0].top
    joined = [stretch[0]]
    for gap, w in zip(gaps, stretch[1:], strict=True):
        last = joined[-1]
        if gap <= max(1.6 * usual, usual + 0.12 * height):
            joined[-1] = replace(last, text=last.text + w.text, x1=w.x1, top=min(last.top, w.top))
        else:
            joined.append(w)
    return joined


Spaces = dict[str, float]


def _spaces(lines: list[list[Word]]) -> Spaces:
    """Measure the usual space of each font, in heights: a typewriter's is twice that of others."""
    seen: dict[str, list[float]] = defaultdict(list)
    for line in lines:
        for a, b in pairwise(line):
            height = b.bottom - b.top
            if a.font == b.font and 0 < b.x0 - a.x1 < 1.2 * height:
                seen[a.font].append((b.x0 - a.x1) / height)
    return {font: sorted(gaps)[len(gaps) // 2] for font, gaps in seen.items() if len(gaps) >= 3}


def _default_space(font: str) -> float:
    """Return the usual space of a font of which the page shows too little to measure."""
    return 0.55 if any(name in font.casefold() for name in ("courier", "mono", "typewriter", "consol")) else 0.25


def _wide(a: Word, b: Word, spaces: Spaces) -> bool:
    """Tell whether the gap between two words of a line is more than a space."""
    height = min(a.bottom - a.top, b.bottom - b.top)
    usual = max(spaces.get(a.font) or _default_space(a.font), spaces.get(b.font) or _default_space(b.font))
    return b.x0 - a.x1 > height * min(max(1.8 * usual, 0.4), 1.6)


def _match(words: Sequence[Word], start: int) -> tuple[int, Label, bool] | None:
    """Find the longest label that starts at a word: where it ends, what it is, whether a colon follows."""
    found: tuple[int, Label, bool] | None = None
    text = ""
    for i in range(start, len(words)):
        word = words[i]
        if i > start and word.x0 - words[i - 1].x1 > LABEL_GAP * (word.bottom - word.top):
            break
        text += compact(word.text)
        if len(text) > LONGEST_LABEL or (text and text not in PREFIXES):
            break
        colon = word.text.endswith(":") or (i + 1 < len(words) and words[i + 1].text[0] == ":")
        if label := LABELS.get(text):
            end = i + 1
            if not word.text.endswith(":") and end < len(words) and not words[end].text.strip(":"):
                end += 1
            found = (end, label, colon)
        if word.text.endswith(":"):
            break
    return found


def _segments(words: list[Word], row: int, page: int, spaces: Spaces) -> list[Segment]:
    segments: list[Segment] = []
    run: list[Word] = []

    def flush() -> None:
        pieces: list[list[Word]] = []
        for w in run:
            last = pieces[-1][-1] if pieces else None
            if last and not (_wide(last, w, spaces) or last.text.endswith(":") or _stands_alone(last, w)):
                pieces[-1].append(w)
            else:
                pieces.append([w])
        for piece in pieces:
            if all(w.text == ":" for w in piece):
                continue  # the colon of a label that wraps, or that stands far off
            lettered = any(c.isalpha() for w in piece for c in w.text)
            nameless = piece[-1].text.endswith(":") and len(piece) <= 8 and lettered
            segments.append(Segment(page, row, tuple(piece), NAMELESS if nameless else None, colon=nameless))
        run.clear()

    i = 0
    while i < len(words):
        match = _match(words, i) if words[i].text[0].isalnum() or words[i].text[0] in "¿(" else None
        if match and _starts(words, i, match, run, segments, spaces) and _ends(words, i, match, spaces):
            flush()
            end, label, colon = match
            segments.append(Segment(page, row, tuple(words[i:end]), label, colon))
            i = end
            continue
        run.append(words[i])
        i += 1
    flush()
    return segments


def _stands_alone(a: Word, b: Word) -> bool:
    """Tell whether one of two words is a whole NSS, CURP or registro: a cell of its own, however tight."""
    return any(
        11 <= len(w.text) <= 18 and bool(parse_registro(w.text) or parse_nss(w.text) or parse_curp(w.text))
        for w in (a, b)
    )


def _starts(
    words: list[Word], i: int, match: tuple[int, Label, bool], run: list[Word], before: list[Segment], spaces: Spaces
) -> bool:
    """Tell whether a label may start here: after a gap, after a label's colon, or after a whole value."""
    if i == 0 or _wide(words[i - 1], words[i], spaces):
        return True
    if not run:
        return bool(before) and before[-1].colon
    if all(not compact(w.text) or w.text.rstrip(".)").isdigit() for w in run) and not before:
        return True  # a bullet or a number before the label
    before_it = "".join(compact(w.text) for w in run)
    if match[0] - i > 1 and len(before_it) > 2 and before_it in PREFIXES:
        return True  # two headers that nearly touch, the first of them wrapped: "No. de registro" "Razón social"
    last = before[-1].label if before else None
    if last is None or last.kind not in READ:
        return match[2] and last is not None and bool(before[-1].colon) and _same_letters(run)
    if last.kind in TYPED:
        return read_value(last.kind, " ".join(w.text for w in run)) is not None
    return match[2] and before[-1].colon and _same_letters(run)


def _same_letters(run: list[Word]) -> bool:
    """Tell whether a value is in one style: its last word may else be the first of an unknown label."""
    return run[0].text.isupper() == run[-1].text.isupper() or not run[-1].text[0].isalpha()


def _ends(words: list[Word], i: int, match: tuple[int, Label, bool], spaces: Spaces) -> bool:
    """Tell whether a label may end here: a colon, a gap, the line's end, or a value of its own kind follows."""
    end, label, colon = match
    if colon or end == len(words) or _wide(words[end - 1], words[end], spaces):
        return True
    if label.kind in TYPED:
        longest = min(len(words), end + 8)
        return any(
            read_value(label.kind, " ".join(w.text for w in words[end:stop])) is not None
            for stop in range(end + 1, longest + 1)
        )
    if label.kind == OTHER or label.kind not in READ:
        return False
    if end - i > 2 or (label.kind in (PATERNO, MATERNO) and end - i > 1):  # no value begins so
        following = _match(words, end)
        surname = label.kind in (PATERNO, MATERNO) and words[end].text.isupper() and not words[i].text.isupper()
        another = following is not None and not (surname and following[0] == end + 1)
        return words[end].text[0].isupper() and not _goes_on(words, i, end) and not another
    if i > 0:
        return False
    name = "".join(w.text for w in words[i:end])
    other_font = words[i].font != words[end].font and bool(words[i].font)
    return (other_font or not name.isupper()) and words[end].text.isupper() and len(words[end].text) > 1


def _goes_on(words: list[Word], start: int, end: int) -> bool:
    """Tell whether a label may begin a longer one that wraps: "NOMBRE O RAZÓN SOCIAL DEL" over "PATRÓN"."""
    text = "".join(compact(w.text) for w in words[start:end])
    for i in range(end, len(words)):
        if i > end and words[i].x0 - words[i - 1].x1 > LABEL_GAP * (words[i].bottom - words[i].top):
            break
        text += compact(words[i].text)
        if text not in PREFIXES:
            return False
    return True


def _stack_labels(rows: list[list[Segment]]) -> list[list[Segment]]:
    """Join labels that wrap inside their cell: "Con derecho al" over "servicio médico"."""
    for number, row in enumerate(rows):
        for segment in list(row):
            key = compact(segment.text)
            if segment.colon or len(segment.words) > 6 or key not in PREFIXES:
                continue
            _stack(rows, number, segment, key)
    return rows


def _stack(rows: list[list[Segment]], number: int, first: Segment, key: str) -> None:
    """Replace the lines of a wrapped label by one segment, in the row of its last line."""
    stacked = [first]
    best: tuple[list[Segment], Label] | None = None
    for below in range(number + 1, min(number + 5, len(rows))):
        last = stacked[-1]
        row = rows[below]
        if row and row[0].top - last.bottom > last.height:
            break
        under = next((s for s in row if s.page == last.page and _under(last, s)), None)
        if under is None:
            continue
        if not compact(under.text):
            break  # a dash is a value
        key += compact(under.text)
        if key not in PREFIXES:
            break
        stacked.append(under)
        if label := LABELS.get(key):
            best = (list(stacked), label)
        if under.colon:
            break
    if best is None:
        return
    parts, label = best
    joined = Segment(first.page, parts[-1].row, tuple(w for p in parts for w in p.words), label, parts[-1].colon)
    for part in parts[:-1]:
        rows[part.row].remove(part)
    row = rows[parts[-1].row]
    row[row.index(parts[-1])] = joined


def _under(above: Segment, below: Segment) -> bool:
    near = -0.35 * above.height < below.top - above.bottom < 0.5 * above.height
    edge = min(
        abs(above.x0 - below.x0), abs(above.x1 - below.x1), abs(above.x0 + above.x1 - below.x0 - below.x1) / 2
    )
    return near and edge < 0.4 * above.height and below.kind != ESTADO
