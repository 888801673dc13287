"""What config.toml says: read, checked as a whole, every problem at once with file and line."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from mailbot.core.office import Links, Office
from mailbot.core.rulefile import syntax
from mailbot.sections import HOURS, Limits, Mailbox, OAuth2, OfficeSection, Reminders, Sections, Smtp, Store, Watch

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


def load(path: Path) -> Config:
    """Read config.toml; raise ConfigProblems with every problem at once."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigProblems(
            [f"{path}: no existe; copia config.toml del proyecto o indica otro con --config"]
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigProblems([f"{path}: no se puede leer ({error})"]) from None
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigProblems([f"{path}: {syntax(str(error), text)}"]) from None
    return Config(_validated(table, str(path), text), path.resolve().parent, path)


def without_file() -> Config:
    """Return the defaults, for the commands that need no mailbox (read, decide)."""
    table = {"mailbox": {"address": "dse_becas@queretaro.tecnm.mx", "host": "localhost"}, "smtp": {"host": "localhost"}}
    return Config(_validated(table, "config.toml", ""), Path.cwd(), None)


def beside(path: Path) -> Config:
    """Return the defaults as if they stood in that file: for looking at rules/ and templates/ beside a broken one."""
    return replace(without_file(), folder=path.resolve().parent)


def load_or_defaults(path: Path | None) -> Config:
    """Read the named file, else ./config.toml where there is one, else the defaults."""
    if path is not None:
        return load(path)
    here = Path("config.toml")
    return load(here) if here.is_file() else without_file()


def _validated(table: Mapping[str, Any], name: str, text: str) -> Sections:
    try:
        return Sections.model_validate({"mailbox": {}, "smtp": {}, **table})
    except ValidationError as error:
        lines = _lines_of_keys(text)
        raise ConfigProblems([_problem(e, name, lines) for e in error.errors()]) from None


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


def _problem(error: Any, name: str, lines: Mapping[tuple[str, ...], int]) -> str:
    """Say one of pydantic's errors as a Spanish line: file:line: key: what, what to do."""
    where = tuple(str(p) for p in error["loc"] if isinstance(p, str) and p not in ("now", "literal['now']", "date"))
    line = next((lines[where[:n]] for n in range(len(where), 0, -1) if where[:n] in lines), None)
    key = ".".join(where) or "config"
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(where[-1], _known_keys(where[:-1]), 1)
        says = f"no se conoce esta clave; ¿quisiste decir «{near[0]}»?" if near else "no se conoce esta clave; quítala"
    elif kind == "literal_error":
        says = f"no puede ser «{error['input']}»; puede ser {context.get('expected', '').replace(' or ', ' o ')}"
    elif kind in ("greater_than_equal", "less_than_equal"):
        bound = context.get("ge", context.get("le"))
        says = f"debe ser {'al menos' if kind.startswith('greater') else 'cuando mucho'} {bound}"
    elif kind == "value_error":
        says = str(context.get("error", error["msg"]))
    else:
        says = _SAYS.get(kind, "no tiene la forma esperada")
    return f"{name}{f':{line}' if line else ''}: {key}: {says}"


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


def defaults_folder() -> Path:
    """Return where the rules and templates that come with the program are: in the wheel, or the source tree."""
    inside = Path(__file__).parent / "defaults"
    return inside if inside.is_dir() else Path(__file__).parent.parent


def rule_texts(config: Config) -> dict[str, str]:
    """Return the rule files, name to text, of the first folder found: beside config.toml, here, the package's."""
    for base in (config.folder, Path.cwd(), defaults_folder()):
        files = sorted((base / "rules").glob("*.toml"))
        if files:
            return {f"rules/{f.name}": f.read_text(encoding="utf-8") for f in files}
    raise ConfigProblems(["rules/: no hay ningún archivo de reglas; vuelve a instalar mailbot"])


def template_texts(config: Config) -> dict[str, str]:
    """Return the templates, file name to text; each is looked for beside config.toml, here, in the package."""
    texts: dict[str, str] = {}
    for base in (defaults_folder(), Path.cwd(), config.folder):
        folder = base / "templates" / "email"
        for file in sorted([*folder.glob("*.md"), *folder.glob("_*.html"), *folder.glob("_*.txt")]):
            texts[file.name] = file.read_text(encoding="utf-8")
    return texts
