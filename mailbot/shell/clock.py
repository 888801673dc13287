"""What time is it: the machine's clock, or the instant that `--now` pretends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """``at`` stands still where the clock is a pretended one."""

    at: datetime | None = None

    @property
    def pretends(self) -> bool:
        return self.at is not None

    def now(self) -> datetime:
        return self.at or datetime.now(UTC)
