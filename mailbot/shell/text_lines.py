"""From the lines that OCR found on a picture to words on a straight page: where each word begins and ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, degrees, hypot
from typing import TYPE_CHECKING

from mailbot.core.page import Word
from mailbot.shell.recogniser import HEIGHT, Letter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]
"""Of a line in its picture: clockwise from the top left of its first letter."""

MARGIN = 0.06  # of a line's height, around what detection found
FRAME = 0.05  # of a line's height: what detection leaves above and below beyond a font's own height
# A gap is a space that the recogniser missed if it is so wide: in a line's height, and in steps from letter to letter.
# Of 7,000 gaps within words hardly one was wider (Courier's "11" came near); those that it had missed all were.
SPACE, SPACE_IN_STEPS = 12.5 / HEIGHT, 0.5
AS_WIDE = 0.75  # of the usual space of its line: so wide a gap is one too, if the model missed it ("DE RL DECV")
SPACE_AT_MARKS = 0.65  # steps: a typewriter's dots are narrow in their room
SPACE_OF_DIGITS = 0.9  # steps: every font gives a 1 the room of an 8; a date or an NSS may lose its spaces
LEADERS = ".·…_"  # what leads the eye from a label to its value
BEFORE_A_VALUE = LEADERS + ":"  # a colon far from its label is found with one row's value and missed with the next
CLOSING = frozenset(".,;:)")  # what no space is before
USUAL = (0.9, 1.1)  # heights by which the usual one is known: where most lines lie, not where the most can be taken in
ALIKE = (0.8, 1.28)  # heights of one size of print, beside the usual one
SAME_ROW = 0.4  # of a line's height, from end to beginning of two cells side by side
AROUND = 0.5  # of a line's height, about the place where two overlap: the paper between them lies within
SAME_SLOPE = 0.06  # between the lines of a page in perspective; others are stamps
FEW_LINES = 8  # with fewer, only one slope for the whole page
MOST_SLOPE = 0.35  # 20 degrees: a steeper line is no line of the page


@dataclass(frozen=True, slots=True)
class Piece:
    """A word of a line: its letters, and from where to where it goes (0 left, 1 right)."""

    letters: tuple[Letter, ...]
    left: float
    right: float

    @property
    def text(self) -> str:
        return "".join(letter.char for letter in self.letters)


@dataclass(frozen=True, slots=True)
class Line:
    """One line as OCR read it."""

    corners: Corners
    pieces: tuple[Piece, ...]

    @property
    def letters(self) -> list[Letter]:
        return [letter for piece in self.pieces for letter in piece.letters]


def corners_of(box: NDArray[np.float32]) -> Corners:
    """Return a detected box as plain points, the long side along the line."""
    points = [(float(x), float(y)) for x, y in box]
    return points[0], points[1], points[2], points[3]


def size_of(corners: Corners) -> tuple[float, float]:
    """Return the length and the height of a line, in pixels."""
    a, b, c, d = corners
    return max(_apart(a, b), _apart(d, c)), max(_apart(a, d), _apart(b, c))


def _apart(a: Point, b: Point) -> float:
    return hypot(a[0] - b[0], a[1] - b[1])


def cut(picture: Pixels, corners: Corners, margin: float = MARGIN, left: float = 0.0, right: float = 1.0) -> Pixels:
    """Cut a line, or the part of it from ``left`` to ``right``, out of a page along its corners."""
    import cv2
    import numpy as np

    long, high = size_of(corners)
    more_x, more_y = margin * high / max(long, 1.0), margin
    start, end = left - more_x, right + more_x

    def at(x: float, y: float) -> Point:
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
        top = (ax + (bx - ax) * x, ay + (by - ay) * x)
        bottom = (dx + (cx - dx) * x, dy + (cy - dy) * x)
        return top[0] + (bottom[0] - top[0]) * y, top[1] + (bottom[1] - top[1]) * y

    wide = max(4, round(long * (end - start)))
    tall = max(4, round(high * (1 + 2 * more_y)))
    source = np.array([at(start, -more_y), at(end, -more_y), at(end, 1 + more_y), at(start, 1 + more_y)], np.float32)
    target = np.array([(0, 0), (wide, 0), (wide, tall), (0, tall)], np.float32)
    lens = cv2.getPerspectiveTransform(source, target)
    seen = cv2.warpPerspective(picture, lens, (wide, tall), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen)


def pieces_of(letters: Sequence[Letter], seen: Pixels) -> tuple[Piece, ...]:
    """Part a line's letters into words; the edges are where the ink begins and ends."""
    gaps = _gaps(seen)
    steps = sorted(b.at - a.at for a, b in pairwise(letters) if " " not in (a.char, b.char)) or [0.0]
    step = steps[len(steps) // 2]
    space = max(SPACE * seen.shape[0] / seen.shape[1], SPACE_IN_STEPS * step)
    in_texts = min(space, max(AS_WIDE * _usual_space(letters, gaps, space), space / 2))
    marks, digits_apart = max(space, SPACE_AT_MARKS * step), max(space, SPACE_OF_DIGITS * step)
    words: list[list[Letter]] = []
    spaced = True
    for letter in letters:
        if letter.char == " ":
            spaced = True
            continue
        if not words or _ends_a_label(words[-1], letter) or _leads_to(words[-1], letter):
            words.append([])
        elif letter.char not in CLOSING:
            last = words[-1][-1]
            gap = _width(_widest(gaps, last.at, letter.at))
            digits = last.char.isdigit() and letter.char.isdigit()
            in_a_text = (last.char.isalpha() or last.char == ",") and letter.char.isalpha()
            if (spaced and not digits) or gap > (digits_apart if digits else in_texts if in_a_text else marks):
                words.append([])
        words[-1].append(letter)
        spaced = False
    words = [word for word in map(_without_leaders, words) if word]
    if not words:
        return ()
    inner = [_widest(gaps, a[-1].at, b[0].at) for a, b in pairwise(words)]
    near = 1.5 / len(letters)  # a letter's own width and a half
    lefts = [min((b for a, b in gaps if words[0][0].at - near < b <= words[0][0].at), default=words[0][0].at)]
    lefts += [b for _, b in inner]
    rights = [a for a, _ in inner]
    rights += [max((a for a, b in gaps if words[-1][-1].at <= a < words[-1][-1].at + near), default=words[-1][-1].at)]
    return tuple(
        Piece(tuple(word), left, max(right, left + 0.001))
        for word, left, right in zip(words, lefts, rights, strict=True)
    )


def _usual_space(letters: Sequence[Letter], gaps: Sequence[Gap], unread: float) -> float:
    """Return how wide the gaps are where the model read a space; ``unread`` where it read none."""
    threes = zip(letters, letters[1:], letters[2:], strict=False)
    read = sorted(_width(_widest(gaps, a.at, b.at)) for a, between, b in threes if between.char == " ")
    return read[len(read) // 2] if read else unread / AS_WIDE


def _without_leaders(word: list[Letter]) -> list[Letter]:
    while word and word[0].char in BEFORE_A_VALUE:
        word = word[1:]
    return word


def _leads_to(word: Sequence[Letter], following: Letter) -> bool:
    """Tell whether leaders run from a label up to a value: "MÉDICO....SI"."""
    return following.char.isalnum() and len(word) > 1 and all(letter.char in LEADERS for letter in word[-2:])


def _ends_a_label(word: Sequence[Letter], following: Letter) -> bool:
    """Tell whether a word ends in a colon that is no clock's and no address's."""
    ends = len(word) > 1 and word[-1].char == ":" and (word[-2].char.isalpha() or word[-2].char in ").")
    return ends and following.char not in "/:"


Gap = tuple[float, float]


def _gaps(seen: Pixels) -> list[Gap]:
    """Return the stretches of a line without ink, from left to right, as shares of its length."""
    import cv2
    import numpy as np

    wide = max(8, round(HEIGHT * seen.shape[1] / seen.shape[0]))
    grey = cv2.resize(cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY), (wide, HEIGHT), interpolation=cv2.INTER_AREA)
    dark, light = np.percentile(grey, (3, 85))
    ink = grey < (float(dark) + float(light)) / 2
    if ink.mean() > 0.5:  # light letters on a dark bar
        ink = ~ink
    ink[ink.mean(axis=1) > 0.8] = False  # a table's rule
    empty = np.concatenate(([True], ink[3:-3].sum(axis=0) < 2, [True]))
    edges = np.flatnonzero(np.diff(empty.astype(np.int8)))
    starts = [0, *(int(e) for e in edges[1::2])]
    ends = [*(int(e) for e in edges[0::2]), wide]
    return [(a / wide, b / wide) for a, b in zip(starts, ends, strict=False) if b > a]


def parted(page: Pixels, lines: Sequence[Corners]) -> list[Corners]:
    """Return the lines, those of one row that overlap parted where the paper between them is widest.

    Detection draws its boxes wider than the letters. Where two cells nearly touch, the end of one shows the first
    letter of the other; or a letter is in both: "FECHA DE" and "E CONSTANCIA".
    """
    apart = list(lines)
    for i in range(len(apart)):
        for j in range(len(apart)):
            if i != j and _overlap(apart[i], apart[j]) and (at := _paper_between(page, apart[i], apart[j])) is not None:
                apart[i], apart[j] = _from_to(apart[i], 0.0, _share(apart[i], at)), _from_to(
                    apart[j], _share(apart[j], at), 1.0
                )
    return apart


def _overlap(left: Corners, right: Corners) -> bool:
    """Tell whether a line begins on another's last letter; one that begins further within is no cell beside it."""
    (ax, ay), (bx, by), high = _end(left), _end(right, 0.0), min(size_of(left)[1], size_of(right)[1])
    begins_later, ends_later = _end(left, 0.0)[0] + high < bx, _end(right)[0] > ax + high
    return bx < ax < bx + high and abs(ay - by) < SAME_ROW * high and begins_later and ends_later


def _paper_between(page: Pixels, left: Corners, right: Corners) -> Point | None:
    """Return the middle of the widest gap about the place where two lines overlap."""
    more = AROUND * size_of(left)[1] / size_of(left)[0]
    start, end = max(0.0, _share(left, _end(right, 0.0)) - more), 1.0 + more
    seen = cut(page, left, 0.0, start, end)
    gap = max(_gaps(seen), key=_width, default=None)
    return None if gap is None else _end(left, start + (gap[0] + gap[1]) / 2 * (end - start))


def _end(line: Corners, share: float = 1.0) -> Point:
    """Return the middle of a line's height at a share of its length."""
    _, (bx, by), (cx, cy), _ = _from_to(line, 0.0, share)
    return (bx + cx) / 2, (by + cy) / 2


def _share(line: Corners, p: Point) -> float:
    (ax, _), (bx, _) = _end(line, 0.0), _end(line)
    return (p[0] - ax) / ((bx - ax) or 1.0)


def _from_to(line: Corners, start: float, end: float) -> Corners:
    """Return a part of a line, or more than it (``start`` below 0, ``end`` above 1)."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = line

    def along(x: float, y: float, to_x: float, to_y: float, share: float) -> Point:
        return x + (to_x - x) * share, y + (to_y - y) * share

    return (
        along(ax, ay, bx, by, start), along(ax, ay, bx, by, end),
        along(dx, dy, cx, cy, end), along(dx, dy, cx, cy, start),
    )  # fmt: skip


def _width(gap: Gap) -> float:
    return gap[1] - gap[0]


def _widest(gaps: Sequence[Gap], left: float, right: float) -> Gap:
    """Return the widest gap between the middles of two letters, or their middle where the ink has none."""
    between = [(max(a, left), min(b, right)) for a, b in gaps if min(b, right) > max(a, left)]
    middle = (left + right) / 2
    return max(between, key=lambda g: g[1] - g[0], default=(middle, middle))


def lies_on_its_side(lines: Sequence[Corners]) -> bool:
    """Tell whether most of the long lines run up or down the picture."""
    sizes = [(c, size_of(c)) for c in lines]
    long = [c for c, (length, height) in sizes if max(length, height) > 3 * min(length, height)]
    tall = [c for c in long if size_of(c)[1] > size_of(c)[0] or abs(slope_angle(c)) > 45]
    return len(tall) * 2 > len(long)


def slope_angle(corners: Corners) -> float:
    """Return the angle of a line in degrees, clockwise from the horizontal."""
    (ax, ay), (bx, by), _, _ = corners
    return degrees(atan2(by - ay, bx - ax))


def turned(corners: Corners, quarter: int, wide: float, high: float) -> Corners:
    """Return where a line lies once its picture, so wide and high, was turned (degrees counter-clockwise)."""

    def at(p: Point) -> Point:
        x, y = p
        return {90: (y, wide - x), 180: (wide - x, high - y), 270: (high - y, x)}[quarter]

    a, b, c, d = (at(p) for p in corners)
    return {90: (b, c, d, a), 180: (c, d, a, b), 270: (d, a, b, c)}[quarter]


def from_left_to_right(corners: Corners) -> Corners:
    """Return the corners in the order that makes the line run to the right: of a slanting box they come in any."""
    a, b, c, d = corners
    ways: tuple[Corners, ...] = ((a, b, c, d), (b, c, d, a), (c, d, a, b), (d, a, b, c))
    return max(ways, key=lambda w: w[1][0] - w[0][0] + w[2][0] - w[3][0])


def straightener(lines: Sequence[Corners]) -> Callable[[Point], Point]:
    """Return what makes the page straight: the lines' slope as it changes over the page, taken out.

    A skewed scan has one slope; on a photo in perspective it changes from the top to the bottom and across.
    """
    import numpy as np

    rows = [slope for c in lines if size_of(c)[0] > 4 * size_of(c)[1] and (slope := _slope(c)) is not None]
    if not rows:
        return lambda p: p
    found = np.array(rows)
    found = found[np.abs(found[:, 2] - np.median(found[:, 2])) < SAME_SLOPE]
    middle_x, middle_y = float(found[:, 0].mean()), float(found[:, 1].mean())
    columns = np.stack([np.ones(len(found)), found[:, 0] - middle_x, found[:, 1] - middle_y], axis=1)
    if len(found) < FEW_LINES:
        columns = columns[:, :1]
    weight = found[:, 3]  # a long line's slope is known better
    fitted, *_ = np.linalg.lstsq(columns * weight[:, None], found[:, 2] * weight, rcond=None)
    base, along, down = [*map(float, fitted), 0.0, 0.0][:3]

    def straight(p: Point) -> Point:
        dx, dy = p[0] - middle_x, p[1] - middle_y
        return p[0] + base * dy, p[1] - (base + down * dy) * dx - along * dx * dx / 2

    return straight


def _slope(corners: Corners) -> tuple[float, float, float, float] | None:
    """Return where the middle of a line is, its slope and its length; None for what is no line of the page."""
    a, b, c, d = corners
    slope = ((b[1] - a[1]) + (c[1] - d[1])) / ((b[0] - a[0]) + (c[0] - d[0]) or 1.0)
    middle_x, middle_y = (a[0] + b[0] + c[0] + d[0]) / 4, (a[1] + b[1] + c[1] + d[1]) / 4
    return (middle_x, middle_y, slope, size_of(corners)[0]) if abs(slope) < MOST_SLOPE else None


def sizes_of_print(heights: Sequence[float]) -> list[float]:
    """Return the height of each line as if all lines of about one size had exactly that size.

    Detection draws its boxes up to a quarter higher or lower, as the letters of a line reach; the core tells labels
    from values by their size.
    """
    left = sorted(heights)
    steps: list[tuple[float, float, float]] = []
    while left:
        usual = max(left, key=lambda h: sum(USUAL[0] * h <= other <= USUAL[1] * h for other in left))
        alike = [h for h in left if ALIKE[0] * usual <= h <= ALIKE[1] * usual]
        steps.append((alike[0], alike[-1], alike[len(alike) // 2]))
        left = [h for h in left if not alike[0] <= h <= alike[-1]]
    return [next(size for low, high, size in steps if low <= h <= high) for h in heights]


def words_of(line: Line, straight: Callable[[Point], Point], points: float, height: float) -> list[Word]:
    """Return the words of a line where they stand on the straight page; ``points`` is a pixel's size."""
    a, b, c, d = (straight(p) for p in line.corners)
    middle = points * (a[1] + b[1] + c[1] + d[1]) / 4
    top, bottom = middle - points * height * (0.5 - FRAME), middle + points * height * (0.5 - FRAME)
    left, right = points * (a[0] + d[0]) / 2, points * (b[0] + c[0]) / 2
    length = right - left
    return [Word(p.text, left + p.left * length, top, left + p.right * length, bottom) for p in line.pieces]
