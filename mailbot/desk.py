"""From the configuration to the desk: the office, its rules and templates, checked as one, with every problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mailbot.config import Config, ConfigProblems
from mailbot.folders import rule_texts, template_texts

if TYPE_CHECKING:
    from mailbot.core.answer import Desk
    from mailbot.core.office import Office
    from mailbot.core.reply import Templates
    from mailbot.core.rules import RuleBook


def set_desk(config: Config, keyed: Callable[[str], str]) -> Desk:
    """Read rules and templates; raise ConfigProblems with all that is wrong in either."""
    from mailbot.core.answer import Desk

    rulebook, templates, problems = read_desk(config)
    if problems or rulebook is None or templates is None:
        raise ConfigProblems(problems)
    return Desk(config.office, rulebook, templates, rulebook.calendar, keyed)


def read_desk(config: Config) -> tuple[RuleBook | None, Templates | None, list[str]]:
    """Return rules and templates, None where they could not be read, and every problem of both."""
    from mailbot.core.reply import STEMS, TemplateProblems, parse_templates
    from mailbot.core.rules import RuleProblems, parse_rules

    office = config.office
    problems: list[str] = []
    rulebook: RuleBook | None = None
    templates: Templates | None = None
    stems: set[str] | None = None  # not known where a template cannot even be opened
    try:
        texts = template_texts(config)
        stems = {name.removesuffix(".md") for name in texts if not name.startswith("_")} | set(STEMS)
        templates = parse_templates(texts, office)
    except (ConfigProblems, TemplateProblems) as error:
        problems += error.problems
    try:
        rulebook = parse_rules(rule_texts(config), stems)
    except (ConfigProblems, RuleProblems) as error:
        problems += error.problems
    if rulebook and templates:
        problems += _answers(rulebook, templates, office)
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
