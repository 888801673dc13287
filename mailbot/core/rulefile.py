"""From the TOML texts of rules/ to tables that know their lines, and every mistake in them as one Spanish line."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\-]+)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*(\"[^\"]+\"|[\w.\-]+)\s*=")
_SYNTAX = {  # what tomllib says, as an admin reads it
    "Expected '=' after a key": "falta el signo = después de la clave (que va sin acentos ni espacios)",
    "Invalid value": "el valor no se entiende (¿faltan comillas?)",
    "Unclosed array": "falta una coma, o cerrar un corchete ]",
    "Unclosed inline table": "falta una coma, o cerrar una llave }",
    "Unterminated string": "falta cerrar unas comillas",
    "Illegal character": "hay un carácter que no puede ir ahí (¿faltan comillas?)",
    "Cannot overwrite a value": "la clave está escrita dos veces",
    "Duplicate inline table key": "la clave está escrita dos veces",
    "Cannot declare": "la tabla está declarada dos veces (¿lleva dobles corchetes, [[…]]?)",
    "Expected newline": "sobra algo después del valor",
    "Invalid statement": "esta línea no se entiende",
    "Invalid initial character": "la clave no puede empezar con ese carácter",
    "Expected ']": "falta cerrar el corchete del encabezado (que va sin acentos ni espacios)",
    "Expected": "falta cerrar unas comillas",
    "Cannot mutate": "la tabla está declarada dos veces",
    "Cannot redefine": "la tabla está declarada dos veces",
    "Found invalid character": "las comillas se quedaron sin cerrar",
    "Unescaped": "dentro de comillas, \\ se escribe dos veces: \\\\",
    "Invalid hex value": "dentro de comillas, \\ se escribe dos veces: \\\\",
    "Escaped character": "dentro de comillas, \\ se escribe dos veces: \\\\",
    "Invalid date": "no es una fecha que exista",
}


class RuleProblems(ValueError):
    """The rules cannot be used; ``problems`` has every reason, one Spanish line each."""

    def __init__(self, problems: Collection[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a file: its values, its number among its kind, and the lines of its keys."""

    file: str
    name: str
    values: Mapping[str, Any]
    lines: Mapping[str, int]
    line: int | None
    """Line of the table's own header."""

    def line_of(self, key: str) -> int | None:
        """Return the line where ``key`` (or the key that holds it) stands."""
        while key:
            if key in self.lines:
                return self.lines[key]
            key = key.rpartition(".")[0]
        return self.line


@dataclass
class Problems:
    """Collects what is wrong, so that all of it is told at once."""

    lines: list[str] = field(default_factory=list)

    def add(self, table: Table, key: str, text: str) -> None:
        """Note a mistake at a key of a table; «who» is the table's own name where it has one."""
        called = table.values.get("nombre", table.values.get("tema"))
        who = f"{table.name} «{called}»: " if isinstance(called, str) and called else f"{table.name}: "
        line = table.line_of(key)
        where = f"línea {line}: " if line else ""
        self.lines.append(f"{table.file}: {where}{who}{key + ': ' if key else ''}{text}")

    def closed(self, table: Table, known: Collection[str]) -> None:
        """Note each key that nobody reads."""
        for key in table.values:
            if key not in known:
                self.add(table, key, f"no existe esta clave{meant(key, known)}")

    def text(self, table: Table, key: str, *, required: bool = False) -> str:
        """Return a text value, or "" where it is absent or wrong."""
        value = table.values.get(key)
        if value is None:
            if required:
                self.add(table, key, "falta")
            return ""
        if not isinstance(value, str):
            self.add(table, key, f"debe ser un texto entre comillas, no {spoken(value)}")
            return ""
        if required and not value.strip():
            self.add(table, key, "está vacío")
        return value.strip()

    def truth(self, table: Table, key: str, default: bool) -> bool:
        """Return a yes or no."""
        value = table.values.get(key, default)
        if isinstance(value, bool):
            return value
        self.add(table, key, f"debe ser true o false (sin comillas), no {spoken(value)}")
        return default

    def number(self, table: Table, key: str, default: int, least: int, most: int) -> int:
        """Return a whole number between two others."""
        value = table.values.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.add(table, key, f"debe ser un número entero de {least} a {most}, no {spoken(value)}")
        return default

    def texts(self, table: Table, key: str, *, required: bool = False) -> tuple[str, ...]:
        """Return a list of texts; none may be empty."""
        value = table.values.get(key)
        if value is None:
            if required:
                self.add(table, key, "falta")
            return ()
        if not isinstance(value, list):
            self.add(table, key, f"debe ser una lista de textos, [\"…\", \"…\"], no {spoken(value)}")
            return ()
        if required and not value:
            self.add(table, key, "la lista está vacía")
        for item in value:
            if not isinstance(item, str) or not item.strip():
                self.add(table, key, f"cada elemento debe ser un texto entre comillas, no {spoken(item)}")
        return tuple(item.strip() for item in value if isinstance(item, str) and item.strip())

    def day(self, table: Table, key: str) -> date | None:
        """Return a day, written 2026-04-02 with or without quotes."""
        value = table.values.get(key)
        if value is None:
            self.add(table, key, "falta; se escribe como 2026-04-02")
            return None
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if isinstance(value, str):
            try:
                return date.fromisoformat(value.strip())
            except ValueError:
                pass
        self.add(table, key, f"no es una fecha que exista ({spoken(value)}); se escribe como 2026-04-02")
        return None


