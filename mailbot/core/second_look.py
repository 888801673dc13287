"""Which values of a constancia read by OCR stand? Those that a second look at the same place confirms, no others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, Literal, Protocol

from mailbot.core.constancia import CLASH, DATED, Constancia, Field, Patron
from mailbot.core.documents import ReadingKnowledge
from mailbot.core.identifiers import Curp
from mailbot.core.page import Box
from mailbot.core.signs import birth_date
from mailbot.core.spanish import fold

Need = Literal["letters", "whole", "sure", "spaces"]
"""How alike two readings must be. ``letters``: the same letters; enough for what has a check digit. ``whole``: and
nothing can stand before or after them; enough for one of few known texts. ``sure``: and the same accents, and no letter
in doubt. ``spaces``: and the same words, for names."""


class Confirmed(Protocol):
    """Tell whether a text was read twice alike at a place."""

    def __call__(self, box: Box, text: str, need: Need) -> bool: ...


def boxes_of(c: Constancia) -> list[Box]:
    """Return the places that have to be looked at again."""
    fields: list[Field[Any] | None] = [
        c.nss, c.curp, c.nombre, c.fecha, c.estado, c.servicio_medico, c.nacimiento,
    ]  # fmt: skip
    return [f.box for f in fields if f is not None] + [p.box for p in c.patrones if p.box is not None]


def only_sure(c: Constancia, confirmed: Confirmed, knowledge: ReadingKnowledge) -> Constancia:
    """Return the constancia without what was not confirmed, does not check, or does not agree with the rest."""

    def kept(field: Field[Any] | None, need: Need) -> Any:
        return field if field is not None and confirmed(field.box, field.printed, need) else None

    def day(field: Field[date] | None) -> Field[date] | None:
        """Ask of a date what begins with its digits: a place or another cell's word may stand before it."""
        digits = None if field is None else re.search(r"\d.*", field.printed, re.DOTALL)
        sure = field is not None and digits is not None and confirmed(field.box, digits[0], "sure")
        return field if sure else None

    nss, curp = kept(c.nss, "letters"), kept(c.curp, "letters")
    nombre, born = kept(c.nombre, "spaces"), day(c.nacimiento)
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
        fecha=day(c.fecha),
        estado=kept(c.estado, "sure"),
        servicio_medico=kept(c.servicio_medico, "letters"),
        nacimiento=born,
        patrones=patrones,
        patrones_legible=c.patrones_legible and all(p.razon_social is not None for p in patrones),
    )


def _whole(name: str, curp: Curp | None) -> bool:
    """Tell whether a name may be all of it and nothing else: words of letters that begin as the CURP says.

    An apostrophe is as often an accent that was torn off its letter, but for those of D'ARTAGNAN, O'FARRILL and Ñ'HU.
    """
    words = re.sub(r"\b([DOÑ])['’](?=[A-Z]{2})", r"\1", name.upper()).split()
    plain = all(c.isalpha() or c in ".-" for word in words for c in word)
    initials = {fold(part)[:1].upper() for word in words for part in word.split("-")}
    wanted = set() if curp is None else {curp.text[0], curp.text[2], curp.text[3]} - {"X"}
    return plain and not _misread(name) and len(words) > 1 and wanted <= initials


def _misread(name: str) -> bool:
    """Tell whether a name has what none is printed with, however often it is read.

    A dot that joins two words is a speck between them ("DE.CV"), and so is an apostrophe that joins nothing ("'S DE
    RL"); a small letter among capitals has lost its accent ("NOEMi").
    """
    specks = re.search(r"[^\W\d_]{2}\.[^\W\d_]{2}|(?<!\w)['´`’‘]|['´`’‘](?!\w)", name)
    runs = re.findall(r"[^\W\d_]{3,}", name)
    return specks is not None or any(run not in (run.upper(), run.lower(), run.capitalize()) for run in runs)


def of_two_people(problems: Iterable[str]) -> bool:
    """Tell whether a page says two things of its holder: then it is of two people, and whose is what it says once?

    Beneficiaries whose heading was not read, or two papers in one picture. Two dates may be one person's.
    """
    return any(p.startswith(CLASH) and not p.endswith(DATED) for p in problems)


def of_nobody(c: Constancia) -> Constancia:
    """Return the constancia without anything that it says of a person."""
    return Constancia(titulo=c.titulo, patrones_legible=False, beneficiarios=c.beneficiarios)


def _kept_row(patron: Patron, confirmed: Confirmed, knowledge: ReadingKnowledge) -> Patron:
    """Return a row with its name read, and its modalidad only where it is one that is known: never half of one.

    A name that stands alone is no row.
    """
    box, registro, modalidad = patron.box, patron.registro_patronal, patron.modalidad
    alone = registro is None and modalidad is None  # half a row, or what stands beyond the page: a screen's clock
    name = patron.razon_social
    if box is None or alone or name is None or _misread(name) or not confirmed(box, name, "spaces"):
        return Patron(None, None, None, box)
    if registro is not None and not confirmed(box, registro.text, "sure"):
        registro = None
    if modalidad is not None:
        numbers = () if registro is None else (registro.modalidad,)
        modalidad = _known(modalidad, (*knowledge.modalidades, *numbers))
        modalidad = modalidad if modalidad is not None and confirmed(box, modalidad, "whole") else None
    return Patron(patron.razon_social, registro, modalidad, box)


def _known(text: str, known: Iterable[str]) -> str | None:
    """Return a text that is a known one, with the spaces of that one: OCR loses some, and may add an accent."""
    for one in known:
        letters = text.replace(" ", "")
        if letters.casefold() == one.replace(" ", "").casefold():
            left = iter(letters)
            return "".join(c if c == " " else next(left) for c in one)
    return None
