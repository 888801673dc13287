"""From words on pages to a Constancia, every field with the place it was read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Generic, TypeVar

from mailbot.core.identifiers import Curp, Nss, RegistroPatronal
from mailbot.core.page import Box

if TYPE_CHECKING:
    from mailbot.core.fields import Reading
    from mailbot.core.sheet import Sheet

T = TypeVar("T")
CLASH = "aparece más de una vez y no coincide: "  # how a problem begins where a page says two things
DATED = "la fecha de la constancia"


@dataclass(frozen=True, slots=True)
class Field(Generic[T]):
    """A value and its evidence: as printed, under which label, where."""

    value: T
    printed: str
    label: str
    box: Box


@dataclass(frozen=True, slots=True)
class Patron:
    """One row of the employers; a part that could not be read is None."""

    razon_social: str | None
    registro_patronal: RegistroPatronal | None
    modalidad: str | None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Constancia:
    """What a constancia de vigencia de derechos says; None is "not read". Beneficiaries are never kept."""

    nss: Field[Nss] | None = None
    curp: Field[Curp] | None = None
    nombre: Field[str] | None = None
    fecha: Field[date] | None = None
    estado: Field[str] | None = None
    servicio_medico: Field[bool] | None = None
    nacimiento: Field[date] | None = None
    patrones: tuple[Patron, ...] = ()
    patrones_legible: bool = True
    """False where an employer block is there but could not be read with certainty; ``patrones`` is empty then."""
    titulo: Box | None = None
    beneficiarios: bool = False
    """Whether beneficiaries are listed (a parent's constancia); nothing else of them is kept."""


def read_constancia(
    sheets: Sequence[Sheet], modalidades: Sequence[str], titulo: Box | None
) -> tuple[Constancia, tuple[str, ...]]:
    """Read every field of a constancia, and say in Spanish what could not be read."""
    # Imported here: only a reader's child reads, and the daemon, which lives on the nouns above, starts 50 ms sooner.
    from mailbot.core import labels
    from mailbot.core.captions import read_either_way
    from mailbot.core.employers import read_employers
    from mailbot.core.fields import kinds_asked, settle, settle_name
    from mailbot.core.impostors import unmask
    from mailbot.core.issued import issued_on
    from mailbot.core.overprint import OVERPRINTED, overprinted, touched
    from mailbot.core.running_heads import without_running_heads
    from mailbot.core.sections import holders_part

    # What must be legible to choose a step, and how its absence is told to people.
    needed = (
        (labels.NSS, "el NSS"),
        (labels.ESTADO, "el estado"),
        (labels.FECHA, DATED),
        (labels.SERVICIO, "si hay derecho al servicio médico"),
        (labels.CURP, "la CURP"),
        (labels.NOMBRE, "el nombre"),
    )
    mine, beneficiarios = holders_part(unmask(without_running_heads(sheets)))
    readings, with_captions = read_either_way(mine)
    problems: list[str] = []
    found: dict[str, Reading] = {}
    unclear = overprinted(sheets)
    for kind, named in needed:
        if kind == labels.NOMBRE:
            reading, clash = settle_name(readings, mine, _curp(found))
        else:
            reading, clash = settle(readings, kind)
        if kind == labels.FECHA and kind not in kinds_asked(mine):
            reading = issued_on(mine)
        if reading is not None and touched(reading.box, unclear):
            problems.append(f"{OVERPRINTED}: {named}")
        elif reading is not None:
            found[kind] = reading
        elif clash:
            problems.append(CLASH + named)
        else:
            problems.append(f"no se lee {named}")
    if birth := settle(readings, labels.NACIMIENTO)[0]:
        found[labels.NACIMIENTO] = birth
    employers, legible = read_employers(mine, modalidades, sheets, with_captions=with_captions)
    legible = legible and not _of_two_papers([e.box for e in employers], problems, sheets)
    if any(e.box is not None and touched(e.box, unclear) for e in employers):
        legible = False
        problems.append(f"{OVERPRINTED}: el patrón")
    elif not legible:
        problems.append("no se lee con certeza el patrón")
    patrones = tuple(Patron(e.razon_social, e.registro_patronal, e.modalidad, e.box) for e in employers if legible)
    constancia = replace(
        _with_fields(found), patrones=patrones, patrones_legible=legible, titulo=titulo, beneficiarios=beneficiarios
    )
    return constancia, tuple(problems)


def _of_two_papers(employers: Sequence[Box], problems: Sequence[str], sheets: Sequence[Sheet]) -> bool:
    """Tell whether several employers may be of two papers in one file: an old and a new one, or another person's.

    Something is said twice and otherwise; or beneficiaries stand between employers, whose part ends with the paper.
    """
    from mailbot.core import labels

    places = sorted((box.page, box.top) for box in employers)
    headings = [(s.page, s.top) for sheet in sheets for s in sheet.segments if s.kind == labels.BENEFICIARIOS]
    between = any(places[0] < heading < places[-1] for heading in headings) if places else False
    return between or (len(places) > 1 and any(p.startswith(CLASH) for p in problems))


def _with_fields(found: dict[str, Reading]) -> Constancia:
    from mailbot.core import labels

    return Constancia(
        nss=_field(found.get(labels.NSS), Nss),
        curp=_field(found.get(labels.CURP), Curp),
        nombre=_field(found.get(labels.NOMBRE), str),
        fecha=_field(found.get(labels.FECHA), date),
        estado=_field(found.get(labels.ESTADO), str),
        servicio_medico=_field(found.get(labels.SERVICIO), bool),
        nacimiento=_field(found.get(labels.NACIMIENTO), date),
    )


def _curp(found: dict[str, Reading]) -> Curp | None:
    from mailbot.core.labels import CURP

    curp = found[CURP].value if CURP in found else None
    return curp if isinstance(curp, Curp) else None


def _field(reading: Reading | None, kind: type[T]) -> Field[T] | None:
    if reading is None or not isinstance(reading.value, kind):
        return None
    return Field(reading.value, reading.printed, reading.label.rstrip(" :"), reading.box)
