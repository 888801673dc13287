"""A text as one cell of a form shows it, and how its lines join."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from mailbot.core.page import Box
from mailbot.core.places import box_of
from mailbot.core.sheet import Segment
from mailbot.core.wholeness import SHORT

_LONG = 5  # letters of a word that a narrow cell breaks
_REST = re.compile(r"[^\W\d_]{1,2}(?= |$)")


@dataclass(frozen=True, slots=True)
class Cell:
    """A text as one cell shows it: its lines from top to bottom, each of one or more segments."""

    lines: tuple[tuple[Segment, ...], ...]
    cut: bool = False
    """Whether a further line stands by it that may be its own: then what was read may be a part."""
    split: bool = False
    """Whether one of its lines may end within a word (core.wholeness)."""

    @property
    def texts(self) -> list[str]:
        return [" ".join(s.text for s in line) for line in self.lines]

    @property
    def text(self) -> str:
        joined = ""
        for line in self.texts:
            broken = len(joined) > 1 and joined[-1] == "-" and joined[-2].isalnum()  # "PÉREZ-" over "GÓMEZ"
            joined += line if broken or not joined else f" {line}"
        return joined

    @property
    def rejoined(self) -> tuple[str, ...]:
        """What its text is if one line that is a single word broke within it: "CONCEPC" over "IÓN"."""
        texts = self.texts
        return tuple(
            " ".join([*texts[:at], texts[at] + texts[at + 1], *texts[at + 2 :]])
            for at in range(len(texts) - 1)
            if " " not in texts[at]
        )

    @property
    def broken(self) -> bool:
        """Whether a word seems to break at a line's end without a hyphen: "COMERCIALIZADO" over "RA DE LACTEOS"."""
        return self.split or any(
            len(a.split()[-1]) >= _LONG and _REST.match(b) is not None and not SHORT.match(b)
            for a, b in pairwise(self.texts)
        )

    @property
    def doubtful(self) -> bool:
        """Whether its text may be a part, or more than one cell's."""
        return self.cut or self.broken

    @property
    def segments(self) -> tuple[Segment, ...]:
        return tuple(s for line in self.lines for s in line)

    @property
    def box(self) -> Box:
        return box_of(self.segments)
