"""Does a line go on where detection ended it: under a finger, beyond the picture's edge, in paler letters, or below?

What is left of a value reads as well as a whole one, twice over: "MUÑ" of MUÑOZ. So a value's line must end in paper.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mailbot.shell.recogniser import HEIGHT
from mailbot.shell.text_lines import Corners, Point, cut, size_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

# In a line's height. Detection leaves about a third beyond the last letter, and a space within a line is as wide.
NEAR_THE_EDGE = 0.2
LOOKED_AT = 0.55
AROUND = 0.35  # above and below: a table's rule is known by running on there
PALE = 0.2  # of the way from paper to ink: a rule is greyer than letters
INK = 3  # columns of HEIGHT a line: dust has fewer
DOT = 0.25  # leaders and the grain of grey in a one-bit scan: no letter is so small both ways
BASELINE = 0.55  # leaders run together where they are blurred, but lie low; a hyphen does not
CAPITALS = 0.3  # a frame close above a line lies over the letters, and runs on through all that is looked at
SAME_PAPER = 0.7  # of the line's own light; less is a finger or the table

STILL_PAPER = 0.92  # of the light just above: a phone's own bars are hardly darker
SHADE = 0.4  # of a line's height: a shadow comes on over more, a paper's or a bar's edge within less
ROOM_BELOW = 1.0  # of a line's height: a second line of the same cell stands within


def goes_on(
    raw: Pixels, even: Pixels, corners: Corners, left: float, right: float, others: Iterable[Corners]
) -> bool:
    """Tell whether what lies beyond an end of a line is no paper; an end within the line (0 < left, right < 1) is none.

    ``others`` are the page's other lines: what is one of them was read by itself.
    """
    a, b, c, d = corners
    at_its_end = right >= 1.0 and _goes_on(raw, even, corners, others, 1)
    return at_its_end or (left <= 0.0 and _goes_on(raw, even, (c, d, a, b), others, -1))


def _goes_on(raw: Pixels, even: Pixels, corners: Corners, others: Iterable[Corners], up: int) -> bool:
    """Tell it of a line's end; turned over (``up`` is -1), its beginning is its end."""
    high, wide = even.shape[:2]
    if not all(0 <= x < wide and 0 <= y < high for x, y in _beyond(corners, NEAR_THE_EDGE)):
        return True
    (ux, uy), (lx, ly) = _beyond(corners, LOOKED_AT / 2)
    if any(_within(((ux + lx) / 2, (uy + ly) / 2), other) for other in others):
        return False
    return _other_ground(raw, corners) or _ink(even, corners, up)


def _beyond(corners: Corners, far: float) -> tuple[Point, Point]:
    """Return the upper and lower corner of a line's end, moved on by so many heights."""
    a, b, c, d = corners
    share = far * size_of(corners)[1] / max(size_of(corners)[0], 1.0)
    return (b[0] + (b[0] - a[0]) * share, b[1] + (b[1] - a[1]) * share), (
        c[0] + (c[0] - d[0]) * share, c[1] + (c[1] - d[1]) * share,
    )  # fmt: skip


def stands_last(raw: Pixels, corners: Corners) -> bool:
    """Tell whether the paper, or what the picture shows of it, ends right below a line: the next one may be cut off."""
    import cv2
    import numpy as np

    ((_, ay), (_, by), (cx, cy), (dx, dy)), (long, high) = corners, size_of(corners)
    left, right = max(0, round(min(cx, dx) + 0.2 * long)), round(max(cx, dx) - 0.2 * long)
    top, bottom = (max(0, round(y)) for y in ((ay + by) / 2, (cy + dy) / 2))
    column = raw[top:, left : max(right, left + 4)]  # one column: light changes along a line too
    rows = np.percentile(cv2.cvtColor(column, cv2.COLOR_RGB2GRAY), 75, axis=1) if column.size else np.zeros(1)
    light, paper = float(np.percentile(rows[: bottom - top + 1], 85)), 0
    for y, row in enumerate(rows[bottom - top :].tolist(), 1):
        if row >= STILL_PAPER * light:
            paper = y
            light += (row - light) / (SHADE * high)
    return paper < ROOM_BELOW * high


def _within(p: Point, corners: Corners) -> bool:
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs) <= p[0] <= max(xs) and min(ys) <= p[1] <= max(ys)


def _part(picture: Pixels, corners: Corners, begin: float, end: float, around: float) -> Pixels:
    """Cut what lies from so many heights before (negative) or beyond a line's end, in grey."""
    import cv2
    import numpy as np

    long, high = size_of(corners)
    step = high / max(long, 1.0)
    seen = cut(picture, corners, around, 1 + (begin + around) * step, 1 + (end - around) * step)
    return np.asarray(cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY))


def _other_ground(raw: Pixels, corners: Corners) -> bool:
    import numpy as np

    own, beyond = _part(raw, corners, -2.0, 0.0, 0.0), _part(raw, corners, 0.0, LOOKED_AT, 0.0)
    return bool(np.percentile(beyond, 75) < SAME_PAPER * np.percentile(own, 85))


def _ink(even: Pixels, corners: Corners, up: int) -> bool:
    """Tell whether letters stand beyond a line's end; a rule of its table is none."""
    import cv2
    import numpy as np

    dark, light = np.percentile(_part(even, corners, -4.0, 0.0, 0.0), (3, 85))
    beyond = _part(even, corners, 0.0, LOOKED_AT, AROUND)
    tall = round(HEIGHT * (1 + 2 * AROUND))
    beyond = np.asarray(cv2.resize(beyond, (round(HEIGHT * LOOKED_AT), tall), interpolation=cv2.INTER_AREA), np.uint8)
    beyond = beyond[::up]
    ink = beyond < (float(dark) + float(light)) / 2
    pale = (beyond < float(light) - PALE * (float(light) - float(dark))).astype(np.uint8)
    _, names, parts, _ = cv2.connectedComponentsWithStats(pale)
    edge = round(HEIGHT * AROUND)
    for name, (_, y, wide, high, _) in enumerate(parts):
        beyond_letters = y <= 1 or y + high >= tall - 1  # a rule, a frame, a stamp: no letter of a line reaches so far
        low = wide <= DOT * HEIGHT or y >= edge + BASELINE * HEIGHT
        above = wide == pale.shape[1] and y + high <= edge + CAPITALS * HEIGHT
        if beyond_letters or (high <= DOT * HEIGHT and (low or above)):
            ink[names == name] = False
    return int((ink[edge:-edge].sum(axis=0) >= INK).sum()) >= INK
