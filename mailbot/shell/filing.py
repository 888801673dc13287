"""What staff see in the mailbox afterwards: each mail in its final folder, a copy of each reply in Sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mailbot.shell import checkpoint, flags, ledger, letters
from mailbot.shell.clock import Clock
from mailbot.shell.fetched import Moved
from mailbot.shell.letters import Letter
from mailbot.shell.log import log
from mailbot.shell.mailbox import Mailbox
from mailbot.shell.store import Store

AT_ONCE = 20
COPY_WITHIN = timedelta(days=3)  # a copy that could not be made for so long is not missed any more
WORDS = {
    Moved.DONE: "movido a su carpeta",
    Moved.GONE: "ya no estaba en la carpeta: alguien lo movió o lo borró",
    Moved.LEFT: "se queda en su carpeta: el servidor no sabe mover un solo correo",
}


@dataclass(frozen=True, slots=True)
class Folders:
    """Section [mailbox.folders]; "" leaves things where they are."""

    answered: str
    set_aside: str
    sent: str


class Filing:
    """Moves what is dealt with and copies what is sent, as the store says; asks IMAP only where a folder is named."""

    def __init__(self, store: Store, mailbox: Mailbox, folders: Folders, clock: Clock) -> None:
        self._store, self._mailbox, self._folders, self._clock = store, mailbox, folders, clock

    async def tidy(self) -> None:
        """Copy and move all that waits for it. Raises ServerTrouble, StoreUnavailable."""
        await self._copies()
        await self._moves()

    async def _copies(self) -> None:
        folder = self._folders.sent
        if not folder:
            return
        since = self._clock.now() - COPY_WITHIN
        while rows := await self._store.read(letters.to_copy, AT_ONCE, since):
            for row in rows:
                if not await self._mailbox.call(lambda s, rfc_id=row.rfc_id: s.has_mail(folder, rfc_id)):  # type: ignore[misc]
                    await self._mailbox.append(folder, row.raw)
                checkpoint.reached("copied")
                await self._store.write(letters.copied, row.id, self._clock.now())
                checkpoint.reached("copy_noted")

    async def _moves(self) -> None:
        f = self._folders
        where = {
            state: folder
            for state, folder in ((ledger.ANSWERED, f.answered), (ledger.SET_ASIDE, f.set_aside))
            if folder
        }
        while where and (rows := await self._store.read(ledger.to_file, where, AT_ONCE)):
            for row in rows:
                moved = await self._mailbox.move(row.uidvalidity, row.uid, where[row.state])
                checkpoint.reached("moved")
                await self._store.write(ledger.filed, row.id, self._clock.now(), WORDS[moved])
                checkpoint.reached("filed")
                log.info("message filed", message=row.id, how=moved.value)

    async def was_sent(self, letter: Letter) -> bool:
        """After a restored backup: tell whether the Sent folder shows this very mail already."""
        restored = await self._store.read(flags.get, flags.RESTORED)
        if restored is None or letter.attempts:
            return False
        if self._clock.now() - datetime.fromisoformat(restored["at"]) > COPY_WITHIN:
            return False
        folder = self._folders.sent or await self._mailbox.special_folder(r"\Sent")
        if not folder:
            return False
        return await self._mailbox.call(lambda s: s.has_mail(folder, letter.rfc_id), again=True)
