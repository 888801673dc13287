"""Is the patrón the school itself, another school, a company, a programme, or something for a person to look at?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mailbot.core.constancia import Constancia, Patron
from mailbot.core.office import Office
from mailbot.core.rulefile import Problems, Table
from mailbot.core.spanish import compact, fold

PatronKind = Literal["nuestro", "otra_escuela", "empresa", "programa", "dudoso"]
TABLES = ("escuelas", "empresas", "programas", "modalidad")
# contract.md: with several patrones the fact is the first of these that is among them.
PRECEDENCE: tuple[PatronKind, ...] = ("nuestro", "otra_escuela", "programa", "dudoso", "empresa")
SCHOOL_TYPE = "32"  # characters 9-10 of a registro patronal: insurance by a school or a programme

# How alike two names are, 0 to 100, letters only (rapidfuzz `ratio`): a lost letter or two in our own name gives 94
# and more, TECNOLOGICO DE CELAYA against DE QUERETARO 79.
NEAR = 90
# The same for one word: "preparatroia" is 92 of "preparatoria", "universal" 84 of "universidad".
NEAR_WORD = 88

_WORDS = re.compile(r"[^\W_]+")
_SMALL = frozenset({"de", "del", "la", "el", "los", "las", "y", "e", "en", "a"})
# What a school's name may carry beside the name itself without being another school: then a person looks.
_CAMPUS = frozenset({
    "plantel", "campus", "unidad", "extension", "sede", "norte", "sur", "oriente", "poniente", "centro",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class PatronKnowledge:
    """The office's data on employers (rules/20-escuelas.toml), all folded."""

    school_words: tuple[str, ...] = ()
    school_acronyms: tuple[str, ...] = ()
    school_names: tuple[str, ...] = ()
    near_ours: tuple[str, ...] = ()
    """Other ways of writing the school's own name: near it, so a person looks."""
    company_forms: tuple[str, ...] = ()
    company_words: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    school_modalidades: tuple[str, ...] = ()
    programme_modalidades: tuple[str, ...] = ()
    work_modalidades: tuple[str, ...] = ()
    work_numbers: tuple[str, ...] = ()


def classify(patron: Patron, office: Office, known: PatronKnowledge) -> PatronKind:
    """Say what one row of the employers is; "dudoso" wherever the row does not settle it."""
    name = fold(patron.razon_social or "")
    insurance = _insurance(patron, known)
    if _is_ours(patron, office):
        # as an employer the school pays its own workers' insurance: not the facultativo
        return "dudoso" if insurance in ("trabajo", "programa", "otro") else "nuestro"
    if not name:
        return "programa" if insurance == "programa" else "dudoso"
    company = has_company_form(name, known)
    if not company and is_near_ours(name, office, known):
        return "dudoso"
    if insurance == "programa":
        return "programa"
    if insurance == "trabajo":
        return "empresa"
    if insurance == "otro":
        return "dudoso"
    return _by_name(name, company, insurance, known)


def _by_name(name: str, company: bool, insurance: str | None, known: PatronKnowledge) -> PatronKind:
    school = is_school(name, known)
    if insurance == "escolar":  # the student text decides, unless the name contradicts it
        return "dudoso" if company and not school else "otra_escuela"
    if insurance == "32":
        if any(_same_words(name, programme) for programme in known.programmes):
            return "programa"
        return "otra_escuela" if school and not company else "dudoso"
    if company or insurance == "numero_de_trabajo":
        return "empresa"
    if any(_same_words(name, programme) for programme in known.programmes):
        return "dudoso"
    return "otra_escuela" if school else "dudoso"


def _insurance(patron: Patron, known: PatronKnowledge) -> str | None:
    """Say which insurance the row is: by its modalidad text, else by the registro patronal, else None."""
    text = compact(patron.modalidad or "")
    number = re.fullmatch(r"(?:modalidad)?(\d{2})", text)
    if text and not number:
        for kind, listed in (
            ("escolar", known.school_modalidades),
            ("programa", known.programme_modalidades),
            ("trabajo", known.work_modalidades),
        ):
            if any(_same_text(text, known_text) for known_text in listed):
                return kind
        return "otro"
    digits = number[1] if number else patron.registro_patronal.modalidad if patron.registro_patronal else None
    if digits is None:
        return None
    if digits == SCHOOL_TYPE:
        return "32"
    return "numero_de_trabajo" if digits in known.work_numbers else "otro"


def of_constancia(constancia: Constancia, office: Office, known: PatronKnowledge) -> str:
    """Return the fact ``patron`` of a constancia with all its rows."""
    if not constancia.patrones_legible:
        return "dudoso"
    kinds = {classify(p, office, known) for p in constancia.patrones}
    if {"nuestro", "otra_escuela"} <= kinds:
        return "dudoso"
    return next((kind for kind in PRECEDENCE if kind in kinds), "ninguno")


