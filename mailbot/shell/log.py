"""What the program says while it works: by ledger number, never by name or address; to people or to machines.

Its own thirty lines rather than structlog, which imports rich, pygments and attrs where they are installed: a tenth of
the time between a start and the first reply.
"""

from __future__ import annotations

import json
import logging
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import TextIO


class Log:
    """One line for each thing said: readable on a terminal, JSON otherwise."""

    def __init__(self, to: TextIO | None = None) -> None:
        """``to``: None is standard error, whatever that is at the time."""
        self._to = to

    def info(self, event: str, **more: object) -> None:
        self._say("info", event, more)

    def warning(self, event: str, **more: object) -> None:
        self._say("warning", event, more)

    def error(self, event: str, **more: object) -> None:
        self._say("error", event, more)

    def _say(self, level: str, event: str, more: dict[str, object]) -> None:
        to, now = self._to or sys.stderr, datetime.now(UTC)
        if to.isatty():
            told = " ".join(f"{name}={value}" for name, value in more.items())
            line = f"{now.astimezone():%Y-%m-%d %H:%M:%S} {level:7} {event}  {told}".rstrip()
        else:
            row = {**more, "event": event, "level": level, "at": now.isoformat().replace("+00:00", "Z")}
            line = json.dumps(row, ensure_ascii=False, default=str)
        with suppress(OSError, ValueError):  # a full disk or a closed pipe must not stop the work that is told of
            to.write(line + "\n")
            to.flush()


log = Log()


def set_up() -> None:
    """Keep libraries quiet: they may quote addresses in their own records."""
    logging.getLogger().handlers[:] = [logging.NullHandler()]
