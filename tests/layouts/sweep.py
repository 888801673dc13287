"""Read thousands of generated constancias and count what is right, missing and wrong: python -m tests.layouts.sweep."""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from mailbot.core.documents import Document, ReadingKnowledge, read_document
from mailbot.core.rules import parse_reading
from tests.layouts import families, paper, people

RULES = Path(__file__).parents[2] / "rules" / "documentos.toml"


def knowledge() -> ReadingKnowledge:
    return parse_reading({"documentos.toml": RULES.read_text("utf-8")})


def facts_of(document: Document) -> dict[str, object]:
    """Return what was read in the shape of the generator's truth."""
    c = document.constancia
    if c is None:
        return {"kind": document.kind}
    return {
        "kind": document.kind,
        "nss": c.nss.value.digits if c.nss else None,
        "curp": c.curp.value.text if c.curp else None,
        "nombre": c.nombre.value if c.nombre else None,
        "fecha": c.fecha.value.isoformat() if c.fecha else None,
        "estado": c.estado.value if c.estado else None,
        "servicio_medico": c.servicio_medico.value if c.servicio_medico else None,
        "patrones": [
            {
                "razon_social": p.razon_social,
                "registro_patronal": p.registro_patronal.text if p.registro_patronal else None,
                "modalidad": p.modalidad,
            }
            for p in c.patrones
        ],
    }


def make(seed: int, *, traps: bool = False, laid_out: Callable[..., tuple[paper.Paper, dict[str, object]]] = families.lay_out) -> tuple[bytes, dict[str, object]]:
    """Make one document and its truth from a seed."""
    rng = random.Random(seed)
    person = people.person(rng, traps=traps)
    laid, truth = laid_out(rng, person)
    how = rng.choice(("line", "line", "word", "glyph"))
    engine = rng.choice(("reportlab", "reportlab", "fpdf")) if how != "glyph" else "reportlab"
    turn = rng.choice(("", "", "", "", "rotate90", "rotate180", "rotate270", "sideways", "cropped"))
    return paper.draw(laid, rng, engine, how, rng.choice(("as laid out", "shuffled", "reversed")), turn), truth


def compare(read: dict[str, object], truth: dict[str, object], *, legible: bool = True) -> tuple[Counter[str], list[str]]:
    """Count fields right, missing and wrong; a list of employers owned to be uncertain is missing, not wrong."""
    counts: Counter[str] = Counter()
    notes = []
    for key, wanted in truth.items():
        got = read.get(key)
        if got == wanted:
            counts["right"] += 1
        elif got is None or (key == "patrones" and (not legible)) or (key == "kind" and got == "desconocido"):
            counts["missing"] += 1
            notes.append(f"missing {key}: {got!r} wanted {wanted!r}")
        else:
            counts["wrong"] += 1
            notes.append(f"WRONG {key}: {got!r} wanted {wanted!r}")
    return counts, notes


def read_pdf(data: bytes, known: ReadingKnowledge) -> Document:
    import pypdfium2

    from mailbot.shell.pdf_words import pdfium_pages

    pdf = pypdfium2.PdfDocument(data)
    try:
        return read_document(pdfium_pages(pdf, 20), "text", known)
    finally:
        pdf.close()


def main() -> None:
    args = argparse.ArgumentParser()
    args.add_argument("-n", type=int, default=1000)
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--traps", action="store_true")
    args.add_argument("--family", default="families")
    args.add_argument("--keep", type=Path)
    chosen = args.parse_args()
    import importlib

    lay_out = importlib.import_module(f"tests.layouts.{chosen.family}").lay_out
    known = knowledge()
    if chosen.keep:
        chosen.keep.mkdir(parents=True, exist_ok=True)
    total: Counter[str] = Counter()
    spent = 0.0
    perfect = 0
    for seed in range(chosen.seed, chosen.seed + chosen.n):
        data, truth = make(seed, traps=chosen.traps, laid_out=lay_out)
        start = time.perf_counter()
        document = read_pdf(data, known)
        spent += time.perf_counter() - start
        legible = document.constancia is None or document.constancia.patrones_legible
        counts, notes = compare(facts_of(document), truth, legible=legible)
        total += counts
        perfect += not notes
        if notes:
            print(seed, *notes, sep="\n    ")
            if chosen.keep:
                (chosen.keep / f"{seed}.pdf").write_bytes(data)
                (chosen.keep / f"{seed}.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1), "utf-8")
    print(dict(total), f"perfect {perfect}/{chosen.n}; {1000 * spent / chosen.n:.1f} ms a document")


if __name__ == "__main__":
    main()
