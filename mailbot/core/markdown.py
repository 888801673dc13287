"""From Markdown with marks in place of values to HTML and to plain text; values enter last, as text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from mailbot.core.values import Barras, Link, visible

# A mark is OPEN, digits, CLOSE, all from the private use area: templates with such characters are refused, and
# values lose them, so no text can imitate one.
_OPEN, _CLOSE, _ZERO = "\ue000", "\ue001", 0xE010
_MARK = re.compile("\ue000([\ue010-\ue019]+)\ue001")
_BAR_CELLS = 16  # characters of the longest bar in text

Allowed = Callable[[str], bool]


@dataclass(slots=True)
class Marks:
    """The values of one rendering, each known by the mark that stands for it in the Markdown."""

    values: list[str | Link | Barras] = field(default_factory=list)
    strict: bool = False
    """Whether a value that is missing is a mistake (when templates are tried out) or just nothing (in a mail)."""

    def put(self, value: str | Link | Barras) -> str:
        """Keep a value and return its mark; a text also loses what could imitate a mark."""
        self.values.append(visible(value) if isinstance(value, str) else value)
        digits = "".join(chr(_ZERO + int(d)) for d in str(len(self.values) - 1))
        return f"{_OPEN}{digits}{_CLOSE}"

    def split(self, text: str) -> list[str | Link | Barras | _Value]:
        """Cut text at its marks: template text as str, values as themselves (texts wrapped in _Value)."""
        parts: list[str | Link | Barras | _Value] = []
        for i, part in enumerate(_MARK.split(text)):
            if i % 2 == 0:
                parts += [part] if part else []
                continue
            value = self.values[int("".join(str(ord(c) - _ZERO) for c in part))]
            parts.append(_Value(value) if isinstance(value, str) else value)
        return parts

    def plain(self, text: str) -> str:
        """Put the values in as plain text."""
        return "".join(_plain(part) for part in self.split(text))


@dataclass(frozen=True, slots=True)
class _Value:
    text: str


class _Parser(MarkdownIt):
    """CommonMark without HTML, pictures and code; links keep their target letter by letter."""

    def normalizeLink(self, url: str) -> str:
        return url

    def validateLink(self, url: str) -> bool:
        return True  # judged by the allow-list when it is written


def imitates_marks(text: str) -> bool:
    """Tell whether a template has characters of the private use area."""
    return any(unicodedata.category(c) == "Co" for c in text)


@cache
def _parser() -> MarkdownIt:
    parser = _Parser("commonmark", {"html": False})
    return parser.disable(["image", "code", "fence", "html_block", "html_inline", "reference", "lheading", "backticks"])


def tree(markdown: str) -> SyntaxTreeNode:
    """Parse Markdown."""
    return SyntaxTreeNode(_parser().parse(markdown))


def links(root: SyntaxTreeNode, marks: Marks) -> list[str]:
    """Return the target of every link, resolved."""
    found = [_target(n, marks) for n in root.walk() if n.type == "link"]
    return [url for url in found if url is not None]


def _target(node: SyntaxTreeNode, marks: Marks) -> str | None:
    """Return where a link goes: the template's own words or one Link value; anything else goes nowhere."""
    parts = marks.split(str(node.attrs.get("href", "")))
    if len(parts) != 1:
        return None
    target = parts[0]
    if isinstance(target, Link):
        return target.url
    return target if isinstance(target, str) else None


def _plain(part: str | Link | Barras | _Value) -> str:
    if isinstance(part, Link):
        return part.etiqueta
    if isinstance(part, _Value):
        return part.text
    return "" if isinstance(part, Barras) else part


def _chart(node: SyntaxTreeNode, marks: Marks) -> Barras | None:
    """Return the chart of a paragraph that is nothing but one."""
    if node.type != "paragraph":
        return None
    parts = marks.split(node.children[0].content.strip())
    return parts[0] if len(parts) == 1 and isinstance(parts[0], Barras) else None


