"""Which rules and templates hold now? A reload takes all of them or none: the last good set stays.

What was tried out and found without a mistake is remembered in the store, so that the next start need not try it again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mailbot.config import Config, ConfigProblems, load
from mailbot.core.answer import Desk
from mailbot.desk import set_desk
from mailbot.shell import flags
from mailbot.shell.log import log
from mailbot.shell.store import Store, StoreUnavailable

MOST_REMEMBERED = 8  # two for each set: the last few that the office changed between


class _Remembered:
    """The digests of what was tried out last, in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: list[str] = store.read_now(flags.get, flags.TRIED) or []

    def __contains__(self, digest: str) -> bool:
        return digest in self._known

    def add(self, digest: str) -> None:
        if digest not in self._known:
            self._known = [*self._known, digest][-MOST_REMEMBERED:]
            with suppress(StoreUnavailable):  # then they are tried again at the next start
                self._store.write_now(flags.put, flags.TRIED, self._known)


class Counter:
    """Whoever asks gets the desk of now: ``reload`` puts another in its place, or keeps the last good one."""

    def __init__(self, config: Config, keyed: Callable[[str], str], store: Store) -> None:
        self._config, self._keyed = config, keyed
        self.desk = set_desk(config, keyed, _Remembered(store))

    def __call__(self) -> Desk:
        return self.desk

    def reload(self) -> list[str]:
        """Read the files again; return what is wrong with them, in which case nothing has changed."""
        try:
            path: Path | None = self._config.path
            fresh = load(path) if path is not None else self._config
            self.desk = set_desk(fresh, self._keyed)
        except ConfigProblems as error:
            log.error("reload refused; the last good rules and templates stay", problems=len(error.problems))
            return error.problems
        log.info("rules and templates reloaded")
        return []
