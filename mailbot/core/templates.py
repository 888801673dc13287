"""From template files to Templates: every mistake found at load, with file and line, in Spanish."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    Template,
    TemplateNotFound,
    TemplateSyntaxError,
    nodes,
    pass_context,
)
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailbot.core.markdown import Marks, imitates_marks
from mailbot.core.values import LISTS, NAMES, Barras, Link

STEMS = (
    "ya_tienes_seguro", "pide_tu_baja", "puedes_tener_ambos", "solicita_tu_alta", "fecha_no_es_de_hoy",
    "solicita_tu_baja", "no_es_la_constancia", "no_se_puede_leer", "con_contrasena", "es_una_imagen",
    "imss_no_te_encuentra", "formato_no_aceptado", "como_empezar", "espera_unos_dias", "aun_no_aparece",
    "lo_revisa_una_persona", "recordatorio_confirmacion", "ya_lo_recibimos", "recordatorio_baja", "cierre",
    "aviso_personal", "resumen",
)  # fmt: skip
"""Every reply of contract.md and guide.md; a template of each must exist."""

EXTRAS = "_ademas.md"
"""Other problems of the mail and answers to its questions: where the template puts it, else below its words."""
_UNASKED = frozenset({"recordatorio_confirmacion", "recordatorio_baja", "cierre", "aviso_personal", "resumen"})
"""Mails that answer none, so have no EXTRAS."""
FRAMES = ("_aviso.md", EXTRAS, "_tope.md", "_personal.md", "_pie.md")
"""Pieces that mailbot itself puts in every mail: above the words, below them, for the staff in copy, at the foot."""
LAYOUT = "_layout.html"
LAYOUT_NAMES = frozenset(
    {"asunto", "franja", "tono", "vista_previa", "cuerpo", "personal", "pie", "imagen", "imagen_alt", "escuela"}
)  # fmt: skip

TONES = ("listo", "accion", "espera", "persona", "sobrio", "interno")
HEAD_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {  # key -> the values it can take; none: any text
        "asunto": (),
        "franja": (),
        "paso": (),
        "problema": (),
        "tono": TONES,
        "calendario": ("si", "no"),
        "para": ("estudiante", "personal"),
    }
)
_TEXT_KEYS = ("asunto", "franja", "paso", "problema")

FILTERS = frozenset({"default", "first", "last", "length", "count", "join", "upper", "lower", "capitalize", "trim"})
_PARTS = frozenset({"etiqueta", "valor", "leido", "regla", "dudas", "index", "first", "last", "length"})
"""What may follow a dot: the parts of a row, of the staff's block, of a link, and of ``loop``."""
_ALLOWED_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.For, nodes.Include,
    nodes.Filter, nodes.Test, nodes.Getattr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or,
    nodes.Not, nodes.CondExpr, nodes.Concat, nodes.Tuple, nodes.List, nodes.Keyword,
)  # fmt: skip
_LOOP_DEPTH = 2  # with lists of at most 20, two loops write at most 400 times


class TemplateProblems(Exception):
    """The templates cannot be used; ``problems`` has one Spanish line for each mistake."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Absent(Exception):
    """A template shows a value that may be missing without asking first."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Markdown of the office (rules/), rendered and trusted: the only value that is written as it is."""

    markdown: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One template, compiled: its front matter and its words."""

    name: str
    head: Mapping[str, Template]
    options: Mapping[str, str]
    body: Template
    extras_below: bool
    """Whether EXTRAS follows its words: they do not say where it goes."""

    @property
    def for_staff(self) -> bool:
        return self.options.get("para") == "personal"


@dataclass(frozen=True, slots=True)
class Templates:
    """All templates of the office, checked."""

    sheets: Mapping[str, Sheet]
    layout: Template
    environment: Environment
    sources: Mapping[str, str]
    """File name to text, as given."""


@pass_context
def _marked(context: Context, value: object) -> str:
    """Keep a value out of the Markdown: leave its mark there."""
    if isinstance(value, Rules):
        return value.markdown
    marks: Marks = context["marcas"]
    if value is None:
        if marks.strict:
            raise Absent
        return ""
    if isinstance(value, (Link, Barras)):
        return marks.put(value)
    return marks.put(str(value))


class _Pieces(BaseLoader):
    """Pieces by name; the name stands in tracebacks, so that a mistake is reported in its own file."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = {name: own_lines(text) for name, text in texts.items()}

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        if template not in self.texts:
            raise TemplateNotFound(template)
        return self.texts[template], template, lambda: True

    def list_templates(self) -> list[str]:
        return sorted(self.texts)


