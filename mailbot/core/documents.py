"""From words on pages to which document this is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mailbot.core.constancia import Constancia, read_constancia
from mailbot.core.page import Page
from mailbot.core.spanish import compact

if TYPE_CHECKING:
    from mailbot.core.rulefile import Problems, Table

Via = Literal["text", "ocr"]

CONSTANCIA = "constancia_vigencia"
# Kinds that say how a file came, not what it is; the others are names in rules/documentos.toml, or "desconocido".
ILEGIBLE, CON_CONTRASENA, OTRO_FORMATO, IMAGEN, DESCONOCIDO = (
    "ilegible", "con_contrasena", "otro_formato", "imagen", "desconocido",
)  # fmt: skip

_CLASE = re.compile(r"[a-z_][a-z0-9_]*")
MARKS_ALONE = 2  # as many make a kind without a title (titles.recognise)


@dataclass(frozen=True, slots=True)
class KindMarks:
    """How one kind of document is known: titles decide, marks support (rules/documentos.toml)."""

    kind: str
    name: str
    """As a student reads it: "tu CURP", "una constancia de semanas cotizadas"."""
    titles: tuple[str, ...]
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadingKnowledge:
    """The office's data that reading needs (rules/documentos.toml): kinds of documents, texts of modalidades,
    words by which a screenshot of the IMSS page's "not found" is known."""

    kinds: tuple[KindMarks, ...] = ()
    modalidades: tuple[str, ...] = ()
    imss_errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sign:
    """Something a person may want to look at; evidence, never an accusation. ``kind`` is from a closed list."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Document:
    """One attached document, read: ``kind`` as in contract.md, and the constancia where it is one.

    ``problems`` are short Spanish phrases for people; ``imss_error`` tells that it shows the IMSS page's own
    "not found"; ``picture`` is a PNG of the annotated page (issue 3, 8), made only of a recognised constancia.
    """

    kind: str
    via: Via | None = None
    constancia: Constancia | None = None
    problems: tuple[str, ...] = ()
    signs: tuple[Sign, ...] = ()
    imss_error: bool = False
    image_like: bool = False
    """Whether it came as a picture (a photo, a screenshot, a scan): such a document never confirms anything."""
    picture: bytes | None = None


def read_document(pages: Sequence[Page], via: Via, knowledge: ReadingKnowledge) -> Document:
    """Say which document the words on these pages are, and read the constancia where it is one."""
    from mailbot.core.lines import lay_out
    from mailbot.core.tight_cells import cut_tight_cells
    from mailbot.core.titles import recognise, shows_imss_error, unreadable_text
    from mailbot.core.typeset import MOST_WORDS

    if any(p.overfull or len(p.words) > MOST_WORDS for p in pages):
        return Document(ILEGIBLE, via, problems=("una página tiene demasiado texto",))
    if reason := unreadable_text(pages):
        return Document(ILEGIBLE, via, problems=(reason,))
    sheets = [cut_tight_cells(lay_out(p)) for p in pages]
    kind, title = recognise(sheets, knowledge.kinds)
    if kind != CONSTANCIA:
        return Document(kind, via, imss_error=shows_imss_error(sheets, knowledge.imss_errors))
    constancia, problems = read_constancia(sheets, knowledge.modalidades, title)
    return Document(kind, via, constancia, problems)


TABLES = ("documento", "modalidades", "errores_imss")


def parse_knowledge(tables: Sequence[Table], problems: Problems) -> ReadingKnowledge:
    """Read [[documento]], [modalidades] and [errores_imss]."""
    kinds: list[KindMarks] = []
    modalidades: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    for table in tables:
        if table.name == "documento":
            kinds.append(_kind(table, kinds, problems))
        elif table.name == "modalidades":
            problems.closed(table, ("conocidas",))
            modalidades += _texts(table, "conocidas", problems)
        elif table.name == "errores_imss":
            problems.closed(table, ("frases",))
            errors += _texts(table, "frases", problems)
    if not any(k.kind == CONSTANCIA for k in kinds):
        problems.lines.append(f"rules/documentos.toml: falta el [[documento]] con clase = \"{CONSTANCIA}\"")
    return ReadingKnowledge(tuple(kinds), modalidades, errors)


def _kind(table: Table, before: Sequence[KindMarks], problems: Problems) -> KindMarks:
    problems.closed(table, ("clase", "nombre", "titulos", "marcas"))
    name = problems.text(table, "nombre", required=True)
    kind = problems.text(table, "clase", required=True)
    if kind and not _CLASE.fullmatch(kind):
        problems.add(table, "clase", f"«{kind}» lleva sólo minúsculas sin acento (ni ñ), números y _")
    elif kind in (ILEGIBLE, CON_CONTRASENA, OTRO_FORMATO, IMAGEN, DESCONOCIDO):
        problems.add(table, "clase", f"«{kind}» la usa el programa; elige otra")
    elif kind in (k.kind for k in before):
        problems.add(table, "clase", f"«{kind}» ya es de otro documento")
    titles, marks = _texts(table, "titulos", problems), _texts(table, "marcas", problems)
    if not titles and len(marks) < MARKS_ALONE and "titulos" not in table.values:
        problems.add(table, "", "hace falta al menos un título en «titulos», o dos «marcas»")
    found = KindMarks(kind, name, titles, marks)
    for title, owner in _taken(found, before):
        problems.add(table, "titulos", f"«{title}» ya es un título de «{owner}»; cada título es de una sola clase")
    return found


def _taken(kind: KindMarks, before: Sequence[KindMarks]) -> list[tuple[str, str]]:
    """Return the titles of a kind that another one has: which of the two a paper is would be chance."""
    owners = {compact(title): k.kind for k in before for title in k.titles if k.kind != kind.kind}
    return [(title, owners[compact(title)]) for title in kind.titles if compact(title) in owners]


def _texts(table: Table, key: str, problems: Problems) -> tuple[str, ...]:
    texts = problems.texts(table, key, required=key in table.values)
    for text in texts:
        if not compact(text):
            problems.add(table, key, f"«{text}» no tiene letras")
    return texts
