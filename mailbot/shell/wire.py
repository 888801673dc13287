"""Between the daemon and its reader children: frames of JSON, and a Document decoded without trust.

JSON and not pickle: a child has read a stranger's file and may do that stranger's will; unpickling what it says would
run its code in the daemon. Whatever is odd in an answer (a length, a type, a value outside its bounds) raises
``WireError``, and the document counts as unreadable.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable
from datetime import date
from typing import Any, BinaryIO, TypeVar

from mailbot.core.constancia import Constancia, Field, Patron
from mailbot.core.documents import Document, KindMarks, ReadingKnowledge, Sign
from mailbot.core.identifiers import Curp, Nss, RegistroPatronal
from mailbot.core.page import Box

T = TypeVar("T")

LENGTH = struct.Struct(">I")
MOST_TEXT = 500  # characters of one value: the longest razones sociales have some 150
MOST_ROWS = 60  # employers, signs or problems of one document
MOST_PICTURE = 200_000  # bytes; the picture itself is made under 150 KB


class WireError(ValueError):
    """What came over the pipe is not what was agreed."""


def frame(content: dict[str, Any]) -> bytes:
    """Return one message as it goes over the pipe: four bytes of length, then JSON."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return LENGTH.pack(len(body)) + body


def read_frame(pipe: BinaryIO) -> dict[str, Any] | None:
    """Read one message in the child; None at the end of the pipe."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    content = json.loads(pipe.read(LENGTH.unpack(head)[0]))
    return content if isinstance(content, dict) else None


def parse_answer(body: bytes) -> dict[str, Any]:
    """Read one message of a child in the daemon; raise ValueError or RecursionError for what is none."""
    content = json.loads(body)
    if not isinstance(content, dict):
        raise WireError("answer")
    return content


# -- knowledge: from the daemon to a child, so trusted -----------------------------------------------------------------


def knowledge_to_json(knowledge: ReadingKnowledge) -> dict[str, Any]:
    kinds = [[k.kind, k.name, list(k.titles), list(k.marks)] for k in knowledge.kinds]
    return {"kinds": kinds, "modalidades": list(knowledge.modalidades), "imss": list(knowledge.imss_errors)}


def knowledge_from_json(content: dict[str, Any]) -> ReadingKnowledge:
    kinds = tuple(KindMarks(kind, name, tuple(t), tuple(m)) for kind, name, t, m in content["kinds"])
    return ReadingKnowledge(kinds, tuple(content["modalidades"]), tuple(content["imss"]))


# -- document: from a child to the daemon, so not trusted --------------------------------------------------------------


def document_to_json(document: Document) -> dict[str, Any]:
    return {
        "kind": document.kind,
        "via": document.via,
        "constancia": None if document.constancia is None else _constancia_to_json(document.constancia),
        "problems": [_clean(p) for p in document.problems[:MOST_ROWS]],
        "signs": [[s.kind, _clean(s.detail)] for s in document.signs[:MOST_ROWS]],
        "imss_error": document.imss_error,
        "image_like": document.image_like,
        "picture": picture_to_json(document.picture),
    }


def picture_to_json(picture: bytes | None) -> str | None:
    """Encode a picture for the pipe."""
    return None if picture is None else base64.b64encode(picture).decode("ascii")


def _constancia_to_json(c: Constancia) -> dict[str, Any]:
    def field(f: Field[Any] | None, show: Callable[[Any], Any]) -> Any:
        return None if f is None else [show(f.value), _clean(f.printed), _clean(f.label), _box_to_json(f.box)]

    return {
        "nss": field(c.nss, lambda v: v.digits),
        "curp": field(c.curp, lambda v: v.text),
        "nombre": field(c.nombre, _clean),
        "fecha": field(c.fecha, lambda v: v.isoformat()),
        "estado": field(c.estado, _clean),
        "servicio_medico": field(c.servicio_medico, bool),
        "nacimiento": field(c.nacimiento, lambda v: v.isoformat()),
        "patrones": [
            [
                None if p.razon_social is None else _clean(p.razon_social),
                None if p.registro_patronal is None else p.registro_patronal.text,
                None if p.modalidad is None else _clean(p.modalidad),
                None if p.box is None else _box_to_json(p.box),
            ]
            for p in c.patrones[:MOST_ROWS]
        ],
        "patrones_legible": c.patrones_legible,
        "titulo": None if c.titulo is None else _box_to_json(c.titulo),
        "beneficiarios": c.beneficiarios,
    }


def _clean(text: str) -> str:
    """Return what the other side accepts as a text: printable, single spaces, of bounded length."""
    printable = "".join(c if c.isprintable() else " " for c in text[: 4 * MOST_TEXT])
    return " ".join(printable.split())[:MOST_TEXT]


def _box_to_json(box: Box) -> list[float]:
    return [box.page, *(round(v, 2) for v in (box.x0, box.top, box.x1, box.bottom))]


def document_from_json(content: object, kinds: frozenset[str]) -> Document:
    """Decode a child's Document strictly; ``kinds`` are those that may be. Raise WireError for anything odd."""
    d = _record(content, "document")
    via = d["via"]
    if via not in (None, "text", "ocr"):
        raise WireError("via")
    kind = _text(d["kind"])
    if kind not in kinds:
        raise WireError("kind")
    constancia = None if d["constancia"] is None else _constancia(d["constancia"])
    signs = tuple(Sign(*(_text(part) for part in _row(s, 2))) for s in _rows(d["signs"]))
    problems = tuple(_text(p) for p in _rows(d["problems"]))
    return Document(
        kind, via, constancia, problems, signs, _bool(d["imss_error"]), _bool(d["image_like"]), picture_of(d["picture"])
    )


