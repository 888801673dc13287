"""Whatever stands in rules/ and templates/: a table, or problems in Spanish; never a traceback, never an endless loop."""

from __future__ import annotations

import time
from dataclasses import fields
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.core.decision import Decision, decide
from mailbot.core.facts import VALUES, Facts
from mailbot.core.reply import TemplateProblems, parse_templates
from mailbot.core.rules import RuleProblems, parse_rules
from tests.core.test_reply import TEXTS as TEMPLATES
from tests.office_rules import RULEBOOK, STEMS, TEXTS

SOME = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
NAMES = ("regla", "calendario", "dia_inhabil", "receso", "plazos", "sospecha", "escalera", "pregunta", "mensaje", "escuelas",
         "modalidad", "documento", "modalidades", "errores_imss", "programas", "empresas", "otra")  # fmt: skip
KEYS = ("nombre", "si", "responde", "porque", "paso", "recordatorio", "fecha", "desde", "hasta", "dias_laborables", "persona",
        "signos", "mientras", "repite", "peldanos", "tema", "titulo", "frases", "respuesta", "valor", "palabras", "clase",
        "titulos", "conocidas", "necesita", "salvo", "numeros_de_trabajo", "festivos_de_ley", "")  # fmt: skip
SCALARS = st.one_of(
    st.sampled_from(['"constancia"', '"baja"', '"lunes"', '"2026-13-40"', '"x"', '""', "true", "0", "-1", "99999999999999999999",
                     "1.5", "nan", "inf", "2026-02-28", "07:30:00", "2026-11-23T10:00:00Z", "9999-12-31", "0001-01-01"]),
    st.text(max_size=8).map(lambda t: '"' + t.replace("\\", "").replace('"', "").replace("\n", " ") + '"'),
)  # fmt: skip
VALUES_OF = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda v: f"[{', '.join(v)}]"),
        st.dictionaries(st.sampled_from([*VALUES, "dias", "envia"]), inner, max_size=3).map(
            lambda d: "{ " + ", ".join(f"{k} = {v}" for k, v in d.items()) + " }"
        ),
    ),
    max_leaves=6,
)
LINES = st.one_of(
    st.sampled_from(NAMES).map(lambda n: f"[[{n}]]"), st.sampled_from(NAMES).map(lambda n: f"[{n}]"),
    st.tuples(st.sampled_from(NAMES), st.sampled_from(KEYS)).map(lambda p: f"[{p[0]}.{p[1]}]"),
    st.tuples(st.sampled_from(KEYS), VALUES_OF).map(lambda p: f"{p[0]} = {p[1]}"),
    st.tuples(st.sampled_from(KEYS), VALUES_OF).map(lambda p: f"{p[0]} = {p[1]}"),
    st.text(max_size=20),
)  # fmt: skip
TOMLISH = st.lists(LINES, max_size=14).map("\n".join)


def told(texts: dict[str, str]) -> list[str]:
    """Return the problems of a rule book; anything but RuleProblems is a traceback."""
    try:
        parse_rules(texts, STEMS)
    except RuleProblems as error:
        return error.problems
    return []


@SOME
@given(TOMLISH, st.sampled_from([*sorted(TEXTS), "50-mio.toml", "documentos.toml"]))
def test_any_text_in_a_rule_file_is_a_table_or_problems_that_name_a_file(text: str, name: str) -> None:
    problems = told({**TEXTS, name: text})
    assert all(line.startswith("rules/") and "\n" not in line for line in problems)


@SOME
@given(st.lists(TOMLISH, min_size=1, max_size=3))
def test_any_texts_alone_make_a_rule_book_or_problems(texts: list[str]) -> None:
    problems = told({f"{n}.toml": text for n, text in enumerate(texts)})
    assert all(line.startswith("rules/") for line in problems)


EVERY_FACT = st.fixed_dictionaries({
    f.name: st.sampled_from([*VALUES[f.name], *(() if f.name in ("documento", "mensaje") else (None,))])
    for f in fields(Facts) if f.name in VALUES
})  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(EVERY_FACT)
def test_every_combination_of_facts_gives_exactly_one_rule_and_a_reply_or_a_reason(values: dict[str, Any]) -> None:
    facts = Facts(**values)
    decision = decide(facts, RULEBOOK)
    assert isinstance(decision, Decision)
    holding = [name for name, failed in decision.because if failed is None]
    assert holding == [decision.rule]
    assert [name for name, _ in decision.because] == [r.name for r in RULEBOOK.rules][: len(decision.because)]
    assert (decision.reply is None) == (decision.why is not None)
    assert decision.reply is None or decision.reply in STEMS
    assert decide(facts, RULEBOOK) == decision


BITS = st.sampled_from([
    "{{", "}}", "{%", "%}", "{#", "#}", "{{ nombre }}", "{% for x in range(10**9) %}", "{% endfor %}", "{% if a %}", "{% endif %}",
    "{{ 'a' * 10**9 }}", "{{ ''.__class__ }}", "{% include '_pie.md' %}", "{% include 'cierre.md' %}", "{% macro m() %}{{ m() }}",
    "{% endmacro %}", "{{ m() }}", "{% set x = 1 %}", "{% for a in detalles %}", "{% for b in detalles %}", "{{ a ** b }}",
    "---\n", "asunto: x\n", "asunto: {{ nombre }}\n", "[a](http://x.example)", "{{ 2 ** 99999999 }}", "{{ nombre | center(10**9) }}",
    "{% extends '_layout.html' %}", "{% raw %}", "{{ nombre|attr('x') }}", "\n\n", "- ", "{% while true %}", "\u202e", "<b>",
])  # fmt: skip
TEMPLATE = st.lists(st.one_of(BITS, st.text(max_size=10)), max_size=12).map("".join)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(TEMPLATE, st.sampled_from(["cierre.md", "ya_tienes_seguro.md", "_pie.md"]), st.booleans())
def test_any_text_in_a_template_is_a_template_or_problems_within_seconds(text: str, name: str, headed: bool) -> None:
    head = "---\nasunto: x\n---\n" if headed and not name.startswith("_") else ""
    begun = time.process_time()
    problems = mistakes({**TEMPLATES, name: head + text})
    assert time.process_time() - begun < 20
    assert problems is None or (problems and all(line.startswith("templates/email/") for line in problems))


def mistakes(texts: dict[str, str]) -> list[str] | None:
    """Return the problems of the templates; anything but TemplateProblems is a traceback."""
    try:
        parse_templates(texts)
    except TemplateProblems as error:
        return error.problems
    return None
