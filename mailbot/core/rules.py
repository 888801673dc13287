"""From the texts of rules/ to a RuleBook: the decision table and the office's data, or every mistake in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailbot.core import calendar, documents, intent, ladder, patron, questions
from mailbot.core.calendar import Calendar
from mailbot.core.case import STATES, State
from mailbot.core.decision import Condition, Rule
from mailbot.core.documents import ReadingKnowledge
from mailbot.core.facts import OF_CONSTANCIA, VALUES
from mailbot.core.intent import Wording
from mailbot.core.ladder import Ladder
from mailbot.core.patron import PatronKnowledge
from mailbot.core.questions import Knowledge, Topic
from mailbot.core.rulefile import Problems, RuleProblems, Table, meant, read_tables, spoken

__all__ = ["RuleBook", "RuleProblems", "Terms", "parse_rules"]

READING_FILE = "documentos.toml"
TABLES = (
    "regla", "plazos", "sospecha", *patron.TABLES, *calendar.TABLES, *ladder.TABLES, *questions.TABLES, *intent.TABLES,
)
"""What the other files hold."""
RULE_KEYS = (
    "nombre", "si", "responde", "porque", "copia_al_personal", "nota_al_personal", "recordatorio", "paso",
    "cuenta_intento",
)  # fmt: skip
# Documents in which the facts of a constancia can be read.
_READABLE = {"constancia", "imagen"}


@dataclass(frozen=True, slots=True)
class Terms:
    """How many days things take (rules/30-calendario.toml, [plazos])."""

    confirmation: int = 5
    """Business days until an alta shows."""
    person: int = 2
    """Business days within which a person answers."""
    recent: int = 30
    """Days for which a constancia still shows that somebody is insured."""


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All of rules/, as values."""

    rules: tuple[Rule, ...]
    patrones: PatronKnowledge = field(default_factory=PatronKnowledge)
    calendar: Calendar = field(default_factory=Calendar)
    terms: Terms = Terms()
    ladders: tuple[Ladder, ...] = ()
    questions: Knowledge = field(default_factory=Knowledge)
    wording: Wording = field(default_factory=Wording)
    suspicious: frozenset[str] = frozenset()
    """Kinds of signs that make the fact ``sospecha``."""
    reading: ReadingKnowledge = field(default_factory=ReadingKnowledge)
    overruled: tuple[str, ...] = ()
    """One Spanish line for each rule that is never reached, for `mailbot check`."""

    @property
    def topics(self) -> tuple[Topic, ...]:
        """Return the frequent questions."""
        return self.questions.topics

    def ladder(self, name: str | None) -> Ladder | None:
        """Return the ladder of reminders of that name."""
        return next((one for one in self.ladders if one.name == name), None)

    def ladder_with(self, kind: str, state: State) -> Ladder | None:
        """Return the ladder that a reminder of this kind belongs to, in a case of this state."""
        holds = (one for one in self.ladders if kind in (one.repeats, one.at_end, *(r.kind for r in one.fixed)))
        return next((one for one in sorted(holds, key=lambda one: one.state != state)), None)


def parse_rules(
    texts: Mapping[str, str], stems: Collection[str] | None = None, *, tried: bool = False
) -> RuleBook:
    """Read every file of rules/ (file name -> TOML text); ``stems`` are the replies that have a template.

    Raises RuleProblems with every mistake at once. ``tried``: the very same texts had none before, and the costly
    comparison of every example with every other is left out.
    """
    problems = Problems()
    own = {name: text for name, text in texts.items() if not name.endswith(READING_FILE)}
    tables = read_tables(own, problems)
    by_name: dict[str, list[Table]] = {}
    for table in tables:
        by_name.setdefault(table.name, []).append(table)
    _unknown_tables(tables, TABLES, problems)

    def of(names: Sequence[str]) -> list[Table]:
        return [t for t in tables if t.name in names]

    ladders = ladder.parse_ladders(of(ladder.TABLES), problems)
    rules = _rules(of(("regla",)), problems, stems, ladders)
    rulebook = RuleBook(
        rules=rules,
        patrones=patron.parse_patrones(of(patron.TABLES), problems),
        calendar=calendar.parse_calendar(of(calendar.TABLES), problems),
        terms=_terms(by_name.get("plazos", []), problems),
        ladders=ladders,
        questions=questions.parse_topics(of(questions.TABLES), problems, stems, tried=tried),
        wording=intent.parse_wording(of(intent.TABLES), problems),
        suspicious=_suspicious(by_name.get("sospecha", []), problems),
        reading=_reading(texts, problems),
        overruled=_overruled(rules, of(("regla",))),
    )
    if stems is not None:
        _ladder_stems(of(ladder.TABLES), ladders, problems, stems)
    if problems.lines:
        raise RuleProblems(problems.lines)
    return rulebook


