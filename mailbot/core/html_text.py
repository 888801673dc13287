"""From the HTML of a mail to text: lines, quotes marked with ">", pictures and cloud links kept as marks."""

from __future__ import annotations

import re
from html import unescape

from mailbot.core.cloud import cloud_host

HTML_CHARS = 600_000  # Outlook's style sheets take 100 KB; what lies beyond is quoted mail
QUOTE_DEPTH = 5
PICTURE_MARK = "\ue000"  # private use: a mark around a Content-ID, taken out again by ``pictures_in``

_TAG_OPENS = re.compile(r"<(?=[a-zA-Z/!?])")
_TAG_NAME = re.compile(r"/?([a-z][a-z0-9]*)", re.IGNORECASE)
_HREF = re.compile(r"""\shref\s*=\s*["']?([^"'\s>]{1,2000})""", re.IGNORECASE)
_CID = re.compile(r"""\ssrc\s*=\s*["']?cid:([^"'\s>]{1,300})""", re.IGNORECASE)
_QUOTE = re.compile(r"""\b(?:type\s*=\s*["']?cite|class\s*=\s*["']?[\w -]{0,80}quote)|\bcite\s*=""", re.IGNORECASE)
_PICTURE = re.compile(f"{PICTURE_MARK}([^{PICTURE_MARK}]*){PICTURE_MARK}")
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt",
        "fieldset", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main",
        "nav", "ol", "p", "pre", "section", "table", "td", "th", "title", "tr", "ul",
    }
)  # fmt: skip
_UNREAD = frozenset({"script", "style", "title", "head", "template", "noscript"})


def html_to_text(html: str) -> str:
    """Return the visible text, a line to a block; one pass, each step moves forward."""
    html = html[:HTML_CHARS]
    lower = html.lower() if len(html.lower()) == len(html) else html
    out: list[str] = []
    quotes: list[bool] = []
    endless: set[str] = set()
    at = 0
    while at < len(html):
        tag_opens = _TAG_OPENS.search(html, at)
        opens = tag_opens.start() if tag_opens else len(html)
        if opens > at:
            out.append(_run(html[at:opens]))
        closes = _tag_end(html, opens)
        tag = html[opens : closes + 1]
        named = _TAG_NAME.match(tag, 1)
        name = named[1].lower() if named else ""
        at = closes + 1
        if name in _UNREAD and tag[1] != "/":
            stop = -1 if name in endless else lower.find("</" + name, at)
            if stop >= 0:
                at = stop
            elif name in ("script", "style"):
                break
            else:
                endless.add(name)  # looked for once: a page of a hundred thousand <title> is read in one pass
        elif name == "blockquote":
            _enter_or_leave(quotes, tag)
            out.append("\n" + "> " * _depth(quotes))
        elif name in _BLOCKS:
            out.append("\n" + "> " * _depth(quotes))
        elif name == "img" and (cid := _CID.search(tag)):
            out.append(f"{PICTURE_MARK}{cid[1].replace(PICTURE_MARK, '')}{PICTURE_MARK}")
        elif name == "a" and (href := _HREF.search(tag)) and cloud_host(unescape(href[1])):
            out.append(f" <{unescape(href[1])}> ")
    return _tidy("".join(out))


def _tag_end(html: str, opens: int) -> int:
    """Return where the tag or comment that begins at ``opens`` ends."""
    if html.startswith("<!--", opens):
        stop = html.find("-->", opens + 4)
        return len(html) if stop < 0 else stop + 2
    stop = html.find(">", opens)
    return len(html) if stop < 0 else stop


def _run(text: str) -> str:
    return re.sub(r"\s+", " ", unescape(text))


def _enter_or_leave(quotes: list[bool], tag: str) -> None:
    if tag[1] == "/":
        if quotes:
            quotes.pop()
    elif len(quotes) < 500:
        quotes.append(bool(_QUOTE.search(tag[:1000])))


def _depth(quotes: list[bool]) -> int:
    return min(sum(quotes), QUOTE_DEPTH) if quotes else 0


def _tidy(text: str) -> str:
    lines = [line.strip() for line in text.split("\n")]
    kept: list[str] = []
    for line in lines:
        if line.strip("> ") or (kept and kept[-1]):
            kept.append(line if line.strip("> ") else "")
    return "\n".join(kept).strip()


def pictures_in(text: str) -> frozenset[str]:
    """Return the Content-IDs of the pictures that the text shows."""
    return frozenset(_PICTURE.findall(text))


def without_pictures(text: str) -> str:
    return _PICTURE.sub("", text).replace(PICTURE_MARK, "")
