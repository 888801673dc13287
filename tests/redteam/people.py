"""Which invented person, and what is the truth of their constancia?"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

ALPHABET = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"

GIVEN = [
    "MARÍA GUADALUPE", "JOSÉ", "ÁNGEL URIEL", "SOFÍA", "MA. DEL CARMEN", "BRANDON YAHIR", "Ñ'HU", "ITZEL", "DIEGO ARMANDO",
    "FERNANDA", "MAXIMILIANO ALEJANDRO", "LUZ DEL ALBA", "J. JESÚS", "ANDREA NATALIA", "GÜENDOLINE", "KEVIN", "ROSA SI",
]  # fmt: skip
SURNAMES = [
    "PÉREZ", "GÓMEZ", "MUÑOZ", "DE LA TORRE", "HERNÁNDEZ", "AGÜERO", "RESÉNDIZ", "ÁLVAREZ", "OLVERA", "URIBE", "Y GARCÍA",
    "SAN JUAN", "DEL VALLE", "TREJO", "YÁÑEZ", "PACHECO", "MC GREGOR", "ZEPEDA", "IBARRA", "CAMACHO",
]  # fmt: skip
KEYWORD_SURNAMES = ["BAJA", "ESTADO", "VIGENTE", "DE LA FECHA", "SEGURO", "CLÍNICA", "PATRÓN", "NOMBRE", "DERECHO"]
STATES = {
    "QUERETARO": "QT",
    "GUANAJUATO": "GT",
    "MEXICO": "MC",
    "BAJA CALIFORNIA": "BC",
    "BAJA CALIFORNIA SUR": "BS",
    "HIDALGO": "HG",
}
SCHOOLS = [
    "INSTITUTO TECNOLOGICO DE QUERETARO", "INSTITUTO TECNOLÓGICO DE QUERÉTARO", "INSTITUTO TECNOLOGICO DE CELAYA",
    "COLEGIO DE ESTUDIOS CIENTIFICOS Y TECNOLOGICOS DEL ESTADO DE QUERETARO", "CBTIS NO. 118", "CONALEP QUERETARO",
    "UNIVERSIDAD AUTONOMA DE QUERETARO", "COLEGIO DE BACHILLERES DEL ESTADO DE QUERETARO PLANTEL 7 EL MARQUES",
    "ESCUELA DE BACHILLERES \"SALVADOR ALLENDE\" UAQ", "UNIVERSIDAD POLITECNICA DE SANTA ROSA JAUREGUI",
]  # fmt: skip
COMPANIES = [
    "CONSTANCIA EMPRESARIAL SA DE CV", "SERVICIOS MEDICOS INTEGRALES DEL BAJIO SC", "FECHA SA", "3M MEXICO SA DE CV",
    "GOBIERNO DEL ESTADO DE QUERETARO", "ESTADO LIBRE Y SOBERANO DE QUERETARO PODER EJECUTIVO", "OXXO EXPRESS, S.A. DE C.V.",
    "SERVICIOS ADMINISTRATIVOS Y CORPORATIVOS DE LA CONSTRUCCION DEL BAJIO Y CENTRO S DE RL DE CV", "MODALIDAD TEXTIL SA DE CV",
    "SAMSUNG ELECTRONICS DIGITAL APPLIANCES MEXICO SA DE CV", "VIGENCIA Y SEGURIDAD PRIVADA SA DE CV", "GRUPO BAJA SAPI DE CV",
    "OPERADORA DE RESTAURANTES \"EL PATRON\" SA DE CV", "AT&T COMUNICACIONES DIGITALES S DE RL DE CV", "SEGUROS MONTERREY NYL, S.A.",
    "RESENDIZ TREJO MARIA GUADALUPE", "JOSE LUIS PEREZ GOMEZ", "NOMBRE COMERCIAL DEL CENTRO SA DE CV", "HOSPITAL H+ QUERETARO SA DE CV",
    "CLINICA UMF PRIVADA SC", "INDUSTRIAS DEL NORTE DE BAJA CALIFORNIA S.A.P.I. DE C.V.", "DHL", "COMERCIALIZADORA 23/11 SA DE CV",
]  # fmt: skip
PROGRAMMES = ["SECRETARIA DEL TRABAJO Y PREVISION SOCIAL", "COMISION FEDERAL DE ELECTRICIDAD"]
EMPLOYED = [
    "TRABAJADORES PERMANENTES",
    "TRABAJADORES EVENTUALES DE LA CIUDAD",
    "TRABAJADORES PERMANENTES Y EVENTUALES DE LA CIUDAD",
]
STATUSES = [
    "CONSERVACION DE DERECHOS", "EN CONSERVACIÓN DE DERECHOS", "PENSION EN TRAMITE", "VIGENTE POR PRORROGA",
    "FALLECIDO", "PENSIONADO", "BAJA POR DEFUNCION", "SUSPENDIDO", "NO VIGENTE",
]  # fmt: skip


@dataclass
class Employer:
    """One row of the employers' table; None is what is not printed."""

    name: str | None
    number: str | None
    modality: str | None


