"""Invented persons, employers and what a constancia says of them, drawn at random with numbers that check."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from mailbot.core.spanish import fold

GIVEN = ("XIMENA", "JOSÉ ÁNGEL", "ANA SOFÍA", "IÑAKI", "LUIS ANTONIO", "MARÍA FERNANDA", "JUAN DE DIOS", "MA. DEL CARMEN",
         "EMILIANO", "BEGOÑA", "GUADALUPE", "HÉCTOR RAÚL", "D'ARTAGNAN", "ÁNGEL", "SOFÍA BELÉN", "JESÚS", "FRIDA",
         "MARÍA DE LOS ÁNGELES MONSERRAT")  # fmt: skip
SURNAMES = ("GARCÍA", "PEÑA", "VÁZQUEZ", "DE LA CRUZ", "ORDÓÑEZ", "ÁVILA", "ZÚÑIGA", "MUÑOZ", "HERNÁNDEZ", "LÓPEZ",
            "MARTÍNEZ", "PÉREZ-GÓMEZ", "SÁNCHEZ", "MENDOZA", "YÁÑEZ", "O'FARRILL")  # fmt: skip
TRAP_SURNAMES = ("ESTADO", "BAJA", "VIGENTE", "FOLIO", "PATRÓN", "TITULAR", "MODALIDAD")
STATES_OF_BIRTH = ("QUERETARO", "BAJA CALIFORNIA", "BAJA CALIFORNIA SUR", "MEXICO", "GUANAJUATO", "SAN LUIS POTOSI")
SCHOOLS = ("INSTITUTO TECNOLOGICO DE QUERETARO", "INSTITUTO TECNOLOGICO DE CELAYA", "CONALEP PLANTEL QUERETARO",
           "UNIVERSIDAD POLITECNICA DE SANTA ROSA JAUREGUI", "ESC. DE BACH. NORTE UAQ", "PREPARATORIA OFICIAL NUM 27",
           "COLEGIO DE ESTUDIOS CIENTIFICOS Y TECNOLOGICOS DEL ESTADO DE QUERETARO",
           "CENTRO DE BACHILLERATO TECNOLOGICO INDUSTRIAL Y DE SERVICIOS NUM 118")  # fmt: skip
COMPANIES = ("KELLOGG COMPANY MEXICO S DE RL DE CV", "COMERCIALIZADORA DEL BAJIO S.A. DE C.V.", "JUAREZ MARTINEZ PEDRO",
             "GRUPO TECNOLOGICO INDUSTRIAL QUERETARO SA DE CV", "TIENDAS 3B SA DE CV", "AT&T SERVICIOS, S.C.",
             "SERVICIOS ADMINISTRATIVOS Y OPERATIVOS DEL CENTRO DE LA REPUBLICA SA DE CV",
             "7-ELEVEN MEXICO SA DE CV", "H. AYUNTAMIENTO DE CORREGIDORA")  # fmt: skip
TRAP_COMPANIES = ("VIGENTE SA DE CV", "BAJA CALIFORNIA MARISCOS SA DE CV", "ESTADO DE QUERETARO", "CURP CONSULTORES SC",
                  "CONSTANCIA Y DERECHOS SC", "MODALIDAD 40 ASESORES SA DE CV", "NOMBRE Y MARCA SA DE CV",
                  "SERVICIO MEDICO INTEGRAL SA DE CV", "FECHA LIMITE SA DE CV", "PATRON TEQUILA SA DE CV")  # fmt: skip
JOBS = ("TRABAJADORES PERMANENTES", "TRABAJADORES EVENTUALES")
STUDENTS = "SEGURO FACULTATIVO ESTUDIANTES"
ESTADOS = ("VIGENTE", "BAJA", "VIGENTE", "BAJA", "CONSERVACION DE DERECHOS", "VIGENTE POR PRÓRROGA", "PENSIONADO",
           "Vigente", "PENSIÓN EN TRÁMITE", "FALLECIDO")  # fmt: skip
MONTHS = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
          "diciembre")  # fmt: skip
_CURP = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Employer:
    razon_social: str
    registro: str
    modalidad: str


@dataclass(frozen=True)
class Person:
    given: str
    first: str
    second: str
    nss: str
    curp: str
    birth: date
    birth_state: str
    estado: str
    service: bool
    issued: date
    employers: tuple[Employer, ...]
    beneficiaries: tuple[tuple[str, str, str, date], ...] = field(default=())

    @property
    def name(self) -> str:
        return " ".join(p for p in (self.given, self.first, self.second) if p)


def nss(rng: random.Random) -> str:
    """Make an NSS whose check digit agrees."""
    ten = "".join(rng.choice("0123456789") for _ in range(10))
    total = 0
    for i, d in enumerate(ten):
        n = int(d) * (2 if i % 2 else 1)
        total += n // 10 + n % 10
    return ten + str(-total % 10)


def curp(rng: random.Random, given: str, first: str, second: str, birth: date) -> str:
    """Make a CURP with its check digit; initials as they fall."""
    letters = [c for c in (fold(first) + "xx").upper() if c.isalpha()]
    head = letters[0] + letters[1] + (fold(second) or "x")[0].upper() + fold(given)[0].upper()
    body = head + birth.strftime("%y%m%d") + rng.choice("HMX") + "QT" + "".join(rng.choice("BCDFGHJKLMNPRST") for _ in range(3))
    body += "A" if birth.year >= 2000 else "0"
    return body + str(-sum(_CURP.index(c) * (18 - i) for i, c in enumerate(body)) % 10)


def employer(rng: random.Random, *, traps: bool) -> Employer:
    digits = "".join(rng.choice("0123456789") for _ in range(7))
    if rng.random() < 0.45:
        return Employer(rng.choice(SCHOOLS), "E" + digits + "32" + rng.choice("0123456789"), STUDENTS)
    name = rng.choice(TRAP_COMPANIES if traps and rng.random() < 0.4 else COMPANIES)
    return Employer(name, rng.choice("EYABZ") + digits + "10" + rng.choice("0123456789"), rng.choice(JOBS))


def person(rng: random.Random, *, traps: bool = False) -> Person:
    """Draw a person and all that the constancia says."""
    given, first = rng.choice(GIVEN), rng.choice(TRAP_SURNAMES if traps and rng.random() < 0.3 else SURNAMES)
    second = rng.choice(SURNAMES) if rng.random() < 0.93 else ""
    birth = date(1998, 1, 1) + timedelta(days=rng.randrange(3600))
    relatives = tuple(
        (f"{rng.choice(GIVEN)} {rng.choice(SURNAMES)} {first}", nss(rng), curp(rng, "MATEO", first, "PEÑA", birth), birth)
        for _ in range(rng.choice((0, 0, 0, 1, 2, 3)))
    )
    estado = rng.choice(ESTADOS)
    return Person(
        given, first, second, nss(rng), curp(rng, given, first, second, birth), birth, rng.choice(STATES_OF_BIRTH),
        estado, rng.random() < 0.5, date(2026, 1, 1) + timedelta(days=rng.randrange(330)),
        tuple(employer(rng, traps=traps) for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3, 4)))), relatives,
    )  # fmt: skip


def written_date(rng: random.Random, day: date, style: int | None = None) -> str:
    """Write a date in one of the ways constancia.md lists."""
    month = MONTHS[day.month - 1]
    ways = (
        day.strftime("%d/%m/%Y"), day.strftime("%d-%m-%Y"), f"{day.day} de {month} de {day.year}",
        f"{day.day:02}/{month[:3].upper()}/{day.year}", f"{day.day} DE {month.upper()} DE {day.year}",
        day.strftime("%d/%m/%Y %H:%M:%S"), day.strftime("%d.%m.%Y"),
    )  # fmt: skip
    return ways[style] if style is not None else rng.choice(ways)
