"""From the text printed beside a label to its value, or None: strict, because a wrong value is worse than none."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

from mailbot.core import labels
from mailbot.core.identifiers import Curp, Nss, RegistroPatronal, parse_curp, parse_nss, parse_registro
from mailbot.core.spanish import compact, fold, looks_like_a_name, parse_date

Value = Nss | Curp | RegistroPatronal | date | bool | str

_EDGES = " \t.,;:|_*·•<>«»\"'[](){}="
_PLACEHOLDERS = frozenset(
    {"", "noaplica", "na", "nd", "sd", "ninguno", "ninguna", "noregistrado", "noregistra", "sindato", "sindatos",
     "null",
     "sinpatron", "sininformacion", "nodisponible", "nohaydatos", "sinregistro", "noseencontroinformacion",
     "sinpatronregistrado", "noexisteinformacion", "sinpatrones",
     *(f"{no}beneficiarios{more}" for no in ("sin", "nocuentacon", "notiene", "nohay", "noexisten")
       for more in ("", "registrados"))}
)  # fmt: skip

# The words that a state is made of; one of the heads must be among them (constancia.md: "not binary").
_STATE_HEADS = frozenset(
    {"vigente", "baja", "conservacion", "pension", "pensionado", "pensionada", "fallecido", "fallecida", "suspendido",
     "suspendida", "inactivo", "inactiva", "activo", "activa", "defuncion", "finado", "finada", "cancelado",
     "cancelada", "extinto", "alta", "jubilado", "jubilada", "vencido", "vencida", "pensionado(a)",
     "fallecido(a)", "suspension"}
)  # fmt: skip
_STATE_FILLERS = frozenset(
    {"de", "del", "en", "por", "con", "sin", "no", "la", "el", "los", "y", "a", "al", "derecho", "derechos", "tramite",
     "prorroga", "temporal", "definitiva", "definitivo", "incapacidad", "invalidez", "vejez", "cesantia", "viudez",
     "orfandad", "ascendencia", "ascendientes", "parcial", "permanente", "riesgo", "trabajo", "edad", "avanzada",
     "servicio", "servicios", "medico", "medicos", "muerte", "defuncion", "huelga", "voluntaria", "imss", "pension",
     "vigencia", "asegurado", "pensionado", "ampliacion", "enfermedad", "conservacion", "(a)", "retiro", "anticipada"}
)  # fmt: skip
_STATE_OPEN = frozenset({"de", "del", "en", "por", "con", "sin", "no", "la", "el", "los", "y", "a", "al"})
_STATE_INSIDE = frozenset({"de", "del", "la", "el", "los", "y", "a", "al", "por"})  # no state begins so
_HYPHENED = re.compile(r"\w-\w")  # another cell's dash
_TWO_VALUES = re.compile(r"[.,;|] | [/—–] |derechos? al?\b", re.IGNORECASE)  # two that flow, or another label
_ENDING_DATE = re.compile(r"(?P<place>[^\d]{0,60}?)(?:^|[\s,.])(?:a|el|al|dia|a los)?[\s,:]*(?P<date>\d.*)", re.DOTALL)
_ANOTHER_DATE = re.compile(r"\b(?:fecha|valid|vigen|hasta|venc|nac|inici|movim|alta|baja)")  # what no place is called
_MARKED = r"(?:\( ?x ?\)|\[ ?x ?\]|☒|☑|✓|✔|\bx\b|x)"
_UNMARKED = r"(?:\( ?\)|\[ ?\]|☐|□)"
_BOX_YES = re.compile(rf"si ?{_MARKED} ?/?,? ?no ?(?:{_UNMARKED})?|{_MARKED} ?si ?{_UNMARKED} ?no")
_BOX_NO = re.compile(rf"si ?(?:{_UNMARKED})? ?/?,? ?no ?{_MARKED}|{_UNMARKED} ?si ?{_MARKED} ?no")


def is_placeholder(text: str) -> bool:
    """Tell whether the text says that there is nothing: dashes, NO APLICA and the like."""
    return compact(text) in _PLACEHOLDERS


def _service(text: str) -> bool | None:
    plain = fold(text).strip(_EDGES + "-–—")  # a dash between the label and its value
    if plain in ("si", "s i", "con derecho", "si tiene", "si cuenta", "si tiene derecho"):
        return True
    if plain in ("no", "n o", "sin derecho", "no tiene", "no cuenta", "no tiene derecho"):
        return False
    boxes = fold(text).strip()
    if _BOX_YES.fullmatch(boxes):
        return True
    if _BOX_NO.fullmatch(boxes):
        return False
    return None


def _state(text: str) -> str | None:
    cleaned = " ".join(text.split()).strip(_EDGES.replace("(", "").replace(")", "") + "-–—/")  # a dash: no sub-estado
    if of_two_kinds(cleaned) or _TWO_VALUES.search(cleaned) or _HYPHENED.search(cleaned):
        return None
    words = fold(cleaned).replace(",", " ").replace("/", " ").replace(".", " ").replace("-", " ").split()
    if not words or len(words) > 10 or not any(w in _STATE_HEADS for w in words):
        return None
    if words[-1] in _STATE_OPEN or words[0] in _STATE_INSIDE or words in (["conservacion"], ["pension"]):
        return None  # the rest of it stands somewhere else
    if all(w in _STATE_HEADS or w in _STATE_FILLERS for w in words):
        return cleaned
    return None


def of_two_kinds(text: str) -> bool:
    """Tell whether words in capitals and words in small letters are mixed: a piece of something else is in it."""
    words = [w for w in text.split() if len(w) > 2 and w.isalpha()]
    return any(w.isupper() for w in words) and any(not w.isupper() for w in words)


def _issue_date(text: str) -> date | None:
    if found := parse_date(text):
        return found
    ending = _ENDING_DATE.fullmatch(fold(text).strip(" .,;"))
    if ending is None or _ANOTHER_DATE.search(ending["place"]):
        return None
    return parse_date(ending["date"])


_SENTENCE_END = re.compile(r"(?<=[^\W\d_]{4})\.$|(?<=\b[^\W\d_]{3})\.$")  # "OCA."; no name ends abbreviated
_NO_NAMES = frozenset({"curp", "nss", "no", "numero", "apellido", "apellidos", "constancia", "vigencia"})
"""Words of labels and titles that are nobody's name, as ESTADO, SEGURO and FECHA are."""
_GLUED = re.compile(r"^[a-zñ]+[A-ZÑ]{2}")  # a label's last word and a name: "delMARÍA"
_INNER_END = re.compile(r"[^\W\d_]{4}\. ")
_LAST_DOT = re.compile(
    r"(?<=\.)\.$|(?<=\d)\.$|(?<= [CR][VL])\.$|(?<= S[ACN])\.$"
    r"|(?<=[^\W_]{2}[AEIOUÁÉÍÓÚNRLSDZY])(?<!CIA)(?<!LTD)(?<!HNOS)\.$"
)
"""The full stop of a sentence after an employer's name or modalidad: "S.A..", "QUERETARO.", "SA DE CV.".

An abbreviation keeps its own: "CIA.", "BACH."; few words of Spanish end as that one does.
"""
_NO_ENDS = frozenset({"de", "del", "la", "las", "los", "y"})  # "O" and "E" are surnames


