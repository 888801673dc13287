"""From the configuration to the desk: the office, its rules and templates, checked as one, with every problem."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mailbot.config import Config, ConfigProblems
from mailbot.folders import rule_texts, template_texts

if TYPE_CHECKING:
    from mailbot.core.answer import Desk
    from mailbot.core.office import Office
    from mailbot.core.reply import Templates
    from mailbot.core.rules import RuleBook


class Tried(Protocol):
    """Remembers what was found without a mistake, by a digest of all that the finding depends on."""

    def __contains__(self, digest: str) -> bool: ...

    def add(self, digest: str) -> None: ...


def set_desk(config: Config, keyed: Callable[[str], str], tried: Tried | None = None) -> Desk:
    """Read rules and templates; raise ConfigProblems with all that is wrong in either.

    To try out every template with every sample takes half a second. What ``tried`` knows to be without a mistake, by
    every letter of it, of the configuration and of the program, is read without trying it again.
    """
    from mailbot.core.answer import Desk

    rulebook, templates, problems = read_desk(config, tried if tried is not None else set())
    if problems or rulebook is None or templates is None:
        raise ConfigProblems(problems)
    return Desk(config.office, rulebook, templates, rulebook.calendar, keyed)


def read_desk(config: Config, tried: Tried | None = None) -> tuple[RuleBook | None, Templates | None, list[str]]:
    """Return rules and templates, None where they could not be read, and every problem of both."""
    from mailbot.core.reply import STEMS, TemplateProblems, parse_templates
    from mailbot.core.rules import RuleProblems, parse_rules
    from mailbot.core.templates import tried_templates

    office, done = config.office, tried if tried is not None else set[str]()
    problems: list[str] = []
    rulebook: RuleBook | None = None
    templates: Templates | None = None
    of_templates = of_all = ""
    stems: set[str] | None = None  # not known where a template cannot even be opened
    try:
        texts = template_texts(config)
        stems = {name.removesuffix(".md") for name in texts if not name.startswith("_")} | set(STEMS)
        of_templates = _digest("templates", _program(), repr(office), *_pairs(texts))
        templates = tried_templates(texts) if of_templates in done else parse_templates(texts, office)
        done.add(of_templates)
    except (ConfigProblems, TemplateProblems) as error:
        problems += error.problems
    try:
        rules = rule_texts(config)
        of_all = _digest("all", of_templates, *_pairs(rules))
        rulebook = parse_rules(rules, stems, tried=of_all in done)
    except (ConfigProblems, RuleProblems) as error:
        problems += error.problems
    if rulebook and templates and of_all not in done:
        problems += _answers(rulebook, templates, office)
    if not problems:
        done.add(of_all)
    return rulebook, templates, problems


def _answers(rulebook: RuleBook, templates: Templates, office: Office) -> list[str]:
    """Try each answer of rules/preguntas.toml as a template would show it."""
    from mailbot.core.reply import answer_problems

    return [
        f"rules/preguntas.toml: tema «{topic.name}»: respuesta: {problem}"
        for topic in rulebook.topics
        if topic.answer
        for problem in answer_problems(templates, topic.answer, office)
    ]


def _pairs(texts: dict[str, str]) -> Iterable[str]:
    return (part for pair in sorted(texts.items()) for part in pair)


def _digest(*parts: str) -> str:
    return sha256("\0".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()


def _program() -> str:
    """Tell this very program from any other: its files as installed or edited, and the libraries that render."""
    import jinja2
    import markdown_it

    libraries = Path(jinja2.__file__), Path(markdown_it.__file__)
    seen = ((file, file.stat()) for file in (*sorted((Path(__file__).parent / "core").glob("*.py")), *libraries))
    return sys.version + "".join(f"{file} {of.st_size} {of.st_mtime_ns}" for file, of in seen)
