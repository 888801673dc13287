"""From the lines of a document to its kind: a prominent title of its own decides, never a word in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from mailbot.core import labels
from mailbot.core.documents import MARKS_ALONE
from mailbot.core.page import Box, Page
from mailbot.core.places import aligned, box_of, touching_below
from mailbot.core.printed import read_value
from mailbot.core.sheet import Segment, Sheet
from mailbot.core.spanish import compact

if TYPE_CHECKING:
    from mailbot.core.documents import KindMarks

CONSTANCIA, DESCONOCIDO = "constancia_vigencia", "desconocido"
TITLE_LINES = 4  # a title wraps over four lines at most
_NUMBERED = re.compile(r"\d{11}|[a-z]{4}\d{6}[hmx][a-z]{5}[0-9a-z]\d")
_QUOTES = ("«", "»", "“", "”", '"')
LONG_PHRASE = 20  # letters; with one of them wrong it is still no other sentence
PROMINENT = 4  # a line that is nothing but the title (3) and has one mark of prominence
# What may stand on the title's line beside it without making it a sentence.
_AROUND = frozenset(
    {"", "imss", "delimss", "enelimss", "institutomexicanodelsegurosocial", "delasegurado", "digital", "delinstituto",
     "delinstitutomexicanodelsegurosocial", "deltrabajador", "delderechohabiente", "curp", "ine", "sat", "cif"}
)  # fmt: skip
_UNREADABLE = re.compile(r"\(cid:\d+\)|[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
_LEADERS = re.compile(r"([.·_…\-])(?:\s?\1){3,}")  # dots to a value, lines to write on
_MOJIBAKE = re.compile(r"Ã[\u0080-\u00bf±³©¡­‘“]|Â[°º¿¡]")


@dataclass(frozen=True, slots=True)
class Title:
    """A line that is the title of a kind of document, and how much it stands out."""

    kind: str
    score: int
    box: Box
    length: int


def unreadable_text(pages: Sequence[Page]) -> str | None:
    """Say why text is no text: glyphs without letters, or letters of another alphabet of bytes."""
    text = " ".join(w.text for p in pages for w in p.words)[:200_000]
    bad = sum(len(m[0]) for m in _UNREADABLE.finditer(text))
    if text and bad > 0.1 * len(text):
        return "las letras del PDF no se pueden leer"
    if len(_MOJIBAKE.findall(text)) >= 2:
        return "las letras del PDF están dañadas"
    visible = [c for c in _LEADERS.sub("", text) if not c.isspace()]
    if len(visible) > 40 and sum(c.isalnum() for c in visible) < 0.5 * len(visible):
        return "las letras del PDF no se pueden leer"
    return None


def shows_imss_error(sheets: Sequence[Sheet], phrases: Sequence[str]) -> bool:
    """Tell whether the pages show one of the IMSS page's own "not found" messages, however it wraps."""
    text = "".join(compact(s.text) for sheet in sheets[:2] for s in sheet.segments)
    return any(_holds(text, compact(p)) for p in phrases)


def _holds(text: str, phrase: str) -> bool:
    """Tell whether a text holds a phrase, a long one but for one letter: OCR reads "infomación".

    A lost "no" is two.
    """
    if phrase in text or len(phrase) < LONG_PHRASE:
        return phrase in text
    half = len(phrase) // 2
    first, second = phrase[:half], phrase[half:]
    after = (m.end() for m in re.finditer(first, text))
    before = (m.start() for m in re.finditer(second, text))
    return any(_but_for_one(second, text[at : at + len(second) + more]) for at in after for more in (-1, 0, 1)) or any(
        _but_for_one(first, text[max(0, at - half - more) : at]) for at in before for more in (-1, 0, 1)
    )


def _but_for_one(wanted: str, seen: str) -> bool:
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(wanted, seen, score_cutoff=1) <= 1


