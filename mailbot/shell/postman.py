"""From the outbox's rows to SMTP, and from its answer back to the rows. Sends only what the store says is unsent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection

from mailbot.core.answer import Desk
from mailbot.shell import breaker, checkpoint, flags, letters
from mailbot.shell.clock import Clock
from mailbot.shell.failures import Refused, TryLater
from mailbot.shell.letters import Letter
from mailbot.shell.log import log
from mailbot.shell.notices import staff_note
from mailbot.shell.outbox import Accepted, Result, Uncertain
from mailbot.shell.store import Store

LONGEST_PAUSE = 60.0  # contract.md: a server that cannot be reached is tried again within 60 s
FIRST_PAUSE = 2.0
AT_ONCE = 10  # rows claimed together: one commit for ten mails, and little to give back at a stop
STOP_SECONDS = 5.0  # a server that takes longer hears the same Message-ID again
INTERNAL = ("note", "digest")  # to staff: they pass the breaker, since they say that it fell


class Smtp(Protocol):
    """What we need of SMTP: one mail to its recipients, and what the server made of it."""

    async def send(self, raw: bytes, to: Sequence[str], cc: Sequence[str] = ()) -> Result: ...


class ServerAway(Exception):
    """SMTP cannot be reached; the reason is one Spanish line."""


@dataclass(frozen=True, slots=True)
class Limits:
    per_minute: int
    per_hour: int


class Postman:
    """Carries the letters that are due, one at a time, who must act today first."""

    def __init__(
        self,
        store: Store,
        smtp: Smtp,
        desk: Callable[[], Desk],
        clock: Clock,
        me: str,
        limits: Limits,
        was_sent: Callable[[Letter], Awaitable[bool]] | None = None,
    ) -> None:
        """``was_sent`` asks the Sent folder about mails that a restored backup may not remember."""
        self._store, self._smtp, self._desk, self._clock, self._me = store, smtp, desk, clock, me
        self._limits, self._was_sent = limits, was_sent
        self._rate = breaker.Rate(0 if clock.pretends else limits.per_minute)  # a minute that stands still never ends
        self._failures = 0

    async def start(self) -> None:
        """Count what an earlier run has sent in the last minute."""
        if not self._clock.pretends:
            minute_ago = self._clock.now() - timedelta(minutes=1)
            self._rate = breaker.Rate(self._limits.per_minute, await self._store.read(letters.sent_since, minute_ago))

    async def deliver(self) -> int:
        """Send all that is due; return how many went. Raises ServerAway, StoreUnavailable."""
        went = 0
        while True:
            due = await self._claim()
            if not due:
                return went
            for at, letter in enumerate(due):
                try:
                    held = await self._held(letter)
                    if not held:
                        await _to_its_end(self._carry(letter))
                except BaseException:
                    await self._store.write(letters.put_back, [one.id for one in due[at:]])
                    raise
                if held:
                    await self._store.write(letters.put_back, [one.id for one in due[at:]])
                    break
                went += 1

    async def _claim(self) -> list[Letter]:
        def ask(c: Connection) -> list[Letter]:
            kinds = INTERNAL if breaker.held(c) else None
            if flags.get(c, flags.PAUSED):
                return []
            return letters.claim(c, self._me, self._clock.now(), AT_ONCE, kinds)

        return await self._store.write(ask)

    async def _held(self, letter: Letter) -> bool:
        """Let the breaker fall before one mail too many, and tell staff once."""
        if letter.kind in INTERNAL:
            return False
        now = self._clock.now()
        sent = await self._store.write(breaker.trip, self._limits.per_hour, now)
        if sent is None:
            return await self._store.read(breaker.held) is not None
        log.error("breaker fell", sent=sent)
        note = staff_note(
            self._desk(), f"freno {now.isoformat()}", "Las respuestas están detenidas",
            f"Salieron {sent} respuestas en una hora, el tope de la configuración. Lo que falta queda guardado.",
            (("Ver qué espera", "mailbot status"), ("Volver a enviar", "mailbot resume")), now)  # fmt: skip
        if note is not None:
            await self._store.write(letters.post, note, now)
        return True

    async def _carry(self, letter: Letter) -> None:
        while (seconds := self._rate.wait()) > 0:  # noqa: ASYNC110  (a clock, not an event)
            await asyncio.sleep(seconds)
        if not await self._store.read(letters.still_wanted, letter, self._me):
            return
        if self._was_sent is not None and await self._was_sent(letter):
            await self._store.write(letters.sent, letter, self._clock.now())
            log.info("mail was sent before the backup was restored", letter=letter.id)
            return
        checkpoint.reached("sending")
        result = await self._smtp.send(letter.raw, letter.to, letter.cc)
        self._rate.count()
        checkpoint.reached("accepted")
        await self._settle(letter, result)

    async def _settle(self, letter: Letter, result: Result) -> None:
        now = self._clock.now()
        match result:
            case Accepted():
                await self._accepted(letter, result, now)
            case TryLater(reason=reason, connection=True):
                raise ServerAway(reason)
            case Refused(reason=reason, code=0):  # the login, not this mail: a person mends it, and it goes on
                raise ServerAway(reason)
            case TryLater(reason=reason):
                log.warning("mail put off by the server", letter=letter.id, attempt=letter.attempts + 1)
                if not await self._store.write(letters.later, letter, now, reason, uncertain=False):
                    await self._tell_failure(letter, now)
            case Uncertain(reason=reason):
                log.warning("mail uncertain; the same goes again", letter=letter.id)
                if not await self._store.write(letters.later, letter, now, reason, uncertain=True):
                    await self._tell_failure(letter, now)
            case Refused(reason=reason):
                await self._store.write(letters.failed, letter, now, reason, "el servidor rechazó la respuesta")
                await self._tell_failure(letter, now)
        self._failures = 0

    async def _accepted(self, letter: Letter, result: Accepted, now: datetime) -> None:
        missed = len(result.refused)
        await self._store.write(letters.sent, letter, now, missed)
        checkpoint.reached("sent")
        log.info("mail sent", letter=letter.id, message=letter.message_id, reply=letter.stem)
        if missed and letter.kind not in INTERNAL:
            await self._note(letter, now, "copia", "Una copia para el personal no se entregó",
                             "El servidor rechazó una dirección de staff; el estudiante sí la recibió.")  # fmt: skip

    async def _tell_failure(self, letter: Letter, now: datetime) -> None:
        log.error("mail failed for good", letter=letter.id, message=letter.message_id, kind=letter.kind)
        if letter.kind not in INTERNAL:  # a note about a note that is refused would never end
            await self._note(letter, now, "fallo", "Una respuesta no se pudo entregar",
                             "El servidor de salida no la aceptó: hay que escribirle de otra manera.")  # fmt: skip

    async def _note(self, letter: Letter, now: datetime, seed: str, title: str, reason: str) -> None:
        number = letter.message_id
        details = (("Correo", f"#{number}"), ("Respuesta", letter.stem), ("Ver qué pasó", f"mailbot show {number}"))
        note = staff_note(self._desk(), f"{seed} {letter.rfc_id} {letter.attempts}", title, reason, details, now)
        if note is not None:
            await self._store.write(letters.post, note, now, message_id=number)

    def pause_after_failure(self) -> float:
        """Return how long to wait before the next try: twice as long each time, at most a minute."""
        import random

        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._failures, 10))
        self._failures += 1
        return random.uniform(longest / 2, longest)  # noqa: S311  (jitter, not a secret)


async def _to_its_end(carrying: Coroutine[Any, Any, None]) -> None:
    """Let a mail that SMTP may have taken be noted as sent even when we are told to stop meanwhile."""
    task = asyncio.ensure_future(carrying)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=STOP_SECONDS)
        task.cancel()
        raise
