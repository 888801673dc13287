"""What a template may say: every variable, cleaned at the door so that no value can act in a mail client."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from urllib.parse import quote

from mailbot.core.office import Office
from mailbot.core.spanish import format_date

NAME_CHARS = 60  # longer than any printed given name
COMPANY_CHARS = 80  # fits two lines of a phone; IMSS cuts razones sociales near there too
TEXT_CHARS = 300  # a sentence; longer text from a document is noise
_HOSTILE = 2_000  # characters of a value that are looked at; real ones are far shorter
LIST_ITEMS = 20  # a reply that lists more is not read; bounds what a loop can write

_SPACE = re.compile(r"\s+")
# What a mail client would make a link of; word.tld as phones and Outlook see it: "S.A." and "3.5" are not of that form
_LINKISH = re.compile(
    r"://|\bwww\b|@|%40|\\\\|\b(?:mailto|https?|ftp|tel|javascript|data):|(?<=[^\W_]{2})[.。．｡][^\W\d_]{2}", re.I
)
_ADDRESSISH = re.compile(r"://|\bwww\.|\b(?:mailto|javascript|data):", re.I)
_LONG_DIGITS = re.compile(r"(?:\d[ .\-()]{0,2}){9,}\d")  # ten digits: a phone, an NSS
_CURP = re.compile(r"\b[A-Z]{4}\d{6}[HMX][A-Z]{5}[0-9A-Z]\d\b", re.I)
_MARKUP = re.compile(r"[<>\[\]{}*_`#|~\\^=\"$%]")

# IMSS prints many names without accents; only those that have one accepted spelling in Mexico.
_ACCENTED_NAMES = (
    "maría", "josé", "jesús", "sofía", "ángel", "ángeles", "raúl", "saúl", "adrián", "julián", "fabián",
    "damián", "martín", "agustín", "joaquín", "sebastián", "iván", "germán", "hernán", "román", "rubén",
    "andrés", "moisés", "inés", "tomás", "nicolás", "matías", "elías", "isaías", "jeremías", "zacarías",
    "efraín", "ramón", "simón", "gastón", "álvaro", "óscar", "héctor", "víctor", "césar", "félix", "ángela",
    "mónica", "verónica", "angélica", "américa", "úrsula", "lucía", "rocío", "noemí", "belén", "jazmín",
    "iñigo", "asunción", "concepción", "encarnación", "anahí",
)  # fmt: skip
_ACCENTED = {name.translate(str.maketrans("áéíóú", "aeiou")): name for name in _ACCENTED_NAMES}


@dataclass(frozen=True, slots=True)
class Link:
    """A link from configuration or made by us (never from a mail): the only values that can become one."""

    etiqueta: str
    url: str


@dataclass(frozen=True, slots=True)
class Fila:
    """A label and a value, in a list of what was read."""

    etiqueta: str
    valor: str


@dataclass(frozen=True, slots=True)
class Barras:
    """A small chart: a label and a count in each bar."""

    filas: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class StaffBlock:
    """What staff in copy see at the end of a reply; the student sees it too, so it is masked."""

    leido: tuple[Fila, ...] = ()
    regla: str = ""
    dudas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """What the morning digest tells staff; texts in Spanish, made by us from the store's rows."""

    esperan: tuple[Fila, ...] = ()
    """Cases that wait for a person, oldest first: ("Caso 12", "desde hace 3 días: …")."""
    contestados: tuple[tuple[str, int], ...] = ()
    """How many replies of each kind."""
    fallas: tuple[str, ...] = ()
    proximos: tuple[Fila, ...] = ()
    """The next reminders."""
    esperan_total: int = 0
    """All that wait, where ``esperan`` shows only the first."""