def meant(wrong: str, known: Collection[str]) -> str:
    """Return "; ¿quisiste decir «…»?" where one of the known words is near."""
    near = difflib.get_close_matches(wrong.casefold(), known, n=1, cutoff=0.6)
    return f"; ¿quisiste decir «{near[0]}»?" if near else f". Se conocen: {', '.join(known)}"


def spoken(value: object) -> str:
    """Name a TOML value as an admin would see it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"«{value}»"
    if isinstance(value, dict):
        return "una tabla"
    return "una lista" if isinstance(value, list) else str(value)


def read_tables(texts: Mapping[str, str], problems: Problems) -> list[Table]:
    """Return every table of every file, in file-name order; a file with a mistake in its TOML gives none."""
    tables: list[Table] = []
    for name in sorted(texts):
        file = name if "/" in name else f"rules/{name}"
        try:
            loaded = tomllib.loads(texts[name].removeprefix("\ufeff"))
        except tomllib.TOMLDecodeError as error:
            problems.lines.append(f"{file}: {syntax(str(error), texts[name])}")
            continue
        tables.extend(_tables(file, loaded, _lines(texts[name])))
    return tables


def _tables(file: str, loaded: Mapping[str, Any], lines: Mapping[tuple[str, int], dict[str, int]]) -> Iterator[Table]:
    for name, value in loaded.items():
        several = value if isinstance(value, list) else [value]
        for index, values in enumerate(several):
            at = lines.get((name, index), {})
            body = values if isinstance(values, dict) else {"": values}
            yield Table(file, name, body, at, at.get("") or lines.get(("", 0), {}).get(name))


def _lines(text: str) -> dict[tuple[str, int], dict[str, int]]:
    """Map (table, its number) to the lines of its keys; "" is the header's own line."""
    found: dict[tuple[str, int], dict[str, int]] = {("", 0): {}}
    counts: dict[str, int] = {}
    at, prefix, closing = ("", 0), "", ""
    for number, line in enumerate(text.splitlines(), start=1):
        if closing:  # inside a text of several lines
            closing = "" if closing in line else closing
            continue
        if header := _HEADER.match(line):
            root, _, rest = header[2].partition(".")
            if header[1] == "[[" and not rest:
                counts[root] = counts.get(root, -1) + 1
            at, prefix = (root, counts.get(root, 0)), f"{rest}." if rest else ""
            found.setdefault(at, {}).setdefault(prefix[:-1], number)
        elif key := _KEY.match(line):
            found[at].setdefault(prefix + key[1].strip('"'), number)
            value = line[key.end() :].lstrip()
            if value[:3] in ('"""', "'''") and value.count(value[:3]) == 1:
                closing = value[:3]
    return found


def syntax(error: str, text: str) -> str:
    """Say a syntax error in Spanish, with its line."""
    line = re.search(r"at line (\d+)", error)
    number = line[1] if line else str(len(text.splitlines()))
    told = next((spanish for english, spanish in _SYNTAX.items() if error.startswith(english)), "")
    return f"línea {number}: no es TOML válido: {told or error.partition(' (at')[0]}"
