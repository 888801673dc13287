"""An official look: coloured bars with white letters, shaded cells, grey labels, a logo, a QR and a patterned ground."""

from __future__ import annotations

import io
from random import Random
from typing import Any

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode import qr
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from tests.redteam.paper import say_date, say_nss
from tests.redteam.people import Truth, make_truth

INKS = ("#13322b", "#691c32", "#1f4e79", "#3b3b3b")
FONTS = (("Helvetica", "Helvetica-Bold"), ("Times-Roman", "Times-Bold"))
LEFT, RIGHT = 45.0, 567.0


class _Sheet:
    def __init__(self, rng: Random) -> None:
        self.out = io.BytesIO()
        self.canvas = Canvas(self.out, pagesize=(612, 792))
        self.rng = rng
        self.ink = HexColor(rng.choice(INKS))
        self.plain, self.bold = rng.choice(FONTS)
        self.size = rng.choice((9, 10, 10.5))
        self.shade = rng.uniform(0.86, 0.97)
        self.y = 680.0

    def bar(self, text: str) -> None:
        self.y -= 26
        self.canvas.setFillColor(self.ink)
        self.canvas.rect(LEFT, self.y - 5, RIGHT - LEFT, 18, stroke=0, fill=1)
        self._say(LEFT + 6, text, self.bold, "#ffffff")

    def row(self, cells: list[tuple[str, str]]) -> None:
        """A line of labelled cells side by side: grey label above its value."""
        self.y -= 34
        wide = (RIGHT - LEFT) / len(cells)
        for i, (label, value) in enumerate(cells):
            x = LEFT + i * wide
            self.canvas.setFillColor(Color(self.shade, self.shade, self.shade))
            self.canvas.rect(x + 1, self.y - 6, wide - 2, 32, stroke=0, fill=1)
            self.y += 13
            self._say(x + 6, label, self.plain, "#666666", 0.9)
            self.y -= 13
            self._say(x + 6, value, self.bold, "#111111")

    def _say(self, x: float, text: str, font: str, colour: str, share: float = 1.0) -> None:
        self.canvas.setFillColor(HexColor(colour))
        self.canvas.setFont(font, self.size * share)
        self.canvas.drawString(x, self.y, text)


def paper(seed: str) -> tuple[bytes, dict[str, Any]]:
    """Make one paper and its truth."""
    rng = Random(seed)
    truth = make_truth(rng)
    while (
        len(truth.employers) > 2
        or truth.right is None
        or any(len(text or "") > 40 for e in truth.employers for text in (e.name, e.modality))
    ):
        truth = make_truth(rng)
    sheet = _Sheet(rng)
    canvas = sheet.canvas
    canvas.setStrokeColor(Color(0.93, 0.95, 0.93))
    for i in range(0, 612, 14):  # the ground's pattern
        canvas.line(i, 0, 612 - i, 792)
    canvas.setFillColor(sheet.ink)
    canvas.circle(80, 735, 24, stroke=0, fill=1)
    canvas.setFont(sheet.bold, 17)
    canvas.drawCentredString(320, 728, "Constancia de Vigencia de Derechos")
    _fields(sheet, truth)
    widget = qr.QrCodeWidget(truth.nss + truth.curp)
    box = widget.getBounds()
    drawing = Drawing(80, 80, transform=[80 / (box[2] - box[0]), 0, 0, 80 / (box[3] - box[1]), 0, 0])
    drawing.add(widget)
    renderPDF.draw(drawing, canvas, 480, 60)
    canvas.save()
    return sheet.out.getvalue(), truth.expected()


def _fields(sheet: _Sheet, truth: Truth) -> None:
    rng = sheet.rng
    sheet.bar("Datos del asegurado")
    sheet.row([("Nombre", truth.name)])
    sheet.row([("Número de Seguridad Social", say_nss(truth.nss, rng)), ("CURP", truth.curp)])
    sheet.bar("Vigencia de derechos")
    sheet.row([("Estado", truth.status), ("Con derecho al servicio médico", "SI" if truth.right else "NO")])
    sheet.row([("Fecha de constancia", say_date(truth.issued, rng)), ("Vigencia", "------")])
    for employer in truth.employers:
        sheet.bar("Datos del patrón")
        sheet.row([("Nombre o razón social", employer.name or "")])
        sheet.row([("Registro patronal", employer.number or ""), ("Modalidad", employer.modality or "")])
