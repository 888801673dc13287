"""How is a paper drawn? Report engines, careless drawing orders, rotated pages, odd fonts, browsers."""

from __future__ import annotations

import html
import io
import subprocess
import tempfile
import unicodedata
from pathlib import Path
from random import Random

from reportlab.lib import colors
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen import canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer
from reportlab.platypus import Table as Grid

from tests.redteam.cells import FOLDER, TTF, Cell, Sheet, know_fonts
from tests.redteam.paper import Paper, Prose, Section, Table


def by_reportlab(sheet: Sheet, rng: Random) -> bytes:
    """Draw the cells in any order, glyph by glyph, inside forms, on turned pages or with a moved box."""
    know_fonts()
    out = io.BytesIO()
    pen = canvas.Canvas(out, pagesize=(sheet.width, sheet.height), pageCompression=rng.choice([0, 1]))
    order = rng.choice(["reading", "shuffled", "reversed", "values_first"])
    how = rng.choice(["line", "line", "line", "line", "glyphs", "words", "pieces"])
    turn = rng.choice([0, 0, 0, 0, 0, 90, 180, 270])
    shift = rng.choice([0, 0, 0, 0, 33])
    for page in range(sheet.pages):
        cells = [c for c in sheet.cells if c.page == page]
        if order == "shuffled":
            rng.shuffle(cells)
        elif order == "reversed":
            cells.reverse()
        elif order == "values_first":
            cells.sort(key=lambda c: c.font.endswith("Bold"))
        form = rng.random() < 0.1
        if form:
            pen.beginForm(f"page{page}")
        for p, x, y, w, h in sheet.boxes:
            if p == page:
                pen.rect(x, sheet.height - y - h, w, h)
        for cell in cells:
            _draw(pen, cell, sheet.height, how, rng)
        if form:
            pen.endForm()
            pen.doForm(f"page{page}")
        if turn:
            pen.setPageRotation(turn)
        if turn in (90, 270):  # reportlab swaps the sides of such a page
            pen.setPageSize((sheet.height, sheet.width))
        if shift:
            pen.setCropBox((shift / 3, shift / 3, sheet.width - shift / 3, sheet.height - shift / 4))
        pen.showPage()
    pen.save()
    return out.getvalue()


def _draw(pen: canvas.Canvas, cell: Cell, height: float, how: str, rng: Random) -> None:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    pen.setFont(cell.font, cell.size)
    y = height - cell.y
    if how == "line":
        pen.drawString(cell.x, y, cell.text, charSpace=cell.gap)
        return
    at = 0
    while at < len(cell.text):
        step = {"glyphs": 1, "pieces": rng.randint(1, 6)}.get(how, 0)
        if how == "words":
            space = cell.text.find(" ", at)
            step = (len(cell.text) if space < 0 else space + 1) - at
        piece = cell.text[at : at + step]
        x = cell.x + stringWidth(cell.text[:at], cell.font, cell.size) + cell.gap * at
        if piece.strip():
            pen.drawString(x, y, piece.rstrip() if how == "words" else piece, charSpace=cell.gap)
        at += step


def by_fpdf(sheet: Sheet, rng: Random) -> bytes:
    """Draw the cells with fpdf2: core or embedded fonts (identity-coded), text objects one by one."""
    from fpdf import FPDF

    pdf = FPDF(unit="pt", format=(sheet.width, sheet.height))
    pdf.set_auto_page_break(False)
    core = {
        "Helvetica": ("helvetica", ""),
        "Helvetica-Bold": ("helvetica", "B"),
        "Times-Roman": ("times", ""),
        "Times-Bold": ("times", "B"),
        "Courier": ("courier", ""),
        "Courier-Bold": ("courier", "B"),
    }
    combining = rng.random() < 0.15
    for name in {c.font for c in sheet.cells} - set(core):
        pdf.add_font(name, fname=FOLDER + TTF[name])
    cells = list(sheet.cells)
    if rng.random() < 0.5:
        rng.shuffle(cells)
    for page in range(sheet.pages):
        pdf.add_page()
        for p, x, y, w, h in sheet.boxes:
            if p == page:
                pdf.rect(x, y, w, h)
        for cell in (c for c in cells if c.page == page):
            family, style = core.get(cell.font, (cell.font, ""))
            pdf.set_font(family, style, cell.size)
            pdf.set_char_spacing(cell.gap)
            own = cell.font.startswith("DejaVu")  # it has the combining marks
            pdf.text(cell.x, cell.y, unicodedata.normalize("NFD", cell.text) if combining and own else cell.text)
    return bytes(pdf.output())


