"""From a decision and what was read to the reply: subject, text and HTML, made from one Markdown template."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from html import escape
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from jinja2 import TemplateError
from markupsafe import Markup

from mailbot.core import ics, markdown
from mailbot.core.markdown import Marks
from mailbot.core.office import Office
from mailbot.core.samples import bare_values, full_values, sample_office, samples
from mailbot.core.templates import (
    EXTRAS,
    FRAMES,
    LAYOUT,
    STEMS,
    Absent,
    Rules,
    Sheet,
    TemplateProblems,
    Templates,
    compile_layout,
    compile_sheet,
    environment,
    own_lines,
    render_body,
    sorted_out,
    source_problems,
)  # fmt: skip
from mailbot.core.values import NAMES, Values, cut, variables, visible

__all__ = [
    "STEMS", "Reply", "TemplateProblems", "Templates", "answer_problems", "link_problems", "parse_templates", "render",
    "shadow",
]  # fmt: skip

SUBJECT_CHARS = 120  # contract.md, "Replies"
# Sites where anybody can publish: there only the very addresses of config.toml will do.
_SHARED_SITES = frozenset(
    {"docs.google.com", "forms.gle", "drive.google.com", "sites.google.com", "forms.office.com",
     "forms.cloud.microsoft", "bit.ly", "tinyurl.com"}
)  # fmt: skip
# Any address in a source, linked or bare (a mail client links bare ones), and any target of a Markdown link.
_URL = re.compile(r"(?:\b[a-z][a-z0-9+.\-]*://|\bmailto:|\bwww\.)[^\s<>()«»\"]+|(?<=\]\()(?!\s*\{\{)[^\s()]+", re.I)
_NOT_ALLOWED = "lleva a un sitio que no está permitido en config.toml ([office.links] hosts)"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply before it has an envelope; ``picture`` (PNG) is shown inline where there is one."""

    stem: str
    subject: str
    text: str
    html: str
    picture: bytes | None = None
    calendar: bytes | None = None
    """The confirmation day as an iCalendar file (RFC 5545)."""


def parse_templates(texts: Mapping[str, str], office: Office | None = None) -> Templates:
    """Compile and try out every template; raise TemplateProblems with all mistakes of all files.

    ``texts`` maps file names ("cierre.md", "_layout.html") to their text. With ``office`` the links are checked
    against its allow-list too.
    """
    sheets_text, pieces = sorted_out(texts)
    env = environment(pieces)
    problems = [f"templates/email/{s}.md: falta esta plantilla" for s in STEMS if s not in sheets_text]
    problems += [f"templates/email/{f}: falta esta pieza" for f in FRAMES if f not in pieces]
    for name, text in sorted(pieces.items()):
        found = source_problems(env, text, NAMES, piece=True)
        problems += [f"templates/email/{name}:{line}: {p}" for line, p in found]
    layout, found_layout = (
        compile_layout(texts[LAYOUT]) if LAYOUT in texts else (None, [f"templates/email/{LAYOUT}: falta la hoja común"])
    )
    problems += found_layout
    sheets: dict[str, Sheet] = {}
    for name, text in sorted(sheets_text.items()):
        sheet, found_sheet = compile_sheet(env, name, text)
        problems += found_sheet
        if sheet is not None:
            sheets[name] = sheet
    if problems or layout is None:
        raise TemplateProblems(problems + ([] if office is None else link_problems(texts, office)))
    templates = Templates(MappingProxyType(sheets), layout, env, MappingProxyType(dict(texts)))
    problems = _trials(templates) + ([] if office is None else link_problems(texts, office))
    if problems:
        raise TemplateProblems(problems)
    return templates


def render(templates: Templates, stem: str, values: Values, office: Office) -> Reply:
    """Render one reply; values enter only after the Markdown has become HTML or text."""
    sheet = templates.sheets[stem]
    marks = Marks()
    known = _resolved(templates, variables(values, office), marks)
    allowed = allow_list(office)
    head = {k: marks.plain(render_body(t, known, marks)).strip() for k, t in sheet.head.items()}
    body = markdown.tree(_body(templates, sheet, known, marks))
    foot = markdown.tree(_piece(templates, "_pie.md", dict(known) | {"interno": sheet.for_staff}, marks))
    staff = markdown.tree(_piece(templates, "_personal.md", known, marks) if known["personal"] else "")
    subject = cut(visible(head["asunto"]), SUBJECT_CHARS)
    strip = head.get("franja", "")
    html = templates.layout.render(
        asunto=subject,
        franja=strip,
        tono="sobrio" if values.urgente else sheet.options.get("tono", "accion"),
        vista_previa=strip or subject,
        cuerpo=Markup(markdown.to_html(body, marks, allowed)),  # noqa: S704  (our own writer escapes every leaf)
        personal=Markup(markdown.to_html(staff, marks, allowed)),  # noqa: S704
        pie=Markup(markdown.to_html(foot, marks, allowed)),  # noqa: S704
        imagen=values.imagen is not None,
        imagen_alt=visible(values.imagen_alt),
        escuela=known["escuela"],
    )
    parts = [f"{strip}\n" if strip else "", *(markdown.to_text(n, marks, allowed) for n in (body, staff, foot))]
    parts[-1] = "-- \n" + parts[-1]
    return Reply(
        stem=stem,
        subject=subject,
        text="\n".join(p for p in parts if p.strip()),
        html=_inlined(html),
        picture=values.imagen,
        calendar=_calendar(sheet, values, office),
    )