def _unknown_tables(tables: Sequence[Table], known: Collection[str], problems: Problems) -> None:
    for table in tables:
        if table.name not in known:
            problems.add(table, "", f"no existe esta tabla{meant(table.name, known)}")


def _rules(
    tables: Sequence[Table], problems: Problems, stems: Collection[str] | None, ladders: Sequence[Ladder]
) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    before = len(problems.lines)
    for table in tables:
        rule = _rule(table, problems, stems, ladders)
        if any(rule.name == other.name for other in rules):
            problems.add(table, "nombre", "ya hay otra regla con este nombre")
        rules.append(rule)
    if not rules:
        if not any(": no es TOML válido" in line for line in problems.lines):
            problems.lines.append("rules/: no hay ninguna regla ([[regla]])")
        return ()
    if len(problems.lines) == before:  # a wrong condition would make the next checks say nonsense
        _ends_well(rules, tables, problems)
    return tuple(rules)


def _rule(table: Table, problems: Problems, stems: Collection[str] | None, ladders: Sequence[Ladder]) -> Rule:
    problems.closed(table, RULE_KEYS)
    reply = problems.text(table, "responde")
    why = problems.text(table, "porque")
    if not reply and not why:
        problems.add(table, "responde", "si la regla no responde nada, escribe en «porque» la razón")
    if reply and stems is not None and reply not in stems:
        problems.add(table, "responde", f"no hay plantilla templates/email/{reply}.md{meant(reply, sorted(stems))}")
    reminder = problems.text(table, "recordatorio")
    names = [one.name for one in ladders]
    if reminder and reminder not in names:
        problems.add(table, "recordatorio", f"no hay escalera «{reminder}»{meant(reminder, names)}")
    return Rule(
        name=problems.text(table, "nombre", required=True),
        conditions=_conditions(table, problems),
        reply=reply or None,
        why=why or None,
        copy_staff=problems.truth(table, "copia_al_personal", False),
        staff_note=problems.text(table, "nota_al_personal") or None,
        reminder=reminder or None,
        step=_step(table, problems),
        failed_try=problems.truth(table, "cuenta_intento", False),
        file=table.file,
        line=table.line,
    )


def _step(table: Table, problems: Problems) -> State | None:
    said_step = problems.text(table, "paso")
    for state in STATES:
        if state == said_step:
            return state
    if said_step:
        problems.add(table, "paso", f"«{said_step}» no es un estado del caso{meant(said_step, STATES)}")
    return None


def _conditions(table: Table, problems: Problems) -> tuple[Condition, ...]:
    asked = table.values.get("si", {})
    if not isinstance(asked, dict):
        problems.add(table, "si", f"debe ser {{ dato = \"valor\", … }}, no {spoken(asked)}")
        return ()
    conditions: list[Condition] = []
    for fact, value in asked.items():
        key = f"si.{fact}"
        if fact not in VALUES:
            problems.add(table, key, f"no existe este dato{meant(fact, tuple(VALUES))}")
        elif values := _values(table, key, fact, value, problems):
            conditions.append((fact, values))
    documents = set(dict(conditions).get("documento", ()))
    if documents and not documents & _READABLE:
        for fact in (f for f, _ in conditions if f in OF_CONSTANCIA):
            problems.add(table, f"si.{fact}", "sólo se conoce de una constancia: con ese «documento» nunca se cumple")
    return tuple(conditions)