def by_platypus(paper: Paper, rng: Random) -> bytes:
    """Flow the paper as platypus paragraphs and tables, which wrap and break by themselves."""
    size = rng.choice([7, 8, 9, 10])
    normal = ParagraphStyle("n", fontName="Helvetica", fontSize=size, leading=size * 1.2)
    bold = ParagraphStyle("b", parent=normal, fontName="Helvetica-Bold")
    tiny = ParagraphStyle("t", parent=normal, fontSize=5.5, leading=7, splitLongWords=1)
    head = ParagraphStyle("h", parent=bold, fontSize=size + 5, leading=size + 8, alignment=rng.choice([0, 1, 2]))
    ruled = rng.random() < 0.6
    style = [("VALIGN", (0, 0), (-1, -1), rng.choice(["TOP", "MIDDLE", "BOTTOM"]))]
    if ruled:
        style.append(("GRID", (0, 0), (-1, -1), 0.4, colors.grey))  # type: ignore[arg-type]
    way = rng.choice(["left", "above", "four"])

    def para(text: str, how: ParagraphStyle) -> Paragraph:
        return Paragraph(html.escape(text).replace("\n", "<br/>"), how)

    story: list[object] = (
        [para(line, normal) for line in paper.banner] + [para(line, head) for line in paper.title] + [Spacer(1, 10)]
    )
    for block in paper.blocks:
        if isinstance(block, Prose):
            story.append(para(block.text, tiny))
            continue
        if block.heading:
            story.append(para(block.heading, bold))
        if isinstance(block, Section):
            pairs = block.pairs
            if way == "left":
                rows = [[para(a + ":", bold), para(b, normal)] for a, b in pairs]
                story.append(Grid(rows, colWidths=[170, 330], style=style))
            elif way == "four":
                cells = [para(t, s) for a, b in pairs for t, s in ((a, bold), (b, normal))]
                cells += [para("", normal)] * (-len(cells) % 4)
                story.append(
                    Grid([cells[i : i + 4] for i in range(0, len(cells), 4)], colWidths=[90, 165] * 2, style=style)
                )
            else:
                for i in range(0, len(pairs), 3):
                    part = pairs[i : i + 3]
                    rows = [[para(a, bold) for a, _ in part], [para(b, normal) for _, b in part]]
                    story.append(Grid(rows, colWidths=[175] * len(part), style=style))
        elif isinstance(block, Table):
            rows = [[para(h, bold) for h in block.heads]] + [[para(v, normal) for v in row] for row in block.rows]
            story.append(Grid(rows, colWidths=[520 / len(block.heads)] * len(block.heads), style=style, repeatRows=1))
        story.append(Spacer(1, 6))
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=letter, leftMargin=40, rightMargin=40, topMargin=40, bottomMargin=40).build(story)
    return out.getvalue()


def as_html(paper: Paper, rng: Random) -> str:
    """Return the paper as one web page's section, in one of several ways of writing forms."""
    way = rng.choice(["table", "dl", "flex", "grid", "inline", "between"])
    e = html.escape
    css = rng.choice(
        [
            "font-variant:small-caps",
            "text-transform:uppercase",
            "font-weight:bold",
            "letter-spacing:.06em",
            "color:#777",
        ]
    )
    parts = [f"<p>{e(line)}</p>" for line in paper.banner]
    parts.append(
        f"<h2 style='{rng.choice(['', 'text-align:center', 'letter-spacing:.1em', 'font-variant:small-caps'])}'>{'<br>'.join(map(e, paper.title))}</h2>"
    )
    for block in paper.blocks:
        if isinstance(block, Prose):
            parts.append(
                f"<p style='font-size:60%;overflow-wrap:anywhere;text-align:{rng.choice(['left', 'justify'])}'>{e(block.text)}</p>"
            )
            continue
        if block.heading:
            parts.append(f"<h4>{e(block.heading)}</h4>")
        if isinstance(block, Table):
            heads = "".join(f"<th>{e(h)}</th>" for h in block.heads)
            rows = "".join(
                "<tr>" + "".join(f"<td>{e(v).replace(chr(10), '<br>')}</td>" for v in r) + "</tr>" for r in block.rows
            )
            parts.append(
                f"<table border={rng.choice([0, 1])} cellpadding=4 width='{rng.choice(['100%', 'auto'])}'><thead><tr>{heads}</tr></thead>{rows}</table>"
            )
            continue
        parts.append(_html_pairs(block.pairs, way, css))
    return "".join(parts)


