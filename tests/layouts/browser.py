"""A third engine, by hand: constancias as web pages printed by headless Chromium (python -m tests.layouts.browser)."""

from __future__ import annotations

import argparse
import html
import random
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from tests.layouts.families import LABELS, facts, hyphenated
from tests.layouts.people import Person, person, written_date
from tests.layouts.sweep import compare, facts_of, knowledge, read_pdf

STYLES = """
body { font: %(size)spx %(family)s; margin: 0; } h1 { font-size: %(title)spx; text-align: %(align)s; }
table { width: 100%%; border-collapse: collapse; margin: 10px 0; } td, th { padding: %(pad)spx; text-align: %(cell)s;
vertical-align: %(valign)s; } th { font-weight: %(weight)s; } dl { display: grid; grid-template-columns: %(dl)s; gap: 4px; }
dt { font-weight: %(weight)s; } dd { margin: 0; text-align: %(dd)s; } .cards { display: flex; flex-wrap: wrap; gap: 14px; }
.card { flex: 1 1 28%%; } .card small { display: block; color: #555; } .lead dt { text-transform: %(upper)s; }
"""


def _block(rng: random.Random, fields: list[tuple[str, str]], way: str) -> str:
    if way == "dl":
        return "<dl class=lead>" + "".join(f"<dt>{a}</dt><dd>{b}</dd>" for a, b in fields) + "</dl>"
    if way == "cards":
        return "<div class=cards>" + "".join(f"<div class=card><small>{a}</small>{b}</div>" for a, b in fields) + "</div>"
    if way == "columns":
        heads = "".join(f"<th>{a}</th>" for a, _ in fields)
        return f"<table><tr>{heads}</tr><tr>{''.join(f'<td>{b}</td>' for _, b in fields)}</tr></table>"
    if way == "inline":
        return "<p>" + " &nbsp; ".join(f"<b>{a}:</b> {b}" for a, b in fields) + "</p>"
    cells = [f"<th>{a}</th><td>{b}</td>" for a, b in fields]
    rows = ["".join(cells[i : i + 2]) for i in range(0, len(cells), 2)]
    return "<table>" + "".join(f"<tr>{r}</tr>" for r in rows) + "</table>"


def page(rng: random.Random, who: Person) -> tuple[str, dict[str, object]]:
    """Return the page's HTML and the facts on it."""
    label = {k: html.escape(rng.choice(v)) for k, v in LABELS.items()}
    style = STYLES % {
        "size": rng.choice((11, 12, 14)), "family": rng.choice(("sans-serif", "serif", "monospace", "Arial")),
        "title": rng.choice((18, 22, 26)), "align": rng.choice(("left", "center", "right")), "pad": rng.choice((3, 6, 10)),
        "cell": rng.choice(("left", "center")), "valign": rng.choice(("top", "middle", "bottom")),
        "weight": rng.choice(("bold", "normal")), "dl": rng.choice(("max-content 1fr", "30% 1fr", "1fr 1fr")),
        "dd": rng.choice(("left", "right")), "upper": rng.choice(("none", "uppercase")),
    }  # fmt: skip
    personal = [(label["nombre"], who.name), (label["nss"], who.nss), (label["curp"], who.curp),
                (label["nacimiento"], written_date(rng, who.birth)), (label["birth_state"], who.birth_state)]  # fmt: skip
    status = [(label["estado"], who.estado), (label["servicio"], "SI" if who.service else "NO"), (label["vigencia"], "------")]
    clinic = [("Delegación", "QUERETARO"), ("UMF", "13"), ("Agregado médico", "-")]
    ways = ("dl", "cards", "columns", "inline", "pairs")
    blocks = [_block(rng, b, rng.choice(ways)) for b in (personal, status, clinic)]
    blocks.append(_block(rng, [(label["fecha"], written_date(rng, who.issued))], rng.choice(("dl", "inline", "cards"))))
    rng.shuffle(blocks)
    rows = "".join(
        f"<tr><td>{hyphenated(e.registro)}</td><td>{html.escape(e.razon_social)}</td><td>{e.modalidad}</td></tr>"
        for e in who.employers
    )
    blocks.append(f"<table><tr><th>{label['registro']}</th><th>{label['razon']}</th><th>{label['modalidad']}</th></tr>{rows}</table>")
    relatives = "".join(f"<tr><td>{b[0]}</td><td>{b[2]}</td><td>VIGENTE</td><td>SI</td></tr>" for b in who.beneficiaries)
    blocks.append(f"<h3>Beneficiarios</h3><table><tr><th>Nombre</th><th>CURP</th><th>Situación</th><th>Servicio médico</th></tr>{relatives}</table>")
    if rng.random() < 0.3:
        blocks.insert(0, "<p>Instituto Mexicano del Seguro Social. Este documento hace constar los derechos de la persona.</p>")
    text = f"<meta charset=utf-8><style>{style}</style><h1>Constancia de Vigencia de Derechos</h1>{''.join(blocks)}"
    return text, facts(who, "column")


def printed(text: str, chromium: str) -> bytes:
    """Print a page with headless Chromium."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_text(text, "utf-8")
        command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
                   f"--print-to-pdf={target}", "--no-pdf-header-footer", source.as_uri()]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return target.read_bytes()


def main() -> None:
    args = argparse.ArgumentParser()
    args.add_argument("-n", type=int, default=20)
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--chromium", default="/usr/bin/chromium")
    args.add_argument("--keep", type=Path)
    chosen = args.parse_args()
    known = knowledge()
    total: Counter[str] = Counter()
    for seed in range(chosen.seed, chosen.seed + chosen.n):
        rng = random.Random(seed)
        text, truth = page(rng, person(rng))
        data = printed(text, chosen.chromium)
        document = read_pdf(data, known)
        legible = document.constancia is None or document.constancia.patrones_legible
        counts, notes = compare(facts_of(document), truth, legible=legible)
        total += counts
        if notes:
            print(seed, *notes, sep="\n    ")
            if chosen.keep:
                (chosen.keep / f"{seed}.pdf").write_bytes(data)
    print(dict(total))


if __name__ == "__main__":
    main()
