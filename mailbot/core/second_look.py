"""Which values of a constancia read by OCR stand? Those that a second look at the same place confirms, no others."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Protocol

from mailbot.core.constancia import Constancia, Field, Patron
from mailbot.core.documents import ReadingKnowledge
from mailbot.core.identifiers import Curp
from mailbot.core.page import Box
from mailbot.core.signs import birth_date
from mailbot.core.spanish import fold


class Confirmed(Protocol):
    """Tell whether a text was read twice alike at a place; ``listed``: it is one of few known, or has a check digit,
    so that no single letter has to be sure."""

    def __call__(self, box: Box, text: str, *, listed: bool = False) -> bool: ...


def boxes_of(c: Constancia) -> list[Box]:
    """Return the places that have to be looked at again."""
    fields: list[Field[Any] | None] = [
        c.nss, c.curp, c.nombre, c.fecha, c.estado, c.servicio_medico, c.nacimiento,
    ]  # fmt: skip
    return [f.box for f in fields if f is not None] + [p.box for p in c.patrones if p.box is not None]


def only_sure(c: Constancia, confirmed: Confirmed, knowledge: ReadingKnowledge) -> Constancia:
    """Return the constancia without what was not confirmed, does not check, or does not agree with the rest."""

    def kept(field: Field[Any] | None, *, listed: bool = False) -> Any:
        return field if field is not None and confirmed(field.box, field.printed, listed=listed) else None

    nss, curp, nombre, born = kept(c.nss, listed=True), kept(c.curp, listed=True), kept(c.nombre), kept(c.nacimiento)
    nss = nss if nss is not None and nss.value.checks else None
    curp = curp if curp is not None and curp.value.checks else None
    if curp is not None and born is not None and birth_date(curp.value) != born.value:
        curp = born = None  # one of them is misread
    if nombre is not None and not _whole(nombre.value, None if curp is None else curp.value):
        nombre = None
    patrones = tuple(_kept_row(p, confirmed, knowledge) for p in c.patrones)
    return replace(
        c,
        nss=nss,
        curp=curp,
        nombre=nombre,
        fecha=kept(c.fecha),
        estado=kept(c.estado, listed=True),
        servicio_medico=kept(c.servicio_medico, listed=True),
        nacimiento=born,
        patrones=patrones,
        patrones_legible=c.patrones_legible and all(p.razon_social is not None for p in patrones),
    )


def _whole(name: str, curp: Curp | None) -> bool:
    """Tell whether a name may be all of it and nothing else: words of letters that begin as the CURP says.

    An apostrophe is as often an accent that was torn off its letter, but for those of D'ARTAGNAN and O'FARRILL.
    """
    words = re.sub(r"\b([DO])['’](?=[A-Z]{3})", r"\1", name.upper()).split()
    plain = all(c.isalpha() or c in ".-" for word in words for c in word)
    initials = {fold(part)[:1].upper() for word in words for part in word.split("-")}
    wanted = set() if curp is None else {curp.text[0], curp.text[2], curp.text[3]} - {"X"}
    return plain and len(words) > 1 and wanted <= initials


def _kept_row(patron: Patron, confirmed: Confirmed, knowledge: ReadingKnowledge) -> Patron:
    """Return a row with its name read, and its modalidad only where it is one that is known: never half of one."""
    box, registro, modalidad = patron.box, patron.registro_patronal, patron.modalidad
    if box is None or patron.razon_social is None or not confirmed(box, patron.razon_social):
        return Patron(None, None, None, box)
    if registro is not None and not confirmed(box, registro.text):
        registro = None
    known = {fold(m) for m in knowledge.modalidades} | ({registro.modalidad} if registro else set())
    if modalidad is not None and not (fold(modalidad) in known and confirmed(box, modalidad, listed=True)):
        modalidad = None
    return Patron(patron.razon_social, registro, modalidad, box)
