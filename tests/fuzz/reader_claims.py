"""What must hold of the reader's front, whatever the bytes were: shared by atheris and the replay of its corpus.

The first byte chooses the door: what a file is (``s``), a whole PDF through the gate (``p``), words on pages (``w``), or
what a child says over the pipe (``j`` as it is, ``m`` a good answer with some of it changed).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

from mailbot.core.constancia import Constancia
from mailbot.core.documents import (
    CON_CONTRASENA,
    CONSTANCIA,
    DESCONOCIDO,
    ILEGIBLE,
    IMAGEN,
    OTRO_FORMATO,
    Document,
    ReadingKnowledge,
    read_document,
)
from mailbot.core.page import Box, Page, Word
from mailbot.core.rules import parse_reading
from mailbot.core.sniff import What, sniff
from mailbot.core.spanish import compact
from mailbot.shell import wire
from mailbot.shell.limits import Limits

ROOT = Path(__file__).resolve().parents[2]
SMALL = Limits(attachment_mb=1, pages=3, reader_seconds=5, reader_memory_mb=1024, ocr_memory_mb=2048)

# Never reorder: the corpus names words by their place here.
_PRINTED = (
    "Constancia de Vigencia de Derechos Número de Seguridad Social: NSS CURP: Nombre(s): Nombre Primer Segundo apellido "
    "paterno materno Estado: Estado VIGENTE BAJA Fecha constancia: emisión: 23/11/2026 23-NOV-2026 noviembre 2026 23 "
    "43160885380 GAPX080825MQTRXMA2 XIMENA GARCÍA PEÑA Con derecho al (a) servicio médico: SI NO Registro patronal: "
    "Razón social: o Modalidad: C4812345322 32 SEGURO FACULTATIVO ESTUDIANTES INSTITUTO TECNOLÓGICO QUERÉTARO "
    "CECYTEQ CELAYA SA CV Beneficiarios Parentesco Situación NO APLICA Sello digital: Cadena original nacimiento: "
    "lugar civil: Soltera Vigencia: Sub-estado: Delegación: UMF Turno: Consultorio Agregado 1M2008ES - : Patrón "
    "Asegurado Semanas Cotizadas IMSS Clave Única Registro Población derechohabiente encuentra registrado aún como "
    "(cid:12) 25/08/2008 Conservación PENSIÓN inicio hasta conservación fallecido |"
)
VOCABULARY = _PRINTED.split()
LITERAL, PAGE = 254, 255


@cache
def knowledge() -> ReadingKnowledge:
    return parse_reading({"documentos.toml": (ROOT / "rules" / "documentos.toml").read_text(encoding="utf-8")})


@cache
def kinds() -> frozenset[str]:
    how = (ILEGIBLE, CON_CONTRASENA, OTRO_FORMATO, IMAGEN, DESCONOCIDO, CONSTANCIA)
    return frozenset({*how, *(k.kind for k in knowledge().kinds)})


def read_and_hold(data: bytes) -> Document | None:
    """Go through one door and assert every claim; return the Document where there was one."""
    door, rest = data[:1], data[1:]
    if door == b"s":
        assert sniff(rest) in get_args(What)
    elif door == b"p":
        from mailbot.shell.reader import read_bytes

        return _hold(read_bytes(rest, SMALL, knowledge()), None)
    elif door == b"w":
        pages = pages_of(rest)
        return _hold(read_document(pages, "text", knowledge()), pages)
    elif door == b"j":
        return _decoded(rest)
    elif door == b"m":
        return _decoded(_changed(rest))
    return None


# -- words on pages -------------------------------------------------------------------------------------------------


def pages_of(data: bytes) -> list[Page]:
    """Read words, six bytes each (which, x, y, height and flags), a literal word with its letters after it."""
    pages: list[list[Word]] = [[]]
    at = 0
    while at + 6 <= len(data) and sum(map(len, pages)) < 600:
        which, x, y, look = data[at], int.from_bytes(data[at + 1 : at + 3]), data[at + 3 : at + 5], data[at + 5]
        at += 6
        if which == PAGE:
            pages.append([])
            continue
        text = VOCABULARY[which % len(VOCABULARY)]
        if which == LITERAL:
            length = 1 + look % 40
            text = "".join(data[at : at + length].decode("utf-8", "replace").split()) or "?"
            at += length
        pages[-1].append(_word(text, x / 50, int.from_bytes(y) / 50, look))
    return [Page(n, 612.0, 792.0, tuple(words)) for n, words in enumerate(pages[:4], 1)]


def _word(text: str, x: float, y: float, look: int) -> Word:
    height = (8.0, 10.0, 12.0, 24.0)[look >> 6]
    far = 1e5 if look & 0x3F == 0x3F else 0.0
    width = 0.0 if look & 0x3F == 0x3E else len(text) * height * 0.5
    return Word(text, x + far, y, x + far + width, y + (0.0 if look & 0x3F == 0x3D else height), "F", look & 0x3F != 0x3C)


def bytes_of(pages: Sequence[Page]) -> bytes:
    """Write pages so that ``pages_of`` reads nearly the same: the seeds of the corpus."""
    out = bytearray()
    for before, page in pairwise([None, *pages]):
        if before is not None:
            out += bytes([PAGE, 0, 0, 0, 0, 0])
        for word in page.words if page else ():
            x, y = (min(max(round(v * 50), 0), 65_535).to_bytes(2) for v in (word.x0, word.top))
            size = min(range(4), key=lambda n, w=word: abs((8, 10, 12, 24)[n] - (w.bottom - w.top))) << 6  # type: ignore[misc]
            if word.text in VOCABULARY:
                out += bytes([VOCABULARY.index(word.text)]) + x + y + bytes([size])
                continue
            letters = word.text.encode()[:40]
            fit = next((look for look in range(size, size + 0x3C) if 1 + look % 40 == len(letters)), size)
            out += bytes([LITERAL]) + x + y + bytes([fit]) + letters.ljust(1 + fit % 40)
    return bytes(out)


def _hold(document: Document, pages: Sequence[Page] | None) -> Document:
    assert document.kind in kinds()
    assert (document.constancia is None) or document.kind == CONSTANCIA
    written = wire.document_to_json(document)
    body = wire.frame({"document": written})
    assert Limits().allows_answer(len(body))
    back = wire.document_from_json(wire.parse_answer(body[4:])["document"], kinds())
    assert wire.document_to_json(back) == written  # what the daemon understands is what the child said
    if document.constancia is not None:
        _evident(document.constancia, pages)
    return document


def _evident(c: Constancia, pages: Sequence[Page] | None) -> None:
    """No value may come from nowhere: its letters are on the page, and its box is on a page that there is."""
    assert c.patrones_legible or not c.patrones
    boxes = [box for box in (c.titulo, *(p.box for p in c.patrones)) if box is not None]
    fields = [f for f in (c.nss, c.curp, c.nombre, c.fecha, c.estado, c.servicio_medico, c.nacimiento) if f is not None]
    if pages is None:
        return
    for box in (*boxes, *(f.box for f in fields)):
        assert isinstance(box, Box)
        assert 1 <= box.page <= len(pages)
    ink = {letter for page in pages for word in page.words for letter in compact(word.text)}
    for field in fields:
        assert set(compact(field.printed)) <= ink, field.printed
    if c.nss is not None:
        assert set(c.nss.value.digits) <= ink


# -- what a child says ----------------------------------------------------------------------------------------------


def _decoded(body: bytes) -> Document | None:
    try:
        answer = wire.parse_answer(body)
    except (ValueError, RecursionError):
        return None
    try:
        wire.picture_of(answer.get("picture"))
        document = wire.document_from_json(answer.get("document"), kinds())
    except wire.WireError:
        return None
    written = wire.document_to_json(document)
    again = wire.document_from_json(json.loads(json.dumps(written)), kinds())
    assert again.kind == document.kind
    return document


ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, "", "x", "x" * 600, "\n", "\u202e", "constancia_vigencia", [], [None], [[]], {}, {"a": 1},
    "2026-02-30", "2026-11-23", [1, 0.0, 0.0, 1.0, 1.0], [0, 0, 0, 0, 0], [True, 0, 0, 0, 0], "99999999999", "43160885380",
    10**400, "iVBORw0KGgo=", ["a", "b"], ["a", "b", "c", None], float("inf"),
)  # fmt: skip


def _changed(edits: bytes) -> bytes:
    """Return a good answer in which so many places hold something odd: two bytes each, which place and what."""
    holder = pages_of(_HOLDER)
    answer: dict[str, Any] = {
        "document": wire.document_to_json(read_document(holder, "text", knowledge())), "picture": None, "mb": 60,
    }  # fmt: skip
    for where, what in zip(edits[0:40:2], edits[1:40:2], strict=False):
        places = list(_places(answer))
        inside, key = places[where % len(places)]
        inside[key] = deepcopy(ODD[what % len(ODD)])
    return json.dumps(answer).encode()


def _places(inside: Any) -> Iterator[tuple[Any, Any]]:
    entries: list[tuple[Any, Any]] = list(inside.items()) if isinstance(inside, dict) else list(enumerate(inside))
    for key, value in entries:
        yield inside, key
        if isinstance(value, dict | list):
            yield from _places(value)


def _line(number: int, words: str) -> list[Word]:
    out, x = [], 60.0
    for text in words.split():
        out.append(_word(text, x, 60.0 + 20 * number, 0x40))
        x = out[-1].x1 + 3
    return out


_HOLDER = bytes_of([Page(1, 612.0, 792.0, tuple(w for n, line in enumerate((
    "Constancia de Vigencia de Derechos", "Nombre(s): XIMENA GARCÍA PEÑA", "Número de Seguridad Social: 43160885380",
    "CURP: GAPX080825MQTRXMA2", "Fecha de constancia: 23/11/2026", "Estado: VIGENTE",
    "Con derecho al (a) servicio médico: SI", "Nombre o Razón social: CECYTEQ", "Registro patronal: C4812345322",
    "Modalidad: 32 SEGURO FACULTATIVO ESTUDIANTES")) for w in _line(n, line)))])  # fmt: skip
