"""Many daemons before a server that is away do not knock in step; and what reads PDFs is new enough."""

import asyncio
import time
from importlib.metadata import version

from mailbot.shell.accounts import ImapAccount, Password
from mailbot.shell.mailbox import Mailbox
from tests.servers.ports import free_port


async def test_ten_daemons_before_a_server_that_is_away_do_not_come_back_at_the_same_instant() -> None:
    port = free_port()
    tries: list[list[float]] = [[] for _ in range(10)]
    boxes = [
        Mailbox(ImapAccount("127.0.0.1", port, "none", "u", Password("p")), on_contact=lambda _, n=n: tries[n].append(time.monotonic()))
        for n in range(10)
    ]  # type: ignore[misc]
    async with asyncio.timeout(20):
        for box in boxes:
            await box.__aenter__()
        while min(map(len, tries)) < 2:
            await asyncio.sleep(0.02)
        await asyncio.gather(*(box.stop() for box in boxes))
    pauses = sorted(second - first for first, second, *_ in tries)
    assert pauses[-1] - pauses[0] > 0.1  # half of the first second is at random


def test_the_pdf_library_is_one_that_runs_no_code_from_a_file() -> None:
    """CVE-2025-64512: pdfminer.six before 20251230."""
    assert int(version("pdfminer.six").split(".")[0]) >= 20251230