def _html_pairs(pairs: list[tuple[str, str]], way: str, css: str) -> str:
    said = [(html.escape(a), html.escape(b).replace("\n", "<br>")) for a, b in pairs]
    if way == "table":
        return (
            "<table border=1 width='100%'>"
            + "".join(f"<tr><td width='35%' style='{css}'>{a}</td><td>{b}</td></tr>" for a, b in said)
            + "</table>"
        )
    if way == "dl":
        return "<dl>" + "".join(f"<dt style='{css}'>{a}</dt><dd>{b}</dd>" for a, b in said) + "</dl>"
    if way == "flex":
        return (
            "<div style='display:flex;flex-wrap:wrap;gap:8px 24px'>"
            + "".join(
                f"<div style='width:30%'><div style='{css};font-size:75%'>{a}</div><div>{b}</div></div>"
                for a, b in said
            )
            + "</div>"
        )
    if way == "grid":
        return (
            "<div style='display:grid;grid-template-columns:auto 1fr auto 1fr;gap:3px 14px'>"
            + "".join(f"<div style='{css}'>{a}:</div><div>{b}</div>" for a, b in said)
            + "</div>"
        )
    if way == "between":
        return "".join(
            f"<div style='display:flex;justify-content:space-between;border-bottom:1px dotted'><span style='{css}'>{a}</span><span style='text-align:right'>{b}</span></div>"
            for a, b in said
        )
    return "".join(f"<p style='margin:4px 0'><b>{a}:</b> {b}</p>" for a, b in said)


def by_chromium(bodies: list[str], rng: Random) -> list[bytes]:
    """Print many papers with one run of a headless browser; one file each."""
    import pypdfium2

    font = rng.choice(["Liberation Sans", "DejaVu Serif", "Liberation Serif", "DejaVu Sans", "Liberation Sans Narrow"])
    size = rng.choice([9, 10, 11])
    page = (
        "<meta charset=utf-8><style>@page{size:Letter;margin:12mm}section{break-after:page;font:SIZEpt 'FONT'}h2{margin:6px 0}h4{margin:6px 0 2px}p{margin:3px 0}dl{margin:0}table{font-size:inherit;border-collapse:collapse}</style>"
    ).replace("SIZE", str(size)).replace("FONT", font)
    pages = "".join(f"<section id=s{i}><a href='#s{i}'></a>{b}</section>" for i, b in enumerate(bodies))
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "a.html"), Path(folder, "a.pdf")
        source.write_text(page + pages, encoding="utf-8")
        command = [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-pdf-header-footer",
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={target}",
            str(source),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        whole = pypdfium2.PdfDocument(target.read_bytes())
    starts = _starts(whole, bodies) if len(whole) != len(bodies) else list(range(len(bodies)))
    result = []
    for i, start in enumerate(starts):
        end = starts[i + 1] if i + 1 < len(starts) else len(whole)
        one, out = pypdfium2.PdfDocument.new(), io.BytesIO()
        one.import_pages(whole, list(range(start, end)))
        one.save(out)
        result.append(out.getvalue())
    return result


def _starts(whole: object, bodies: list[str]) -> list[int]:
    """Find each paper's first page by its h2, when some papers take two pages."""
    import re

    marks = [re.sub("<[^>]+>", " ", b.split("<h2")[1].split(">", 1)[1].split("</h2>")[0]).split() for b in bodies]
    starts: list[int] = []
    for number in range(len(whole)):  # type: ignore[arg-type]
        text = whole[number].get_textpage().get_text_bounded().lower().split()  # type: ignore[index]
        if len(starts) < len(marks) and " ".join(marks[len(starts)]).lower() in " ".join(text[:40]):
            starts.append(number)
    if len(starts) != len(bodies):
        raise RuntimeError("the browser's pages could not be told apart")
    return starts
