"""What do the files named on a command line hold? One that cannot be read costs one line, whatever its name is."""

from __future__ import annotations

from pathlib import Path

import click

from mailbot.files import read_file, shown, why_not


def contents_of(file: Path, most: int = 0) -> bytes | None:
    """Return a file's bytes, at most so many (0: all); None, and a line for whoever asked, where it cannot be read."""
    try:
        return read_file(file, most)
    except OSError as error:
        click.echo(f"{shown(file)}: no se puede abrir ({why_not(error)})", err=True)
        return None


def in_json(file: Path) -> str:
    """Return a file's name as JSON takes it: a byte that is no letter in UTF-8 is written out."""
    return str(file).encode("utf-8", "backslashreplace").decode("utf-8")
