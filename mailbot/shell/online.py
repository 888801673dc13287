"""Do both servers let us in? Asked by `mailbot check --online` and at the end of `mailbot login`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from mailbot.config import Config, ConfigProblems
from mailbot.shell.failures import ServerTrouble
from mailbot.shell.mailbox import check_login
from mailbot.shell.outbox import Smtp
from mailbot.shell.servers import imap_account, smtp_account


def try_logins(config: Config) -> Iterator[tuple[str, str | None]]:
    """Log in to IMAP, then to SMTP; of each its name, and what is wrong or None."""
    m, s = config.mailbox, config.smtp
    yield f"IMAP {m.host}:{m.port}", _trouble_of(lambda: check_login(imap_account(config)))
    yield f"SMTP {s.host}:{s.port}", _trouble_of(lambda: asyncio.run(Smtp(smtp_account(config)).check_login()))


def _trouble_of(log_in: Callable[[], None]) -> str | None:
    try:
        log_in()
    except ServerTrouble as trouble:
        return _plain(trouble)
    except ConfigProblems as error:
        return "; ".join(error.problems)
    return None


def _plain(trouble: ServerTrouble) -> str:
    """Drop the server's name from the reason: the line begins with it already; and nothing is tried again here."""
    reason = trouble.trouble.reason
    head, colon, rest = reason.partition(": ")
    said = rest if colon and head.startswith(("IMAP ", "SMTP ")) else reason
    return said.removesuffix("; se intentará de nuevo")