@dataclass
class Truth:
    """All that a constancia prints of one person."""

    given: str
    first: str
    second: str
    nss: str
    curp: str
    sex: str
    born: date
    birth_state: str
    issued: date
    status: str
    right: bool | None
    employers: list[Employer] = field(default_factory=list)
    relatives: list[tuple[str, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return the whole name in its natural order."""
        return " ".join(part for part in (self.given, self.first, self.second) if part)

    def expected(self) -> dict[str, Any]:
        """Return what `mailbot read --json` should say."""
        return {
            "kind": "constancia_vigencia",
            "nss": self.nss,
            "curp": self.curp,
            "nombre": self.name,
            "fecha": self.issued.isoformat(),
            "estado": self.status,
            "servicio_medico": self.right,
            "patrones": [
                {"razon_social": e.name, "registro_patronal": e.number, "modalidad": e.modality} for e in self.employers
            ],
        }


def plain(text: str) -> str:
    """Return upper-case letters only, without accents."""
    apart = unicodedata.normalize("NFD", text.replace("Ñ", "X"))
    return "".join(c for c in apart if c.isascii() and c.isalpha())


def luhn(ten: str) -> str:
    """Return the check digit of an NSS."""
    total = 0
    for i, c in enumerate(reversed(ten)):
        doubled = int(c) * (2 if i % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def make_nss(rng: Random) -> str:
    """Return eleven digits that check."""
    ten = f"{rng.randint(1, 97):02}{rng.randint(15, 26):02}{rng.randint(1, 99):02}{rng.randint(0, 9999):04}"
    return ten + luhn(ten)


def make_curp(rng: Random, given: str, first: str, second: str, born: date, sex: str, state: str) -> str:
    """Return a CURP of that person, with its check digit."""
    g, a, b = plain(given) or "X", plain(first) or "X", plain(second) or "X"
    vowel = next((c for c in a[1:] if c in "AEIOU"), "X")
    inner = [next((c for c in w[1:] if c not in "AEIOU"), "X") for w in (a, b, g)]
    head = f"{a[0]}{vowel}{b[0]}{g[0]}{born:%y%m%d}{sex}{STATES[state]}{''.join(inner)}{rng.choice('ABCD')}"
    total = sum(ALPHABET.index(c) * (18 - i) for i, c in enumerate(head))
    return head + str(-total % 10)


def make_person(rng: Random) -> tuple[str, str, str]:
    """Return given name and the two surnames (the second may be missing)."""
    pool = KEYWORD_SURNAMES if rng.random() < 0.12 else SURNAMES
    second = "" if rng.random() < 0.06 else rng.choice(SURNAMES)
    return rng.choice(GIVEN), rng.choice(pool), second


def make_employer(rng: Random, odd: float) -> Employer:
    """Return an employer; `odd` is how often its name holds a keyword or wraps."""
    kind = rng.random()
    digits = f"{rng.randint(0, 9999999):07}"
    letter = rng.choice("ABCEYZDFHRSU")
    if kind < 0.5:
        name, modality, two = rng.choice(SCHOOLS), "SEGURO FACULTATIVO ESTUDIANTES", "32"
    elif kind < 0.58:
        name = rng.choice(PROGRAMMES)
        modality = "PROGRAMA JOVENES CONSTRUYENDO EL FUTURO" if "TRABAJO" in name else "SEGURO FACULTATIVO IMSS / CFE"
        two = "32"
    else:
        name = rng.choice(COMPANIES if rng.random() < odd else COMPANIES[5:])
        modality, two = rng.choice(EMPLOYED), rng.choice(["10", "13", "17"])
    return Employer(name, f"{letter}{digits}{two}{rng.randint(0, 9)}", modality)


def make_truth(rng: Random) -> Truth:
    """Return one random person with everything that may be printed of them."""
    given, first, second = make_person(rng)
    sex = rng.choice("HM")
    state = rng.choice(list(STATES))
    born = date(2003, 1, 1) + timedelta(days=rng.randrange(1900))
    issued = date(2026, 11, 23) - timedelta(days=rng.choice([0, 0, 0, 1, 5, 40, 400]))
    roll = rng.random()
    status = "VIGENTE" if roll < 0.5 else "BAJA" if roll < 0.8 else rng.choice(STATUSES)
    right = None if rng.random() < 0.06 else (status != "BAJA" if rng.random() < 0.9 else status == "BAJA")
    curp = make_curp(rng, given, first, second, born, sex, state)
    truth = Truth(given, first, second, make_nss(rng), curp, sex, born, state, issued, status, right)
    count = rng.choices([0, 1, 2, 3, 7], [8, 60, 20, 8, 4])[0]
    while len(truth.employers) < count:
        new = make_employer(rng, 0.6)
        if all(new.name != old.name for old in truth.employers):
            truth.employers.append(new)
    for _ in range(rng.choices([0, 1, 3, 12], [65, 15, 15, 5])[0]):
        g, a, b = make_person(rng)
        kin = date(1950, 1, 1) + timedelta(days=rng.randrange(26000))
        truth.relatives.append((f"{g} {a} {b}".strip(), make_curp(rng, g, a, b, kin, rng.choice("HM"), "QUERETARO")))
    return truth
