"""When too much goes out, nothing more does: the circuit breaker, and the rate that servers allow."""

from __future__ import annotations

import time
from collections import deque
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailbot.shell import flags, letters

MINUTE = 60.0
HOUR = timedelta(hours=1)


class Rate:
    """At most so many sends in any minute, by a clock that never jumps; 0 is no limit."""

    def __init__(self, per_minute: int, sent_last_minute: int = 0) -> None:
        self._most = per_minute
        now = time.monotonic()
        self._sent: deque[float] = deque([now] * sent_last_minute)  # a restart does not begin the minute anew

    def wait(self) -> float:
        """Return how many seconds the next send has to wait."""
        if not self._most:
            return 0.0
        now = time.monotonic()
        while self._sent and self._sent[0] <= now - MINUTE:
            self._sent.popleft()
        return 0.0 if len(self._sent) < self._most else self._sent[-self._most] + MINUTE - now

    def count(self) -> None:
        if self._most:
            self._sent.append(time.monotonic())


def held(c: Connection) -> str | None:
    """Say why nothing may be sent to students now, or None: a pause by a person, or the breaker."""
    if flags.get(c, flags.PAUSED):
        return "en pausa: mailbot resume vuelve a enviar"
    if flags.get(c, flags.BREAKER):
        return "freno puesto: salieron demasiadas respuestas en una hora; mailbot resume lo quita"
    return None


def trip(c: Connection, per_hour: int, now: datetime) -> int | None:
    """Hold the outbox where the hour's number is reached; return that number when it happens, once.

    After a release the hour begins anew.
    """
    if not per_hour or flags.get(c, flags.BREAKER):
        return None
    released = flags.get(c, "released")
    since = max(now - HOUR, datetime.fromisoformat(released)) if released else now - HOUR
    sent = letters.sent_since(c, since)
    if sent < per_hour:
        return None
    flags.put(c, flags.BREAKER, {"at": now.isoformat(), "sent": sent})
    return sent


def pause(c: Connection, now: datetime) -> bool:
    """Send nothing from now on; False where that is so already."""
    if flags.get(c, flags.PAUSED):
        return False
    flags.put(c, flags.PAUSED, {"at": now.isoformat()})
    return True


def resume(c: Connection, now: datetime) -> list[str]:
    """End a pause and release the breaker; return which of the two were on."""
    on = [key for key in (flags.PAUSED, flags.BREAKER) if flags.get(c, key)]
    for key in on:
        flags.drop(c, key)
    if flags.BREAKER in on:
        latest = letters.latest_sent(c)  # a pretended clock may be ahead of the one that the command sees
        flags.put(c, "released", max(now, latest or now).isoformat())
    return on