def environment(pieces: Mapping[str, str]) -> Environment:
    """Return the sandbox that templates run in: no globals, few filters, values as marks."""
    env = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        finalize=_marked,
        loader=_Pieces(pieces),
        autoescape=False,
        keep_trailing_newline=True,
    )
    env.globals.clear()
    env.filters = {k: v for k, v in env.filters.items() if k in FILTERS}
    return env


# Lines with nothing but {% if %}, {% for %} and the like.
_TAG_LINE = re.compile(
    r"^[ \t]*((?:\{%(?:(?!%\}|\binclude\b).)*%\}[ \t]*)*\{%(?:(?!%\}|\binclude\b).)*?)(-?%\})[ \t]*\n", re.M
)


def own_lines(text: str) -> str:
    """Make a line of tags alone leave no line, and no other line lose its end, as who writes Markdown expects.

    The newline moves inside the tag, so line numbers stay. (Jinja's trim_blocks also eats the newline after a
    paragraph that ends in {% endif %}, and joins two paragraphs.)
    """
    return _TAG_LINE.sub(r"\1\n\2", text)


def split_head(text: str) -> tuple[dict[str, tuple[int, str]], str, list[tuple[int, str]]]:
    """Cut a file into front matter (key -> line and text), body (padded to keep its lines) and problems."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if lines[0].strip() != "---":
        return {}, "\n".join(lines), [(1, "falta el encabezado: la primera línea debe ser «---»")]
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
    if end is None:
        return {}, "", [(1, "el encabezado no termina: falta la segunda línea «---»")]
    head: dict[str, tuple[int, str]] = {}
    problems: list[tuple[int, str]] = []
    for number, line in enumerate(lines[1:end], 2):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, colon, value = line.partition(":")
        key, value = key.strip(), _unquoted(value.strip())
        problems += [(number, p) for p in _head_problems(key, colon, value, key in head)]
        head[key] = (number, value)
    if not head.get("asunto", (0, ""))[1]:
        problems.append((1, "falta «asunto:» en el encabezado"))
    return head, "\n" * (end + 1) + "\n".join(lines[end + 1 :]), problems


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value


def _head_problems(key: str, colon: str, value: str, again: bool) -> Iterator[str]:
    if not colon:
        yield f"línea del encabezado sin dos puntos: «{key}»"
    elif key not in HEAD_KEYS:
        yield f"«{key}» no existe en el encabezado{suggestion(key, HEAD_KEYS)}"
    elif again:
        yield f"«{key}» está dos veces en el encabezado"
    elif HEAD_KEYS[key] and value not in HEAD_KEYS[key]:
        yield f"«{key}» no puede ser «{value}»; puede ser: {', '.join(HEAD_KEYS[key])}"


def suggestion(word: str, known: object) -> str:
    """Return "; ¿quisiste decir «…»?" or nothing."""
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)  # type: ignore[call-overload]
    return f"; ¿quisiste decir «{near[0]}»?" if near else ""


def source_problems(
    env: Environment, text: str, names: frozenset[str], *, piece: bool = False
) -> list[tuple[int, str]]:
    """Return the mistakes of one Jinja source, each with its line."""
    if imitates_marks(text):
        return [(1, "tiene caracteres de uso privado de Unicode; quítalos")]
    try:
        tree = env.parse(own_lines(text))
    except TemplateSyntaxError as error:
        return [(error.lineno, _syntax(error.message or ""))]
    return list(_node_problems(tree, names, env, frozenset(), 0, piece))


_SYNTAX = (
    (r"Unexpected end of template.*needs to be closed is '(\w+)'", "falta cerrar con {{% end{0} %}}"),
    (r"Unexpected end of template", "falta cerrar una etiqueta {{% … %}}"),
    (r"unknown tag '(end\w+|else|elif)'", "«{0}» sobra: no hay nada abierto que cierre"),
    (r"unknown tag '(\w+)'", "la etiqueta «{0}» no existe"),
    (
        r"expected token 'end of (?:print statement|statement block)', got '(.+)'",
        "sobra «{0}» o falta cerrar las llaves",
    ),
    (r"unexpected '(.+)'", "sobra «{0}»"),
    (r"Missing end of (?:comment|raw)", "falta cerrar un comentario {{# … #}}"),
)


def _syntax(message: str) -> str:
    """Say Jinja's complaint in Spanish."""
    for pattern, words in _SYNTAX:
        if found := re.search(pattern, message):
            return "no se entiende: " + words.format(*found.groups())
    return f"no se entiende; revisa las llaves {{{{ }}}} y {{% %}} ({message})"


