"""From words in any order to lines of segments: which are labels, and which are the texts between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

from mailbot.core.flowing import join_broken_labels, join_justified
from mailbot.core.identifiers import parse_curp, parse_nss, parse_registro
from mailbot.core.labels import (
    EMPLOYER,
    ENDS,
    ESTADO,
    LABELS,
    MATERNO,
    OTHER,
    PATERNO,
    PREFIXES,
    READ,
    Label,
)
from mailbot.core.page import Page, Word
from mailbot.core.parting import part_labels
from mailbot.core.places import LABEL_GAP, SAME_EDGE, off_edges, one_font
from mailbot.core.printed import TYPED, read_value
from mailbot.core.sheet import Segment, Sheet
from mailbot.core.spanish import OPEN_WORDS, compact, fold, numbers_an_item
from mailbot.core.typeset import lines_of, pieces_of, rejoin_tracked, without_watermark

SET_OFF = 1.4  # of the spaces within a label: what follows it so is a cell of its own
ABBREVIATION = 5  # characters with its full stop: "núm."
NAMELESS = Label(OTHER)
_SEPARATORS = ".,;|/—–•·"  # between a value and the next label, in text that flows


def lay_out(page: Page) -> Sheet:
    """Build the lines of a page; the order in which its words were drawn makes no difference."""
    words = [piece for w in page.words if w.upright for piece in pieces_of(w)]
    lines = [rejoin_tracked(line) for line in lines_of(without_watermark(words))]
    spaces = _spaces(lines)
    rows = [_segments(line, number, page.number, spaces) for number, line in enumerate(lines)]
    rows = _stack_labels(join_broken_labels(_hang_colons(part_labels([join_justified(row) for row in rows]))))
    return Sheet(page, tuple(tuple(row) for row in rows))


Spaces = dict[str, float]


def _spaces(lines: list[list[Word]]) -> Spaces:
    """Measure the usual space of each font, in heights: a typewriter's is twice that of others."""
    seen: dict[str, list[float]] = defaultdict(list)
    for line in lines:
        for a, b in pairwise(line):
            height = b.bottom - b.top
            if a.font == b.font and 0 < _gap(a, b) < 1.2 * height:
                seen[a.font].append(_gap(a, b) / height)
    return {font: sorted(gaps)[len(gaps) // 2] for font, gaps in seen.items() if len(gaps) >= 3}


def _gap(a: Word, b: Word) -> float:
    """Return the space between two words; where letters are set apart, so are the ends of a space."""
    return b.x0 - a.x1 - 2 * min(a.tracking, b.tracking)


def _default_space(font: str) -> float:
    """Return the usual space of a font of which the page shows too little to measure."""
    return 0.55 if any(name in font.casefold() for name in ("courier", "mono", "typewriter", "consol")) else 0.25


def _wide(a: Word, b: Word, spaces: Spaces) -> bool:
    """Tell whether the gap between two words of a line is more than a space."""
    height = min(a.bottom - a.top, b.bottom - b.top)
    usual = max(spaces.get(a.font) or _default_space(a.font), spaces.get(b.font) or _default_space(b.font))
    return _gap(a, b) > height * min(max(1.8 * usual, 0.4), 1.6)


def _match(words: Sequence[Word], start: int) -> tuple[int, Label, bool] | None:
    """Find the longest label that starts at a word: where it ends, what it is, whether a colon follows."""
    found: tuple[int, Label, bool] | None = None
    text = ""
    for i in range(start, len(words)):
        word = words[i]
        if i > start and word.x0 - words[i - 1].x1 > LABEL_GAP * (word.bottom - word.top):
            break
        if found is not None and _begins_a_value(words[i - 1], word):
            break
        text += compact(word.text)
        if text and text not in PREFIXES:
            break
        colon = word.text.endswith(":") or (i + 1 < len(words) and words[i + 1].text[0] == ":")
        label = LABELS.get(text)
        if words[start].text[0].islower() and _ends_a_sentence(word.text) and not _leads_on(words, i, label):
            break  # "… que presente el" over "patrón."
        if label and (i == start or compact(word.text) or not word.text.strip(":()")):
            end = i + 1
            if not word.text.endswith(":") and end < len(words) and not words[end].text.strip(":"):
                end += 1
            found = (end, label, colon)
        if word.text.endswith(":"):
            break
    return found


def _leads_on(words: Sequence[Word], last: int, label: Label | None) -> bool:
    """Tell whether after a label's full stop only what it asks for follows: the stop is all there is of its leaders."""
    if label is None or label.kind not in TYPED:
        return False
    near = takewhile(lambda p: p[1].x0 - p[0].x1 < LABEL_GAP * (p[1].bottom - p[1].top), pairwise(words[last:]))
    value = " ".join(w.text for _, w in near) or (words[last + 1].text if last + 1 < len(words) else "")
    return bool(value) and read_value(label.kind, value) is not None


def _begins_a_value(label: Word, word: Word) -> bool:
    """Tell whether a label ends before a word in another font: "Nombre o razón social", then "PATRÓN REAL SA"."""
    other_font = bool(label.font) and bool(word.font) and label.font != word.font
    return other_font and word.text[0].isalpha() and not word.text.endswith(":")


def _ends_a_sentence(word: str) -> bool:
    """Tell whether a word has a full stop that is of no abbreviation: neither "núm." nor "c.u.r.p."."""
    return word.endswith(".") and word[:-1].isalpha() and len(word) > ABBREVIATION


def _segments(words: list[Word], row: int, page: int, spaces: Spaces) -> list[Segment]:
    segments: list[Segment] = []
    run: list[Word] = []

    def flush(*, headed: bool = False) -> None:
        """Close the run of words; one that is a label word for word is one where another label follows at once."""
        pieces: list[list[Word]] = []
        for w in run:
            last = pieces[-1][-1] if pieces else None
            apart = last and (_wide(last, w, spaces) or last.text.endswith(":") or _stands_alone(last, w))
            other_font = last and w.font != last.font
            if last and not apart and not (other_font and (_ends_a_label(pieces[-1]) or _begins_a_label(run, w))):
                pieces[-1].append(w)
            else:
                pieces.append([w])
        for piece in pieces:
            lettered = any(c.isalpha() for w in piece for c in w.text)
            nameless = piece[-1].text.endswith(":") and len(piece) <= 8 and lettered
            label = LABELS.get("".join(compact(w.text) for w in piece)) if headed else None
            label = label or (NAMELESS if nameless else None)
            segments.append(Segment(page, row, tuple(piece), label, colon=nameless))
        run.clear()

    i = 0
    while i < len(words):
        match = _match(words, i) if words[i].text[0].isalnum() or words[i].text[0] in "¿(" else None
        if match and _starts(words, i, match, run, segments, spaces) and _ends(words, i, match, spaces):
            flush(headed=len(run) > 1)
            end, label, colon = match
            segments.append(Segment(page, row, tuple(words[i:end]), label, colon))
            i = end
            continue
        run.append(words[i])
        i += 1
    flush()
    return segments


def _begins_a_label(run: Sequence[Word], word: Word) -> bool:
    """Tell whether the words from one on, so far as they are of its font, may be a label's first line."""
    rest = run[next(i for i, w in enumerate(run) if w is word) :]
    text = "".join(compact(w.text) for w in takewhile(lambda w: w.font == word.font, rest))
    return len(text) > 2 and text in PREFIXES


def _ends_a_label(piece: Sequence[Word]) -> bool:
    """Tell whether words in one font may be the last line of a label: "Apellido" under "Primer"."""
    text = "".join(compact(w.text) for w in piece)
    return len(text) > 2 and text in ENDS and len({w.font for w in piece}) == 1


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
        header = bool(before) and {before[-1].kind, match[1].kind} <= EMPLOYER and match[0] - i > 1
        return bool(before) and (before[-1].colon or (header and _set_off(words[i - 1], words[i], spaces)))
    if all(numbers_an_item(w.text) for w in run) and not before:
        return True  # a bullet or a number before the label
    other_font = words[i - 1].font != words[i].font == words[match[0] - 1].font
    if other_font and (match[2] or match[0] - i > 1 or _set_off(words[i - 1], words[i], spaces)):
        return True  # a label in bold right after a value
    before_it = "".join(compact(w.text) for w in run)
    if match[0] - i > 1 and len(before_it) > 2 and before_it in PREFIXES:
        return True  # two headers that nearly touch, the first of them wrapped: "No. de registro" "Razón social"
    last = before[-1].label if before else None
    headed = match[0] == len(words) or _wide(words[match[0] - 1], words[match[0]], spaces)
    if headed and before and not run[0].text.isalpha() and _in_capitals(run, words[i]):
        return True  # a label in small letters between a number or a dash and a gap, where cells nearly touch
    wrapped = match[0] - i > 1 and not before and _in_capitals(run, words[i])  # the last line of a value
    if match[2] and (wrapped or run[-1].text[-1] in _SEPARATORS):
        return True
    if last is None or last.kind not in READ:
        return match[2] and last is not None and bool(before[-1].colon) and _same_letters(run)
    if last.kind in TYPED:
        return read_value(last.kind, " ".join(w.text for w in run)) is not None
    return match[2] and before[-1].colon and _same_letters(run)


def _in_capitals(run: list[Word], label: Word) -> bool:
    """Tell whether words are a value in capitals or digits, and the label after them is not in capitals."""
    return not label.text.isupper() and not any(c.islower() for w in run for c in w.text)


def _same_letters(run: list[Word]) -> bool:
    """Tell whether a value is in one style: its last word may else be the first of an unknown label."""
    return run[0].text.isupper() == run[-1].text.isupper() or not run[-1].text[0].isalpha()


def _ends(words: list[Word], i: int, match: tuple[int, Label, bool], spaces: Spaces) -> bool:
    """Tell whether a label may end here: a colon, a gap, the line's end, or a value of its own kind follows."""
    end, label, colon = match
    if colon or end == len(words) or _wide(words[end - 1], words[end], spaces):
        return True
    if i == 0 and fold(words[end].text) not in OPEN_WORDS and _set_off(words[end - 1], words[end], spaces, words[:end]):
        return True
    if not _goes_on(words, i, end) and (_changes_font(words, i, end) or words[end - 1].text.endswith(")")):
        return True
    if not compact(words[end].text):
        return True  # a dash is a value
    if label.kind in TYPED and fold(words[end].text) in ("de", "del"):
        return False  # the beginning of another label: "Fecha de validez"
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
        if _next_header(words, label, following, spaces):
            return True
        capitals = words[end].text.isupper() and not any(w.text.isupper() for w in words[i:end] if len(w.text) > 1)
        another = following is not None and not capitals
        return words[end].text[0].isupper() and not _goes_on(words, i, end) and not another
    if i > 0:
        return False
    name = "".join(w.text for w in words[i:end])
    other_font = words[i].font != words[end].font and bool(words[i].font)
    return (other_font or not name.isupper()) and words[end].text.isupper() and len(words[end].text) > 1


def _set_off(a: Word, b: Word, spaces: Spaces, within: Sequence[Word] = ()) -> bool:
    """Tell whether two words stand further apart than the words within a label, and their font's elsewhere, do."""
    usual = spaces.get(a.font, 0.0) * (a.bottom - a.top)
    inside = [_gap(x, y) for x, y in pairwise(within)]
    return usual > 0 and _gap(a, b) > SET_OFF * max(usual, *inside, 0.0)


def _next_header(
    words: list[Word], label: Label, following: tuple[int, Label, bool] | None, spaces: Spaces
) -> bool:
    """Tell whether after a header of the employers' table the next one follows at once."""
    if following is None or not {label.kind, following[1].kind} <= EMPLOYER or label.kind == following[1].kind:
        return False
    end = following[0]
    return end == len(words) or _wide(words[end - 1], words[end], spaces)


def _changes_font(words: Sequence[Word], start: int, end: int) -> bool:
    """Tell whether a label is in one font and what follows it in another: bold before plain."""
    return words[end].font not in ("", words[start].font) and words[end - 1].font == words[start].font


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


def _hang_colons(rows: list[list[Segment]]) -> list[list[Segment]]:
    """Give a colon that stands by itself to the label that it wraps from or stands far off from, and drop it."""
    for number, row in enumerate(rows):
        for colon in [s for s in row if all(w.text == ":" for w in s.words)]:
            above = [(r, i) for r in rows[max(0, number - 2) : number] for i, s in enumerate(r) if _under(s, colon)]
            before = [(row, i) for i, s in enumerate(row) if s.x1 <= colon.x0 and s is not colon]
            for place, i in above[-1:] or before[-1:]:
                if place[i].label is not None:
                    place[i] = replace(place[i], colon=True)
            row.remove(colon)
    return rows


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
        if row and row[0].top - last.bottom > 1.5 * last.height:
            break
        under = next((s for s in row if _under(last, s)), None)
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
    off = (below.top - above.bottom) / above.height
    near = -0.35 < off < (1.4 if one_font(above, below) else 0.5)
    whole_of_it = below.kind != ESTADO or above.text.endswith("-")  # "Sub-" over "estado"
    return near and off_edges(above, below) < SAME_EDGE * above.height and whole_of_it