def _button(node: SyntaxTreeNode, marks: Marks, allowed: Allowed) -> tuple[SyntaxTreeNode, str] | None:
    """Return link and target of a paragraph that is nothing but one link."""
    if node.type != "paragraph" or len(node.children[0].children) != 1:
        return None
    link = node.children[0].children[0]
    if link.type != "link":
        return None
    url = _target(link, marks)
    return (link, url) if url and allowed(url) else None


# --- HTML ----------------------------------------------------------------------------------------------------------


def to_html(root: SyntaxTreeNode, marks: Marks, allowed: Allowed) -> str:
    """Write the tree as HTML with the layout's classes; a link outside the allow-list keeps only its words."""
    return "".join(_html_block(n, marks, allowed) for n in root.children)


def _html_block(node: SyntaxTreeNode, marks: Marks, allowed: Allowed) -> str:
    if (chart := _chart(node, marks)) is not None:
        return _html_bars(chart)
    if (button := _button(node, marks, allowed)) is not None:
        return _html_button(_html_inline(button[0].children, marks, allowed), button[1])
    inner = "".join(_html_block(n, marks, allowed) for n in node.children if n.type != "inline")
    if node.type == "paragraph":
        return f"<p>{_html_inline(node.children[0].children, marks, allowed)}</p>\n"
    if node.type == "heading":
        tag = "h1" if node.tag == "h1" else "h2"
        return f"<{tag}>{_html_inline(node.children[0].children, marks, allowed)}</{tag}>\n"
    if node.type == "blockquote":
        return f'<div class="nota">{inner}</div>\n'
    if node.type == "hr":
        return '<div class="raya"></div>\n'
    if node.type == "ordered_list":
        return _html_steps(node, marks, allowed)
    if node.type == "bullet_list":
        return f"<ul>{inner}</ul>\n"
    return f"<li>{inner}</li>\n"


def _html_steps(node: SyntaxTreeNode, marks: Marks, allowed: Allowed) -> str:
    """Write a numbered list as rows with the number in a disc (Outlook cannot style an <ol>'s numbers)."""
    first = int(str(node.attrs.get("start", 1)))
    rows = "".join(
        f'<tr><td class="num" width="40" valign="top"><div class="disco">{first + i}</div></td>'
        f'<td class="paso" valign="top">{"".join(_html_block(n, marks, allowed) for n in item.children)}</td></tr>'
        for i, item in enumerate(node.children)
    )
    return f'<table role="presentation" class="pasos" width="100%" cellpadding="0" cellspacing="0">{rows}</table>\n'


def _html_button(label: str, url: str) -> str:
    kind = "tocar" if url.startswith("mailto:") else "boton"
    return (
        f'<table role="presentation" class="caja-{kind}" cellpadding="0" cellspacing="0"><tr>'
        f'<td class="{kind}-celda" align="center"><a class="{kind}" href="{escape(url)}">{label}</a></td>'
        "</tr></table>\n"
    )


def _html_bars(chart: Barras) -> str:
    most = max((n for _, n in chart.filas), default=1) or 1
    rows = "".join(
        f'<tr><td class="bar-nombre">{escape(name)}</td><td class="bar-hueco" width="45%">'
        f'<table role="presentation" width="{max(2, 100 * n // most)}%" cellpadding="0" cellspacing="0">'
        f'<tr><td class="bar">&nbsp;</td></tr></table></td><td class="bar-num" align="right">{n}</td></tr>'
        for name, n in chart.filas
    )
    return f'<table class="barras" width="100%" cellpadding="0" cellspacing="0">{rows}</table>\n'


def _html_inline(nodes: Sequence[SyntaxTreeNode], marks: Marks, allowed: Allowed) -> str:
    return "".join(_html_leaf(n, marks, allowed) for n in nodes)


