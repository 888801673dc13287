"""From glyphs drawn in any order to words: which touch, which have a space between them, which are only set apart?"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from mailbot.core.page import Word

# Of the height of a glyph's box (about 1.2 em): half of a narrow font's space; pdfium and pdfminer agree on boxes.
WORD_GAP = 0.16
NARROW_GAP = 0.1  # what kerning leaves of a space between A and A, in text whose letters touch otherwise
SPACES_ALIKE = 0.4  # of the stretch's own spaces: letters that touch here and are set apart there have no space between
SAME_LINE = 0.3
LEAST_TRACKING = 0.03  # of the height; less is kerning
DRAWN_SPACES = 5  # a font of which so many spaces are drawn has them drawn everywhere
LEAST_GAPS = 4  # fewer gaps than these tell nothing about tracking


@dataclass(slots=True)
class Glyphs:
    """Glyphs drawn one after the other without a gap: the raw piece of a word."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    font: str
    angle: int
    space_before: bool
    space_after: bool = False
    guessed_before: bool = False
    """Whether pdfium put a space before it that is not drawn: a hint, wrong between letters set apart."""
    last: int = 0
    """The number of its last glyph in the page's text."""
    cut: bool = False
    gaps: list[float] = field(default_factory=list)
    """Gaps between its glyphs: what tracking looks like."""


def word_of(piece: Glyphs, *, upright: bool, tracking: float = 0.0) -> Word:
    """Return a piece as a word, its accents composed; ``tracking`` is how far its letters are set apart, in points."""
    text = piece.text if piece.text.isascii() else unicodedata.normalize("NFC", piece.text)
    return Word(text, piece.x0, piece.top, piece.x1, piece.bottom, piece.font, upright, tracking, piece.cut)


def words_of(pieces: list[Glyphs]) -> list[Word]:
    """Join pieces that touch on one line, however they were drawn; the same glyph drawn twice counts once."""
    pieces.sort(key=lambda p: p.bottom)  # where the baseline is: an accented capital's box begins higher
    stretches: list[list[Glyphs]] = []
    line: list[Glyphs] = []
    low = 0.0
    for p in pieces:
        if line and p.bottom - low > SAME_LINE * min(p.bottom - p.top, line[-1].bottom - line[-1].top):
            stretches += _stretches(line)
            line = []
        if not line:
            low = p.bottom
        line.append(p)
    stretches += _stretches(line)
    usual = _usual_tracking(stretches)
    spaced = Counter(p.font for p in pieces if p.space_before or p.space_after)
    return [word for stretch in stretches for word in _words_of_stretch(stretch, usual, spaced)]


def _stretches(line: list[Glyphs]) -> list[list[Glyphs]]:
    """Cut a line where a gap of a line's height is: what lies further apart is not one text."""
    line.sort(key=lambda p: p.x0)
    found: list[list[Glyphs]] = []
    for p in line:
        last = found[-1][-1] if found else None
        if last is None or p.x0 - last.x1 > p.bottom - p.top:
            found.append([p])
        elif last.text != p.text or abs(last.x0 - p.x0) >= 0.1 * (p.bottom - p.top):  # else bold by drawing twice
            found[-1].append(p)
    return found


