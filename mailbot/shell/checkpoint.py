"""Where in a message's life are we? Nothing happens here: the crash tests put a hook in its place."""

from __future__ import annotations

STEPS = (
    "seen", "claimed", "fetched", "known", "read", "answered", "recorded",
    "sending", "accepted", "sent", "copied", "copy_noted", "moved", "filed",
)  # fmt: skip
"""Every step between IMAP and "filed", in order; docs/flow.md says what a crash at each leaves."""


def reached(step: str) -> None:
    """Do nothing; ``tests/shell/crash_child.py`` replaces this by what kills the process."""