def shadow(reply: Reply, to: str, cc: Sequence[str], office: Office) -> Reply:
    """Mark a reply as what would have been sent; the caller addresses it to staff alone."""
    whom = visible(f"{to}, con copia a {', '.join(cc)}" if cc else to)
    line = f"SIMULACRO: este correo no se envió. Habría ido a {whom}."
    banner = (
        '<div style="background-color:#fff3c4;color:#3d2c00;padding:12px 16px;font-family:sans-serif;font-size:16px;'
        f'border-bottom:3px solid #b7791f">{escape(line)}</div>'
    )
    html = re.sub(r"<body[^>]*>", lambda m: m[0] + banner, reply.html, count=1)
    subject = cut(f"[SIMULACRO] {reply.subject}", SUBJECT_CHARS)
    return replace(reply, subject=subject, text=f"{line}\n\n{reply.text}", html=html)


def allow_list(office: Office) -> Callable[[str], bool]:
    """Return the judge of links: hosts of config.toml over https, and mailto to the mailbox itself."""
    own_links = {office.links.constancia, office.links.form, office.links.privacy} - {""}
    hosts = {h.lower() for h in office.allowed_hosts} | {urlsplit(u).hostname or "" for u in own_links}

    def allowed(url: str) -> bool:
        if url in own_links:
            return True
        if url.startswith("mailto:"):
            return url.removeprefix("mailto:").split("?")[0].lower() in office.own_addresses
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
            plain = parts.scheme == "https" and parts.port in {None, 443} and not parts.username
        except ValueError:
            return False
        return plain and host in hosts - _SHARED_SITES and not re.search(r"[\s\\]", url)

    return allowed


def link_problems(sources: Mapping[str, str], office: Office) -> list[str]:
    """Return each link of the templates that leads outside the allow-list of config.toml, with file and line."""
    allowed = allow_list(office)
    problems: dict[str, None] = {}
    for name, source in sorted(sources.items()):
        for number, line in enumerate(source.split("\n"), 1):
            for url in _URL.findall(line):
                if not allowed(url.rstrip(".,;:")):
                    where = f"templates/email/{name}:{number}"
                    problems[f"{where}: la liga «{url[:100]}» {_NOT_ALLOWED}"] = None
    return list(problems)


def answer_problems(templates: Templates, text: str, office: Office | None = None) -> list[str]:
    """Return the mistakes of one answer of rules/ (Markdown with the templates' variables)."""
    found = [p for _, p in source_problems(templates.environment, text, NAMES, piece=True)]
    if found:
        return found
    target = office or sample_office()
    try:
        marks = Marks(strict=True)
        known = _resolved(templates, variables(bare_values(), target), marks)
        tree = markdown.tree(templates.environment.from_string(own_lines(text)).render(known, marcas=marks))
    except (TemplateError, Absent) as error:
        return [f"no se puede mostrar: {_reason(error)}"]
    if office is None:
        return []
    allowed = allow_list(office)
    urls = dict.fromkeys((*markdown.links(tree, marks), *_URL.findall(text)))
    return [f"la liga «{u[:100]}» {_NOT_ALLOWED}" for u in urls if not allowed(u)]


def _body(templates: Templates, sheet: Sheet, known: Mapping[str, Any], marks: Marks) -> str:
    notice = _piece(templates, "_aviso.md", known, marks) if known["aviso"] and not sheet.for_staff else ""
    extras = _piece(templates, EXTRAS, known, marks) if sheet.extras_below else ""
    limit = "" if sheet.for_staff else _piece(templates, "_tope.md", known, marks)
    return "\n\n".join((notice, render_body(sheet.body, known, marks), extras, limit))


def _piece(templates: Templates, name: str, known: Mapping[str, Any], marks: Marks) -> str:
    return render_body(templates.environment.get_template(name), known, marks)