def _values(table: Table, key: str, fact: str, value: Any, problems: Problems) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    if not listed:
        problems.add(table, key, "la lista está vacía: nunca se cumple")
    good: list[str] = []
    for one in listed:
        text = str(one) if isinstance(one, int) and not isinstance(one, bool) else one
        if text in VALUES[fact]:
            good.append(text)
        elif isinstance(text, bool) and {"si", "no"} <= set(VALUES[fact]):
            problems.add(table, key, f"se escribe \"{'si' if text else 'no'}\", no {spoken(text)}")
        else:
            near = meant(text, VALUES[fact]) if isinstance(text, str) else f". Se conocen: {', '.join(VALUES[fact])}"
            problems.add(table, key, f"{spoken(one)} no es un valor de «{fact}»{near}")
    return tuple(good)


def _ends_well(rules: Sequence[Rule], tables: Sequence[Table], problems: Problems) -> None:
    """Note a last rule that may not hold, and one before it that always does."""
    if rules[-1].conditions:
        problems.add(tables[-1], "si", "la última regla no lleva condiciones: es la que vale cuando ninguna otra")
    always = next((n for n, rule in enumerate(rules[:-1]) if not rule.conditions), None)
    if always is not None:
        after = len(rules) - always - 2
        more = f", ni a las {after} que siguen" if after else ""
        name = rules[always].name
        problems.add(tables[always + 1], "", f"nunca se llega{more}: «{name}», antes, no tiene condiciones")


def _overruled(rules: Sequence[Rule], tables: Sequence[Table]) -> tuple[str, ...]:
    """Return a line for each rule that one above it leaves nothing to: a mistake, or how the office overrules ours."""
    told = Problems()
    for number, (rule, table) in enumerate(zip(rules, tables, strict=False)):
        covering = next((earlier for earlier in rules[:number] if _covers(earlier, rule)), None)
        if covering:
            told.add(table, "si", f"nunca se llega: «{covering.name}», antes, se cumple siempre que ésta")
    return tuple(told.lines)


def _covers(earlier: Rule, later: Rule) -> bool:
    asked = dict(later.conditions)
    return all(fact in asked and set(asked[fact]) <= set(values) for fact, values in earlier.conditions)


def _terms(tables: Sequence[Table], problems: Problems) -> Terms:
    terms = Terms()
    for table in tables:
        problems.closed(table, ("confirmacion", "persona", "constancia_reciente"))
        terms = Terms(
            confirmation=problems.number(table, "confirmacion", terms.confirmation, 1, 60),
            person=problems.number(table, "persona", terms.person, 0, 60),
            recent=problems.number(table, "constancia_reciente", terms.recent, 0, 366),
        )
    return terms


def _suspicious(tables: Sequence[Table], problems: Problems) -> frozenset[str]:
    from mailbot.core.choice import OWN_SIGNS
    from mailbot.core.signs import SIGN_KINDS, WEAK

    known, found = (*sorted(SIGN_KINDS), *OWN_SIGNS), set[str]()
    for table in tables:
        problems.closed(table, ("signos",))
        for sign in problems.texts(table, "signos"):
            if sign not in known:
                problems.add(table, "signos", f"«{sign}» no es un signo{meant(sign, known)}")
            elif sign in WEAK:
                problems.add(table, "signos", f"«{sign}» no puede ser sospecha: también lo deja quien sólo reimprime")
            found.add(sign)
    return frozenset(found)


def parse_reading(texts: Mapping[str, str]) -> ReadingKnowledge:
    """Check rules/documentos.toml alone; raise RuleProblems with all that is wrong in it."""
    problems = Problems()
    reading = _reading(texts, problems)
    if problems.lines:
        raise RuleProblems(problems.lines)
    return reading


def _reading(texts: Mapping[str, str], problems: Problems) -> ReadingKnowledge:
    """Read rules/documentos.toml, by itself: it is all that a reader needs."""
    own = {name: text for name, text in texts.items() if name.endswith(READING_FILE)}
    before = len(problems.lines)
    tables = read_tables(own, problems)
    if not own or len(problems.lines) > before:
        return ReadingKnowledge()
    _unknown_tables(tables, documents.TABLES, problems)
    return documents.parse_knowledge(tables, problems)


def _ladder_stems(
    tables: Sequence[Table], ladders: Sequence[Ladder], problems: Problems, stems: Collection[str]
) -> None:
    for table, one in zip(tables, ladders, strict=False):
        for kind in (one.repeats, one.at_end, *(rung.kind for rung in one.fixed)):
            if kind and kind not in stems:
                problems.add(table, "", f"no hay plantilla templates/email/{kind}.md{meant(kind, sorted(stems))}")
