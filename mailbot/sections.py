"""Which sections and keys config.toml has, with their defaults, what each value may be, and which go together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-3]):([0-5]\d)")
_STORE = re.compile(r"sqlite:///.+|postgresql\+psycopg://.*")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise ValueError(f"«{value}» no es una dirección de correo")
    return value


def _start(value: object) -> object:
    if isinstance(value, date):
        return value
    if isinstance(value, str) and value != "now":
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"«{value}» no es «now» ni una fecha como 2026-11-01") from None
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"«{value}» no es una zona horaria; por ejemplo, America/Mexico_City") from None
    return value


def _hours(value: str) -> str:
    found = HOURS.fullmatch(value.strip())
    if not found or (int(found[1]), int(found[2])) >= (int(found[3]), int(found[4])):
        raise ValueError(f"«{value}» no es un horario como 09:00-18:00")
    return value


def _clock(value: str) -> str:
    try:
        time.fromisoformat(value)
    except ValueError:
        raise ValueError(f"«{value}» no es una hora como 08:30") from None
    return value


def _store_url(value: str) -> str:
    if not _STORE.fullmatch(value):  # what it says is not repeated: it may hold a password
        raise ValueError("debe ser sqlite:///archivo o postgresql+psycopg://…")
    return value


def _url(value: str) -> str:
    if value and (urlsplit(value).scheme != "https" or not urlsplit(value).hostname):
        raise ValueError(f"«{value}» no es una liga que empiece con https://")
    return value


Address = Annotated[str, AfterValidator(_address)]
Url = Annotated[str, AfterValidator(_url)]
Port = Annotated[int, Field(ge=1, le=65535)]
Count = Annotated[int, Field(ge=0)]
Security = Literal["tls", "starttls", "none"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Folders(_Section):
    answered: str = ""
    set_aside: str = ""
    sent: str = ""
    handed_over: str = ""


class Mailbox(_Section):
    address: Address
    host: Annotated[str, Field(min_length=1)]
    port: Port = 993
    security: Security = "tls"
    auth: Literal["password", "oauth2"] = "password"
    username: str = ""
    folder: Annotated[str, Field(min_length=1)] = "INBOX"
    aliases: tuple[Address, ...] = Field(default=(), strict=False)
    start: Annotated[Literal["now"] | date, BeforeValidator(_start)] = "now"
    poll_seconds: Annotated[int, Field(ge=1)] = 60
    authserv_id: str = ""
    ca_file: str = ""
    folders: Folders = Folders()


class Smtp(_Section):
    host: Annotated[str, Field(min_length=1)]
    port: Port = 587
    security: Security = "starttls"
    auth: Literal["password", "oauth2", "none"] = "password"
    username: str = ""
    ca_file: str = ""
    messages_per_minute: Count = 25


class OAuth2(_Section):
    provider: Literal["microsoft", "google"] = "microsoft"
    tenant: str = ""
    client_id: str = ""
    flow: Literal["client_credentials", "device_code", "service_account", "loopback"] = "client_credentials"
    service_account_file: str = ""
    authority: Url = ""


class LinksSection(_Section):
    constancia: Url = "https://serviciosdigitales.imss.gob.mx/gestionAsegurados-web-externo/vigencia"
    form: Url = (
        "https://docs.google.com/forms/d/e/1FAIpQLSdlHaHKU9Yk4-hcHRx495c6c6TeybFNp-s7rlMvrLhJZOMhbw/"
        "viewform?usp=sharing&ouid=102886165269032080082"
    )
    privacy: Url = ""
    hosts: tuple[str, ...] = Field(
        default=("serviciosdigitales.imss.gob.mx", "docs.google.com", "queretaro.tecnm.mx", "www.queretaro.tecnm.mx"),
        strict=False,
    )


class OfficeSection(_Section):
    school: str = "Instituto Tecnológico de Querétaro"
    department: str = "Departamento de Servicios Escolares"
    razones_sociales: tuple[str, ...] = Field(default=("INSTITUTO TECNOLOGICO DE QUERETARO",), strict=False)
    registros_patronales: tuple[str, ...] = Field(default=(), strict=False)
    staff: tuple[Address, ...] = Field(default=(), strict=False)
    mode: Literal["live", "shadow"] = "live"
    phone: str = ""
    location: str = ""
    opening: str = ""
    timezone: Annotated[str, AfterValidator(_zone)] = "America/Mexico_City"
    hours: Annotated[str, AfterValidator(_hours)] = "09:00-18:00"
    date_grace_hours: Annotated[int, Field(ge=0, le=23)] = 2
    notice: str = ""
    digest: Annotated[str, AfterValidator(_clock)] = "09:00"
    copies_per_hour: Count = 100  # nobody reads more in an hour
    links: LinksSection = LinksSection()


class Reminders(_Section):
    business_days: Annotated[int, Field(ge=1, le=60)] = 5
    most: Annotated[int, Field(ge=0, le=10)] = 2


class Store(_Section):
    url: Annotated[str, AfterValidator(_store_url)] = "sqlite:///var/mailbot.db"
    keep_days: Count = 365
    keep_bodies_days: Count = 30


class Limits(_Section):
    attachment_mb: Count = 10
    pages: Count = 20
    reader_seconds: Count = 20
    reader_memory_mb: Count = 1024
    ocr_memory_mb: Count = 2560
    reader_answer_kb: Count = 1000
    replies_per_sender_per_day: Count = 8
    replies_per_hour: Count = 3000


class Watch(_Section):
    """What `mailbot status` calls wrong, and where the figures are offered."""

    oldest_waiting_minutes: Annotated[int, Field(ge=1)] = 15
    last_contact_minutes: Annotated[int, Field(ge=1)] = 10
    free_disk_mb: Count = 200
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0


class Sections(_Section):
    mailbox: Mailbox
    smtp: Smtp
    oauth2: OAuth2 = OAuth2()
    office: OfficeSection = OfficeSection()
    reminders: Reminders = Reminders()
    store: Store = Store()
    limits: Limits = Limits()
    watch: Watch = Watch()


def clashes(table: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the place and the fault of each key that does not go with another; wrong types are told elsewhere."""
    for section in ("mailbox", "smtp"):
        server = _inside(table, section)
        if server.get("security") == "none" and server.get("host") not in _LOOPBACK:
            yield (section, "security"), '"none" sólo se permite en esta misma máquina; usa «tls» o «starttls»'
    office = _inside(table, "office")
    if office.get("mode") == "shadow" and not office.get("staff"):
        says = '"shadow" manda las respuestas sólo al personal: falta al menos un correo en staff'
        yield ("office", "mode"), says
    hours = HOURS.fullmatch(str(office.get("hours", "09:00-18:00")).strip())
    digest = re.fullmatch(r"(\d\d):(\d\d).*", str(office.get("digest", "09:00")))
    if hours and digest and (int(digest[1]), int(digest[2])) >= (int(hours[3]), int(hours[4])):
        yield ("office", "digest"), f"{digest[0]} es después de cerrar (hours): el resumen no saldría nunca"
    own = (_inside(table, "mailbox").get("address"), *_listed(table, "mailbox", "aliases"))
    ours = {str(address).casefold() for address in own}
    for address in _listed(table, "office", "staff"):
        if str(address).casefold() in ours:
            yield ("office", "staff"), f"«{address}» es este mismo buzón: al personal se le escribe a otra dirección"
    links = {name: field.default for name, field in LinksSection.model_fields.items()} | _inside(office, "links")
    for key in ("constancia", "form", "privacy"):
        host = urlsplit(str(links[key])).hostname
        if host and isinstance(links["hosts"], (list, tuple)) and host not in links["hosts"]:
            says = f"lleva a «{host}», que no está en la lista de sitios permitidos; si es correcto, agrégalo a hosts"
            yield ("office", "links", key), says


def _inside(table: Mapping[str, Any], section: str) -> dict[str, Any]:
    inner = table.get(section, {})
    return dict(inner) if isinstance(inner, Mapping) else {}


def _listed(table: Mapping[str, Any], section: str, key: str) -> list[Any]:
    found = _inside(table, section).get(key)
    return list(found) if isinstance(found, (list, tuple)) else []
