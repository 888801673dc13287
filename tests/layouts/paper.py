"""From texts with places to a PDF, by reportlab or fpdf2: any drawing order, rotation, tracking, glyph by glyph."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field, replace

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen import canvas

WIDTH, HEIGHT = 612.0, 792.0
FAMILIES = {
    "Helvetica": ("Helvetica", "Helvetica-Bold"),
    "Times": ("Times-Roman", "Times-Bold"),
    "Courier": ("Courier", "Courier-Bold"),
}


def width(text: str, font: str, size: float, tracking: float = 0.0) -> float:
    return float(stringWidth(text, font, size)) + tracking * len(text)


def wrap(text: str, font: str, size: float, room: float, tracking: float = 0.0) -> list[str]:
    """Break a text into lines no wider than ``room``."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, font, size, tracking) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@dataclass(frozen=True)
class Text:
    """One line of text; ``y`` is its baseline from the top."""

    page: int
    x: float
    y: float
    text: str
    font: str
    size: float
    tracking: float = 0.0


@dataclass
class Paper:
    """Texts as laid out, before any engine draws them."""

    texts: list[Text] = field(default_factory=list)
    page: int = 1
    tracking: float = 0.0
    lines: list[tuple[int, float, float, float, float]] = field(default_factory=list)

    def put(self, x: float, y: float, text: str, font: str, size: float, align: str = "left", room: float = 0.0) -> None:
        wide = width(text, font, size, self.tracking)
        if align == "right":
            x = x + room - wide
        elif align == "center":
            x = x + (room - wide) / 2
        if text:
            self.texts.append(Text(self.page, x, y, text, font, size, self.tracking))

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.lines.append((self.page, x0, y0, x1, y1))


def _pieces(t: Text, how: str) -> list[Text]:
    """Cut a text into what one drawing command shows: the line, a word, a glyph."""
    if how == "line":
        return [t]
    pieces, x = [], t.x
    parts = list(t.text) if how == "glyph" else [p for w in t.text.split(" ") for p in (w, " ")][:-1]
    for part in parts:
        if part != " ":
            pieces.append(replace(t, x=x, text=part))
        x += width(part, t.font, t.size, t.tracking)
    return pieces


def draw(paper: Paper, rng: random.Random, engine: str, how: str, order: str, turn: str) -> bytes:
    """Draw the paper; ``how`` line/word/glyph, ``order`` as laid out or not, ``turn`` of the page."""
    pages = []
    for number in range(1, max(t.page for t in paper.texts) + 1):
        texts = [p for t in paper.texts if t.page == number for p in _pieces(t, how)]
        if order == "shuffled":
            rng.shuffle(texts)
        elif order == "reversed":
            texts.reverse()
        pages.append((texts, [ln for ln in paper.lines if ln[0] == number]))
    return _reportlab(pages, turn) if engine == "reportlab" else _fpdf(pages)


def _reportlab(pages: list[tuple[list[Text], list[tuple[int, float, float, float, float]]]], turn: str) -> bytes:
    buffer = io.BytesIO()
    c = canvas.Canvas(buffer, pagesize=(WIDTH, HEIGHT))
    for texts, lines in pages:
        c.setPageSize((HEIGHT, WIDTH) if turn == "sideways" else (WIDTH, HEIGHT))
        if turn in ("rotate90", "sideways"):
            if turn == "rotate90":
                c.setPageRotation(90)  # reportlab swaps the page's sides itself
            c.translate(HEIGHT, 0)
            c.rotate(90)
        elif turn == "rotate180":
            c.setPageRotation(180)
            c.translate(WIDTH, HEIGHT)
            c.rotate(180)
        elif turn == "rotate270":
            c.setPageRotation(270)
            c.translate(0, WIDTH)
            c.rotate(-90)
        elif turn == "cropped":
            c.setPageSize((WIDTH + 80, HEIGHT + 80))
            c.setCropBox((40, 40, WIDTH + 40, HEIGHT + 40))
            c.setFont("Helvetica", 9)
            c.drawString(5, HEIGHT + 60, "NSS: 12345678903 Estado: BAJA")
            c.translate(40, 40)
        for _, x0, y0, x1, y1 in lines:
            c.line(x0, HEIGHT - y0, x1, HEIGHT - y1)
        for t in texts:
            c.setFont(t.font, t.size)
            c.drawString(t.x, HEIGHT - t.y, t.text, charSpace=t.tracking)
        c.showPage()
    c.save()
    return buffer.getvalue()


def _fpdf(pages: list[tuple[list[Text], list[tuple[int, float, float, float, float]]]]) -> bytes:
    from fpdf import FPDF

    pdf = FPDF(unit="pt", format=(WIDTH, HEIGHT))
    pdf.set_auto_page_break(False)
    for texts, lines in pages:
        pdf.add_page()
        for _, x0, y0, x1, y1 in lines:
            pdf.line(x0, y0, x1, y1)
        for t in texts:
            family, _, bold = t.font.partition("-")
            pdf.set_font(family, "B" if bold == "Bold" else "", t.size)
            pdf.set_char_spacing(t.tracking)
            pdf.text(t.x, t.y, t.text)
    return bytes(pdf.output())