def _name(text: str) -> str | None:
    cleaned = " ".join(text.split()).strip(" :;,|_*•=—–/").lstrip(" .").replace(" ,", ",")
    cleaned = _SENTENCE_END.sub("", cleaned)
    words = cleaned.split()
    if _INNER_END.search(cleaned) or any(compact(w) in _NO_NAMES for w in words):
        return None  # text that flows: the next sentence, or a label's words, have come with it
    if is_placeholder(cleaned) or not looks_like_a_name(cleaned) or len(words) > 14:
        return None
    capitals = any(w.isupper() and len(w) > 2 for w in words) and (words[0].islower() or words[0].isupper())
    small = words[0].islower() or any(c.islower() for w in words[1:] if not w.startswith("Mc") for c in w)
    long = [w for w in words if len(w) > 2]
    mixed = (capitals and small) or any(a.isupper() and not b.isupper() for a, b in pairwise(long))
    mixed = mixed or any(_GLUED.search(w) or not compact(w) for w in words)
    if mixed or fold(words[-1]) in _NO_ENDS:
        return None  # capitals and small letters, or no end: a piece of something else
    return cleaned


def _line(text: str) -> str | None:
    cleaned = " ".join(text.split()).strip(" :;,|_*•=—–").lstrip(" .")
    if cleaned.startswith("- ") or cleaned.endswith(" -"):
        cleaned = cleaned.strip(" -")
    cleaned = _LAST_DOT.sub("", cleaned)
    part_of_a_label = compact(cleaned) in labels.PREFIXES and not cleaned.isupper()
    damaged = any(c in cleaned for c in "\ufffd\x00") or "(cid:" in cleaned
    return None if is_placeholder(cleaned) or part_of_a_label or damaged or len(cleaned) > 250 else cleaned


def read_value(kind: str, text: str) -> Value | None:
    """Read a whole printed text as a label of that kind means it; None where it is anything else."""
    if kind == labels.NSS:
        return parse_nss(text.strip(_EDGES))
    if kind == labels.CURP:
        return parse_curp(text.strip(_EDGES))
    if kind == labels.REGISTRO:
        return parse_registro(text.strip(_EDGES))
    if kind == labels.FECHA:
        return _issue_date(text.strip(_EDGES))
    if kind == labels.NACIMIENTO:
        return parse_date(text.strip(_EDGES))
    if kind == labels.SERVICIO:
        return _service(text)
    if kind == labels.ESTADO:
        return _state(text)
    if kind in (labels.PATERNO, labels.MATERNO):
        return _name(text)
    if compact(text) in labels.LABELS:
        return None  # a label whose own value is missing
    opening = compact(" ".join(text.split()[:3]))
    wrapped_label = len(opening) > 5 and opening in labels.PREFIXES and len(text.split()) > 1
    if kind == labels.NOMBRE:
        return None if wrapped_label or compact(text) in labels.ENDS else _name(text)
    if kind == labels.RAZON and wrapped_label and len(opening) > 8:
        return None
    number = parse_nss(text) or parse_curp(text) or parse_registro(text) or parse_date(text)
    return None if number else _line(text)


TYPED = frozenset(
    {labels.NSS, labels.CURP, labels.REGISTRO, labels.FECHA, labels.NACIMIENTO, labels.SERVICIO, labels.ESTADO}
)
"""Kinds whose values show by themselves what they are."""
