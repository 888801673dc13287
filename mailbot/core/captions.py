"""Does the page print each value above its label, as a form does over a line? Then it is read turned over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailbot.core.fields import Reading, read_labels
from mailbot.core.printed import TYPED
from mailbot.core.sheet import Sheet
from mailbot.core.turning import box_as_seen, turned_over

_ENOUGH, _MORE = 5, 2  # kinds of value that show what they are: so many upright, or so many more turned over


def read_either_way(sheets: Sequence[Sheet]) -> tuple[list[Reading], bool]:
    """Read the personal labels; the second value tells whether their values stand above them."""
    upright = read_labels(sheets)
    captions = [r for r in upright if r.mode == "above"]
    if _sure(upright) >= _ENOUGH and 2 * _sure(captions) <= _sure(upright):
        return upright, False
    over = [turned_over(s) for s in sheets]
    from_above = read_labels(over)
    if _sure([r for r in from_above if r.mode == "below"]) < _sure(upright) - _sure(captions) + _MORE:
        return upright, False
    return [replace(r, box=box_as_seen(r.box, over)) for r in from_above], True


def _sure(readings: Sequence[Reading]) -> int:
    return len({r.kind for r in readings if r.kind in TYPED and r.value is not None})
