"""Day after day of one installation, each a round of `run --once --now` inside the test's own process."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from unittest.mock import patch

from mailbot.config import Config, load
from mailbot.core.answer import Desk
from mailbot.core.office import Office
from mailbot.desk import set_desk
from mailbot.shell.limits import Limits
from mailbot.shell.once import run_once
from mailbot.shell.workers import Readers
from tests.shell.house import House

_desks: dict[Office, Desk] = {}


def live(home: House, at: str, *mails: bytes) -> int:
    """Deliver mails and let mailbot work once at an instant; return its exit code."""
    home.dovecot.deliver_all(mails)
    with (
        patch.dict(os.environ, home.environment),  # the password, as the command would find it
        patch("mailbot.shell.counter.set_desk", _desk),
    ):
        return asyncio.run(_round(load(home.config), datetime.fromisoformat(at)))


async def _round(config: Config, at: datetime) -> int:
    async with Readers(Limits.of(config.limits)) as readers:
        return await run_once(config, at, readers)


def _desk(config: Config, keyed: Callable[[str], str], _tried: object) -> Desk:
    """Read rules and templates once for each office: a second of work that a month of rounds need not repeat."""
    if config.office not in _desks:
        _desks[config.office] = set_desk(config, keyed)
    return replace(_desks[config.office], keyed=keyed)
