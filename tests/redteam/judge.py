"""Was the reader right, silent or wrong? One verdict for each field."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import Any

FIELDS = ("nss", "curp", "nombre", "fecha", "estado", "servicio_medico")


def same(a: Any, b: Any) -> bool:
    """Compare as a person would: composed accents, single spaces."""
    if isinstance(a, str) and isinstance(b, str):
        return " ".join(unicodedata.normalize("NFC", a).split()) == " ".join(unicodedata.normalize("NFC", b).split())
    return bool(a == b)


def judge(said: dict[str, Any], truth: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (field, right | none | wrong) for each fact that a constancia holds."""
    verdicts = [
        ("kind", "right" if said["kind"] == truth["kind"] else "none" if said["kind"] == "ilegible" else "wrong")
    ]
    if truth["kind"] != "constancia_vigencia":
        return verdicts
    for name in FIELDS:
        if said[name] is None:
            verdicts.append((name, "right" if truth[name] is None else "none"))
        else:
            verdicts.append((name, "right" if same(said[name], truth[name]) else "wrong"))
    return verdicts + _employers(said["patrones"] or [], truth["patrones"])


def _employers(said: list[dict[str, Any]], true: list[dict[str, Any]]) -> list[tuple[str, str]]:
    verdicts = []
    left = list(said)
    for one in true:
        match = next((p for p in left if _alike(p, one)), None)
        if match is None:
            verdicts.append(("patron", "none"))
            continue
        left.remove(match)
        for name in ("razon_social", "registro_patronal", "modalidad"):
            got, want = match[name], one[name]
            verdicts.append((name, "right" if same(got, want) else "none" if got is None else "wrong"))
    return verdicts + [("patron", "wrong")] * len(left)


def _alike(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return any(a[k] is not None and same(a[k], b[k]) for k in ("razon_social", "registro_patronal"))


def tally(all_verdicts: list[list[tuple[str, str]]]) -> Counter[tuple[str, str]]:
    """Count verdicts by field."""
    return Counter(v for verdicts in all_verdicts for v in verdicts)