def _node_problems(
    node: nodes.Node, names: frozenset[str], env: Environment, bound: frozenset[str], depth: int, piece: bool
) -> Iterator[tuple[int, str]]:
    if not isinstance(node, _ALLOWED_NODES):
        yield node.lineno, f"en las plantillas no se permite «{_construct(node)}»"
        return
    if isinstance(node, nodes.Name) and node.ctx == "load" and node.name not in names | bound:
        yield node.lineno, f"la variable «{node.name}» no existe{suggestion(node.name, names | bound)}"
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        yield node.lineno, f"el filtro «{node.name}» no existe{suggestion(node.name, FILTERS)}"
    if isinstance(node, nodes.Getattr) and node.attr not in _PARTS:
        yield node.lineno, f"no existe «.{node.attr}»{suggestion(node.attr, _PARTS)}"
    if isinstance(node, nodes.Include):
        yield from _include_problems(node, env, piece)
    if isinstance(node, nodes.For):
        yield from _loop_problems(node, bound, depth)
        depth += 1
        bound |= {n.name for n in node.target.find_all(nodes.Name)} | {"loop"}
        if isinstance(node.target, nodes.Name):
            bound |= {node.target.name}
    for child in node.iter_child_nodes():
        yield from _node_problems(child, names, env, bound, depth, piece)


def _construct(node: nodes.Node) -> str:
    words = {
        nodes.Assign: "{% set %}", nodes.AssignBlock: "{% set %}", nodes.Macro: "{% macro %}",
        nodes.Call: "llamar con ()", nodes.CallBlock: "{% call %}", nodes.FilterBlock: "{% filter %}",
        nodes.Import: "{% import %}", nodes.FromImport: "{% from %}", nodes.Extends: "{% extends %}",
        nodes.Block: "{% block %}", nodes.With: "{% with %}", nodes.Slice: "rebanadas [a:b]",
    }  # fmt: skip
    return words.get(type(node), "hacer cuentas" if isinstance(node, nodes.BinExpr) else type(node).__name__)


def _include_problems(node: nodes.Include, env: Environment, piece: bool) -> Iterator[tuple[int, str]]:
    name = node.template.value if isinstance(node.template, nodes.Const) else None
    pieces = env.loader.list_templates() if env.loader is not None else []
    if piece:
        yield node.lineno, "una pieza (archivo que empieza con «_») no puede incluir otra"
    elif name not in pieces:
        yield node.lineno, f"no existe la pieza «{name}»{suggestion(str(name), pieces)}"


