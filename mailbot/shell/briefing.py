"""Who asks, each minute, whether there is something that staff are to be told now: the digest, the bundled copies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

from mailbot.core.answer import Desk
from mailbot.shell.bundle import GATHERS, post_bundle
from mailbot.shell.clock import Clock
from mailbot.shell.morning import post_digest
from mailbot.shell.store import Store


class Briefing:
    """Asks the store each minute whether there is something that staff are to be told now."""

    def __init__(self, store: Store, desk: Callable[[], Desk], clock: Clock, digest_at: time) -> None:
        self._store, self._desk, self._clock, self._digest_at = store, desk, clock, digest_at

    async def tick(self, *, at_once: bool = False) -> None:
        """Post what is due; ``at_once``: nobody will ask again in ten minutes, so nothing gathers any longer."""
        now, desk = self._clock.now(), self._desk()
        if not desk.office.staff:
            return
        await self._store.write(post_digest, now, desk, self._digest_at)
        await self._store.write(post_bundle, now, desk, gathers=timedelta() if at_once else GATHERS)
