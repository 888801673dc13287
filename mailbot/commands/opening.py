"""The store as the commands open it: beside a daemon, without its lock, for one question or change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from mailbot.config import Config
    from mailbot.shell.store import Store, StoreProblem

_CONFIG: dict[str, Any] = {
    "type": click.Path(path_type=Path), "metavar": "ARCHIVO", "help": "La configuración; por omisión, ./config.toml.",
}  # fmt: skip
F = TypeVar("F", bound=Callable[..., Any])


def config_option(function: F) -> F:
    """Give a command the option --config; without such a file the command does not work."""
    return click.option("--config", "path", **_CONFIG, default=Path("config.toml"))(function)


def optional_config(function: F) -> F:
    """Give a command the option --config; without ./config.toml it works with what every key has from the start."""
    return click.option("--config", "path", **_CONFIG)(function)


class _Misconfigured(click.ClickException):
    exit_code = 2


def ended(problem: StoreProblem) -> click.ClickException:
    """Return what ends a command where the store cannot be used: 2 where config.toml is to blame."""
    kind = _Misconfigured if problem.exit_code == _Misconfigured.exit_code else click.ClickException
    return kind(str(problem))


@contextmanager
def opened(path: Path) -> Iterator[tuple[Config, Store]]:
    """Open the configured store; what keeps it from opening ends the command with one line."""
    from mailbot.config import load
    from mailbot.shell.store import StoreProblem, StoreUnavailable, open_store

    config = load(path)
    try:
        store = open_store(config.store_url)
        try:
            yield config, store
        finally:
            store.close()
    except StoreProblem as problem:
        raise ended(problem) from None
    except StoreUnavailable as problem:
        raise click.ClickException(f"la base de datos está ocupada o llena ({problem}); intenta otra vez") from None
