"""All that a rule may ask about a mail, its documents and its case: a closed list with closed values."""

from __future__ import annotations

from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Mapping

# contract.md, "rules/": name of the fact -> the values it can take. None (not known) holds in no condition.
VALUES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "documento": ("constancia", "otro", "ilegible", "con_contrasena", "imagen", "otro_formato", "ninguno"),
        "falta": ("nss", "estado", "fecha", "patron", "nada"),
        "estado": ("vigente", "baja", "otro"),
        "servicio": ("si", "no"),
        "patron": ("nuestro", "otra_escuela", "empresa", "programa", "ninguno", "dudoso"),
        "fecha": ("hoy", "reciente", "vieja", "futura"),
        "caso": ("nuevo", "alta_pedida", "esperando_baja", "confirmado", "con_persona"),
        "plazo": ("corriendo", "cumplido"),
        "intentos": ("1", "2", "3"),
        "repetida": ("si", "no"),
        "sospecha": ("si", "no"),
        "mensaje": (
            "ninguno", "gracias", "pregunta", "ya_lo_llene", "pide_baja", "urgencia", "no_derechohabiencia", "ajeno",
        ),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """One value of each fact, or None where it is not known."""

    documento: str
    mensaje: str
    falta: str | None = None
    estado: str | None = None
    servicio: str | None = None
    patron: str | None = None
    fecha: str | None = None
    caso: str | None = None
    plazo: str | None = None
    intentos: str | None = None
    repetida: str | None = None
    sospecha: str | None = None

    def __post_init__(self) -> None:
        for f in fields(self):
            value = getattr(self, f.name)
            if value is not None and value not in VALUES[f.name]:
                raise ValueError(f"{f.name} cannot be {value!r}")
