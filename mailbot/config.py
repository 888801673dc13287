"""What config.toml says: read, checked as a whole, every problem at once with file and line."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from mailbot.core.office import Links, Office
from mailbot.core.rulefile import syntax
from mailbot.files import read_file, shown, why_not
from mailbot.sections import (
    HOURS,
    Limits,
    Mailbox,
    OAuth2,
    OfficeSection,
    Reminders,
    Sections,
    Smtp,
    Store,
    Watch,
    clashes,
)

MOST_LINES = 2000  # no hand-written config is longer


class ConfigProblems(Exception):
    """Everything wrong with the configuration, one Spanish line each: where, what, what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Config:
    """The configuration as a value; ``folder`` is where config.toml is: relative paths start there."""

    sections: Sections
    folder: Path
    path: Path | None
    names_mailbox: bool = True
    """False where no address was given, as `read` and `decide` may do: then nobody knows which mail is to us."""

    @property
    def mailbox(self) -> Mailbox:
        return self.sections.mailbox

    @property
    def smtp(self) -> Smtp:
        return self.sections.smtp

    @property
    def oauth2(self) -> OAuth2:
        return self.sections.oauth2

    @property
    def reminders(self) -> Reminders:
        return self.sections.reminders

    @property
    def store(self) -> Store:
        return self.sections.store

    @property
    def limits(self) -> Limits:
        return self.sections.limits

    @property
    def watch(self) -> Watch:
        return self.sections.watch

    @property
    def office_section(self) -> OfficeSection:
        return self.sections.office

    @property
    def imap_username(self) -> str:
        return self.mailbox.username or self.mailbox.address

    @property
    def smtp_username(self) -> str:
        return self.smtp.username or self.imap_username

    @property
    def store_url(self) -> str:
        """Return the store's URL with a relative SQLite path made absolute from the configuration's folder."""
        url = self.store.url
        if not url.startswith("sqlite:///") or url.startswith("sqlite:////") or url == "sqlite:///:memory:":
            return url
        return f"sqlite:///{(self.folder / url.removeprefix('sqlite:///')).resolve()}"

    @property
    def var(self) -> Path:
        """Return the folder of everything that mailbot itself writes beside the store (tokens, lock)."""
        url = self.store_url
        if url.startswith("sqlite:////"):
            return Path(url.removeprefix("sqlite:///")).parent
        return self.folder / "var"

    @property
    def office(self) -> Office:
        """Return what the core asks of the configuration."""
        o = self.office_section
        found = HOURS.fullmatch(o.hours.strip())
        assert found is not None  # noqa: S101  (checked at the door by _hours)
        return Office(
            address=self.mailbox.address,
            aliases=self.mailbox.aliases,
            school=o.school,
            department=o.department,
            razones_sociales=o.razones_sociales,
            registros_patronales=o.registros_patronales,
            staff=o.staff,
            mode=o.mode,
            phone=o.phone,
            location=o.location,
            opening=o.opening,
            timezone=ZoneInfo(o.timezone),
            opens=time(int(found[1]), int(found[2])),
            closes=time(int(found[3]), int(found[4])),
            date_grace_hours=o.date_grace_hours,
            notice=o.notice,
            links=Links(o.links.constancia, o.links.form, o.links.privacy),
            reminder_business_days=self.reminders.business_days,
            reminders_most=self.reminders.most,
            replies_per_sender_per_day=self.limits.replies_per_sender_per_day,
            copies_per_hour=o.copies_per_hour,
            authenticates=bool(self.mailbox.authserv_id),
            allowed_hosts=o.links.hosts,
        )


# What the commands that need no mailbox (read, decide) do without.
_NO_ACCOUNTS = {
    "mailbox": {"address": "dse_becas@queretaro.tecnm.mx", "host": "localhost"},
    "smtp": {"host": "localhost"},
}


def load(path: Path) -> Config:
    """Read config.toml; raise ConfigProblems with every problem at once."""
    table, text = _read(path)
    return Config(_validated(table, shown(path), text), path.resolve().parent, path)


def without_file() -> Config:
    """Return the defaults, for the commands that need no mailbox (read, decide)."""
    return Config(_validated(_NO_ACCOUNTS, "config.toml", ""), Path.cwd(), None, names_mailbox=False)


