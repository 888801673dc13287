"""From facts to the marks on the student's picture: which of the things the office looks at is right, in its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mailbot.core.facts import Facts

Verdict = Literal["ok", "mal"]
PLACES = ("titulo", "nss", "estado", "fecha", "patron")


@dataclass(frozen=True, slots=True)
class Mark:
    """A verdict on one place of the page and what is written beside it."""

    verdict: Verdict
    text: str
    row: int = 0
    """Of the employers, the one that it is about."""


def marks_for(facts: Facts, reply: str | None = None, row: int = 0) -> Mapping[str, Mark]:
    """Return the marks, by place, that agree with what the reply says; a place without a mark is left alone.

    ``reply`` is the template's stem: whether the date or the estado is right depends on the step that is given.
    ``row`` counts the employers from 0: the one that decides (core.patron.deciding).
    """
    marks = {"titulo": Mark("ok", "El título es el correcto"), "nss": Mark("ok", "Se ve tu número de seguro social")}
    estado = _estado(facts, reply)
    fecha = _fecha(facts, reply)
    patron = _patron(facts, row)
    found = {"estado": estado, "fecha": fecha, "patron": patron}
    return {**marks, **{place: mark for place, mark in found.items() if mark is not None}}


def _estado(facts: Facts, reply: str | None) -> Mark | None:
    if facts.estado == "vigente":
        return Mark("ok", "Dice VIGENTE")
    if facts.estado == "baja":
        if reply in ("aun_no_aparece", "espera_unos_dias", "ya_tienes_seguro"):
            return Mark("mal", "Aquí debe decir VIGENTE")
        return Mark("ok", "Dice BAJA: ya puedes pedir tu alta")
    return None


def _fecha(facts: Facts, reply: str | None) -> Mark | None:
    if reply == "fecha_no_es_de_hoy" or facts.fecha == "futura":
        return Mark("mal", "La fecha debe ser la del día de tu solicitud")
    if facts.fecha == "hoy":
        return Mark("ok", "La fecha es la de tu solicitud")
    if reply in ("solicita_tu_alta", "puedes_tener_ambos") and facts.fecha is not None:
        return Mark("mal", "La fecha debe ser la del día de tu solicitud")
    return None  # the date does not matter to the other replies


def _patron(facts: Facts, row: int) -> Mark | None:
    if facts.estado != "vigente":
        return None  # the last patrón is history
    if facts.patron == "nuestro":
        return Mark("ok", "Dice INSTITUTO TECNOLÓGICO DE QUERÉTARO", row)
    if facts.patron == "otra_escuela":
        return Mark("mal", "Pide tu baja en esta escuela", row)
    if facts.patron == "empresa":
        return Mark("ok", "¡Puedes tener ambos seguros!", row)
    return None
