"""From facts to a decision, by the first rule that holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailbot.core.facts import Facts
from mailbot.core.spanish import either

if TYPE_CHECKING:
    from mailbot.core.case import State
    from mailbot.core.rules import RuleBook

Condition = tuple[str, tuple[str, ...]]
"""A fact and the values of it that will do."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the decision table: when all its conditions hold, what follows."""

    name: str
    conditions: tuple[Condition, ...]
    reply: str | None
    why: str | None = None
    copy_staff: bool = False
    staff_note: str | None = None
    reminder: str | None = None
    step: State | None = None
    failed_try: bool = False
    file: str = ""
    line: int | None = field(default=None, compare=False)

    def first_failure(self, facts: Facts) -> Condition | None:
        """Return the first condition that does not hold; what is not known holds in none."""
        return next((c for c in self.conditions if getattr(facts, c[0]) not in c[1]), None)


@dataclass(frozen=True, slots=True)
class Decision:
    """What one rule says: which reply, who sees it, what follows."""

    rule: str
    reply: str | None
    why: str | None
    """Where no reply is due, the reason, in Spanish, for staff."""
    copy_staff: bool
    reminder: str | None
    """Name of the ladder of reminders that starts, or None."""
    because: tuple[tuple[str, str | None], ...]
    """Each rule up to the one that held, with the first condition that failed (None: it held)."""
    staff_note: str | None = None
    """What only staff may read about this decision, in Spanish."""
    step: State | None = None
    """The state that the case goes to, or None: it stays."""
    failed_try: bool = False
    """Whether the mail counts as a try that could not be used."""


def said(condition: Condition) -> str:
    """Write a condition as in the rule file, for people: ``estado = vigente o baja``."""
    fact, values = condition
    return f"{fact} = {either(values)}"


def decide(facts: Facts, rulebook: RuleBook) -> Decision:
    """Return what the first rule says whose conditions all hold; the last rule has none, so one always does."""
    because: list[tuple[str, str | None]] = []
    for rule in rulebook.rules:
        failure = rule.first_failure(facts)
        because.append((rule.name, said(failure) if failure else None))
        if failure is None:
            return Decision(
                rule=rule.name,
                reply=rule.reply,
                why=rule.why,
                copy_staff=rule.copy_staff,
                reminder=rule.reminder,
                because=tuple(because),
                staff_note=rule.staff_note,
                step=rule.step,
                failed_try=rule.failed_try,
            )
    raise ValueError("the last rule has conditions: parse_rules lets no such rule book through")