@dataclass(frozen=True, slots=True)
class Values:
    """All that one reply can say. None or empty is "not known": a template asks with {% if %}.

    Texts may come from anyone: ``variables`` cleans them. ``respuestas`` alone is trusted Markdown (rules/).
    ``problemas``, ``paso_provisional`` and ``siguiente_paso`` may be stems of other replies: the template of that
    reply has the words (front matter ``problema`` and ``paso``); any other text is shown as it is.
    """

    hoy: date
    """The day of the mail, in the office's time zone."""
    nombre: str | None = None
    """The insured's name as the constancia prints it (given names first), or the mail's display name."""
    nss_final: str | None = None
    """Last four digits only."""
    estado: str | None = None
    servicio: bool | None = None
    fecha: date | None = None
    patron: str | None = None
    documento: str | None = None
    """Name of another kind of document, from rules/documentos.toml: "tu CURP"."""
    formato: str | None = None
    """Problem of the message that explains ``formato_no_aceptado``: enlace_a_la_nube, zip_sin_un_pdf, …"""
    faltantes: tuple[str, ...] = ()
    """What could not be read: nss, estado, fecha, or other words."""
    problemas: tuple[str, ...] = ()
    """Further problems of the same mail, after the one that decides."""
    respuestas: tuple[str, ...] = ()
    """Answers to the questions asked: Markdown with Jinja, from rules/ only."""
    leido: tuple[Fila, ...] = ()
    paso_provisional: str | None = None
    siguiente_paso: str | None = None
    dia_recordatorio: date | None = None
    dia_confirmar: date | None = None
    """The day from which the new constancia should show ITQ."""
    plazo_persona: date | str | None = None
    """By when a person answers."""
    motivo: str | None = None
    urgente: bool = False
    formulario_lleno: bool = False
    """Whether the student said that the form was filled in."""
    vigente_con_nosotros: bool = False
    """In ``fecha_no_es_de_hoy``: VIGENTE by our school, but the constancia is old."""
    fecha_futura: bool = False
    con_persona: bool = False
    """Whether a person already has the case."""
    recordatorio: int = 1
    """Which reminder of its ladder this is."""
    ultimo_antes_del_tope: bool = False
    botones: tuple[Link, ...] = ()
    personal: StaffBlock | None = None
    titulo: str | None = None
    """In ``aviso_personal``: what happened, in a few words."""
    detalles: tuple[Fila, ...] = ()
    resumen: Digest | None = None
    imagen: bytes | None = None
    """The annotated page of the constancia, PNG."""
    imagen_alt: str = ""
    calendario_id: str = ""
    """What tells this student's calendar entry from others; one case keeps one entry."""


# Names a template may use: those of Values that carry words, and the office's. (What each means: docs/plantillas.md)
_NOT_FOR_TEMPLATES = frozenset({"imagen", "imagen_alt", "calendario_id", "resumen"})
OFFICE_NAMES = (
    "escuela", "departamento", "correo", "telefono", "ubicacion", "horario", "aviso", "dias_habiles",
    "liga_constancia", "liga_formulario", "liga_privacidad", "liga_persona",
)  # fmt: skip
DIGEST_NAMES = ("esperan", "esperan_mas", "grafica", "contestados_total", "fallas", "proximos")
NAMES: frozenset[str] = (
    frozenset(f.name for f in fields(Values) if f.name not in _NOT_FOR_TEMPLATES)
    | frozenset(OFFICE_NAMES)
    | frozenset(DIGEST_NAMES)
    | {"interno"}
)
LISTS: frozenset[str] = frozenset(
    {"faltantes", "problemas", "respuestas", "leido", "botones", "detalles", "esperan", "fallas", "proximos"}
)


def long_day(day: date) -> str:
    """Say a day near today: "lunes 23 de noviembre"."""
    return format_date(day).removesuffix(f" de {day.year}")


def dated(day: date) -> str:
    """Say a date that may be of another year: "23 de noviembre de 2026"."""
    return format_date(day).split(" ", 1)[1]


def visible(text: str) -> str:
    """Return the text on one line, NFC, without control, bidi, zero-width, private-use or unassigned characters."""
    text = text[:20_000]  # bounds the work on hostile text
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    flat = _SPACE.sub(" ", text)
    kept = "".join(c for c in unicodedata.normalize("NFC", flat) if unicodedata.category(c)[0] != "C")
    return _SPACE.sub(" ", kept).strip()


