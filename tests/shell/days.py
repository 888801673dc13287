"""Day after day of one installation, each a round of `run --once --now` inside the test's own process."""

import asyncio
import os
from datetime import datetime
from unittest.mock import patch

from mailbot.config import load
from mailbot.shell.once import run_once
from tests.shell.house import House


def live(home: House, at: str, *mails: bytes) -> int:
    """Deliver mails and let mailbot work once at an instant; return its exit code."""
    home.dovecot.deliver_all(mails)
    with patch.dict(os.environ, home.environment):  # the password, as the command would find it
        return asyncio.run(run_once(load(home.config), datetime.fromisoformat(at)))
