"""Which rules and templates count (those beside config.toml, here, or the package's), and what do they say?"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mailbot.config import Config, ConfigProblems, text_of


def defaults_folder() -> Path:
    """Return where the rules and templates that come with the program are: in the wheel, or the source tree."""
    inside = Path(__file__).parent / "defaults"
    return inside if inside.is_dir() else Path(__file__).parent.parent


def rule_texts(config: Config) -> dict[str, str]:
    """Return the rule files, name to text, of the first folder found: beside config.toml, here, the package's."""
    for base in (config.folder, Path.cwd(), defaults_folder()):
        files = sorted((base / "rules").glob("*.toml"))
        if files:
            return _texts(files, "rules")
    raise ConfigProblems(["rules/: no hay ningún archivo de reglas; vuelve a instalar mailbot"])


def template_texts(config: Config) -> dict[str, str]:
    """Return the templates, file name to text; each is looked for beside config.toml, here, in the package."""
    files: dict[str, Path] = {}
    for base in (defaults_folder(), Path.cwd(), config.folder):
        folder = base / "templates" / "email"
        found = sorted([*folder.glob("*.md"), *folder.glob("_*.html"), *folder.glob("_*.txt")])
        files |= {file.name: file for file in found}
    texts = _texts(files.values(), "templates/email")
    return {name.rpartition("/")[2]: text for name, text in texts.items()}


def _texts(files: Iterable[Path], folder: str) -> dict[str, str]:
    """Return the files' texts by folder and name; raise ConfigProblems that name each file without one."""
    texts: dict[str, str] = {}
    problems: list[str] = []
    for file in files:
        name = f"{folder}/{file.name}"
        try:
            texts[name] = text_of(file, name)
        except ConfigProblems as error:
            problems += error.problems
    if problems:
        raise ConfigProblems(problems)
    return texts