def beside(path: Path) -> Config:
    """Return what is right in a broken file, defaults for the rest: all that hangs on it is looked at all the same.

    Its ``path`` is None where nothing in the file can be read.
    """
    folder = path.resolve().parent
    with suppress(ConfigProblems):
        right, _ = _read(path)
        for wider in range(3):  # a default in the place of a wrong key can clash with another key of its section
            right = _with_accounts(right)
            wrong = _faults(right)
            if not wrong:
                return Config(Sections.model_validate(right), folder, path)
            right = _without(right, [where[: max(1, len(where) - wider)] for where, _ in wrong])
    return replace(without_file(), folder=folder)


def load_or_defaults(path: Path | None) -> Config:
    """Read the named file, else ./config.toml where there is one, else the defaults; accounts may be missing."""
    path = path or Path("config.toml")
    if path == Path("config.toml") and not path.is_file():
        return without_file()
    table, text = _read(path)
    sections = _validated(_with_accounts(table), shown(path), text)
    return Config(sections, path.resolve().parent, path, names_mailbox="address" in table.get("mailbox", {}))


def text_of(path: Path, name: str) -> str:
    """Return a file's text, without the mark that Notepad puts before it; raise ConfigProblems where it has none."""
    try:
        return read_file(path).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except FileNotFoundError:
        raise ConfigProblems(
            [f"{name}: no existe; copia config.toml del proyecto o indica otro con --config"]
        ) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigProblems(
            [f"{name}:{line}: tiene letras que no están en UTF-8; guárdalo de nuevo con esa codificación"]
        ) from None
    except OSError as error:
        raise ConfigProblems([f"{name}: no se puede leer ({why_not(error)})"]) from None


def _read(path: Path) -> tuple[dict[str, Any], str]:
    text = text_of(path, shown(path))
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        raise ConfigProblems([f"{shown(path)}: {syntax(str(error), text)}"]) from None