def recognise(sheets: Sequence[Sheet], kinds: Sequence[KindMarks]) -> tuple[str, Box | None]:
    """Return the kind of a document and where its title stands; "desconocido" where two could be meant."""
    titles = _titles(sheets, kinds)
    best: dict[str, Title] = {}
    for t in titles:
        if t.kind not in best or (t.score, t.length) > (best[t.kind].score, best[t.kind].length):
            best[t.kind] = t
    text = "".join(compact(s.text) for sheet in sheets for s in sheet.segments)
    marks = {k.kind: sum(compact(m) in text for m in k.marks) for k in kinds}
    ranked = sorted(
        (t for t in best.values() if t.score >= PROMINENT), key=lambda t: (t.score, marks[t.kind]), reverse=True
    )
    if not _numbers_someone(sheets):  # a guide shows the title and the labels, and is nobody's
        ranked = [t for t in ranked if t.kind != CONSTANCIA]
    if any(t.kind == CONSTANCIA for t in ranked) and _says_what_only_it_says(sheets):
        return CONSTANCIA, best[CONSTANCIA].box  # the other "titles" are values: an employer's name
    if _is_constancia_by_labels(sheets):  # its own title may be a picture; below its labels stand values, no titles
        ranked = [t for t in ranked if t.kind == CONSTANCIA or not _amid_labels(sheets, t)]
    if ranked:
        first = ranked[0]
        rival = ranked[1] if len(ranked) > 1 else None
        if rival and (rival.score, marks[rival.kind]) == (first.score, marks[first.kind]):
            return DESCONOCIDO, None
        if first.kind == CONSTANCIA and not (_own_labels(sheets) >= 3 and _tells_a_standing(sheets)):
            return DESCONOCIDO, None  # a form may ask for the NSS and the CURP, and for the paper
        return first.kind, first.box
    marked = [k for k, n in marks.items() if n >= MARKS_ALONE and k != CONSTANCIA]
    if not marked and _is_constancia_by_labels(sheets):
        return CONSTANCIA, None
    if len(marked) == 1:
        return marked[0], None
    return DESCONOCIDO, None


def _labels_seen(sheets: Sequence[Sheet]) -> set[str]:
    return {s.kind for sheet in sheets for s in sheet.segments if s.kind is not None}


def _says_what_only_it_says(sheets: Sequence[Sheet]) -> bool:
    """Tell whether a page asks for the right to medical service and the state or the NSS, as no other paper does."""
    return _asks_for_the_right(sheets) and bool(_labels_seen(sheets) & {labels.ESTADO, labels.NSS})


def _asks_for_the_right(sheets: Sequence[Sheet]) -> bool:
    """Tell whether a label asks for the right to medical service in so many words; "servicio médico" is on others."""
    return any(s.label == labels.Label(labels.SERVICIO) for sheet in sheets for s in sheet.segments)


def _tells_a_standing(sheets: Sequence[Sheet]) -> bool:
    return labels.ESTADO in _labels_seen(sheets) or _asks_for_the_right(sheets)


def _numbers_someone(sheets: Sequence[Sheet]) -> bool:
    """Tell whether something of the form of an NSS or a CURP is printed, on one line of a cell or on two."""
    return any(
        _NUMBERED.search(compact(s.text + (under.text if (under := touching_below(sheet, s)) else "")))
        for sheet in sheets
        for s in sheet.segments
        if any(c.isdigit() for c in s.text)
    )


def _own_labels(sheets: Sequence[Sheet]) -> int:
    wanted = {labels.NSS, labels.CURP, labels.ESTADO, labels.SERVICIO, labels.FECHA, labels.NOMBRE}
    return len(_labels_seen(sheets) & wanted)


def _is_constancia_by_labels(sheets: Sequence[Sheet]) -> bool:
    """Tell whether the labels alone leave no doubt (the title may be a picture)."""
    issue = any(
        s.kind == labels.FECHA and s.label is not None and s.label.tier == 1 and "constancia" in compact(s.text)
        for sheet in sheets
        for s in sheet.segments
    )
    return issue and {labels.NSS, labels.ESTADO, labels.SERVICIO, labels.NOMBRE} <= _labels_seen(sheets)


def _amid_labels(sheets: Sequence[Sheet], title: Title) -> bool:
    """Tell whether a title stands below several labels of fields: an employer named like a document's issuer."""
    over = [s for sheet in sheets[:1] for s in sheet.segments if s.kind in labels.READ and s.bottom < title.box.top]
    return title.box.page > 1 or len(over) >= 3


