"""What can a server's trouble be: away for now (TryLater), or a clear no (Refused)?

``reason`` is one Spanish line for staff and admins: what, where, what to do; without addresses and without secrets.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TryLater:
    """The same may succeed later; ``connection`` when the whole server is away, not this one mail."""

    reason: str
    connection: bool = False


@dataclass(frozen=True)
class Refused:
    """The server said no, and will again; ``code`` is SMTP's, 0 where there is none."""

    reason: str
    code: int = 0


class ServerTrouble(Exception):
    """Raised by what talks to IMAP or asks for a token; ``trouble`` says which of the two shapes it has."""

    def __init__(self, trouble: TryLater | Refused) -> None:
        super().__init__(trouble.reason)
        self.trouble = trouble


def later(reason: str) -> ServerTrouble:
    return ServerTrouble(TryLater(reason, connection=True))


def refused(reason: str) -> ServerTrouble:
    return ServerTrouble(Refused(reason))
