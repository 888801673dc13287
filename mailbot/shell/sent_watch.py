"""What persons do at the mailbox by hand: a mail they sent from it, or moved to the folder of what they have taken.

Only headers are looked at, of what came into the folder since the last look; a folder in which nothing came costs one
STATUS. Our own mails are known by X-Mailbot-Reply and by their recorded Message-ID.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from mailbot.core.answer import Desk
from mailbot.core.message import Message, parse_headers_only
from mailbot.core.office import Office
from mailbot.shell import flags, letters, people
from mailbot.shell.clock import Clock
from mailbot.shell.failures import ServerTrouble
from mailbot.shell.fetched import Fetched, Watermark, literal_of
from mailbot.shell.log import log
from mailbot.shell.mailbox import Mailbox
from mailbot.shell.people import PersonMail
from mailbot.shell.session import HEADER_BYTES, Session
from mailbot.shell.store import Store

Kind = Literal["sent", "handed_over"]
EVERY = 2.0  # seconds: asked before each look for mail, and in a wave of mails not before each one
NOWHERE = 0  # the UIDVALIDITY of a folder that is not there (RFC 3501: a real one is never 0)
AT_ONCE = 50  # headers a look; the next look goes on
# Where the server marks no folder as \Sent (RFC 6154): the names that programs give it.
USUAL = ("Sent", "Sent Items", "Sent Messages", "Enviados", "Elementos enviados", "INBOX.Sent", "[Gmail]/Sent Mail",
         "[Gmail]/Enviados")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Glance:
    """The headers of what came into a folder, oldest first, and up to where that was."""

    uidvalidity: int
    upto: int
    headers: tuple[Fetched, ...] = ()


def glance(session: Session, folder: str, after: Watermark | None, start: datetime | None) -> Glance:
    """Look at what came into a folder.

    At the first contact that is what came since ``start`` (None: nothing yet), after a renumbering nothing, and of a
    folder that was not there at the last look all of it.
    """
    ends = session.ends_at(folder)
    if ends is None:
        return Glance(NOWHERE, 0)
    uidvalidity, uid_next = ends
    if after is None and start is not None:
        after = Watermark(uidvalidity, 0, start, dated=True)
    elif after is not None and after.uidvalidity == NOWHERE:
        after = Watermark(uidvalidity, 0)
    if after is None or after.uidvalidity != uidvalidity:
        return Glance(uidvalidity, uid_next - 1)
    if uid_next <= after.uid + 1:
        return Glance(uidvalidity, after.uid)
    with session.visiting(folder):
        found = session.look(after, AT_ONCE).found
        uids = ",".join(str(one.uid) for one in found)
        answer = session._ask("FETCH", uids, f"(UID BODY.PEEK[HEADER]<0.{HEADER_BYTES}>)") if found else []
    headers = ((one, literal_of(answer, one.uid)) for one in found)
    upto = found[-1].uid if found else uid_next - 1
    return Glance(uidvalidity, upto, tuple(Fetched(one, raw, whole=False) for one, raw in headers if raw is not None))


class SentWatch:
    """Looks at both folders before each look for mail: at news, and at least every poll_seconds."""

    def __init__(
        self, store: Store, mailbox: Mailbox, desk: Callable[[], Desk], clock: Clock, *, sent: str, handed_over: str,
        start: datetime | None = None,
    ) -> None:  # fmt: skip
        """``sent``: "" asks the server which folder it is; ``handed_over``: "" is none; ``start`` as of the mailbox."""
        self._start = start
        self._store, self._mailbox, self._desk, self._clock = store, mailbox, desk, clock
        self._sent, self._handed_over = sent, handed_over
        self._next = 0.0
        self._found = ""  # the server's own Sent folder, once it is there

    async def tick(self) -> None:
        """Look where it is time to; trouble with such a folder never stops the mailbox itself."""
        if time.monotonic() < self._next:
            return
        try:
            await self.look()
        except ServerTrouble as trouble:
            log.warning("could not look at what persons sent", reason=str(trouble))
        self._next = time.monotonic() + EVERY

    async def look(self) -> None:
        """Look at both folders and hand over what persons have taken. Raises ServerTrouble, StoreUnavailable."""
        sent = self._sent or self._found
        if not sent:
            sent, exists = await self._mailbox.call(_sent_folder, again=True)
            self._found = sent if exists else ""
        folders: tuple[tuple[Kind, str], ...] = (("sent", sent), ("handed_over", self._handed_over))
        for kind, folder in folders:
            if folder and folder != self._mailbox.account.folder:
                await self._look_at(kind, folder)

    async def _look_at(self, kind: Kind, folder: str) -> None:
        account = f"{self._mailbox.account.username}@{self._mailbox.account.host}"
        key = "watch " + hashlib.sha256(f"{account}\0{folder}".encode()).hexdigest()[:40]
        while True:
            mark = await self._store.read(_mark, key)

            def there(session: Session, mark: Watermark | None = mark) -> Glance:
                return glance(session, folder, mark, self._start)

            seen = await self._mailbox.call(there, again=True)
            if mark is not None and (seen.uidvalidity, seen.upto) == (mark.uidvalidity, mark.uid):
                return
            taken = await self._store.write(note, key, kind, seen, self._clock.now(), self._desk().office)
            for number in taken:
                log.info("a person has the case", case=number, how=kind)
            if not seen.headers:
                return


def note(c: Connection, key: str, kind: Kind, seen: Glance, now: datetime, office: Office) -> list[int]:
    """Hand over what a glance shows and move the mark past it, in one transaction; return the cases."""
    taken: list[int] = []
    for fetched in seen.headers:
        mail = parse_headers_only(
            fetched.raw, fetched.found.size, office.own_addresses, frozenset(a.lower() for a in office.staff)
        )
        if kind == "handed_over":
            number = people.moved(c, mail, now, office) if mail.mark_code is None else None
            taken += [number] if number is not None else []
        elif by_a_person(c, mail):
            taken += people.wrote(c, PersonMail.of(mail), now, office)
    flags.put(c, key, {"uidvalidity": seen.uidvalidity, "uid": seen.upto})
    return taken


def by_a_person(c: Connection, mail: Message) -> bool:
    """Tell whether somebody wrote this mail by hand: from the mailbox or as staff, and not mailbot."""
    return mail.mark_code in ("own_address", "staff") and not (mail.message_id and letters.is_ours(c, mail.message_id))


def _mark(c: Connection, key: str) -> Watermark | None:
    row = flags.get(c, key)
    return Watermark(row["uidvalidity"], row["uid"]) if row else None


def _sent_folder(session: Session) -> tuple[str, bool]:
    """Return the server's Sent folder and True; where there is none yet, the name that most programs will give it."""
    marked = session.special_folder(r"\Sent")
    there = marked or next((name for name in USUAL if session.ends_at(name) is not None), None)
    return (there, True) if there else (USUAL[0], False)
