"""From words on pages to which document this is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mailbot.core.constancia import Constancia

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
