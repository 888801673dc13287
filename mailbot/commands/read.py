"""What does each document say? Reads files as the mailbox would, in confined children, and sends nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from mailbot.commands.folding import folded
from mailbot.commands.given import contents_of, in_json
from mailbot.commands.opening import optional_config
from mailbot.config import Config, ConfigProblems, load_or_defaults
from mailbot.core.constancia import Constancia, Patron
from mailbot.core.documents import CONSTANCIA, Document, ReadingKnowledge
from mailbot.core.picture_marks import Mark
from mailbot.core.spanish import format_date
from mailbot.files import shown, why_not
from mailbot.folders import rule_texts
from mailbot.shell.limits import Limits
from mailbot.shell.workers import Readers

HOW = {"text": "leída del texto del PDF", "ocr": "leída de una imagen: hay que pedir el PDF", None: ""}
NAMES = {
    "constancia_vigencia": "Constancia de vigencia de derechos",
    "ilegible": "No se puede leer",
    "con_contrasena": "Pide una contraseña",
    "otro_formato": "No es un PDF ni una imagen",
    "imagen": "Una imagen que no se leyó",
    "desconocido": "Otro documento",
}


@click.command("read")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="ARCHIVO…")
@click.option("--json", "as_json", is_flag=True, help="Un objeto JSON por línea.")
@click.option("--picture", type=click.Path(path_type=Path), metavar="SALIDA.png", help="Dibuja la constancia marcada.")
@optional_config
def command(files: tuple[Path, ...], as_json: bool, picture: Path | None, path: Path | None) -> int:
    """Dice qué dice cada documento (PDF, JPG, PNG, HEIC)."""
    if picture is not None and len(files) != 1:
        raise click.UsageError("--picture dibuja un solo documento: indica un solo archivo")
    config = load_or_defaults(path)
    return asyncio.run(_read(files, config, as_json=as_json, picture=picture))


def reading_knowledge(config: Config) -> ReadingKnowledge:
    """Return the data of rules/documentos.toml; raise ConfigProblems with all that is wrong in it."""
    from mailbot.core.rules import RuleProblems, parse_reading

    try:
        reading = parse_reading(rule_texts(config))
    except RuleProblems as error:
        raise ConfigProblems(error.problems) from None
    if not reading.kinds:
        raise ConfigProblems(["rules/: falta documentos.toml; vuelve a instalar mailbot"])
    return reading


async def _read(files: tuple[Path, ...], config: Config, *, as_json: bool, picture: Path | None) -> int:
    knowledge = reading_knowledge(config)
    names = {**NAMES, **{k.kind: k.name for k in knowledge.kinds if k.kind not in NAMES}}
    failures = 0
    limits = Limits.of(config.limits)
    async with Readers(limits, knowledge) as readers:
        for file in files:
            if (data := contents_of(file, limits.most_read)) is None:
                failures += 1
                continue
            document = await readers.read(data)
            said = _said(file, document, names)
            click.echo(json.dumps(as_record(file, document), ensure_ascii=False) if as_json else said)
            if picture is not None and not await _draw(readers, data, document, config, picture):
                failures += 1
    return 1 if failures else 0


def as_record(file: Path, document: Document) -> dict[str, Any]:
    """Return a document as contract.md's `mailbot read --json` gives it."""
    c = document.constancia or Constancia()
    return {
        "file": in_json(file),
        "kind": document.kind,
        "via": document.via,
        "nss": None if c.nss is None else c.nss.value.digits,
        "curp": None if c.curp is None else c.curp.value.text,
        "nombre": None if c.nombre is None else c.nombre.value,
        "fecha": None if c.fecha is None else c.fecha.value.isoformat(),
        "estado": None if c.estado is None else c.estado.value,
        "servicio_medico": None if c.servicio_medico is None else c.servicio_medico.value,
        "patrones": [_patron(p) for p in c.patrones] if c.patrones or c.patrones_legible else None,
        "problems": list(document.problems),
        "signs": [{"kind": s.kind, "detail": s.detail} for s in document.signs],
    }


def _patron(p: Patron) -> dict[str, str | None]:
    registro = None if p.registro_patronal is None else p.registro_patronal.text
    return {"razon_social": p.razon_social, "registro_patronal": registro, "modalidad": p.modalidad}


def _said(file: Path, document: Document, names: dict[str, str]) -> str:
    """Return what a person reads."""
    name = names.get(document.kind, document.kind)
    how = f" ({HOW[document.via]})" if document.via and document.kind == CONSTANCIA else ""
    lines = [click.style(shown(file), bold=True), f"  {name[:1].upper()}{name[1:]}{how}"]
    if document.constancia is not None:
        lines += [folded(value, f"  {label:<18}") for label, value in _rows(document.constancia)]
    lines += [f"  ✗ {problem}" for problem in document.problems]
    lines += [f"  · señal: {sign.detail}" for sign in document.signs]
    return "\n".join(lines)


def _rows(c: Constancia) -> Iterator[tuple[str, str]]:
    unread = "no se leyó"
    yield "NSS", unread if c.nss is None else c.nss.value.digits
    yield "CURP", unread if c.curp is None else c.curp.value.text
    yield "Nombre", unread if c.nombre is None else c.nombre.value
    yield "Fecha", unread if c.fecha is None else format_date(c.fecha.value)
    yield "Estado", unread if c.estado is None else c.estado.value
    servicio = None if c.servicio_medico is None else c.servicio_medico.value
    yield "Servicio médico", {True: "sí", False: "no", None: unread}[servicio]
    if not c.patrones:
        yield "Patrón", "ninguno" if c.patrones_legible else unread
    for p in c.patrones:
        record = _patron(p)
        parts = [record["razon_social"] or unread, record["registro_patronal"], record["modalidad"]]
        yield "Patrón", " · ".join(part for part in parts if part)


async def _draw(readers: Readers, data: bytes, document: Document, config: Config, out: Path) -> bool:
    """Write the marked picture of a constancia; say so where there is none to draw."""
    drawn = await readers.picture(data, _marks(document, config)) if document.constancia is not None else None
    if drawn is None:
        click.echo("no hay qué dibujar: sólo se dibuja una constancia leída del texto de su PDF", err=True)
        return False
    try:
        await asyncio.to_thread(out.write_bytes, drawn)
    except OSError as error:
        click.echo(f"{shown(out)}: no se puede escribir ({why_not(error)})", err=True)
        return False
    return True


def _marks(document: Document, config: Config) -> Mapping[str, Mark]:
    """Judge the places of a constancia as the mailbox would if it came today as a first mail."""
    from mailbot.core.choice import choose
    from mailbot.core.decision import decide
    from mailbot.core.facts import gather, hear
    from mailbot.core.patron import deciding
    from mailbot.core.picture_marks import marks_for
    from mailbot.core.rules import RuleProblems, parse_rules

    try:
        rulebook = parse_rules(rule_texts(config))
    except RuleProblems as error:
        raise ConfigProblems(error.problems) from None
    choice = choose((document,))
    now = datetime.now(config.office.timezone)
    facts = gather(hear(None, choice, None, rulebook), choice, None, now, config.office, rulebook)
    row = 0
    if document.constancia is not None:
        patron = deciding(document.constancia, config.office, rulebook.patrones)
        row = document.constancia.patrones.index(patron) if patron is not None else 0
    return marks_for(facts, decide(facts, rulebook).reply, row)
