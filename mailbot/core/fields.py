"""From labels and the texts near them to one value for each field, or None where two readings are possible."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mailbot.core import labels
from mailbot.core.cell import Cell
from mailbot.core.columns import below, beside, next_line
from mailbot.core.identifiers import Curp, Nss
from mailbot.core.over_label import over_its_caption
from mailbot.core.page import Box
from mailbot.core.places import at_the_edge, box_of, one_start
from mailbot.core.printed import TYPED, Value, is_placeholder, of_two_kinds, read_value
from mailbot.core.sheet import Segment, Sheet
from mailbot.core.signs import curp_fits_name
from mailbot.core.spanish import PARTICLES, compact, fold, looks_like_a_name

Mode = Literal["beside", "below", "above"]
PERSONAL = labels.READ - labels.EMPLOYER
_ONE_LINE = frozenset({labels.NSS, labels.CURP, labels.FECHA, labels.NACIMIENTO, labels.SERVICIO})
_NAMES = frozenset({labels.NOMBRE, labels.PATERNO, labels.MATERNO})
_ITS_OWN = 1.0  # heights from a label's colon to what is its value or none: what stands below is another's
_FAR = 8.0  # heights between a label and a value of which no other on the page stands beside its label


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a label: the value, as printed, and where."""

    kind: str
    tier: int
    label: str
    value: Value | None
    printed: str
    box: Box
    mode: Mode
    segments: tuple[Segment, ...]
    rejoined: tuple[str, ...] = ()
    """What a name is if its cell broke a word at a line's end, where that may be (core.wholeness)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A label on the page with its readings; none where the page shows nothing near it."""

    segment: Segment
    readings: tuple[Reading, ...]

    @property
    def valued(self) -> list[Reading]:
        return [r for r in self.readings if r.value is not None]


def kinds_asked(sheets: Sequence[Sheet]) -> frozenset[str]:
    """Return the kinds of labels that the pages print."""
    return frozenset(s.kind for sheet in sheets for s in sheet.segments if s.kind is not None)


def read_labels(sheets: Sequence[Sheet]) -> list[Reading]:
    """Read each personal label of the pages once: beside it or below it, whichever the page's own habit says."""
    asked = [
        Asked(s, tuple(_readings(sheet, s)))
        for sheet in sheets
        for s in sheet.segments
        if s.label is not None and s.kind in PERSONAL
    ]
    habit: Counter[Mode] = Counter()
    for a in asked:
        if a.segment.kind in TYPED and len(a.valued) == 1:
            habit[a.valued[0].mode] += 1
    only = habit["beside"] < 2
    curps = [r.value for a in asked for r in a.valued if isinstance(r.value, Curp)]
    taken = [
        r
        for a in asked
        if (r := _choose(a, habit)) is not None and not (only and _strays(r, a, sheets)) and not _is_belied(r, a, curps)
    ]
    chosen = _apart(taken)
    return chosen + [r for kind in (labels.NSS, labels.CURP) if (r := _only_one(sheets, asked, chosen, kind))]


def _strays(r: Reading, asked: Asked, sheets: Sequence[Sheet]) -> bool:
    """Tell whether a value far from its label begins where other texts of the page do: it is their column's."""
    if r.mode != "beside" or r.kind not in TYPED or r.box.x0 - asked.segment.x1 < _FAR * asked.segment.height:
        return False
    texts = (s for sheet in sheets for s in sheet.segments if s.label is None and s.page == r.box.page)
    return sum(one_start(s, r.box) for s in texts) > 2


def _is_belied(r: Reading, asked: Asked, curps: Sequence[Curp]) -> bool:
    """Tell whether a printed CURP is of the other name that a label may ask for, and not of the one taken."""
    if r.kind != labels.NOMBRE or len(asked.valued) < 2:
        return False
    fitting = [o for o in asked.valued if any(curp_fits_name(curp, str(o.value)) for curp in curps)]
    return bool(fitting) and r not in fitting


def _apart(readings: list[Reading]) -> list[Reading]:
    """Take back names of which a line was read for another label too."""
    times = Counter(id(s) for r in readings if r.value is not None for s in r.segments)
    kinds = {id(s): {r.kind for r in readings for t in r.segments if t is s} for r in readings for s in r.segments}
    return [
        replace(r, value=None)
        if r.kind not in TYPED and any(times[id(s)] > 1 and len(kinds[id(s)]) > 1 for s in r.segments)
        else r
        for r in readings
    ]


