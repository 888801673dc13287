"""The clock that asks the store what is due; it holds no truth of its own."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from mailbot.shell.log import log


class Scheduler:
    """APScheduler with ticks only: a tick missed in a nap comes once, late; none runs beside itself."""

    def __init__(self, ticks: Mapping[str, tuple[float, Callable[[], Awaitable[None]]]]) -> None:
        """``ticks``: name -> (every so many seconds, what to ask)."""
        from apscheduler.events import EVENT_JOB_ERROR
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        self._clock = AsyncIOScheduler(timezone=UTC)
        self._clock.add_listener(_failed, EVENT_JOB_ERROR)
        for name, (seconds, ask) in ticks.items():
            self._clock.add_job(
                ask, "interval", seconds=seconds, id=name, next_run_time=datetime.now(UTC),
                misfire_grace_time=None,  # the default of one second drops every late tick
                coalesce=True, max_instances=1,
            )  # fmt: skip

    def start(self) -> None:
        self._clock.start()

    def stop(self) -> None:
        if self._clock.running:
            self._clock.shutdown(wait=False)


def _failed(event: Any) -> None:
    """Say that a tick failed: APScheduler itself would only log it where nobody looks. The next tick comes."""
    if isinstance(event.exception, CancelledError):  # we were told to stop
        return
    log.error("tick failed", tick=event.job_id, error=type(event.exception).__name__)
