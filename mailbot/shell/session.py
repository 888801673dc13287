"""What do we ask of IMAP within one connection? Sequence numbers never, `\\Seen` never, a plain EXPUNGE never.

Everything here blocks and belongs to one thread; `mailbox.py` has that thread.
"""

from __future__ import annotations

import imaplib
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from imap_tools.utils import encode_folder

from mailbot.shell.accounts import ImapAccount
from mailbot.shell.failures import ServerTrouble, TryLater
from mailbot.shell.fetched import Fetched, Found, Look, Moved, Watermark, internal_dates, literal_of
from mailbot.shell.idle import DrainingIdle, readable
from mailbot.shell.imap_login import close, open_mailbox

MESSAGE_ID = re.compile(r'<[!#-\[\]-~]{1,900}>')  # what needs no escape inside quotes
PART_BYTES = 2**20  # of a big mail at once: a slow line still answers within the socket's timeout
HEADER_BYTES = 2**18  # no honest header is longer
NEWEST = 50  # of the old mails: staff move mails, so that the last UID need not be the last date
LOOK_MOST = 200  # a hundred thousand mails to answer are answered in portions
LONGEST_WAIT = 80  # seconds; with the socket's 30 a silent death is found within two minutes. RFC 2177 allows 29 min


class Session:
    """One logged-in connection with one folder selected."""

    def __init__(self, account: ImapAccount, wake: socket.socket | None = None) -> None:
        self.account = account
        self._box = open_mailbox(account)
        self._client: Any = self._box.client
        self._wake = wake
        self._missed = False  # mails came while another folder was selected
        idle = self._box.idle
        if isinstance(idle, DrainingIdle):
            idle.wake = wake
        try:
            self.uidvalidity, self.uid_next = self._select(account.folder)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        close(self._box)

    def cut(self) -> None:
        """End a command that hangs, from another thread."""
        with suppress(OSError):
            self._client.sock.shutdown(socket.SHUT_RDWR)

    def can(self, capability: str) -> bool:
        return capability in self._client.capabilities

    # -- waiting ----------------------------------------------------------------------------------------------

    def wait(self) -> bool:
        """Return True after news or poll_seconds, when it is time to look; False when only woken. The dead raise."""
        seconds = min(self.account.poll_seconds, LONGEST_WAIT)
        if self.can("IDLE") and isinstance(self._box.idle, DrainingIdle):
            news = self._box.idle.wait_for_news(seconds)
        else:
            news = not readable([self._wake], seconds)
        self.noop()  # a dead connection says so here, and nowhere else
        return news

    def noop(self) -> None:
        self._client.noop()

    def has_announced(self) -> bool:
        """Tell whether a reply to any command mentioned new mails; IDLE will not mention them again."""
        missed, self._missed = self._missed, False
        return bool(self._client.untagged_responses.pop("EXISTS", None)) or missed

    # -- finding ----------------------------------------------------------------------------------------------

    def baseline(self, start: datetime | None) -> Watermark:
        """Where a first start begins: after all that is there now, or at a date."""
        if start is not None:
            return Watermark(self.uidvalidity, 0, start, dated=True)
        newest = self._ask("SEARCH", f"UID {max(self.uid_next - NEWEST, 1)}:*")[-1] or b""
        old = self._dates(sorted(map(int, newest.split()))[-NEWEST:])
        highest = max((found.uid for found in old), default=0)
        last = max((found.received for found in old), default=None)
        since = last + timedelta(seconds=1) if last else None  # INTERNALDATE knows whole seconds
        return Watermark(self.uidvalidity, max(self.uid_next - 1, highest), since)

    def look(self, after: Watermark, most: int = LOOK_MOST) -> Look:
        """Find what lies above the watermark, oldest first; after a change of UIDVALIDITY, all since it."""
        renumbered = after.uidvalidity != self.uidvalidity
        lowest = 0 if renumbered else after.uid
        since = after.since if renumbered or after.dated else None
        uids = self._uids_above(lowest, since)
        if self.has_announced():  # some arrived while we searched, and may not be in the answer
            uids = self._uids_above(lowest, since)  # after this one `mailbox.py` asks has_announced() again
        found: list[Found] = []
        for start in range(0, len(uids), LOOK_MOST):
            portion = self._dates(uids[start : start + LOOK_MOST])
            found += [one for one in portion if since is None or one.received >= since]
            if len(found) >= most:
                break
        return Look(self.uidvalidity, renumbered, tuple(found[:most]))

    def _uids_above(self, uid: int, since: datetime | None) -> list[int]:
        question = f"UID {uid + 1}:*"
        if since is not None:  # SINCE knows days only, of the server's own zone: one more to be sure
            question += (since.astimezone(UTC) - timedelta(days=1)).strftime(" SINCE %d-%b-%Y")
        answer = self._ask("SEARCH", question)[-1] or b""
        # `n:*` includes the highest UID even where that is below n (RFC 3501, 6.4.8)
        return sorted(number for number in map(int, answer.split()) if number > uid)

    def _dates(self, uids: Sequence[int]) -> list[Found]:
        if not uids:
            return []
        answer = self._ask("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE INTERNALDATE)")
        wanted = set(uids)
        return sorted(
            (Found(self.uidvalidity, uid, size, received)
             for uid, size, received in internal_dates(answer) if uid in wanted),
            key=lambda one: one.uid)

    # -- fetching ---------------------------------------------------------------------------------------------

    def fetch(self, uidvalidity: int, uid: int, most_bytes: int = 0) -> Fetched | None:
        """Return the bytes, or the header alone where the mail is larger; None when it is gone."""
        dates = self._dates([uid]) if uidvalidity == self.uidvalidity else []
        if not dates:
            return None
        found = dates[0]
        if most_bytes and found.size > most_bytes:
            return self._header(found)
        raw = self._body(found, most_bytes)
        if raw is not None and most_bytes and len(raw) > most_bytes:  # RFC822.SIZE is only nearly true on Exchange
            return self._header(found)
        return None if raw is None else Fetched(found, raw, whole=True)

    def _header(self, found: Found) -> Fetched | None:
        raw = self._part(found.uid, "HEADER", 0, HEADER_BYTES)
        return None if raw is None else Fetched(found, raw, whole=False)

    def _body(self, found: Found, most_bytes: int) -> bytes | None:
        body = bytearray()
        while True:
            part = self._part(found.uid, "", len(body), PART_BYTES)
            if part is None:
                return None
            body += part
            if len(part) < PART_BYTES or (most_bytes and len(body) > most_bytes):
                return bytes(body)

    def _part(self, uid: int, section: str, offset: int, length: int) -> bytes | None:
        answer = self._ask("FETCH", str(uid), f"(UID BODY.PEEK[{section}]<{offset}.{length}>)")
        return literal_of(answer, uid)

    # -- filing -----------------------------------------------------------------------------------------------

    def move(self, uidvalidity: int, uid: int, folder: str) -> Moved:
        """Put a mail elsewhere by UID commands only; a server that cannot keeps it where it is."""
        if uidvalidity != self.uidvalidity or not self._dates([uid]):
            return Moved.GONE
        if self.can("MOVE"):
            self._into(folder, "MOVE", uid)
        elif self.can("UIDPLUS"):
            self._into(folder, "COPY", uid)
            self._ask("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)")
            self._ask("EXPUNGE", str(uid))  # UID EXPUNGE: of this mail alone, not of what staff marked as deleted
        else:
            return Moved.LEFT
        return Moved.DONE

    def _into(self, folder: str, verb: str, uid: int) -> None:
        status, _ = self._client.uid(verb, str(uid), encode_folder(folder))
        if status != "OK" and self._make(folder):
            status, _ = self._client.uid(verb, str(uid), encode_folder(folder))
        if status != "OK":
            raise self._folder_trouble(folder)

    def append(self, folder: str, raw: bytes) -> None:
        """Put a copy of a mail of ours into a folder, as read."""
        now = datetime.now(UTC)
        status, _ = self._client.append(encode_folder(folder), r"(\Seen)", now, raw)
        if status != "OK" and self._make(folder):
            status, _ = self._client.append(encode_folder(folder), r"(\Seen)", now, raw)
        if status != "OK":
            raise self._folder_trouble(folder)

    def _make(self, folder: str) -> bool:
        if self._client.create(encode_folder(folder))[0] != "OK":
            return False
        self._client.subscribe(encode_folder(folder))
        return True

    def _folder_trouble(self, folder: str) -> ServerTrouble:
        where = f"IMAP {self.account.host}"
        return ServerTrouble(TryLater(
            f"{where}: no se puede guardar en la carpeta «{folder}»; créala o corrige [mailbox.folders]"))

    # -- other folders ----------------------------------------------------------------------------------------

    @contextmanager
    def visiting(self, folder: str) -> Iterator[Session]:
        """Look into another folder, read-only, and come back."""
        home = self.uidvalidity, self.uid_next
        try:
            try:
                self.uidvalidity, self.uid_next = self._select(folder, readonly=True)
            except ServerTrouble:
                raise ServerTrouble(TryLater(
                    f"IMAP {self.account.host}: la carpeta «{folder}» no existe o no se puede abrir; "
                    "créala o corrige [mailbox.folders]")) from None
            yield self
        finally:
            self.uidvalidity, self.uid_next = self._select(self.account.folder)
            self._missed = self._missed or self.uid_next != home[1]
            if self.uidvalidity != home[0]:
                raise imaplib.IMAP4.abort("renumbered while away")

    def ends_at(self, folder: str) -> tuple[int, int] | None:
        """Return a folder's UIDVALIDITY and UIDNEXT without leaving the selected one; None where there is none."""
        try:
            status, answer = self._client.status(encode_folder(folder), "(UIDVALIDITY UIDNEXT)")
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            return None
        told = b" ".join(part for part in answer if isinstance(part, bytes)) if status == "OK" else b""
        uidvalidity, uid_next = (re.search(name + rb" (\d+)", told) for name in (b"UIDVALIDITY", b"UIDNEXT"))
        return (int(uidvalidity[1]), int(uid_next[1])) if uidvalidity and uid_next else None

    def has_mail(self, folder: str, message_id: str) -> bool:
        """Tell whether a folder has a mail with this Message-ID; a folder that is not there has none."""
        if not MESSAGE_ID.fullmatch(message_id) or self.ends_at(folder) is None:
            return False
        with self.visiting(folder):
            return bool((self._ask("SEARCH", f'HEADER Message-ID "{message_id}"')[-1] or b"").split())

    def special_folder(self, use: str) -> str | None:
        r"""Return the name of the server's `\Sent`, `\Junk`… folder (RFC 6154), where it marks one."""
        for info in self._box.folder.list():
            if use.casefold() in {flag.casefold() for flag in info.flags}:
                return str(info.name)
        return None

    # -- commands ---------------------------------------------------------------------------------------------

    def _select(self, folder: str, *, readonly: bool = False) -> tuple[int, int]:
        client = self._client
        client.untagged_responses.clear()
        try:
            status, said = client.select(encode_folder(folder), readonly)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            status, said = "BAD", [str(error).encode()]
        if status != "OK" and b"authenticated but not connected" in b" ".join(part or b"" for part in said):
            raise ServerTrouble(TryLater(  # Exchange's words for a login that is good and a mailbox that is not ours
                f"IMAP {self.account.host}: la cuenta entró, pero no puede abrir este buzón; revisa mailbox.username y "
                "que la aplicación tenga permiso sobre él (docs/oauth.md)", connection=True))
        if status != "OK":
            raise ServerTrouble(TryLater(
                f"IMAP {self.account.host}: la carpeta «{folder}» no existe o no se puede abrir; "
                "créala o corrige mailbox.folder", connection=True))
        uidvalidity, uid_next = (
            int((client.response(name)[1] or [b"0"])[-1] or 0) for name in ("UIDVALIDITY", "UIDNEXT"))
        if not uid_next:  # RFC 3501 lets a server leave it out
            highest = (self._ask("SEARCH", "UID *")[-1] or b"0").split()
            uid_next = 1 + max(map(int, highest), default=0)
        client.untagged_responses.pop("EXISTS", None)
        return uidvalidity, uid_next

    def _ask(self, verb: str, *arguments: str) -> list[Any]:
        """Send a UID command; a NO here means that the folder itself is in trouble, so begin anew."""
        status, answer = self._client.uid(verb, *arguments)
        if status != "OK":
            raise imaplib.IMAP4.abort(f"UID {verb}: {status}")
        return list(answer)