def _only_one(sheets: Sequence[Sheet], asked: Sequence[Asked], chosen: Sequence[Reading], kind: str) -> Reading | None:
    """Read a number that was asked for and stands away from its label, where the pages print one of its form only."""
    label = next((a.segment for a in asked if a.segment.kind == kind), None)
    if label is None or any(r.kind == kind and r.value is not None for r in chosen):
        return None
    texts = [s for sheet in sheets for s in sheet.segments if s.label is None]
    found = [(value, s) for s in texts if (value := read_value(kind, s.text))]
    if len({str(r.text if isinstance(r, Curp) else r.digits) for r, _ in found if isinstance(r, Nss | Curp)}) != 1:
        return None
    value, s = found[0]
    if not isinstance(value, Nss | Curp) or not value.checks:
        return None
    return Reading(kind, label.label.tier if label.label else 1, label.text, value, s.text, s.box, "below", (s,))


def _readings(sheet: Sheet, s: Segment) -> list[Reading]:
    found = []
    if (cell := beside(sheet, s)) is not None:
        found.append(_read(sheet, s, cell, "beside"))
        if s.colon and not is_placeholder(cell.text) and cell.box.x0 - s.x1 < _ITS_OWN * s.height:
            return found
    elif (cell := over_its_caption(sheet, s)) is not None:
        reading = _read(sheet, s, cell, "above")
        if reading.value is not None or s.kind not in (labels.NSS, labels.CURP):
            return [reading]  # what stands below may be another's date or state
    if (cell := below(sheet, s)) is not None:
        found.append(_read(sheet, s, cell, "below"))
    if not any(r.value is not None for r in found):
        cell = next_line(sheet, s)
        if cell is not None:
            found = [_read(sheet, s, cell, "beside")]
    return found


def _read(sheet: Sheet, s: Segment, cell: Cell, mode: Mode) -> Reading:
    assert s.label is not None  # noqa: S101 - only labels are asked
    kind = s.label.kind
    nothing = Reading(kind, s.label.tier, s.text, None, cell.text, cell.box, mode, cell.segments)
    cut = cell.cut or any(at_the_edge(sheet.page, t) for t in cell.segments)
    doubt = cut or (cell.broken and not (cell.split and kind in _NAMES))
    if doubt and (kind not in TYPED or kind == labels.ESTADO):
        return nothing
    first = Cell(cell.lines[:1])
    for part in (cell, first, Cell((first.segments[:1],))) if kind in _ONE_LINE else (cell,):
        if (value := read_value(kind, part.text)) is not None:
            rejoined = cell.rejoined if cell.split else ()
            return replace(
                nothing, value=value, printed=part.text, box=part.box, segments=part.segments, rejoined=rejoined
            )
    return nothing


def _choose(asked: Asked, habit: Counter[Mode]) -> Reading | None:
    valued = asked.valued
    if asked.segment.kind not in TYPED:  # a dash is an answer too: what stands on the other side is another's
        valued = [r for r in asked.readings if r.value is not None or is_placeholder(r.printed)]
    if len(valued) < 2:
        if valued:
            return valued[0]
        return next((r for r in asked.readings if is_placeholder(r.printed)), None)
    if valued[0].value == valued[1].value:
        return valued[0]
    if habit["beside"] != habit["below"]:
        usual: Mode = "beside" if habit["beside"] > habit["below"] else "below"
        if asked.segment.colon == (usual == "beside") or habit[usual] > 2 * habit.total() / 3:
            return next(r for r in valued if r.mode == usual)
    return None


def settle(readings: Sequence[Reading], kind: str) -> tuple[Reading | None, bool]:
    """Return the one reading of a kind, by the most proper label; and whether there were contradicting ones."""
    of_kind = [r for r in readings if r.kind == kind and r.value is not None]
    if not of_kind:
        return None, False
    tier = min(r.tier for r in of_kind)
    best = [r for r in of_kind if r.tier == tier]
    if any(_same(r.value) != _same(best[0].value) for r in best[1:]):
        return None, True
    return best[0], False


def _same(value: Value | None) -> object:
    return " ".join(value.casefold().split()) if isinstance(value, str) else value


def _one_word(surnames: Reading) -> bool:
    return len([w for w in fold(str(surnames.value)).split() if w not in PARTICLES]) < 2


def _lacks_a_part(name: str, curp: Curp) -> bool:
    """Tell whether no word is left for one of the three initials that a CURP encodes: then the name is a part.

    Where two or three lack it is another's name, which is not for the reader to judge (core.signs does).
    """
    return _missing(name, curp) == 1


def _missing(name: str, curp: Curp) -> int:
    """Count the initials of a CURP for which a name has no word."""
    initials = Counter("X" if w[0] in "Ññ" else fold(w)[:1].upper() for w in re.findall(r"[^\W\d_]+", name))
    wanted = Counter(c for c in (curp.text[0], curp.text[2], curp.text[3]) if c != "X")
    return (wanted - initials).total()


