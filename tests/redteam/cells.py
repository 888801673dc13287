"""Where does every piece of text of a paper stand? Absolute cells, in many styles of form, for any engine to draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from tests.redteam.paper import Block, Paper, Prose, Section, Table

TTF = {
    "LiberationSans": "liberation/LiberationSans-Regular.ttf",
    "LiberationSans-Bold": "liberation/LiberationSans-Bold.ttf",
    "LiberationSerif": "liberation/LiberationSerif-Regular.ttf",
    "LiberationSerif-Bold": "liberation/LiberationSerif-Bold.ttf",
    "Narrow": "liberation/LiberationSansNarrow-Regular.ttf",
    "Narrow-Bold": "liberation/LiberationSansNarrow-Bold.ttf",
    "DejaVu": "dejavu/DejaVuSans.ttf",
    "DejaVu-Bold": "dejavu/DejaVuSans-Bold.ttf",
    "DejaVuMono": "dejavu/DejaVuSansMono.ttf",
    "DejaVuMono-Bold": "dejavu/DejaVuSansMono-Bold.ttf",
}
FAMILIES = {
    "Helvetica": ("Helvetica", "Helvetica-Bold"),
    "Times": ("Times-Roman", "Times-Bold"),
    "Courier": ("Courier", "Courier-Bold"),
    **{
        name: (name, f"{name}-Bold") for name in ("LiberationSans", "LiberationSerif", "Narrow", "DejaVu", "DejaVuMono")
    },
}
FOLDER = "/usr/share/fonts/truetype/"


def know_fonts() -> None:
    """Register the fonts with reportlab, whose widths every engine uses."""
    for name, path in TTF.items():
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, FOLDER + path))


@dataclass
class Cell:
    """One line of text; x and baseline y in points from the top left corner."""

    page: int
    x: float
    y: float
    text: str
    font: str
    size: float
    gap: float = 0.0


@dataclass
class Sheet:
    """All cells and ruled boxes of a paper."""

    width: float
    height: float
    cells: list[Cell] = field(default_factory=list)
    boxes: list[tuple[int, float, float, float, float]] = field(default_factory=list)
    pages: int = 1


@dataclass
class Style:
    """The habits of one form."""

    family: str
    size: float
    leading: float
    section: str
    columns: int
    colon: str
    label_bold: bool
    value_bold: bool
    label_case: str
    table: str
    title_size: float
    centred: bool
    ruled: bool
    label_small: float
    tracking: float
    halves: bool


SECTIONS = ["left", "left", "aligned", "far", "dots", "above", "above", "boxed", "boxed_above", "pairs", "label_right"]


def make_style(rng: Random) -> Style:
    """Return a random style of form."""
    return Style(
        family=rng.choice(list(FAMILIES)),
        size=rng.choice([6, 7, 8, 8, 9, 10, 11]),
        leading=rng.choice([1.25, 1.5, 1.9]),
        section=rng.choice(SECTIONS),
        columns=rng.choice([1, 2, 2, 3, 3, 4]),
        colon=rng.choice([":", ":", "", " :"]),
        label_bold=rng.random() < 0.5,
        value_bold=rng.random() < 0.3,
        label_case=rng.choice(["", "", "", "upper", "lower"]),
        table=rng.choice(["ruled", "plain", "tight", "centred"]),
        title_size=rng.choice([0, 2, 5, 8]),
        centred=rng.random() < 0.7,
        ruled=rng.random() < 0.4,
        label_small=rng.choice([0, 0, 1, 2]),
        tracking=rng.choice([0, 0, 0, 0, 0.4, 1.2]),
        halves=rng.random() < 0.12,
    )


class Layout:
    """Places a paper's blocks one below the other; knows the pen's position."""

    def __init__(self, style: Style, rng: Random) -> None:
        self.s, self.rng = style, rng
        self.sheet = Sheet(612, 792)
        self.left, self.right = float(rng.choice([28, 50, 72])), 612.0 - rng.choice([28, 50, 72])
        self.y, self.page = float(rng.choice([40, 70, 110])), 0
        self.normal, self.bold = FAMILIES[style.family]

    def width(self, text: str, font: str, size: float) -> float:
        """Return how wide a text is drawn."""
        return float(pdfmetrics.stringWidth(text, font, size)) + self.s.tracking * len(text)

    def put(self, x: float, y: float, text: str, font: str, size: float) -> None:
        """Place one line."""
        if text:
            self.sheet.cells.append(Cell(self.page, x, y, text, font, size, self.s.tracking))

    def box(self, x: float, y: float, w: float, h: float) -> None:
        """Rule a rectangle."""
        self.sheet.boxes.append((self.page, x, y, w, h))

    def room(self, height: float) -> bool:
        """Turn the page if so much does not fit; tell whether it did."""
        if self.y + height < 770:
            return False
        self.page += 1
        self.sheet.pages = self.page + 1
        self.y = 60.0
        return True

    def label(self, text: str) -> str:
        """Return a label as this form writes it."""
        done = {"upper": text.upper(), "lower": text.lower()}.get(self.s.label_case, text)
        return done + self.s.colon

    def wrap(self, text: str, font: str, size: float, width: float) -> list[str]:
        """Break a text at spaces (or within an endless word) into lines of that width."""
        lines: list[str] = []
        for part in text.split("\n"):
            line = ""
            for word in part.split(" "):
                trial = f"{line} {word}".strip()
                if self.width(trial, font, size) <= width or not line:
                    line = trial
                else:
                    lines.append(line)
                    line = word
                while self.width(line, font, size) > width and len(line) > 24 and " " not in line:
                    cut = max(8, int(len(line) * width / self.width(line, font, size)))
                    lines.append(line[:cut])
                    line = line[cut:]
            lines.append(line)
        return [line for line in lines if line] or [""]

    def many(self, x: float, y: float, text: str, font: str, width: float, align: str = "left") -> int:
        """Place a wrapped text; return its number of lines."""
        lines = self.wrap(text, font, self.s.size, width)
        for i, line in enumerate(lines):
            spare = width - self.width(line, font, self.s.size)
            shift = {"left": 0.0, "right": spare, "centre": spare / 2}[align]
            self.put(x + shift, y + i * self.s.size * 1.15, line, font, self.s.size)
        return len(lines)

    @property
    def label_font(self) -> str:
        """Return the font of labels."""
        return self.bold if self.s.label_bold else self.normal

    @property
    def value_font(self) -> str:
        """Return the font of values."""
        return self.bold if self.s.value_bold else self.normal

    def title(self, paper: Paper) -> None:
        """Place the banner and the title."""
        size = self.s.size + self.s.title_size
        for line in paper.banner:
            self.put(self.left, self.y, line, self.bold, self.s.size)
            self.y += self.s.size * 1.4
        self.y += 6
        for line in paper.title:
            x = (self.left + self.right - self.width(line, self.bold, size)) / 2 if self.s.centred else self.left
            self.put(x, self.y, line, self.bold, size)
            self.y += size * 1.25
        self.y += self.s.size

    def heading(self, text: str | None) -> None:
        """Place a section's heading."""
        if text:
            self.room(5 * self.s.size)
            self.y += self.s.size * 0.6
            self.put(self.left, self.y, text, self.bold, self.s.size + 1)
            self.y += self.s.size * 1.8

    def section(self, block: Section) -> None:
        """Place the labelled values in the form's own way."""
        self.heading(block.heading)
        how = self.s.section
        if how in ("above", "boxed_above"):
            self.grid(block.pairs, boxed=how == "boxed_above")
        elif how in ("boxed", "pairs") and self.s.columns > 1:
            self.side_by_side(block.pairs, boxed=how == "boxed")
        else:
            self.lines(block.pairs, how)
        self.y += self.s.size * 0.8

    def lines(self, pairs: list[tuple[str, str]], how: str) -> None:
        """Place one label and its value on each line."""
        size = self.s.size
        widest = max(self.width(self.label(a), self.label_font, size) for a, _ in pairs)
        for name, value in pairs:
            label = self.label(name)
            own = self.width(label, self.label_font, size)
            start = self.left + (own + 4 if how == "left" else widest + 12)
            start = min(start, self.right - 180)
            if own > start - self.left - 3:
                start = self.left + own + 6
            room = self.right - start
            self.room(len(self.wrap(value, self.value_font, size, room)) * size * 1.15 + size)
            self.put(start - 8 - own if how == "label_right" else self.left, self.y, label, self.label_font, size)
            if how == "dots":
                dots = "." * int((start - self.left - own - 4) / self.width(".", self.normal, size))
                self.put(self.left + own + 1, self.y, dots, self.normal, size)
            count = self.many(start, self.y, value, self.value_font, room, "right" if how == "far" else "left")
            self.y += (count - 1) * size * 1.15 + size * self.s.leading

    def grid(self, pairs: list[tuple[str, str]], *, boxed: bool) -> None:
        """Place labels above their values in columns."""
        n, size = self.s.columns, self.s.size
        step = (self.right - self.left) / n
        small = size - self.s.label_small
        for i in range(0, len(pairs), n):
            row = pairs[i : i + n]
            heads = [self.wrap(self.label(a), self.label_font, small, step - 10) for a, _ in row]
            tall = max(len(h) for h in heads)
            most = max(len(self.wrap(v, self.value_font, size, step - 10)) for _, v in row)
            height = tall * small * 1.15 + most * size * 1.15 + size * 0.9
            self.room(height)
            for j, (head, (_, value)) in enumerate(zip(heads, row, strict=True)):
                x = self.left + j * step + 3
                for k, line in enumerate(head):
                    self.put(x, self.y + k * small * 1.15, line, self.label_font, small)
                self.many(x, self.y + tall * small * 1.15 + 2, value, self.value_font, step - 10)
                if boxed:
                    self.box(self.left + j * step, self.y - size, step, height)
            self.y += height + (0 if boxed else size * 0.4)

    def side_by_side(self, pairs: list[tuple[str, str]], *, boxed: bool) -> None:
        """Place label and value cells in a row, two pairs to a row at most."""
        n, size = 2, self.s.size
        step = (self.right - self.left) / n
        for i in range(0, len(pairs), n):
            row = pairs[i : i + n]
            widths = [min(self.width(self.label(a), self.label_font, size), step * 0.5) + 8 for a, _ in row]
            heads = [
                self.wrap(self.label(a), self.label_font, size, w - 6) for (a, _), w in zip(row, widths, strict=True)
            ]
            bodies = [self.wrap(v, self.value_font, size, step - w - 8) for (_, v), w in zip(row, widths, strict=True)]
            most = max(len(lines) for lines in heads + bodies)
            height = most * size * 1.15 + size * 0.6
            self.room(height)
            for j, ((_, value), w) in enumerate(zip(row, widths, strict=True)):
                x = self.left + j * step
                for k, line in enumerate(heads[j]):
                    self.put(x + 3, self.y + k * size * 1.15, line, self.label_font, size)
                self.many(x + w + 2, self.y, value, self.value_font, step - w - 8)
                if boxed:
                    self.box(x, self.y - size, w, height)
                    self.box(x + w, self.y - size, step - w, height)
            self.y += height

    def table(self, block: Table) -> None:
        """Place a table; its heads again on each new page."""
        self.heading(block.heading)
        size, span = self.s.size, self.right - self.left
        weights = [
            max(
                [self.width(h, self.bold, size) + 6]
                + [min(len(r[i]), 30) * size * 0.55 for r in block.rows]
                + [self.width(w, self.bold, size) + 10 for r in block.rows for w in r[i].split()]
            )
            for i, h in enumerate(block.heads)
        ]
        if self.s.table == "tight":
            span = min(span, sum(weights) + 14 * len(weights))
        widths = [span * w / sum(weights) for w in weights]
        align = "centre" if self.s.table == "centred" else "left"
        heads = [{"upper": h.upper(), "lower": h.lower()}.get(self.s.label_case, h) for h in block.heads]
        self.row(heads, widths, self.bold, align)
        repeat = self.rng.random() < 0.7
        for row in block.rows:
            most = max(len(self.wrap(v, self.value_font, size, w - 8)) for v, w in zip(row, widths, strict=True))
            if self.room(most * size * 1.15 + size) and repeat:
                self.row(heads, widths, self.bold, align)
            self.row(row, widths, self.value_font, align)
        self.y += size

    def row(self, row: list[str], widths: list[float], font: str, align: str) -> None:
        """Place one row of a table, its cells set high, low or in the middle."""
        size, x = self.s.size, self.left
        counts = [len(self.wrap(v, font, size, w - 8)) for v, w in zip(row, widths, strict=True)]
        most = max(counts)
        height = most * size * 1.15 + size * 0.7
        middle = self.s.table in ("ruled", "centred") and self.s.columns != 2
        for value, width, count in zip(row, widths, counts, strict=True):
            drop = (most - count) * size * 1.15 / 2 if middle else 0.0
            self.many(x + 4, self.y + drop, value, font, width - 8, align)
            if self.s.table == "ruled":
                self.box(x, self.y - size - 1, width, height)
            x += width
        self.y += height

    def prose(self, block: Prose) -> None:
        """Place a paragraph in small letters."""
        size = max(5.0, self.s.size - 2)
        for line in self.wrap(block.text, self.normal, size, self.right - self.left):
            self.room(size * 2)
            self.put(self.left, self.y, line, self.normal, size)
            self.y += size * 1.2
        self.y += size

    def place(self, block: Block) -> None:
        """Place any block."""
        if isinstance(block, Section):
            self.section(block)
        elif isinstance(block, Table):
            self.table(block)
        else:
            self.prose(block)


def lay_out(paper: Paper, rng: Random) -> Sheet:
    """Return the paper as cells, in a random style; the order of the cells is the reading order."""
    know_fonts()
    layout = Layout(make_style(rng), rng)
    layout.title(paper)
    blocks = list(paper.blocks)
    if layout.s.halves:
        _two_columns(layout, blocks)
    for block in blocks:
        layout.place(block)
    return layout.sheet


def _two_columns(layout: Layout, blocks: list[Block]) -> None:
    """Place the first two sections beside each other; take them out of the blocks."""
    firsts = [b for b in blocks if isinstance(b, Section)][:2]
    if len(firsts) < 2:
        return
    right, top, bottom = layout.right, layout.y, layout.y
    layout.s.columns = min(layout.s.columns, 2)
    layout.right = (layout.left + right) / 2 - 8
    for block in firsts:
        layout.y = top
        layout.section(block)
        bottom = max(bottom, layout.y)
        blocks.remove(block)
        layout.left, layout.right = layout.right + 16, right
    layout.left, layout.y = 612 - right if right > 306 else 50.0, bottom