def picture_of(content: object) -> bytes | None:
    """Decode a picture in base64; it must be a PNG or JPEG of bounded size."""
    if content is None:
        return None
    if not isinstance(content, str) or len(content) > MOST_PICTURE * 4 // 3 + 4:
        raise WireError("picture")
    try:
        picture = base64.b64decode(content, validate=True)
    except ValueError as error:  # binascii.Error, and a plain one for letters beyond ASCII
        raise WireError("picture") from error
    if not picture.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        raise WireError("picture")
    return picture


def _constancia(content: object) -> Constancia:
    c = _record(content, "constancia")
    return Constancia(
        nss=_field(c["nss"], lambda v: Nss(_text(v))),
        curp=_field(c["curp"], lambda v: Curp(_text(v))),
        nombre=_field(c["nombre"], _text),
        fecha=_field(c["fecha"], _date),
        estado=_field(c["estado"], _text),
        servicio_medico=_field(c["servicio_medico"], _bool),
        nacimiento=_field(c["nacimiento"], _date),
        patrones=tuple(_patron(p) for p in _rows(c["patrones"])),
        patrones_legible=_bool(c["patrones_legible"]),
        titulo=None if c["titulo"] is None else _box(c["titulo"]),
        beneficiarios=_bool(c["beneficiarios"]),
    )


def _patron(content: object) -> Patron:
    razon, registro, modalidad, box = _row(content, 4)
    return Patron(
        None if razon is None else _text(razon),
        None if registro is None else _known(lambda: RegistroPatronal(_text(registro))),
        None if modalidad is None else _text(modalidad),
        None if box is None else _box(box),
    )


def _field(content: object, make: Callable[[Any], T]) -> Field[T] | None:
    if content is None:
        return None
    value, printed, label, box = _row(content, 4)
    return Field(_known(lambda: make(value)), _text(printed), _text(label), _box(box))


def _known(make: Callable[[], T]) -> T:
    try:
        return make()
    except (ValueError, TypeError) as error:
        raise WireError("value") from error


def _record(content: object, name: str) -> dict[str, Any]:
    expected = _DOCUMENT_KEYS if name == "document" else _CONSTANCIA_KEYS
    if not isinstance(content, dict) or set(content) != expected:
        raise WireError(name)
    return content


_DOCUMENT_KEYS = frozenset(document_to_json(Document("")))
_CONSTANCIA_KEYS = frozenset(_constancia_to_json(Constancia()))


def _rows(content: object) -> list[Any]:
    if not isinstance(content, list) or len(content) > MOST_ROWS:
        raise WireError("rows")
    return content


def _row(content: object, length: int) -> list[Any]:
    if not isinstance(content, list) or len(content) != length:
        raise WireError("row")
    return content


def _text(content: object) -> str:
    if not isinstance(content, str) or len(content) > MOST_TEXT or not content.isprintable():
        raise WireError("text")
    return content


def _bool(content: object) -> bool:
    if not isinstance(content, bool):
        raise WireError("bool")
    return content


def _date(content: object) -> date:
    return _known(lambda: date.fromisoformat(_text(content)))


def _box(content: object) -> Box:
    page, *sides = _row(content, 5)
    if not isinstance(page, int) or not 1 <= page <= 100_000:
        raise WireError("page")
    if not all(isinstance(v, int | float) and abs(v) < 1e6 for v in sides):
        raise WireError("box")
    return Box(page, *(float(v) for v in sides))
