"""From facts to a decision, by the first rule that holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decision:
    """What one rule says: which reply, who sees it, what follows."""

    rule: str
    reply: str | None
    why: str | None
    """Where no reply is due, the reason, in Spanish, for staff."""
    copy_staff: bool
    reminder: str | None
    """Name of the ladder of reminders that starts, or None."""
    because: tuple[tuple[str, str | None], ...]
    """Each rule up to the one that held, with the first condition that failed (None: it held)."""
