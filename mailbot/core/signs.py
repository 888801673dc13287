"""From a constancia and the traces in its file to signs for a person: evidence, never an accusation.

A sign is only made where the disagreement is certain: a surname with particles, an Ñ, a compound first name or a
missing second surname never make one. Which signs send a mail to a person is the office's choice (rules/).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from unicodedata import combining, normalize

from mailbot.core.constancia import Constancia
from mailbot.core.documents import Document, Sign
from mailbot.core.identifiers import Curp

# Kind -> what staff read. The closed list that `sospecha` in rules/ may name.
SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "nss_no_cuadra": "el dígito verificador del NSS no corresponde",
        "curp_no_cuadra": "el dígito verificador de la CURP no corresponde",
        "curp_y_nombre": "las iniciales de la CURP no corresponden al nombre",
        "curp_y_nacimiento": "la fecha de nacimiento no es la de la CURP",
        "archivo_anterior": "el archivo se creó antes de la fecha que dice la constancia",
        "archivo_posterior": "el archivo se creó después de la fecha que dice la constancia",
        "modificado": "el archivo se modificó después de creado",
        "guardado_de_nuevo": "al archivo se le añadieron cambios después de exportado",
        "otro_programa": "el archivo no lo hizo el programa que usa el IMSS",
        "otra_letra": "un dato está escrito con otra letra que los demás",
        "campo_rellenable": "un dato está en un campo de formulario, que cualquiera puede rellenar",
        "texto_oculto": "hay texto que no se ve en la página",
        "texto_tapado": "hay texto tapado por otra cosa",
        "no_se_ve_igual": "lo que se ve en la página no es lo que dice su texto",
    }
)
SIGN_KINDS = frozenset(SIGNS)
WEAK = frozenset({"otro_programa", "archivo_posterior", "archivo_anterior", "modificado"})
"""Signs that a mere re-print leaves too: alone they must never be held against a student."""
LOOK_AGAIN = frozenset({"texto_oculto", "texto_tapado", "otra_letra", "guardado_de_nuevo"})
"""Signs that call for reading the rendered page by OCR and comparing."""

# RENAPO, Instructivo normativo para la asignación de la CURP, anexos 3 and 5: words left out of a compound surname.
_PARTICLES = frozenset(
    {
        "DA", "DAS", "DE", "DEL", "DER", "DI", "DIE", "DD", "EL", "LA", "LOS", "LAS", "LE", "LES", "MAC", "MC", "VAN",
        "VON", "Y",
    }
)  # fmt: skip
_SKIPPED_FIRST_NAMES = frozenset({"MARIA", "MA", "M", "JOSE", "J"})
_MOST_NAME_WORDS = 12  # more is no name; splitting grows with the square


@dataclass(frozen=True, slots=True)
class Traces:
    """What a file shows beyond its words; gathered by ``shell.traces``."""

    created: date | None = None
    """The day of CreationDate, in central Mexico's time."""
    modified_later: bool = False
    saved_again: bool = False
    """Whether something was appended after the export (an incremental update that is not a signature)."""
    producer: str = ""
    odd_fonts: tuple[str, ...] = ()
    """Fields printed in a font that nothing else on the page has."""
    fillable: bool = False
    """Whether a value stands in a field of a form."""
    hidden: bool = False
    covered: bool = False


def find_signs(constancia: Constancia, traces: Traces) -> tuple[Sign, ...]:
    """Return all signs, those of the digits first."""
    return tuple(_signs(constancia, traces))


def with_seen(document: Document, seen: Constancia | None) -> Document:
    """Add the sign of a text layer that says other than the page shows, as OCR read it."""
    names = () if document.constancia is None or seen is None else differences(document.constancia, seen)
    return replace(document, signs=(*document.signs, _sign("no_se_ve_igual", ", ".join(names)))) if names else document


def differences(text: Constancia, seen: Constancia) -> tuple[str, ...]:
    """Return the fields that both readings have and that differ by more than accents; beside what OCR may lose."""
    pairs = (
        ("NSS", text.nss and text.nss.value.digits, seen.nss and seen.nss.value.digits),
        ("fecha", text.fecha and text.fecha.value.isoformat(), seen.fecha and seen.fecha.value.isoformat()),
        ("estado", text.estado and _letters(text.estado.value), seen.estado and _letters(seen.estado.value)),
        ("nombre", text.nombre and _letters(text.nombre.value), seen.nombre and _letters(seen.nombre.value)),
        ("razón social", _names(text), _names(seen)),
    )
    return tuple(name for name, one, two in pairs if one and two and one != two)