def _html_leaf(node: SyntaxTreeNode, marks: Marks, allowed: Allowed) -> str:
    if node.type == "text":
        return "".join(_html_part(p, allowed) for p in marks.split(node.content))
    if node.type == "softbreak":
        return "\n"
    if node.type == "hardbreak":
        return "<br>\n"
    inner = _html_inline(node.children, marks, allowed)
    if node.type in {"strong", "em"}:
        return f"<{node.type}>{inner}</{node.type}>"
    if node.type == "link" and (url := _target(node, marks)) and allowed(url):
        return f'<a class="liga" href="{escape(url)}">{inner}</a>'
    return inner


def _html_part(part: str | Link | Barras | _Value, allowed: Allowed) -> str:
    if isinstance(part, Link) and allowed(part.url):
        return f'<a class="liga" href="{escape(part.url)}">{escape(part.etiqueta)}</a>'
    return escape(_plain(part))


# --- text ----------------------------------------------------------------------------------------------------------


def to_text(root: SyntaxTreeNode, marks: Marks, allowed: Allowed) -> str:
    """Write the tree as plain text: paragraphs unwrapped (phones wrap), a button as "Etiqueta: https://…"."""
    return "\n\n".join(b for n in root.children if (b := _text_block(n, marks, allowed))) + "\n"


def _text_block(node: SyntaxTreeNode, marks: Marks, allowed: Allowed) -> str:
    if (chart := _chart(node, marks)) is not None:
        return _text_bars(chart)
    if (button := _button(node, marks, allowed)) is not None:
        return _text_button(_text_inline(button[0].children, marks, allowed), button[1])
    if node.type in {"paragraph", "heading"}:
        return _text_inline(node.children[0].children, marks, allowed)
    if node.type == "hr":
        return "-" * 40
    if node.type == "blockquote":
        return "\n\n".join(_text_block(n, marks, allowed) for n in node.children)
    first = int(str(node.attrs.get("start", 1)))
    numbered = node.type == "ordered_list"
    items = [
        _text_item(item, f"{first + i}. " if numbered else "- ", marks, allowed) for i, item in enumerate(node.children)
    ]
    return ("\n\n" if any("\n\n" in i for i in items) else "\n").join(items)


def _text_item(item: SyntaxTreeNode, bullet: str, marks: Marks, allowed: Allowed) -> str:
    body = "\n\n".join(_text_block(n, marks, allowed) for n in item.children)
    indent = " " * len(bullet)
    return bullet + "\n".join(indent + line if line else "" for line in body.split("\n")).lstrip()


def _text_button(label: str, url: str) -> str:
    if not url.startswith("mailto:"):
        return f"{label}: {url}"
    # A prepared answer can as well be written by hand.
    return f"«{label}»" if "?" in url else f"{label}: {_address(url)}"


def _address(url: str) -> str:
    return url.removeprefix("mailto:").split("?")[0]


def _text_bars(chart: Barras) -> str:
    most = max((n for _, n in chart.filas), default=1) or 1
    wide = max((len(name) for name, _ in chart.filas), default=0)
    return "\n".join(f"{name.ljust(wide)}  {'█' * max(1, _BAR_CELLS * n // most)} {n}" for name, n in chart.filas)


def _text_inline(nodes: Sequence[SyntaxTreeNode], marks: Marks, allowed: Allowed) -> str:
    return "".join(_text_leaf(n, marks, allowed) for n in nodes)


def _text_leaf(node: SyntaxTreeNode, marks: Marks, allowed: Allowed) -> str:
    if node.type == "text":
        return marks.plain(node.content)
    if node.type == "softbreak":
        return " "
    if node.type == "hardbreak":
        return "\n"
    inner = _text_inline(node.children, marks, allowed)
    url = _target(node, marks) if node.type == "link" else None
    if not url or not allowed(url):
        return inner
    shown = _address(url) if url.startswith("mailto:") else url
    return inner if inner == shown else f"{inner} ({shown})"
