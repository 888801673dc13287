"""From words on pages to which document this is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mailbot.core.constancia import Constancia, read_constancia
from mailbot.core.page import Page
from mailbot.core.spanish import compact, fold

Via = Literal["text", "ocr"]

CONSTANCIA = "constancia_vigencia"
# Kinds that say how a file came, not what it is; the others are names in rules/documentos.toml, or "desconocido".
ILEGIBLE, CON_CONTRASENA, OTRO_FORMATO, IMAGEN, DESCONOCIDO = (
    "ilegible", "con_contrasena", "otro_formato", "imagen", "desconocido",
)  # fmt: skip


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


def parse_knowledge(table: Mapping[str, Any]) -> ReadingKnowledge:
    """Check rules/documentos.toml, already parsed; raise ValueError with every problem, in Spanish, a line each."""
    problems: list[str] = []
    kinds: list[KindMarks] = []
    for key in table:
        if key not in ("documento", "modalidades", "errores_imss"):
            problems.append(f"«{key}» no se conoce: se esperan [[documento]], [modalidades] y [errores_imss]")
    entries = table.get("documento", [])
    if not isinstance(entries, list):
        problems.append("«documento» va entre dobles corchetes: [[documento]]")
        entries = []
    for number, entry in enumerate(entries, 1):
        kind = _kind(entry, f"documento {number}", problems)
        if kind is not None:
            if any(k.kind == kind.kind for k in kinds):
                problems.append(f"documento {number}: la clase «{kind.kind}» está dos veces")
            for title, owner in _taken(kind, kinds):
                other = f"ya es de «{owner}»; cada título es de una sola clase"
                problems.append(f"documento {number}: el título «{title}» {other}")
            kinds.append(kind)
    if not any(k.kind == CONSTANCIA for k in kinds):
        problems.append(f"falta el [[documento]] con clase = \"{CONSTANCIA}\"")
    modalidades = _texts(table.get("modalidades", {}), "modalidades", "conocidas", problems)
    errors = _texts(table.get("errores_imss", {}), "errores_imss", "frases", problems)
    if problems:
        raise ValueError("\n".join(problems))
    return ReadingKnowledge(tuple(kinds), modalidades, errors)


def _kind(entry: object, where: str, problems: list[str]) -> KindMarks | None:
    if not isinstance(entry, dict):
        problems.append(f"{where}: se esperaba un bloque con clase, nombre y titulos")
        return None
    before = len(problems)
    for key in entry:
        if key not in ("clase", "nombre", "titulos", "marcas"):
            problems.append(f"{where}: «{key}» no se conoce: se esperan clase, nombre, titulos y marcas")
    for key in ("clase", "nombre"):
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            problems.append(f"{where}: falta «{key}», un texto entre comillas")
    clase = entry.get("clase")
    if isinstance(clase, str) and clase and (not clase.isidentifier() or clase != fold(clase)):
        problems.append(f"{where}: la clase «{clase}» va en minúsculas, sin espacios ni acentos")
    if clase in (ILEGIBLE, CON_CONTRASENA, OTRO_FORMATO, IMAGEN, DESCONOCIDO):
        problems.append(f"{where}: la clase «{clase}» la usa el programa; elige otra")
    titles = _texts(entry, where, "titulos", problems)
    marks = _texts(entry, where, "marcas", problems) if "marcas" in entry else ()
    if not titles and not marks:
        problems.append(f"{where}: hace falta al menos un título")
    if len(problems) > before:
        return None
    return KindMarks(str(clase), str(entry["nombre"]), titles, marks)


def _taken(kind: KindMarks, before: Sequence[KindMarks]) -> list[tuple[str, str]]:
    """Return the titles of a kind that another one has: which of the two a paper is would be chance."""
    owners = {compact(title): k.kind for k in before for title in k.titles if k.kind != kind.kind}
    return [(title, owners[compact(title)]) for title in kind.titles if compact(title) in owners]


def _texts(table: object, where: str, key: str, problems: list[str]) -> tuple[str, ...]:
    texts = table.get(key, []) if isinstance(table, dict) else None
    if not isinstance(texts, list) or not all(isinstance(t, str) and compact(t) for t in texts):
        problems.append(f"{where}: «{key}» es una lista de textos entre comillas, ninguno vacío")
        return ()
    return tuple(texts)
