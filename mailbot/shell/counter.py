"""Which rules and templates hold now? A reload takes all of them or none: the last good set stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mailbot.config import Config, ConfigProblems, load
from mailbot.core.answer import Desk
from mailbot.desk import set_desk
from mailbot.shell.log import log


class Counter:
    """Whoever asks gets the desk of now: ``reload`` puts another in its place, or keeps the last good one."""

    def __init__(self, config: Config, keyed: Callable[[str], str]) -> None:
        self._config, self._keyed = config, keyed
        self.desk = set_desk(config, keyed)

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
