"""Two readings of one document to one: what one lacks the other gives; where they disagree, nothing is said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from mailbot.core.constancia import Constancia, Field, Patron
from mailbot.core.documents import CONSTANCIA, Document
from mailbot.core.page import Page
from mailbot.core.signs import curp_fits_name

_FIELDS = ("nss", "curp", "nombre", "fecha", "estado", "servicio_medico", "nacimiento")
_MARKS = ".,:;"


def joined(first: Document, second: Document, pages: Sequence[Page]) -> Document:
    """Return the first reading, completed by the second; ``pages`` are as the first reader saw them.

    A name that the first reader doubted is taken only where both part its words alike; a person's that only one of
    them read, where it is the CURP's.
    """
    words = {w.text.strip(_MARKS) for p in pages for w in p.words if not w.cut}  # the second sees no clip
    if second.kind != CONSTANCIA or second.constancia is None:
        return first
    if first.kind != CONSTANCIA or first.constancia is None:
        return second
    fields: dict[str, Any] = {}
    problems = []
    for name in _FIELDS:
        one, two = getattr(first.constancia, name), getattr(second.constancia, name)
        fields[name] = agreed(one, two)
        if one is not None and two is not None and fields[name] is None:
            problems.append(f"dos lecturas de {name.replace('_', ' ')} no coinciden")
    name, curp = fields["nombre"], fields["curp"]
    fits = name is not None and curp is not None and curp_fits_name(curp.value, name.value)
    if first.constancia.nombre is None and name is not None:
        fields["nombre"] = name if fits and _seen(name.value, words) else None
    elif second.constancia.nombre is None and curp is not None and not fits:
        fields["nombre"] = None
    patrones, legible = _patrones(first.constancia, second.constancia, words)
    constancia = replace(first.constancia, **fields, patrones=patrones, patrones_legible=legible)
    constancia = replace(
        constancia,
        titulo=constancia.titulo or second.constancia.titulo,
        beneficiarios=first.constancia.beneficiarios or second.constancia.beneficiarios,
    )
    kept = tuple(p for p in first.problems if p in second.problems)
    return replace(first, constancia=constancia, problems=(*kept, *problems))


def agreed(one: Field[Any] | None, two: Field[Any] | None) -> Field[Any] | None:
    """Return the field that either has, or None where both have it and differ."""
    if one is None or two is None:
        return one or two
    return one if one.value == two.value else None


def _seen(text: str, words: Collection[str]) -> bool:
    return all(word.strip(_MARKS) in words for word in text.split())


def _patrones(one: Constancia, two: Constancia, words: Collection[str]) -> tuple[tuple[Patron, ...], bool]:
    if one.patrones_legible and not _holes(one):
        return one.patrones, True
    texts = [text for p in two.patrones for text in (p.razon_social, p.modalidad) if text is not None]
    if two.patrones_legible and not _holes(two) and all(_seen(text, words) for text in texts):
        return two.patrones, True
    return one.patrones, one.patrones_legible


def _holes(constancia: Constancia) -> bool:
    return any(p.razon_social is None for p in constancia.patrones)