def _names(c: Constancia) -> tuple[str, ...] | None:
    """Return the employers' names, or None where one was not read."""
    names = tuple(_letters(p.razon_social) for p in c.patrones if p.razon_social is not None)
    return names if len(names) == len(c.patrones) else None


def _signs(c: Constancia, t: Traces) -> Iterator[Sign]:
    if c.nss is not None and not c.nss.value.checks:
        yield _sign("nss_no_cuadra")
    if c.curp is not None:
        if not c.curp.value.checks:
            yield _sign("curp_no_cuadra")
        if c.nombre is not None and not curp_fits_name(c.curp.value, c.nombre.value):
            yield _sign("curp_y_nombre")
        born = birth_date(c.curp.value)
        if c.nacimiento is not None and born is not None and born != c.nacimiento.value:
            yield _sign("curp_y_nacimiento")
    yield from _signs_of_dates(c, t)
    if t.saved_again:
        yield _sign("guardado_de_nuevo")
    if t.producer and not made_by_imss(t.producer):
        yield _sign("otro_programa")
    if t.odd_fonts:
        yield _sign("otra_letra", ", ".join(t.odd_fonts))
    if t.fillable:
        yield _sign("campo_rellenable")
    if t.hidden:
        yield _sign("texto_oculto")
    if t.covered:
        yield _sign("texto_tapado")


def _signs_of_dates(c: Constancia, t: Traces) -> Iterator[Sign]:
    day = timedelta(days=1)  # a clock or a zone that is off by hours is no sign
    if c.fecha is not None and t.created is not None:
        if t.created < c.fecha.value - day:
            yield _sign("archivo_anterior")
        elif t.created > c.fecha.value + day:
            yield _sign("archivo_posterior")
    if t.modified_later:
        yield _sign("modificado")


def _sign(kind: str, where: str = "") -> Sign:
    return Sign(kind, f"{SIGNS[kind]}: {where}" if where else SIGNS[kind])


def made_by_imss(producer: str) -> bool:
    """Tell whether the program is of those that IMSS's report engine leaves (constancia.md, "How it is made")."""
    return any(name in producer.casefold() for name in ("itext", "jasper", "openpdf", "lowagie"))


def birth_date(curp: Curp) -> date | None:
    """Return the birth date that a CURP encodes: character 17 is a digit up to 1999 and a letter from 2000."""
    century = 1900 if curp.text[16].isdigit() else 2000
    year, month, day = int(curp.text[4:6]), int(curp.text[6:8]), int(curp.text[8:10])
    try:
        return date(century + year, month, day)
    except ValueError:
        return None


def curp_fits_name(curp: Curp, name: str) -> bool:
    """Tell whether some way to part the name into first names and two surnames gives the CURP's initials.

    The second letter (a vowel, or X in place of a rude word) and the inner consonants are not held against anybody.
    """
    words = _letters(name).split()
    if not 2 <= len(words) <= _MOST_NAME_WORDS:
        return True
    wanted = (curp.text[0], curp.text[2], curp.text[3])
    return wanted in _possible_initials(words)


def _possible_initials(words: list[str]) -> Iterator[tuple[str, str, str]]:
    for cut in range(1, len(words) + 1):
        for given, surnames in ((words[:cut], words[cut:]), (words[cut:], words[:cut])):
            if not given or not surnames:
                continue
            for middle in range(1, len(surnames) + 1):
                for first_name in _first_names(given):
                    first, second = _initial(surnames[:middle]), _initial(surnames[middle:])
                    yield first, second, first_name
                    if middle == len(surnames):  # one surname only: it may stand as the first or as the second
                        yield "X", first, first_name


def _first_names(given: list[str]) -> Iterator[str]:
    """Yield the initials a first name may give: its first word, and the second after MARÍA or JOSÉ."""
    kept = [w for w in given if w not in _PARTICLES] or given
    yield kept[0][0]
    yield given[0][0]
    if kept[0] in _SKIPPED_FIRST_NAMES and len(kept) > 1:
        yield kept[1][0]


def _initial(surname: list[str]) -> str:
    kept = [w for w in surname if w not in _PARTICLES] or surname
    return kept[0][0] if kept else "X"


def _letters(name: str) -> str:
    """Return a name as RENAPO spells it: capitals, no accents, X for Ñ, spaces for other signs."""
    upper = normalize("NFC", name).upper().replace("Ñ", "X")
    plain = "".join(c for c in normalize("NFD", upper) if not combining(c))
    return "".join(c if "A" <= c <= "Z" else " " for c in plain.replace("'", "").replace("’", ""))