def _titles(sheets: Sequence[Sheet], kinds: Sequence[KindMarks]) -> list[Title]:
    wanted = {compact(t): k.kind for k in kinds for t in k.titles}
    if not wanted:
        return []
    alone = _alone(tuple(wanted))
    longest = max(map(len, wanted)) + 2 * max(map(len, _AROUND))
    found = []
    for sheet in sheets[:2]:
        heights = sorted(s.height for s in sheet.segments)
        usual = heights[len(heights) // 2] if heights else 1.0
        for segments in _candidates(sheet, longest):
            key = "".join(compact(s.text) for s in segments)
            if (kind := _kind_of(key, wanted, alone)) is not None:
                if any(mark in s.text for s in segments for mark in _QUOTES):
                    continue  # a letter that names the paper
                asks = any(s.kind in labels.READ for s in segments)
                if asks and (min(s.height for s in segments) < 1.15 * usual or _has_a_value(sheet, segments)):
                    continue  # a label of the same words, as "Clave Única de Registro de Población"
                box = box_of(segments)
                found.append(Title(kind, _score(sheet, segments, box, usual), box, len(key)))
    return found


def _has_a_value(sheet: Sheet, segments: tuple[Segment, ...]) -> bool:
    """Tell whether beside a label stands what it asks for."""
    return any(
        s.label is None and t.label is not None and read_value(t.label.kind, s.text) is not None
        for t in segments
        for s in sheet.rows[t.row]
    )


def _kind_of(key: str, wanted: dict[str, str], alone: re.Pattern[str]) -> str | None:
    if key in wanted:
        return wanted[key]
    found = alone.fullmatch(key)
    return wanted[found[1]] if found else None


@cache
def _alone(titles: tuple[str, ...]) -> re.Pattern[str]:
    """Return what matches a line that is one of the titles, with nothing else beside it than an issuer's name."""
    around = "|".join(map(re.escape, sorted(_AROUND)))
    return re.compile(f"(?:{around})({'|'.join(map(re.escape, titles))})(?:{around})")


def _candidates(sheet: Sheet, longest: int) -> Iterator[tuple[Segment, ...]]:
    """Yield each segment, each line, and each two or three lines close together, that could be a title."""
    for number, row in enumerate(sheet.rows):
        if not row:
            continue
        for at, s in enumerate(row):
            if len(row) > 1 and not _names_someone(row[:at]):
                yield (s,)
        joined = row
        yield joined
        for below in [r for r in sheet.rows[number + 1 : number + 2 * TITLE_LINES] if r][: TITLE_LINES - 1]:
            if below[0].top - joined[-1].bottom > 1.2 * joined[-1].height:
                break
            joined = joined + below
            if sum(len(s.text) for s in joined) > 2 * longest:
                break
            yield joined
    yield from _columns(sheet)


def _names_someone(before: Sequence[Segment]) -> bool:
    """Tell whether the label right before a text asks for a name: then it is no title, as "Empresa: CFE"."""
    return bool(before) and before[-1].kind in (labels.RAZON, labels.NOMBRE)


def _columns(sheet: Sheet) -> Iterator[tuple[Segment, ...]]:
    """Yield texts of two and more lines that stand one below the other, whatever stands beside them."""
    for row in sheet.rows:
        for s in row:
            chain: tuple[Segment, ...] = (s,)
            while len(chain) < TITLE_LINES and (under := _line_below(sheet, chain[-1])) is not None:
                chain = (*chain, under)
                yield chain


def _line_below(sheet: Sheet, s: Segment) -> Segment | None:
    return next(
        (
            t
            for row in sheet.rows[s.row + 1 : s.row + 4]
            for t in row
            if aligned(s, t) and abs(t.height - s.height) < 0.1 * s.height and abs(t.top - s.bottom) < 0.7 * s.height
        ),
        None,
    )


def _score(sheet: Sheet, segments: tuple[Segment, ...], box: Box, usual: float) -> int:
    score = 3
    height = min(s.height for s in segments)
    rows = {s.row for s in segments}
    alone = all(len(sheet.rows[r]) == sum(s.row == r for s in segments) for r in rows)
    if height >= 1.15 * usual:
        score += 2
    elif height >= 1.05 * usual:
        score += 1
    if box.top < 0.3 * sheet.page.height:
        score += 1
    if alone and abs((box.x0 + box.x1) / 2 - sheet.page.width / 2) < 0.05 * sheet.page.width:
        score += 1
    if all(s.capitals for s in segments) or "bold" in segments[0].words[0].font.casefold():
        score += 1
    return score