def cut(text: str, most: int) -> str:
    """Shorten at a word's end, with an ellipsis."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    words = head.rsplit(" ", 1)[0]
    return (words if len(words) > most // 2 else head).rstrip(" ,.;:-") + "…"


def plain(text: str | None, most: int = TEXT_CHARS) -> str | None:
    """Clean text that may come from a mail or a document; None where nothing is left.

    Whatever a mail client would turn into a link goes as a whole word; so do ten digits or more; a CURP is masked.
    """
    if text is None:
        return None
    words = _without(_LINKISH, text)
    words = _LONG_DIGITS.sub(" ", _CURP.sub(lambda m: f"…{m[0][-4:]}", words))
    words = _SPACE.sub(" ", _MARKUP.sub("", words)).strip()
    return cut(words, most) or None


def _without(pattern: re.Pattern[str], text: str) -> str:
    """Drop the words in which the pattern is found; hostile text is cut first, so the work is bounded."""
    return " ".join(w for w in visible(text[:_HOSTILE]).split() if not pattern.search(w))


def staff_text(text: str, most: int = TEXT_CHARS) -> str:
    """Clean text that only staff read: an address may stay, a link may not."""
    words = " ".join(
        re.sub(r"[^\w@.+'()-]", "", word) if "@" in word else _MARKUP.sub("", word.replace("_", " "))
        for word in _without(_ADDRESSISH, text).split()
    )
    words = _CURP.sub(lambda m: f"…{m[0][-4:]}", re.sub(r"\d{10,}", lambda m: f"…{m[0][-4:]}", words))
    return cut(_SPACE.sub(" ", words).strip(), most)


def company(text: str | None) -> str | None:
    """Clean a razón social: dots go ("S.A. DE C.V." is "SA DE CV"), and what looks like a link drops the whole."""
    shown = visible((text or "")[:_HOSTILE])
    shown = re.sub("[.。．｡]", "", shown)
    if not shown or _LINKISH.search(shown):
        return None
    words = _LONG_DIGITS.sub(" ", _MARKUP.sub("", _CURP.sub("", shown)))
    return cut(_SPACE.sub(" ", words).strip(" ,;:-"), COMPANY_CHARS) or None


def given_name(text: str | None) -> str | None:
    """Return the first given name, properly cased, of a printed name; None where it is not plain letters.

    >>> given_name("XIMENA GARCÍA PEÑA")
    'Ximena'
    """
    if text is None or len(text) > 200:  # 200: no name is that long, so it is not one
        return None
    name = visible(text)
    if not name or not all(_is_letter(c) or c in " '’-." for c in name):
        return None
    first = name.split(" ")[0].rstrip(".").casefold()
    first = "maría" if first == "ma" else first
    if (
        first in {"de", "del", "la", "las", "los", "y"}
        or "." in first
        or len(first) < 2
        or len(first) > NAME_CHARS
        or not first.strip("'’-")
    ):
        return None
    first = _ACCENTED.get(first, first)
    return "".join(p if p in "'’-" else p.capitalize() for p in re.split(r"(['’-])", first))


def _is_letter(c: str) -> bool:
    return c.isalpha() and unicodedata.name(c, "").startswith("LATIN")


def tap_button(address: str, label: str, subject: str, body: str) -> Link:
    """Make a "one tap" button: a prepared answer to the mailbox, its token inside the subject or body."""
    subject, body = visible(subject), body.replace("\r\n", "\n").replace("\n", "\r\n")
    prepared = f"subject={quote(subject, safe='')}&body={quote(body, safe='')}"
    return Link(label, f"mailto:{quote(address, safe='@')}?{prepared}")


def tap_buttons(address: str, token: str, labels: tuple[str, ...]) -> tuple[Link, ...]:
    """Make the buttons of one case; ``token`` is what ``own_words.case_token`` reads back, without its "MB-"."""
    return tuple(
        tap_button(address, label, label, f"{label}.\n\nNo borres esta línea, por favor: Ref: MB-{token}")
        for label in labels
    )


def variables(values: Values, office: Office) -> dict[str, Any]:
    """Return every variable of the templates by its name, cleaned; lists are bounded."""
    out = _office_variables(office) | _digest_variables(values.resumen)
    out |= {
        "hoy": long_day(values.hoy),
        "nombre": given_name(values.nombre),
        "nss_final": values.nss_final if re.fullmatch(r"[0-9]{4}", values.nss_final or "") else None,
        "estado": plain(values.estado, 40),  # 40: the longest known estado has 27
        "servicio": values.servicio,
        "fecha": None if values.fecha is None else dated(values.fecha),
        "patron": company(values.patron),
        "documento": plain(values.documento, 120),
        "formato": _stem_or_plain(values.formato),
        "faltantes": _texts(values.faltantes),
        "problemas": _texts(values.problemas),
        "respuestas": values.respuestas[:LIST_ITEMS],
        "leido": _rows(values.leido),
        "paso_provisional": _stem_or_plain(values.paso_provisional),
        "siguiente_paso": _stem_or_plain(values.siguiente_paso),
        "dia_recordatorio": None if values.dia_recordatorio is None else long_day(values.dia_recordatorio),
        "dia_confirmar": None if values.dia_confirmar is None else long_day(values.dia_confirmar),
        "plazo_persona": _deadline(values.plazo_persona),
        "motivo": plain(values.motivo),
        "urgente": values.urgente,
        "formulario_lleno": values.formulario_lleno,
        "vigente_con_nosotros": values.vigente_con_nosotros,
        "fecha_futura": values.fecha_futura,
        "con_persona": values.con_persona,
        "recordatorio": values.recordatorio,
        "ultimo_antes_del_tope": values.ultimo_antes_del_tope,
        "botones": values.botones[:LIST_ITEMS],
        "personal": _staff(values.personal),
        "titulo": None if values.titulo is None else staff_text(values.titulo, 120),
        "detalles": _staff_rows(values.detalles),
    }
    return out


def _deadline(value: date | str | None) -> str | None:
    return long_day(value) if isinstance(value, date) else plain(value)


def _texts(items: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(cleaned for item in items[:LIST_ITEMS] if (cleaned := _stem_or_plain(item)))


def _stem_or_plain(item: str | None) -> str | None:
    """Leave a stem or a code such as "zip_sin_un_pdf" as it is: templates compare it."""
    return item if item is not None and re.fullmatch(r"[a-z_]{1,60}", item) else plain(item)


def _rows(rows: tuple[Fila, ...]) -> tuple[Fila, ...]:
    return tuple(Fila(visible(r.etiqueta), value) for r in rows[:LIST_ITEMS] if (value := plain(r.valor, 120)))


def _staff_rows(rows: tuple[Fila, ...]) -> tuple[Fila, ...]:
    return tuple(Fila(staff_text(r.etiqueta, 80), staff_text(r.valor)) for r in rows[:LIST_ITEMS])


def _staff(block: StaffBlock | None) -> StaffBlock | None:
    if block is None:
        return None
    return StaffBlock(_rows(block.leido), plain(block.regla) or "", _texts(block.dudas))


def _office_variables(office: Office) -> dict[str, Any]:
    return {
        "escuela": visible(office.school),
        "departamento": visible(office.department),
        "correo": office.address,
        "telefono": visible(office.phone) or None,
        "ubicacion": visible(office.location) or None,
        "horario": visible(office.opening) or None,
        "aviso": visible(office.notice) or None,
        "dias_habiles": office.reminder_business_days,
        "liga_constancia": Link("Página del IMSS", office.links.constancia),
        "liga_formulario": Link("Formulario de alta o baja", office.links.form),
        "liga_privacidad": Link("Aviso de privacidad", office.links.privacy) if office.links.privacy else None,
        "liga_persona": Link(office.address, f"mailto:{quote(office.address, safe='@')}"),
    }


def _digest_variables(digest: Digest | None) -> dict[str, Any]:
    digest = digest or Digest()
    counts = tuple((staff_text(k, 60), n) for k, n in digest.contestados[:LIST_ITEMS])
    shown = _staff_rows(digest.esperan)
    return {
        "esperan": shown,
        "esperan_mas": max(0, digest.esperan_total - len(shown)),
        "grafica": Barras(counts) if counts else None,
        "contestados_total": sum(n for _, n in digest.contestados),
        "fallas": tuple(staff_text(f) for f in digest.fallas[:LIST_ITEMS]),
        "proximos": _staff_rows(digest.proximos),
    }
