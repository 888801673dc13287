"""From words on pages to a Constancia, every field with the place it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from mailbot.core.identifiers import Curp, Nss, RegistroPatronal
from mailbot.core.page import Box

T = TypeVar("T")


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
    """False where an employer block is there but could not be read with certainty."""
    titulo: Box | None = None
    beneficiarios: bool = False
    """Whether beneficiaries are listed (a parent's constancia); nothing else of them is kept."""
