"""What the program says while it works: by ledger number, never by name or address; to people or to machines."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

log: Any = structlog.get_logger("mailbot")


def set_up(*, verbose: bool = False) -> None:
    """Write to stderr: readable lines on a terminal, one JSON object a line otherwise."""
    terminal = sys.stderr.isatty()
    last: Any = (
        structlog.dev.ConsoleRenderer(colors=terminal)
        if terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=not terminal, key="at"),
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # Libraries may quote addresses in their own records: only their warnings' names are shown, by us.
    logging.getLogger().handlers[:] = [logging.NullHandler()]