def deciding(constancia: Constancia, office: Office, known: PatronKnowledge) -> Patron | None:
    """Return the row that the reply should name: the one that made the fact ``patron``."""
    by_kind = {classify(p, office, known): p for p in reversed(constancia.patrones)}
    return next((by_kind[kind] for kind in PRECEDENCE if kind in by_kind), None)


def _is_ours(patron: Patron, office: Office) -> bool:
    registro = patron.registro_patronal
    if registro and registro.text in {compact(r).upper() for r in office.registros_patronales}:
        return True
    return bool(patron.razon_social) and compact(patron.razon_social or "") in {
        compact(r) for r in office.razones_sociales
    }


def is_near_ours(name: str, office: Office, known: PatronKnowledge) -> bool:
    """Tell whether a name is so near the school's own that only a person can say whose it is."""
    from rapidfuzz import fuzz

    words = _words(name)
    for own in (*office.razones_sociales, *known.near_ours):
        theirs = _words(own)
        if fuzz.ratio("".join(words), "".join(theirs)) >= NEAR and not _another_place(words, theirs):
            return True
        extra = [w for w in words if not any(_alike(w, t) for t in theirs)]
        missing = [t for t in theirs if not any(_alike(w, t) for w in words)]
        if (set(extra) - _CAMPUS) & set(known.school_words):
            continue  # UNIVERSIDAD TECNOLOGICA DE QUERETARO says itself that it is another one
        if not missing and (len(extra) <= 1 or set(extra) & _CAMPUS):
            return True
    return False


def _another_place(words: Sequence[str], own: Sequence[str]) -> bool:
    """Tell whether the last word, the place, is plainly another one."""
    return bool(words and own) and not _alike(words[-1], own[-1]) and own[-1] not in words


def has_company_form(name: str, known: PatronKnowledge) -> bool:
    """Tell whether a name ends in a legal form such as SA DE CV, however it is dotted or spaced."""
    spelled = f" {' '.join(_WORDS.findall(fold(name).replace('.', '')))} "
    spaced = f" {' '.join(_WORDS.findall(fold(name)))} "
    forms = (f" {form} " for form in known.company_forms)
    return any(form in spelled or form in spaced for form in forms)


def is_school(name: str, known: PatronKnowledge) -> bool:
    """Tell whether a name is a school's: by a whole word (a small typo forgiven), an acronym, or the whole name."""
    words = _words(name)
    joined = f" {' '.join(words)} "
    if any(f" {w} " in f" {' '.join(words)} " for w in known.company_words):
        return False
    if any(w.rstrip("0123456789") in known.school_acronyms for w in words):
        return True
    for phrase in known.school_words:
        if f" {phrase} " in joined or (" " not in phrase and any(_alike(w, phrase) for w in words)):
            return True
    return any(_same_words(name, listed) for listed in known.school_names)


def _words(text: str) -> list[str]:
    return [w for w in _WORDS.findall(fold(text).replace(".", "")) if w not in _SMALL]


def _alike(word: str, other: str) -> bool:
    from rapidfuzz import fuzz

    # 5 letters: in shorter words one letter makes another word
    return word == other or (len(other) >= 6 and fuzz.ratio(word, other) >= NEAR_WORD)


def _same_words(name: str, listed: str) -> bool:
    from rapidfuzz import fuzz

    return fuzz.ratio(compact(name), compact(listed)) >= NEAR


def _same_text(text: str, listed: str) -> bool:
    """Compare a modalidad text, of letters only, with a known one; a reading error of a letter is forgiven."""
    from rapidfuzz import fuzz

    known = compact(listed)
    return text == known or (len(known) >= 12 and fuzz.ratio(text, known) >= 94)


def parse_patrones(tables: list[Table], problems: Problems) -> PatronKnowledge:
    """Read [escuelas], [empresas], [programas] and [modalidad]."""
    keys = {
        "escuelas": {
            "palabras": "school_words", "siglas": "school_acronyms", "nombres": "school_names",
            "parecidas_a_la_nuestra": "near_ours",
        },
        "empresas": {"formas": "company_forms", "palabras": "company_words"},
        "programas": {"nombres": "programmes"},
        "modalidad": {
            "escolar": "school_modalidades", "programa": "programme_modalidades", "trabajo": "work_modalidades",
            "numeros_de_trabajo": "work_numbers",
        },
    }  # fmt: skip
    found: dict[str, tuple[str, ...]] = {}
    for table in tables:
        problems.closed(table, tuple(keys[table.name]))
        for key, field in keys[table.name].items():
            texts = problems.texts(table, key)
            for text in texts:
                if len(compact(text)) < 2:
                    problems.add(table, key, f"«{text}» es tan corto que se encontraría en cualquier nombre")
            found[field] = found.get(field, ()) + tuple(fold(text) for text in texts)
    if clash := set(found.get("work_numbers", ())) & {SCHOOL_TYPE}:
        at = next(t for t in tables if t.name == "modalidad")
        problems.add(at, "numeros_de_trabajo", f"el {clash.pop()} es de escuelas y programas, no de trabajo")
    return PatronKnowledge(**found)