def _resolved(templates: Templates, known: dict[str, Any], marks: Marks) -> dict[str, Any]:
    """Replace stems by the words that their own templates have for them, and render the answers of rules/."""

    def words(item: str | None, key: str) -> str | None:
        sheet = templates.sheets.get(item or "")
        if sheet is None:
            return item
        template = sheet.head.get(key)
        return None if template is None else marks.plain(render_body(template, known, marks))

    asked = _each_button_once(known["respuestas"])
    answers = (templates.environment.from_string(own_lines(a)).render(known, marcas=marks) for a in asked)
    problems = dict.fromkeys(w for p in known["problemas"] if (w := words(p, "problema")))
    return known | {
        "problemas": tuple(problems),
        "paso_provisional": words(known["paso_provisional"], "paso"),
        "siguiente_paso": words(known["siguiente_paso"], "paso"),
        "respuestas": tuple(Rules(a) for a in answers),
        "interno": False,
    }


def _each_button_once(answers: Sequence[str]) -> list[str]:
    """Leave out a button (a link alone in its paragraph) that an earlier answer of the same reply has."""
    seen: set[str] = set()
    kept: list[str] = []
    for answer in answers:
        paragraphs = [p for p in answer.strip().split("\n\n") if not (p.startswith("[") and p in seen)]
        seen |= set(paragraphs)
        kept.append("\n\n".join(paragraphs))
    return kept


def _inlined(html: str) -> str:
    """Move our own styles onto the elements, as Gmail and Outlook want them; <style> stays for dark mode."""
    from css_inline import CSSInliner

    return CSSInliner(load_remote_stylesheets=False, keep_style_tags=False, keep_at_rules=False).inline(html)


def _calendar(sheet: Sheet, values: Values, office: Office) -> bytes | None:
    if sheet.options.get("calendario") != "si" or values.dia_confirmar is None:
        return None
    seed = values.calendario_id or f"{office.address} {values.nss_final} {values.dia_confirmar}"
    domain = office.address.rpartition("@")[2]
    return ics.all_day(
        values.dia_confirmar,
        uid=f"{sha256(seed.encode()).hexdigest()[:32]}@{domain}",
        stamp=values.hoy,
        summary="Revisar mi constancia de vigencia (seguro facultativo)",
        description=(
            "Descarga otra vez tu constancia de vigencia de derechos. Debe decir VIGENTE y, en nombre o razón social, "
            f"{office.school.upper()}.\n{office.links.constancia}"
        ),
    )


# --- trying out at load --------------------------------------------------------------------------------------------


def _trials(templates: Templates) -> list[str]:
    """Render the words of every template with every sample (cheap), and the whole of it with the fullest."""
    found: dict[str, None] = {}
    for values, office in samples():
        marks = Marks(strict=True)
        try:
            known = _resolved(templates, variables(values, office), marks)
        except (TemplateError, Absent):
            continue  # some template's own front matter: reported under its name with the barest sample
        found |= dict.fromkeys(_trial_of_frames(templates, known, marks))
        for sheet in templates.sheets.values():
            found |= dict.fromkeys(_trial(sheet, known, marks))
    if not found:
        for name in templates.sheets:
            render(templates, name, full_values(), sample_office())
    return sorted(found)


def _trial(sheet: Sheet, known: Mapping[str, Any], marks: Marks) -> Iterator[str]:
    try:
        for template in (*sheet.head.values(), sheet.body):
            render_body(template, known, marks)
    except (TemplateError, Absent) as error:
        yield f"templates/email/{_place(error, f'{sheet.name}.md')}: {_reason(error)}"


def _trial_of_frames(templates: Templates, known: Mapping[str, Any], marks: Marks) -> Iterator[str]:
    for frame in FRAMES:
        needed = {"_aviso.md": "aviso", "_personal.md": "personal"}.get(frame)
        if needed and not known[needed]:
            continue
        for interno in (False, True):
            try:
                _piece(templates, frame, dict(known) | {"interno": interno}, marks)
            except (TemplateError, Absent) as error:
                yield f"templates/email/{_place(error, frame)}: {_reason(error)}"


def _reason(error: Exception) -> str:
    if isinstance(error, Absent):
        return "muestra un valor que puede faltar; enciérralo en {% if … %} … {% endif %}"
    return f"no se puede mostrar: {error}"


def _place(error: BaseException, name: str) -> str:
    """Return file and line at which rendering failed (Jinja rewrites the traceback to template lines)."""
    line, at = 1, error.__traceback__
    while at is not None:
        file = at.tb_frame.f_code.co_filename
        if file in {"<template>", "<unknown>"}:
            line = at.tb_lineno
        elif file.startswith("_") and file.endswith(".md"):
            name, line = file, at.tb_lineno
        at = at.tb_next
    return f"{name}:{line}"
