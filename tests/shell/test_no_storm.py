"""Many daemons before a server that is away do not knock in step; and what reads PDFs is new enough."""

import asyncio
import time
from importlib.metadata import version
from itertools import pairwise

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

    def apart() -> bool:
        """Half of each pause is at random: in one round or another they differ by a tenth of a second."""
        rounds = zip(*([after - before for before, after in pairwise(each)] for each in tries), strict=False)
        return any(max(pauses) - min(pauses) > 0.1 for pauses in rounds)

    async with asyncio.timeout(60):
        for box in boxes:
            await box.__aenter__()
        while not apart():
            await asyncio.sleep(0.02)
        await asyncio.gather(*(box.stop() for box in boxes))
    assert apart()


def test_the_pdf_library_is_one_that_runs_no_code_from_a_file() -> None:
    """CVE-2025-64512: pdfminer.six before 20251230."""
    assert int(version("pdfminer.six").split(".")[0]) >= 20251230
