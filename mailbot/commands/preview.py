"""How does each template look? Every reply with sample values, at a phone's and at a desk's width, on one page."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbot.commands.opening import optional_config
from mailbot.config import load_or_defaults
from mailbot.folders import template_texts

if TYPE_CHECKING:
    from mailbot.core.office import Office
    from mailbot.core.reply import Reply, Templates

_PHONE, _DESK = 390, 760  # CSS pixels: the commonest phone; a mail client's reading pane
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; background: #f4f5f7; color: #1c2430; }
header { padding: 20px 28px 8px; } h1 { margin: 0; font-size: 26px; } header p { max-width: 46rem; margin: 6px 0; }
nav { padding: 4px 28px 14px; } nav a { display: inline-block; margin: 3px 10px 3px 0; color: #1a56b0; }
section { padding: 18px 28px 26px; border-top: 1px solid #d5dbe5; } h2 { margin: 0; font-size: 20px; }
.asunto { margin: 2px 0 12px; color: #46536a; }
.vistas { display: flex; gap: 22px; overflow-x: auto; align-items: flex-start; }
figure { margin: 0; flex: none; } figcaption { font-size: 14px; color: #46536a; margin-bottom: 4px; }
iframe { border: 1px solid #c3cad6; border-radius: 12px; background: #fff; height: 780px; }
pre { margin: 0; padding: 14px; width: 420px; max-height: 752px; overflow: auto; background: #fff;
      white-space: pre-wrap; border: 1px solid #c3cad6; border-radius: 12px; font-size: 13px; overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) { body { background: #10141b; color: #e8ecf3; } pre { background: #1a202b; }
  nav a { color: #8fb8f7; } .asunto, figcaption { color: #b3bdcd; } }
"""


@click.command("preview")
@optional_config
@click.option(
    "--open-folder",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("vista_previa"),
    metavar="CARPETA",
    help="Dónde se guardan las páginas; por omisión, vista_previa.",
)
def command(path: Path | None, folder: Path) -> int:
    """Dibuja cada plantilla con datos de ejemplo: .html, .txt y una página para verlas todas juntas."""
    from mailbot.core.reply import TemplateProblems, parse_templates

    config = load_or_defaults(path)
    try:
        templates = parse_templates(template_texts(config), config.office)
    except TemplateProblems as error:
        for problem in error.problems:
            click.echo(f"✗ {problem}")
        return 1
    index = write_previews(templates, config.office, folder)
    click.echo(f"{len(templates.sheets)} plantillas dibujadas. Abre {index}")
    return 0


def write_previews(templates: Templates, office: Office, folder: Path) -> Path:
    """Write every template rendered, and the page that shows them; return that page."""
    from mailbot.core.reply import STEMS, render
    from mailbot.core.samples import typical_values

    folder.mkdir(parents=True, exist_ok=True)
    own = [s for s in templates.sheets if s not in STEMS]
    replies = [render(templates, stem, typical_values(stem), office) for stem in (*STEMS, *own)]
    for reply in replies:
        (folder / f"{reply.stem}.html").write_text(reply.html, encoding="utf-8")
        (folder / f"{reply.stem}.txt").write_text(reply.text, encoding="utf-8")
    index = folder / "index.html"
    index.write_text(_page(replies), encoding="utf-8")
    return index


def _page(replies: list[Reply]) -> str:
    links = "".join(f'<a href="#{r.stem}">{r.stem}</a>' for r in replies)
    return (
        '<!DOCTYPE html><html lang="es-MX"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width, initial-scale=1"><title>Plantillas de mailbot</title><style>{_STYLE}</style>'
        "</head><body><header><h1>Plantillas de mailbot</h1><p>Cada respuesta con datos inventados: en un teléfono, en "
        "una computadora y como texto. Para verlas en modo oscuro, pon así tu sistema o tu navegador.</p></header>"
        f"<nav>{links}</nav>{''.join(_section(r) for r in replies)}</body></html>"
    )


def _section(reply: Reply) -> str:
    views = "".join(
        f'<figure><figcaption>{name} ({width} px)</figcaption><iframe src="{reply.stem}.html" loading="lazy" '
        f'title="{reply.stem}, {name}" style="width:{width}px" sandbox="allow-popups"></iframe></figure>'
        for name, width in (("Teléfono", _PHONE), ("Computadora", _DESK))
    )
    return (
        f'<section id="{reply.stem}"><h2>{reply.stem}</h2><p class="asunto">Asunto: {escape(reply.subject)}</p>'
        f'<div class="vistas">{views}<figure><figcaption>Texto</figcaption><pre>{escape(reply.text)}</pre></figure>'
        "</div></section>"
    )
