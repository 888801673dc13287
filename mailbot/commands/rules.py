"""What does mailbot answer, and when: the whole table and its follow-up on one page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from mailbot.commands.opening import optional_config
from mailbot.config import ConfigProblems, load_or_defaults
from mailbot.desk import read_desk


@click.command("rules")
@optional_config
def command(path: Path | None) -> int:
    """Muestra la tabla de decisiones en una página que se puede leer en voz alta."""
    from mailbot.core.aloud import read_aloud

    config = load_or_defaults(path)
    rulebook, _, problems = read_desk(config)
    if rulebook is None:
        raise ConfigProblems(problems)
    today = datetime.now(config.office.timezone).date()
    click.echo(read_aloud(rulebook, config.office, today), nl=False)
    return 0
