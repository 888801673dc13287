"""Which words does this paper print, in which sections? The logical paper, before any layout."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import date
from random import Random

from tests.redteam.people import Employer, Truth, make_nss

MONTHS = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"]
DAYS = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"]


@dataclass
class Section:
    """A heading and its labelled values."""

    heading: str | None
    pairs: list[tuple[str, str]]


@dataclass
class Table:
    """A heading, its column heads and rows."""

    heading: str | None
    heads: list[str]
    rows: list[list[str]]
    employers: bool = False


@dataclass
class Prose:
    """A paragraph or a long line that is no field."""

    text: str
    unbroken: bool = False


Block = Section | Table | Prose


@dataclass
class Paper:
    """The title lines, the blocks below it, and what stands above it."""

    title: list[str]
    blocks: list[Block] = field(default_factory=list)
    banner: list[str] = field(default_factory=list)


def say_date(day: date, rng: Random) -> str:
    """Return a date in one of the printed forms."""
    month = MONTHS[day.month - 1]
    return rng.choice(
        [
            f"{day:%d/%m/%Y}", f"{day:%d/%m/%Y}", f"{day:%d-%m-%Y}", f"{day.day:02} de {month} de {day.year}",
            f"{day.day:02}/{month[:3].upper()}/{day.year}", f"{day.day} de {month} del {day.year}", f"{day:%d.%m.%Y}",
            f"{DAYS[day.weekday()]}, {day.day} de {month} de {day.year}", f"{day.day:02} DE {month.upper()} DE {day.year}",
            f"{day.day:02}-{month[:3]}-{day.year}", f"{day:%d/%m/%Y} 10:42:07", f"{day:%d / %m / %Y}",
        ]
    )  # fmt: skip


def say_nss(nss: str, rng: Random) -> str:
    """Return an NSS whole, hyphenated or spaced."""
    two = [nss[:2], nss[2:4], nss[4:6], nss[6:10], nss[10]]
    return rng.choice([nss, nss, nss, "-".join(two), " ".join(two), f"{nss[:10]}-{nss[10]}"])


def say_number(number: str, rng: Random) -> str:
    """Return a registro patronal whole or with hyphens."""
    return rng.choice(
        [
            number,
            number,
            f"{number[:3]}-{number[3:8]}-{number[8:10]}-{number[10]}",
            f"{number[:8]}-{number[8:10]}-{number[10]}",
        ]
    )


def _identity(t: Truth, rng: Random) -> list[tuple[str, str]]:
    nss = rng.choice(
        [
            "NSS",
            "Número de Seguridad Social",
            "Número de Seguridad Social (NSS)",
            "No. de Seguridad Social",
            "Núm. de Seguridad Social",
            "Número de Seguro Social",
        ]
    )
    curp = rng.choice(
        [
            "CURP",
            "CURP",
            "Clave Única de Registro de Población",
            "Clave Única de Registro de Población (CURP)",
            "C.U.R.P.",
        ]
    )
    if rng.random() < 0.35 and t.second:
        names = [("Nombre(s)", t.given), ("Primer apellido", t.first), ("Segundo apellido", t.second)]
        if rng.random() < 0.2:
            names = [("Primer apellido", t.first), ("Segundo apellido", t.second), ("Nombre(s)", t.given)]
    else:
        names = [
            (
                rng.choice(
                    ["Nombre", "Nombre(s)", "Nombre completo", "Nombre del asegurado", "Nombre del derechohabiente"]
                ),
                t.name,
            )
        ]
    keys = [(curp, t.curp), (nss, say_nss(t.nss, rng))]
    rng.shuffle(keys)
    pairs = names + keys if rng.random() < 0.6 else keys + names
    if rng.random() < 0.6:
        sex = "HOMBRE" if t.sex == "H" else "MUJER"
        pairs.append(("Sexo", rng.choice([sex, t.sex])))
        pairs.append(("Fecha de nacimiento", say_date(t.born, rng)))
        if rng.random() < 0.8:
            pairs.append(
                (
                    rng.choice(
                        [
                            "Entidad de nacimiento",
                            "Lugar de nacimiento",
                            "Estado de nacimiento",
                            "Entidad federativa de nacimiento",
                            "Entidad",
                        ]
                    ),
                    t.birth_state,
                )
            )
        if rng.random() < 0.4:
            pairs.append(("Estado civil", rng.choice(["SOLTERO", "SOLTERO(A)", "CASADA", "-"])))
    return pairs


def _clinic(rng: Random) -> list[tuple[str, str]]:
    dash = rng.random() < 0.5
    return [
        (rng.choice(["Delegación", "OOAD", "Delegación / UMAE"]), "-" if dash else rng.choice(["QUERETARO", "23 QUERETARO", "BAJA CALIFORNIA", "ESTADO DE MEXICO ORIENTE"])),
        (rng.choice(["UMF", "Unidad de Medicina Familiar", "Clínica"]), "-" if dash else rng.choice(["13", "UMF 16", "009 QUERETARO"])),
        ("Turno", "-" if dash else rng.choice(["MATUTINO", "VESPERTINO", "M"])),
        ("Consultorio", "-" if dash else str(rng.randint(1, 30))),
        ("Agregado médico", "-" if dash else "1M2005ES"),
    ]  # fmt: skip


def _standing(t: Truth, rng: Random) -> list[tuple[str, str]]:
    state = rng.choice(["Estado", "Estado", "Estado", "Estado:", "ESTADO"]).rstrip(":")
    pairs = [(state, t.status)]
    if rng.random() < 0.4:
        pairs.append(
            (
                rng.choice(["Sub-estado", "Subestado"]),
                rng.choice(["-", "ACTIVO", "VIGENTE POR AFILIACION", "BAJA DEL PATRON"]),
            )
        )
    right = rng.choice(
        [
            "Con derecho al servicio médico",
            "Con derecho al (a) servicio médico",
            "Con derecho al (la) servicio médico",
            "Con derecho a servicio médico",
        ]
    )
    said = "" if t.right is None else rng.choice(["SI", "SÍ"]) if t.right else "NO"
    pairs.append((right, said))
    end = rng.choice(["------", "-", "PENSIONADO", say_date(date(2027, 1, 17), rng), say_date(t.issued, rng)])
    if rng.random() < 0.8:
        pairs.append((rng.choice(["Vigencia", "Vigencia al", "Vigencia hasta", "Fin de vigencia"]), end))
    if rng.random() < 0.4:
        pairs.append(
            (rng.choice(["Inicio de vigencia", "Fecha de inicio de vigencia"]), say_date(date(2025, 8, 18), rng))
        )
    if rng.random() < 0.5:
        rng.shuffle(pairs)
    return pairs


def _employers(t: Truth, rng: Random) -> list[Block]:
    """Return the employers as a table or as one section each; changes the truth to what is printed."""
    heading = rng.choice(
        [None, "Datos del patrón", "Patrones", "Información patronal", "DATOS LABORALES", "Patrón(es)"]
    )
    number, name, modality = (
        rng.choice(["Registro patronal", "Registro Patronal", "Reg. patronal"]),
        rng.choice(
            ["Nombre o razón social", "Nombre o Razón Social", "Nombre, denominación o razón social", "Razón social"]
        ),
        "Modalidad",
    )
    if not t.employers:
        return rng.choice(
            [
                [],
                [Table(heading, [number, name, modality], [], True)],
                [Table(heading, [number, name], [["-", "-"]], True)],
                [Section(heading, [(number, "-"), (name, "-")])],
                [Section(heading, [(name, "NO APLICA")])],
            ]
        )
    show = rng.choice(["all", "all", "all", "no_modality", "number", "unlabelled", "no_number"])
    for e in t.employers:
        e.modality = None if show == "no_modality" else e.number and e.number[8:10] if show == "number" else e.modality
        e.number = None if show == "no_number" else e.number
    columns = [name, number, modality]
    rng.shuffle(columns)
    columns = [
        c
        for c in columns
        if not (c == modality and show in ("no_modality", "unlabelled")) and not (c == number and show == "no_number")
    ]

    def value(e: Employer, column: str) -> str:
        if column == number:
            return say_number(e.number or "", rng)
        if column == modality:
            return e.modality or ""
        return f"{e.name}\n{e.modality}" if show == "unlabelled" else e.name or ""

    rows = [[value(e, c) for c in columns] for e in t.employers]
    if rng.random() < 0.55:
        return [Table(heading, columns, rows, True)]
    return [Section(heading if i == 0 else None, list(zip(columns, row, strict=True))) for i, row in enumerate(rows)]


def _relatives(t: Truth, rng: Random) -> list[Block]:
    if not t.relatives:
        return rng.choice(
            [[], [], [Section("Beneficiarios", [("Beneficiarios", "NO APLICA")])], [Prose("Beneficiarios: NO APLICA")]]
        )
    heads = [
        "Nombre",
        "CURP",
        "Parentesco",
        rng.choice(["Situación", "Estado"]),
        "Con derecho al servicio médico",
        "Vigencia",
    ]
    rows = [
        [
            name,
            curp,
            rng.choice(["MADRE", "HIJO", "ESPOSA"]),
            rng.choice(["VIGENTE", "BAJA"]),
            rng.choice(["SI", "NO"]),
            f"{rng.randint(1, 28):02}/03/2027",
        ]
        for name, curp in t.relatives
    ]
    keep = sorted(rng.sample(range(1, 6), rng.randint(2, 5)))
    picked = [0, *keep]
    heading = rng.choice(["Beneficiarios", "Datos de los beneficiarios", "BENEFICIARIOS REGISTRADOS"])
    return [Table(heading, [heads[i] for i in picked], [[row[i] for i in picked] for row in rows])]


LEGAL = [
    "La presente constancia se expide a petición del interesado para los fines que a éste convengan, con base en la información de vigencia de derechos que obra en los sistemas institucionales.",
    "Si el estado de su vigencia es NO VIGENTE o BAJA, acuda a su Subdelegación. El NSS es único, permanente e intransferible; fecha de última actualización 01/01/2020.",
    "El servicio médico: SI procede cuando el estado indica VIGENTE. Esta consulta no prejuzga sobre el derecho a prestaciones. Nombre o razón social sujetos a verificación.",
    "Los datos personales recabados serán protegidos conforme a la ley. Fecha de constancia sujeta a la hora del centro.",
    "Documento generado por medios electrónicos; cualquier alteración lo invalida.",
]


def _seal(t: Truth, rng: Random) -> list[Block]:
    junk = base64.b64encode(rng.randbytes(rng.choice([48, 150, 300]))).decode()
    chain = f"||1.0|Comprobante de vigencia de derechos|{t.issued:%Y-%m-%d}T10:42:07|01/02/2019|{make_nss(rng)}|{t.curp}|VIGENTE|SI|ESTADO:BAJA|E1234567321|IMSS||"
    serial = f"{rng.randrange(10**19, 10**20)}"
    return [
        Prose("Cadena original:"), Prose(chain, True), Prose("Sello digital:"), Prose(junk, True),
        Section(None, [("Secuencia notarial", f"{rng.randrange(10**10, 10**11)}"), ("Número de serie", serial)]),
    ]  # fmt: skip


def make_paper(t: Truth, rng: Random) -> Paper:
    """Return a constancia in random words and sections; the truth keeps only what is printed."""
    title = rng.choice(
        [
            "Constancia de Vigencia de Derechos",
            "CONSTANCIA DE VIGENCIA DE DERECHOS",
            "Constancia de vigencia de derechos",
        ]
    )
    lines = [title] if rng.random() < 0.8 else [title[:13].strip(), title[13:].strip()]
    paper = Paper(lines)
    if rng.random() < 0.6:
        paper.banner = rng.choice(
            [
                ["INSTITUTO MEXICANO DEL SEGURO SOCIAL"],
                ["GOBIERNO DE MÉXICO", "IMSS"],
                ["Instituto Mexicano del Seguro Social", "Dirección de Incorporación y Recaudación"],
            ]
        )
    issued = (
        rng.choice(["Fecha de constancia", "Fecha de constancia", "Fecha de la constancia", "Fecha de Constancia"]),
        say_date(t.issued, rng),
    )
    identity, standing, clinic = _identity(t, rng), _standing(t, rng), _clinic(rng)
    where = rng.choice(["top", "standing", "bottom", "identity"])
    if where == "standing":
        standing.insert(rng.randrange(len(standing) + 1), issued)
    if where == "identity":
        identity.insert(rng.choice([0, len(identity)]), issued)
    named = rng.random() < 0.6
    parts: list[list[Block]] = [
        [
            Section(
                rng.choice(["Datos del asegurado", "DATOS DEL ASEGURADO", "Información del derechohabiente"])
                if named
                else None,
                identity,
            )
        ],
        [
            Section(
                rng.choice(["Vigencia", "Vigencia de derechos", "Datos de vigencia", "Estado de los derechos"])
                if named
                else None,
                standing,
            )
        ],
        [
            Section(
                rng.choice(["Datos de adscripción", "Unidad médica", "Clínica de adscripción"]) if named else None,
                clinic,
            )
        ]
        if rng.random() < 0.8
        else [],
        _employers(t, rng),
    ]
    if rng.random() < 0.3:
        rng.shuffle(parts)
    paper.blocks = [b for part in parts for b in part] + _relatives(t, rng)
    if where == "top":
        paper.blocks.insert(0, Section(None, [issued]))
    for legal in rng.sample(LEGAL, rng.randint(0, 3)):
        paper.blocks.insert(rng.choice([0, len(paper.blocks), len(paper.blocks)]), Prose(legal))
    if where == "bottom":
        paper.blocks.append(Section(None, [issued]))
    if rng.random() < 0.6:
        paper.blocks += _seal(t, rng)
    return paper