def _loop_problems(node: nodes.For, bound: frozenset[str], depth: int) -> Iterator[tuple[int, str]]:
    over = node.iter
    known = isinstance(over, nodes.Name) and (over.name in LISTS) and over.name not in bound
    of_value = isinstance(over, nodes.Getattr) and over.attr in {"leido", "dudas"}
    if not (known or of_value):
        yield node.lineno, f"«for» sólo puede recorrer una de estas listas: {', '.join(sorted(LISTS))}"
    if node.recursive or depth >= _LOOP_DEPTH:
        yield node.lineno, f"«for» no puede ir dentro de más de {_LOOP_DEPTH - 1} «for»"


def compile_sheet(env: Environment, name: str, text: str) -> tuple[Sheet | None, list[str]]:
    """Compile one template file; where it has problems return them instead."""
    head, body, found = split_head(text)
    for line, value in (head[k] for k in _TEXT_KEYS if k in head):
        found += [(line, p) for _, p in source_problems(env, value, NAMES)]
    found += source_problems(env, body, NAMES)
    if found:
        return None, [f"templates/email/{name}.md:{line}: {problem}" for line, problem in sorted(found)]
    return _sheet(env, name, head, body), []


def _sheet(env: Environment, name: str, head: Mapping[str, tuple[int, str]], body: str) -> Sheet:
    texts = {k: env.from_string(v) for k, (_, v) in head.items() if k in _TEXT_KEYS}
    options = {k: v for k, (_, v) in head.items() if k not in _TEXT_KEYS}
    words, below = env.from_string(own_lines(body)), name not in _UNASKED and EXTRAS not in body
    return Sheet(name, MappingProxyType(texts), MappingProxyType(options), words, below)


class _WhenAsked(Mapping[str, Sheet]):
    """Templates without a mistake, each compiled when it is first asked for."""

    def __init__(self, env: Environment, texts: Mapping[str, str]) -> None:
        self._env, self._texts = env, texts
        self._compiled: dict[str, Sheet] = {}

    def __getitem__(self, name: str) -> Sheet:
        if name not in self._compiled:
            head, body, _ = split_head(self._texts[name])
            self._compiled[name] = _sheet(self._env, name, head, body)
        return self._compiled[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def tried_templates(texts: Mapping[str, str]) -> Templates:
    """Return templates that are known to be without a mistake, since the very same texts were tried out before."""
    sheets, pieces = sorted_out(texts)
    env = environment(pieces)
    layout = _layout_environment().from_string(texts[LAYOUT])
    return Templates(_WhenAsked(env, sheets), layout, env, MappingProxyType(dict(texts)))


def sorted_out(texts: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the templates by their stems, and the pieces by their file names; the layout is neither."""
    return (
        {n.removesuffix(".md"): t for n, t in texts.items() if not n.startswith("_") and n != LAYOUT},
        {n: t for n, t in texts.items() if n.startswith("_") and n != LAYOUT},
    )


def _layout_environment() -> Environment:
    env = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    env.globals.clear()
    env.filters = {k: v for k, v in env.filters.items() if k in FILTERS}
    return env


def compile_layout(text: str) -> tuple[Template | None, list[str]]:
    """Compile the shared layout: HTML with autoescape, its own few variables, no loops."""
    from css_inline import CSSInliner

    env = _layout_environment()
    found = source_problems(env, text, LAYOUT_NAMES, piece=True)
    if "://" in text:
        found.append((text[: text.index("://")].count("\n") + 1, "la hoja común no puede cargar nada de fuera («://»)"))
    if found:
        return None, [f"templates/email/{LAYOUT}:{line}: {problem}" for line, problem in sorted(found)]
    CSSInliner(load_remote_stylesheets=False).inline("<p></p>")  # an import that fails must fail here, not at a mail
    return env.from_string(text), []


def render_body(template: Template, variables: Mapping[str, Any], marks: Marks) -> str:
    """Return the Markdown of a template, marks in place of values."""
    return template.render(variables, marcas=marks)
