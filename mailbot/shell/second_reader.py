"""Two readings of one document to one: what one lacks the other gives; where they disagree, nothing is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mailbot.core.constancia import Constancia, Field, Patron
from mailbot.core.documents import CONSTANCIA, Document

_FIELDS = ("nss", "curp", "nombre", "fecha", "estado", "servicio_medico", "nacimiento")


def joined(first: Document, second: Document) -> Document:
    """Return the first reading, completed by the second."""
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
    patrones, legible = _patrones(first.constancia, second.constancia)
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


def _patrones(one: Constancia, two: Constancia) -> tuple[tuple[Patron, ...], bool]:
    if one.patrones_legible and not _holes(one):
        return one.patrones, True
    if two.patrones_legible and not _holes(two):
        return two.patrones, True
    return one.patrones, one.patrones_legible


def _holes(constancia: Constancia) -> bool:
    return any(p.razon_social is None for p in constancia.patrones)
