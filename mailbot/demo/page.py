"""What came of the demonstration, as one page that opens in a browser: each mail, what was read, the reply itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

STYLE = """
:root{color-scheme:light dark;--ink:#16313b;--soft:#5b6b7b;--line:#d6dee3;--paper:#fff;--ground:#eef3f5;--mark:#1b6e63}
@media(prefers-color-scheme:dark){:root{--ink:#e6eef1;--soft:#9db0bb;--line:#31454f;--paper:#17252c;--ground:#0f191e;--mark:#6cc7b8}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
header{padding:28px 20px 8px;max-width:1180px;margin:auto}h1{margin:0 0 4px;font-size:26px}p{margin:0;color:var(--soft)}
main{max-width:1180px;margin:auto;padding:12px 20px 60px;display:grid;gap:20px}
section{background:var(--paper);border:1px solid var(--line);border-radius:14px;padding:18px;display:grid;gap:18px;
grid-template-columns:minmax(0,1fr) 400px}
h2{margin:0 0 8px;font-size:19px}dl{margin:0;display:grid;grid-template-columns:max-content 1fr;gap:4px 14px}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}code{color:var(--mark)}
iframe{width:390px;height:620px;border:1px solid var(--line);border-radius:22px;background:#fff;justify-self:end}
blockquote{margin:0 0 16px;padding:12px 16px;border-left:4px solid var(--mark);background:var(--ground);
border-radius:0 10px 10px 0;white-space:pre-line}
.silent{align-self:center;color:var(--soft)}@media(max-width:860px){section{grid-template-columns:1fr}iframe{width:100%;justify-self:stretch}}
"""


@dataclass(frozen=True)
class Row:
    """One mail of the demonstration and what came of it; all texts are shown as they are."""

    title: str
    mail: str
    """Subject and text of the student's mail, lines apart."""
    read: str
    rule: str
    reply: str
    reminder: str
    html: Path | None


def write(folder: Path, rows: Sequence[Row], when: str) -> Path:
    """Write index.html into the folder, the replies framed at a phone's width; return its path."""
    sections = "\n".join(_section(row) for row in rows)
    page = (
        '<!doctype html><html lang="es-MX"><head><meta charset="utf-8"><title>mailbot: demostración</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head><body>'
        f"<header><h1>Lo que contestó mailbot</h1><p>{escape(when)}. Personas, números y documentos inventados.</p>"
        f"</header><main>{sections}</main></body></html>"
    )
    out = folder / "index.html"
    out.write_text(page, encoding="utf-8")
    return out


def _section(row: Row) -> str:
    facts = (("Se leyó", row.read), ("Regla", row.rule), ("Respuesta", row.reply), ("Recordatorio", row.reminder))
    listed = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts if value)
    shown = (
        f'<iframe sandbox loading="lazy" title="{escape(row.title)}" src="{escape(row.html.name)}"></iframe>'
        if row.html
        else '<p class="silent">No se contesta.</p>'
    )
    subject, _, text = row.mail.partition("\n")
    wrote = f"<blockquote><b>{escape(subject)}</b>\n{escape(text)}</blockquote>" if row.mail else ""
    return f"<section><div><h2>{escape(row.title)}</h2>{wrote}<dl>{listed}</dl></div>{shown}</section>"
