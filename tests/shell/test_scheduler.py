"""The clock that asks: late ticks come, one at a time; a failing one is said and comes again."""

import asyncio
import time

import pytest

from mailbot.shell.scheduler import Scheduler


async def test_a_tick_missed_in_a_nap_comes_late_once_and_is_not_dropped() -> None:
    """APScheduler's default grace of one second drops what comes later (apscheduler#296)."""
    asked: list[float] = []

    async def ask() -> None:
        asked.append(time.monotonic())

    clock = Scheduler({"x": (60, ask)})
    clock.start()
    time.sleep(2.5)
    async with asyncio.timeout(30):
        while not asked:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)
    clock.stop()
    assert len(asked) == 1


async def test_ticks_of_a_long_nap_come_as_one_and_none_runs_beside_itself() -> None:
    at_once = most = asked = 0

    async def ask() -> None:
        nonlocal at_once, most, asked
        at_once, asked = at_once + 1, asked + 1
        most = max(most, at_once)
        await asyncio.sleep(0.3)
        at_once -= 1

    clock = Scheduler({"x": (0.1, ask)})
    clock.start()
    await asyncio.sleep(0.05)
    time.sleep(2.0)
    await asyncio.sleep(0.15)
    late = asked
    await asyncio.sleep(0.6)
    clock.stop()
    assert (late <= 5, most) == (True, 1)  # of twenty


async def test_a_tick_that_fails_is_said_without_its_text_and_comes_again(capsys: pytest.CaptureFixture[str]) -> None:
    from mailbot.shell.log import set_up

    set_up()
    asked = 0

    async def ask() -> None:
        nonlocal asked
        asked += 1
        raise KeyError("Juana Pérez")

    clock = Scheduler({"recordatorios": (0.1, ask)})
    clock.start()
    async with asyncio.timeout(30):
        while asked < 2:
            await asyncio.sleep(0.02)
    clock.stop()
    said = capsys.readouterr().err
    assert '"tick": "recordatorios"' in said
    assert "Juana" not in said


async def test_a_tick_that_a_stop_ends_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def ask() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    clock = Scheduler({"x": (60, ask)})
    clock.start()
    async with asyncio.timeout(30):
        await begun.wait()
        clock.stop()
        await ended.wait()
    for _ in range(10):  # what APScheduler says of it comes some steps of the loop later
        await asyncio.sleep(0)
    assert capsys.readouterr().err == ""
