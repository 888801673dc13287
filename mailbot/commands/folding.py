"""How does a long line fit a terminal? Folded at 79 columns, what hangs together kept on one line."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import fill

WIDTH = 79  # 80 columns, and none of them in the corner, where some terminals wrap
_GLUE = "\ue000"  # stands for a blank that is not to be broken; private use, so no text has it


def folded(text: str, first: str = "", after: str | None = None) -> str:
    """Fold one line; ``first`` stands before it, ``after`` before each line that follows. No word is cut."""
    hang = " " * len(first) if after is None else after
    return fill(text, WIDTH, initial_indent=first, subsequent_indent=hang, break_long_words=False,
                break_on_hyphens=False) or first.rstrip()  # fmt: skip


def listed(items: Iterable[str], first: str = "", after: str | None = None) -> str:
    """Fold a list between its items, never inside one."""
    return folded(", ".join(item.replace(" ", _GLUE) for item in items), first, after).replace(_GLUE, " ")