def settle_name(
    readings: Sequence[Reading], sheets: Sequence[Sheet], curp: Curp | None
) -> tuple[Reading | None, bool]:
    """Join the parts of the name in the order nombre(s), primer apellido, segundo apellido.

    A part that is asked for but not read makes the name uncertain, but for a second surname that the person has not:
    in the CURP an X stands where that one's first letter would be. A CURP that is printed and was not read is a sign
    that the cells were not understood, and leaves the name without what tells a part from a whole; but each of three
    labels with its own text beside it tells too.
    """
    asked = kinds_asked(sheets)
    name, clash = _joined_name(readings, asked, None if curp is None else 1 if curp.text[2] == "X" else 2)
    unread = curp is None and labels.CURP in asked and not _says_nothing(readings, labels.CURP)
    if name is None or (unread and not _each_beside_its_label(readings)):
        return None, clash
    if curp is not None and (_lacks_a_part(str(name.value), curp) or _leaves_its_x(name, sheets, curp)):
        return None, clash
    if any(curp is None or not _missing(other, curp) for other in name.rejoined):
        return None, clash  # as likely one word, broken: where the CURP needs both, they are two
    rest, _, last = str(name.value).rpartition(" ")
    stray = compact(last) in labels.LABELS or len(compact(last)) == 1
    if curp is not None and stray and _ends_whole(rest) and curp_fits_name(curp, rest):
        return None, clash  # a label's word, or a letter, of which the CURP does not know
    return name, clash


def _each_beside_its_label(readings: Sequence[Reading]) -> bool:
    """Tell whether all three parts of a name stand beside labels of their own, each on one line."""
    parts = [settle(readings, kind)[0] for kind in _NAMES]
    return all(p is not None and p.mode == "beside" and len({s.row for s in p.segments}) == 1 for p in parts)


def _ends_whole(name: str) -> bool:
    words = fold(name).split()
    return len(words) > 1 and words[-1] not in PARTICLES


def _says_nothing(readings: Sequence[Reading], kind: str) -> bool:
    """Tell whether a dash or the like stands by a kind's label."""
    return any(r.kind == kind and is_placeholder(r.printed) for r in readings)


def _leaves_its_x(name: Reading, sheets: Sequence[Sheet], curp: Curp) -> bool:
    """Tell whether the second surname, an X in the CURP, may be a text that begins with X or Ñ and was left out."""
    has = sum(w[0] in "XÑxñ" for w in str(name.value).split())
    if curp.text[2] != "X" or has >= (curp.text[0] + curp.text[2:4]).count("X"):
        return False
    mine = {id(s) for s in name.segments}
    others = (s for sheet in sheets for s in sheet.segments if s.label is None and id(s) not in mine)
    return any(s.text[0] in "XÑ" and s.capitals and looks_like_a_name(s.text) for s in others)


def _joined_name(
    readings: Sequence[Reading], asked: frozenset[str], surnames: int | None
) -> tuple[Reading | None, bool]:
    nombre, clash = settle(readings, labels.NOMBRE)
    parts = [nombre]
    if clash or nombre is None:
        return None, clash
    for kind in (labels.PATERNO, labels.MATERNO):
        part, clash = settle(readings, kind)
        if clash:
            return None, True
        if part is not None:
            parts.append(part)
        elif kind in asked:
            has_none = surnames == 1 or (surnames is None and any(r.kind == kind for r in readings))  # a dash
            if kind == labels.PATERNO or not has_none:
                return None, False
    known = [p for p in parts if p is not None]
    if [p.kind for p in known] == [labels.NOMBRE, labels.MATERNO]:
        return None, False  # the first surname must be somewhere
    if surnames == 2 and [p.kind for p in known] == [labels.NOMBRE, labels.PATERNO] and _one_word(known[1]):
        return None, False  # and so must the second
    if surnames is not None and sum(len(str(p.value).split()) for p in known) <= surnames:
        return None, False  # fewer words than names: what was read is a part
    if len(known) == 1:
        return nombre, False
    text = " ".join(str(p.value) for p in known)
    if of_two_kinds(text):
        return None, False  # a part in small letters beside others in capitals is another field's
    segments = tuple(s for p in known for s in p.segments)
    rejoined = tuple(
        " ".join(other if q is p else str(q.value) for q in known) for p in known for other in p.rejoined
    )
    return Reading(labels.NOMBRE, 1, nombre.label, text, text, box_of(segments), nombre.mode, segments, rejoined), False