def _with_accounts(table: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(table)
    for section, keys in _NO_ACCOUNTS.items():
        own = table.get(section, {})
        merged[section] = {**keys, **own} if isinstance(own, Mapping) else own
    return merged


def _validated(table: Mapping[str, Any], name: str, text: str) -> Sections:
    table = {"mailbox": {}, "smtp": {}, **table}
    if wrong := _faults(table):
        lines = _lines_of_keys(text)
        raise ConfigProblems([_problem(where, says, name, lines) for where, says in wrong])
    return Sections.model_validate(table)


def _faults(table: Mapping[str, Any]) -> list[tuple[tuple[str, ...], str]]:
    """Return the place of each wrong key and what is wrong with it."""
    found: list[tuple[tuple[str, ...], str]] = []
    try:
        Sections.model_validate(table)
    except ValidationError as error:
        found = [(_place(e), _fault(e)) for e in error.errors()]
    return found + [clash for clash in clashes(table) if clash[0] not in [where for where, _ in found]]


def _without(table: Mapping[str, Any], places: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    """Return the table without the keys at these places."""
    dropped = {where[0] for where in places if len(where) == 1}
    kept: dict[str, Any] = {}
    for key, value in table.items():
        below = [where[1:] for where in places if where[0] == key]
        if key not in dropped:
            kept[key] = _without(value, below) if below and isinstance(value, Mapping) else value
    return kept


def _lines_of_keys(text: str) -> dict[tuple[str, ...], int]:
    """Map each section and key to its line, for messages; a hand-written map is enough for a hand-written file."""
    found: dict[tuple[str, ...], int] = {}
    section: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines()[:MOST_LINES], 1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            section = tuple(part.strip().strip('"') for part in header[1].split("."))
            found.setdefault(section, number)
        elif key := re.match(r"\s*([A-Za-z0-9_-]+)\s*=", line):
            found.setdefault((*section, key[1]), number)
    return found


_SAYS = {
    "missing": "falta; agrégala",
    "string_type": "debe ser un texto entre comillas",
    "int_type": "debe ser un número entero",
    "bool_type": "debe ser true o false",
    "tuple_type": 'debe ser una lista, por ejemplo ["a", "b"]',
    "model_type": "debe ser una sección",
    "model_attributes_type": "debe ser una sección",
    "string_too_short": "no puede quedar vacía",
}


def _problem(where: tuple[str, ...], says: str, name: str, lines: Mapping[tuple[str, ...], int]) -> str:
    """Write a Spanish line: file:line: key: what, what to do."""
    line = next((lines[where[:n]] for n in range(len(where), 0, -1) if where[:n] in lines), None)
    return f"{name}{f':{line}' if line else ''}: {'.'.join(where) or 'config'}: {says}"


def _place(error: Any) -> tuple[str, ...]:
    return tuple(str(p) for p in error["loc"] if isinstance(p, str) and p not in ("now", "literal['now']", "date"))


def _fault(error: Any) -> str:
    """Say one of pydantic's errors in Spanish."""
    where, kind, context = _place(error), error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(where[-1], _known_keys(where[:-1]), 1)
        return f"no se conoce esta clave; ¿quisiste decir «{near[0]}»?" if near else "no se conoce esta clave; quítala"
    if kind == "literal_error":
        return f"no puede ser «{error['input']}»; puede ser {context.get('expected', '').replace(' or ', ' o ')}"
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = context.get("ge", context.get("le"))
        return f"debe ser {'al menos' if kind.startswith('greater') else 'cuando mucho'} {bound}"
    if kind == "value_error":
        return str(context.get("error", error["msg"]))
    return _SAYS.get(kind, "no tiene la forma esperada")


def _known_keys(section: tuple[str, ...]) -> list[str]:
    model: type[BaseModel] = Sections
    for part in section:
        inner = model.model_fields[part].annotation if part in model.model_fields else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return list(model.model_fields)


def secret(name: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """Return a secret from the environment, or from the file that ``NAME_FILE`` names; None where neither is set."""
    if value := environ.get(name):
        return value
    if path := environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip() or None
        except (OSError, UnicodeDecodeError):
            raise ConfigProblems(
                [f"{name}_FILE: no se puede leer el archivo que nombra; revisa que exista y sus permisos"]
            ) from None
    return None


def missing_secrets(config: Config, environ: Mapping[str, str] = os.environ) -> list[str]:
    """Name each secret that the chosen ways of logging in need and the environment lacks."""
    problems = []
    wanted = []
    if config.mailbox.auth == "password":
        wanted.append(("MAILBOT_MAILBOX_PASSWORD", "la contraseña del buzón"))
    if config.smtp.auth == "password":
        wanted.append(("MAILBOT_SMTP_PASSWORD", "la contraseña del servidor de salida"))
    uses_oauth = "oauth2" in (config.mailbox.auth, config.smtp.auth)
    if uses_oauth and config.oauth2.flow in ("client_credentials", "loopback"):
        wanted.append(("MAILBOT_OAUTH2_CLIENT_SECRET", "el secreto de la aplicación OAuth2"))
    for name, what in wanted:
        try:
            if secret(name, environ) is None:
                problems.append(
                    f"{name}: falta {what}; va en esa variable de entorno, o en un archivo que nombra {name}_FILE"
                )
        except ConfigProblems as error:
            problems += error.problems
    return problems


WAYS = {"microsoft": ("client_credentials", "device_code"), "google": ("service_account", "loopback")}
_NEEDS = {
    "client_credentials": ("tenant", "client_id"),
    "device_code": ("tenant", "client_id"),
    "service_account": ("service_account_file",),
    "loopback": ("client_id",),
}


def missing_grants(config: Config) -> list[str]:
    """Name what is wrong in [oauth2] for the chosen way of logging in, where any server asks for it."""
    o = config.oauth2
    if "oauth2" not in (config.mailbox.auth, config.smtp.auth):
        return []
    if o.flow not in WAYS[o.provider]:
        return [f"oauth2.flow: «{o.flow}» no es de {o.provider}; escribe {' o '.join(WAYS[o.provider])}"]
    missing = [key for key in _NEEDS[o.flow] if not getattr(o, key) and not (key == "tenant" and o.authority)]
    return [f"oauth2.{key}: falta; docs/oauth.md dice dónde se copia" for key in missing]
