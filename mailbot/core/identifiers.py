"""The numbers that identify a person or an employer at the IMSS: masked when printed, checked on request."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NSS_CHARS = re.compile(r"[0-9]{11}")
_CURP_CHARS = re.compile(r"[A-Z]{4}[0-9]{6}[HMX][A-Z]{5}[0-9A-Z][0-9]")
_REGISTRO_CHARS = re.compile(r"[A-Z][0-9]{10}")
# Position is the value; Ñ stands between N and O (RENAPO, Instructivo normativo para la asignación de la CURP).
_CURP_ALPHABET = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True, repr=False)
class Nss:
    """Número de Seguridad Social: 11 digits, the last a Luhn check over the first ten."""

    digits: str

    def __post_init__(self) -> None:
        if not _NSS_CHARS.fullmatch(self.digits):
            raise ValueError("an NSS has 11 digits")

    @property
    def checks(self) -> bool:
        """Tell whether the check digit agrees; a failure is a reading error or an odd number, never an accusation."""
        doubled = (int(d) * (2 if i % 2 else 1) for i, d in enumerate(self.digits[:10]))
        total = sum(n // 10 + n % 10 for n in doubled)
        return (10 - total % 10) % 10 == int(self.digits[10])

    @property
    def last_four(self) -> str:
        return self.digits[-4:]

    def __repr__(self) -> str:
        return f"Nss(…{self.last_four})"

    __str__ = __repr__


@dataclass(frozen=True, slots=True, repr=False)
class Curp:
    """Clave Única de Registro de Población: 18 characters; initials, birth date, sex, state, check digit."""

    text: str

    def __post_init__(self) -> None:
        if not _CURP_CHARS.fullmatch(self.text):
            raise ValueError("a CURP has 18 characters in RENAPO's form")

    @property
    def checks(self) -> bool:
        """Tell whether the check digit agrees with the first 17 characters."""
        total = sum(_CURP_ALPHABET.index(c) * (18 - i) for i, c in enumerate(self.text[:17]))
        return (10 - total % 10) % 10 == int(self.text[17])

    def __repr__(self) -> str:
        return f"Curp(…{self.text[-4:]})"

    __str__ = __repr__


@dataclass(frozen=True, slots=True, repr=False)
class RegistroPatronal:
    """An employer's IMSS number: letter, 7 digits, 2 digits of modalidad, check digit; hyphens taken out."""

    text: str

    def __post_init__(self) -> None:
        if not _REGISTRO_CHARS.fullmatch(self.text):
            raise ValueError("a registro patronal has a letter and 10 digits")

    @property
    def modalidad(self) -> str:
        """Return characters 9 and 10; ``32`` is insurance by a school or programme, ``10`` and ``13`` employment."""
        return self.text[8:10]

    def __repr__(self) -> str:
        return f"RegistroPatronal(…{self.text[-4:]})"

    __str__ = __repr__


_SPACING = re.compile(r"[\s.\-–—/·]+")


def parse_nss(text: str) -> Nss | None:
    """Read a whole NSS, spaced or hyphenated as people and forms do; None for anything else."""
    digits = _SPACING.sub("", text)
    return Nss(digits) if digits.isascii() and _NSS_CHARS.fullmatch(digits) else None


def parse_curp(text: str) -> Curp | None:
    """Read a whole CURP, spaced or hyphenated; None for anything else."""
    letters = _SPACING.sub("", text).upper()
    return Curp(letters) if _CURP_CHARS.fullmatch(letters) else None


def parse_registro(text: str) -> RegistroPatronal | None:
    """Read a whole registro patronal, with or without hyphens; None for anything else."""
    letters = _SPACING.sub("", text).upper()
    return RegistroPatronal(letters) if letters.isascii() and _REGISTRO_CHARS.fullmatch(letters) else None
