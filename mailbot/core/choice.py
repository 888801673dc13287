"""Which of the documents of one mail decides, and what is odd about them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.core.constancia import Constancia
from mailbot.core.documents import CON_CONTRASENA, CONSTANCIA, ILEGIBLE, IMAGEN, OTRO_FORMATO, Document, Sign
from mailbot.core.spanish import compact, fold

# Signs that several documents, or a document and its mail, make together; the others are in core.signs.
OWN_SIGNS = ("otro_nombre", "varias_personas", "constancias_distintas")
# guide.md, "Precedence", where none is a constancia in text.
_ORDER = ("con_contrasena", "ilegible", "otro_formato", "imagen", "otro")


@dataclass(frozen=True, slots=True)
class Choice:
    """The deciding document, the others, and what they show together."""

    document: Document | None = None
    others: tuple[Document, ...] = ()
    signs: tuple[Sign, ...] = ()
    unopened: tuple[str, ...] = ()
    """Problems of the mail's files that gave no document (core.message: "enlace_a_la_nube", …)."""

    @property
    def constancia(self) -> Constancia | None:
        return self.document.constancia if self.document else None


def choose(documents: Sequence[Document], sender_name: str = "", unopened: Sequence[str] = ()) -> Choice:
    """Choose: a constancia in text before one in a picture, the newest first; else by guide.md's precedence."""
    ranked = sorted(documents, key=_rank)
    signs = _of_several([d for d in documents if d.constancia])
    if ranked and (odd := _other_name(ranked[0], sender_name)):
        signs = (*signs, odd)
    return Choice(ranked[0] if ranked else None, tuple(ranked[1:]), signs, tuple(unopened))


def kind_of(document: Document) -> str:
    """Return the fact ``documento`` of one document."""
    if document.kind in (CON_CONTRASENA, ILEGIBLE, OTRO_FORMATO):
        return document.kind
    if document.kind == IMAGEN or document.image_like or document.via == "ocr":
        return "imagen"
    return "constancia" if document.kind == CONSTANCIA and document.constancia else "otro"


def _rank(document: Document) -> tuple[int, ...]:
    read = document.constancia
    if read is None or kind_of(document) != "constancia":
        place = _ORDER.index(kind_of(document))
        return (1, 0 if _not_found(document) else 1, place, 0 if read else 1)
    missing = sum(field is None for field in (read.nss, read.estado, read.fecha))
    return (0, missing, -read.fecha.value.toordinal() if read.fecha else 0)


def _not_found(document: Document) -> bool:
    return document.imss_error or document.kind == "no_derechohabiencia"


def no_constancia_can_be_had(choice: Choice) -> bool:
    """Tell whether a paper or a screenshot says that the IMSS does not know the student as insured."""
    if choice.document is None or kind_of(choice.document) == "constancia":
        return False
    return any(_not_found(d) for d in (choice.document, *choice.others))


def _of_several(documents: Sequence[Document]) -> tuple[Sign, ...]:
    read = [d.constancia for d in documents if d.constancia]
    people = {c.nss.value.digits for c in read if c.nss}
    if len(people) > 1:
        return (Sign("varias_personas", "vienen constancias de personas distintas"),)
    in_text = [d.constancia for d in documents if d.constancia and kind_of(d) == "constancia"]
    newest = max((c.fecha.value for c in in_text if c.fecha), default=None)
    same_day = [c for c in in_text if c.fecha and c.fecha.value == newest]
    if len({fold(c.estado.value) for c in same_day if c.estado}) > 1:
        return (Sign("constancias_distintas", "vienen dos constancias del mismo día que no dicen lo mismo"),)
    return ()


def _other_name(document: Document, sender_name: str) -> Sign | None:
    """A list of beneficiaries and a name that is not the sender's: a parent shares a surname, and no more."""
    read = document.constancia
    if read is None or not read.beneficiarios or read.nombre is None:
        return None
    holder, sender = _name_words(read.nombre.value), _name_words(sender_name)
    if len(sender) < 2 or not holder:
        return None
    fewer, more = sorted((holder, sender), key=len)
    if all(any(_same_name(a, b) for b in more) for a in fewer):
        return None
    return Sign("otro_nombre", "trae beneficiarios y el nombre no es el de quien escribe")


def _name_words(name: str) -> list[str]:
    words = fold(name).replace(",", " ").split()
    return [w for w in words if len(w) > 2 and w.isalpha() and w not in ("del", "las", "los")]


def _same_name(a: str, b: str) -> bool:
    from rapidfuzz import fuzz

    return fuzz.ratio(a, b) >= 85  # "Guadalupe" and "Guadalue"


def fingerprint(choice: Choice) -> str | None:
    """Return what tells one constancia from another, however often downloaded; to be keyed before it is stored."""
    read = choice.constancia
    if choice.document is None or kind_of(choice.document) != "constancia" or read is None:
        return None
    if not (read.nss and read.estado and read.fecha):
        return None
    registros = [p.registro_patronal.text if p.registro_patronal else "" for p in read.patrones]
    rows = sorted(f"{compact(p.razon_social or '')}/{r}" for p, r in zip(read.patrones, registros, strict=True))
    return "|".join((read.nss.value.digits, read.fecha.value.isoformat(), fold(read.estado.value), *rows))
