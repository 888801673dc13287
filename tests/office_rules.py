"""The office's own rules, read once, and invented constancias to put before them."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mailbot.core.choice import Choice, choose
from mailbot.core.constancia import Constancia, Field, Patron
from mailbot.core.documents import Document
from mailbot.core.identifiers import Nss, RegistroPatronal
from mailbot.core.office import Links, Office
from mailbot.core.page import Box
from mailbot.core.rules import RuleBook, parse_rules

FOLDER = Path(__file__).parent.parent / "rules"
TEXTS = {file.name: file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.toml"))}
STEMS = frozenset(f.stem for f in (FOLDER.parent / "templates" / "email").glob("[a-z]*.md"))
RULEBOOK: RuleBook = parse_rules(TEXTS, STEMS)

MEXICO = ZoneInfo("America/Mexico_City")
OFFICE = Office(
    address="becas@escuela.example",
    aliases=(),
    school="Instituto Tecnológico de Querétaro",
    department="Departamento de Servicios Escolares",
    razones_sociales=("INSTITUTO TECNOLOGICO DE QUERETARO",),
    registros_patronales=("E1251553329",),
    staff=("personal@escuela.example",),
    mode="live",
    phone="",
    location="",
    opening="",
    timezone=MEXICO,
    opens=time(9),
    closes=time(18),
    date_grace_hours=2,
    notice="",
    links=Links("https://imss.example/vigencia", "https://forms.example/alta"),
)
TODAY = date(2026, 11, 23)
NSS = "43160885380"

ITQ = Patron("INSTITUTO TECNOLOGICO DE QUERETARO", RegistroPatronal("E5588714322"), "SEGURO FACULTATIVO ESTUDIANTES")
PREPA = Patron("PREPARATORIA OFICIAL NUM 27", RegistroPatronal("E4613749320"), "SEGURO FACULTATIVO ESTUDIANTES")
EMPRESA = Patron("UNIVERSAL DE AUTOPARTES SA DE CV", RegistroPatronal("E8827984102"), "TRABAJADORES PERMANENTES")
JCF = Patron(
    "SECRETARIA DEL TRABAJO Y PREVISION SOCIAL",
    RegistroPatronal("Y5845183325"),
    "PROGRAMA JOVENES CONSTRUYENDO EL FUTURO",
)


def at(day: date = TODAY, hour: int = 10, minute: int = 0) -> datetime:
    """Return an instant of a day, in the office's zone."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=MEXICO)


def read(value: Any) -> Any:
    """Return a field as a reader would; None is "not read"."""
    return None if value is None else Field(value, str(value), "", Box(1, 0, 0, 1, 1))


def constancia(
    estado: str | None = "VIGENTE",
    patrones: tuple[Patron, ...] = (),
    fecha: date | None = TODAY,
    *,
    nss: str | None = NSS,
    servicio: bool | None = True,
    nombre: str | None = "XIMENA GARCÍA PEÑA",
    legible: bool = True,
    beneficiarios: bool = False,
) -> Constancia:
    """Return an invented constancia."""
    return Constancia(
        nss=read(Nss(nss) if nss else None),
        nombre=read(nombre),
        fecha=read(fecha),
        estado=read(estado),
        servicio_medico=read(servicio),
        patrones=patrones,
        patrones_legible=legible,
        beneficiarios=beneficiarios,
    )


def paper(*args: object, **kwargs: object) -> Document:
    """Return a constancia as a document read from text."""
    return Document("constancia_vigencia", "text", constancia(*args, **kwargs))  # type: ignore[arg-type]


def only(document: Document, sender_name: str = "") -> Choice:
    """Return the choice of a mail with one document."""
    return choose([document], sender_name)