def _third(gaps: list[float]) -> float | None:
    """Return how far apart letters are set, if so many gaps tell: most gaps of a text are between letters."""
    if len(gaps) < LEAST_GAPS:
        return None
    return max(sorted(gaps)[len(gaps) // 3], 0.0)


def _tracking(stretch: list[Glyphs]) -> float | None:
    gaps = [gap for p in stretch for gap in p.gaps]
    near = [(a, b) for a, b in pairwise(stretch) if not (a.space_after or b.space_before)]
    gaps += [b.x0 - a.x1 for a, b in near if b.x0 - a.x1 < b.bottom - b.top]
    return _third(gaps)


def _usual_tracking(stretches: list[list[Glyphs]]) -> dict[str, tuple[float, float]]:
    """Measure each font's least and most tracking in parts of the height, for texts too short to tell: "3 2"."""
    seen: dict[str, list[float]] = {}
    for stretch in stretches:
        if len(stretch) > 1 and (tracking := _tracking(stretch)) is not None:
            seen.setdefault(stretch[0].font, []).append(tracking / max(stretch[0].bottom - stretch[0].top, 0.1))
    return {font: (sorted(found)[len(found) // 4], max(found)) for font, found in seen.items()}


def _space_of(stretch: list[Glyphs]) -> float:
    """Return the usual space of a stretch, of the gaps that are surely spaces; 0 where it has none."""
    wide = sorted(b.x0 - a.x1 for a, b in pairwise(stretch) if b.x0 - a.x1 > WORD_GAP * (b.bottom - b.top))
    return wide[len(wide) // 2] if wide else 0.0


def _set_alike(last: Glyphs, p: Glyphs) -> bool:
    """Tell whether two pieces are of one size: an accented capital, from another subset, may reach higher."""
    before, height = last.bottom - last.top, p.bottom - p.top
    if abs(height - before) < 0.2 * height:
        return True
    return abs(last.bottom - p.bottom) < 0.1 * height and 0.7 < height / before < 1.45


def _small_capital(last: Glyphs, p: Glyphs, gap: float) -> bool:
    """Tell whether smaller letters go on where a capital ends, within its height: small capitals."""
    before, height = last.bottom - last.top, p.bottom - p.top
    inside = 0.4 * before < height < before and p.top >= last.top and p.bottom <= last.bottom + 0.1 * height
    return inside and abs(gap) < 0.08 * before and last.text[-1:].isupper()


def _words_of_stretch(
    stretch: list[Glyphs], usual: dict[str, tuple[float, float]], spaced: Counter[str]
) -> list[Word]:
    joined: list[Glyphs] = []
    by_font = {font: _tracking([p for p in stretch if p.font == font]) for font in {p.font for p in stretch}}
    space = _space_of(stretch)
    for p in stretch:
        whole = by_font[p.font]
        last = joined[-1] if joined else None
        if last is not None:
            height = p.bottom - p.top
            gap = p.x0 - last.x1
            least, most_seen = usual.get(p.font, (0.0, 0.0))
            alike = _set_alike(last, p) or _small_capital(last, p, gap)
            own = _third(last.gaps + p.gaps)  # of the two themselves: the label before may be set wider
            usually = whole if whole is not None else least * height
            tracking = usually if own is None else own
            close = tracking < 0.02 * height and (own is not None or whole is not None or p.guessed_before)
            close = close and gap > SPACES_ALIKE * space
            most = tracking + (NARROW_GAP if close else WORD_GAP) * height
            least_wide = LEAST_TRACKING * height  # letters that stand closer are not set wide
            set_wide = own is None and last.font == p.font and most_seen > LEAST_TRACKING
            set_wide = set_wide and min([*last.gaps, *p.gaps], default=height) > least_wide
            if set_wide and spaced[p.font] >= DRAWN_SPACES:
                most = max(most, (most_seen + WORD_GAP) * height)  # a space would be drawn, as others of the font are
            near = -0.3 * height < gap <= most
            if alike and near and not (last.space_after or p.space_before):
                last.gaps = [*last.gaps, gap, *p.gaps]
                last.text += p.text
                last.cut = last.cut or p.cut
                last.x1 = max(last.x1, p.x1)
                last.space_after = p.space_after
                continue
        joined.append(p)
    return [word_of(p, upright=True, tracking=_letters_apart(p, by_font[p.font])) for p in joined]


def _letters_apart(p: Glyphs, whole: float | None) -> float:
    """Return how far the letters of a word are set apart, by its stretch where it is too short to tell."""
    found = _third(p.gaps)
    tracking = (whole or 0.0) if found is None else found
    return tracking if tracking > LEAST_TRACKING * (p.bottom - p.top) else 0.0
