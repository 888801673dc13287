"""Invented constancias as PDFs, scans and photos, for the tests of the reader's shell."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image, ImageFilter
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from mailbot.core.documents import ReadingKnowledge
from mailbot.core.rules import parse_reading
from tests.shell import hostile

NSS, CURP = "43160885380", "GAPX080825MQTRXMA2"
SAID = {
    "Fecha de constancia:": "23/11/2026",
    "Nombre(s):": "XIMENA GARCÍA PEÑA",
    "Número de Seguridad Social:": NSS,
    "CURP:": CURP,
    "Estado:": "VIGENTE",
    "Con derecho al servicio médico:": "SI",
    "Registro patronal:": "E1251553329",
    "Nombre o razón social:": "INSTITUTO TECNOLOGICO DE QUERETARO",
    "Modalidad:": "SEGURO FACULTATIVO ESTUDIANTES",
}
READ: dict[str, Any] = {
    "kind": "constancia_vigencia",
    "via": "text",
    "nss": NSS,
    "curp": CURP,
    "nombre": "XIMENA GARCÍA PEÑA",
    "fecha": "2026-11-23",
    "estado": "VIGENTE",
    "servicio_medico": True,
    "patrones": [
        {
            "razon_social": "INSTITUTO TECNOLOGICO DE QUERETARO",
            "registro_patronal": "E1251553329",
            "modalidad": "SEGURO FACULTATIVO ESTUDIANTES",
        }
    ],
    "problems": [],
}
"""What `read --json` says of the constancia as it is, but for its file and signs."""


def knowledge() -> ReadingKnowledge:
    """The office's data as it comes with the program."""
    text = (Path(__file__).parents[2] / "rules" / "documentos.toml").read_text(encoding="utf-8")
    return parse_reading({"documentos.toml": text})


class Paper:
    """A constancia being drawn; further marks may be drawn over it before it is closed."""

    def __init__(self, said: dict[str, str] | None = None, encrypt: StandardEncryption | None = None) -> None:
        self._out = io.BytesIO()
        self.canvas = Canvas(self._out, pagesize=(612, 792), encrypt=encrypt)
        self.canvas.setFont("Helvetica-Bold", 16)
        self.canvas.drawCentredString(306, 720, "Constancia de Vigencia de Derechos")
        self.canvas.setFont("Helvetica", 10)
        self.at: dict[str, float] = {}
        for row, (label, value) in enumerate({**SAID, **(said or {})}.items()):
            y = 670 - 24 * row
            self.at[label] = y
            self.canvas.drawString(72, y, label)
            self.canvas.drawString(300, y, value)

    def close(self) -> bytes:
        self.canvas.save()
        return self._out.getvalue()


def constancia(said: dict[str, str] | None = None) -> bytes:
    return Paper(said).close()


def locked(user: str, owner: str) -> bytes:
    """A constancia with a user or an owner password."""
    return Paper(encrypt=StandardEncryption(user, owner, canPrint=1)).close()


def portfolio(inner: bytes) -> bytes:
    """A cover that says nothing, with the document embedded in it."""
    cover = pypdfium2.PdfDocument(hostile.text("Abre este archivo con otro programa"))
    cover.new_attachment("constancia.pdf").set_data(inner)
    out = io.BytesIO()
    cover.save(out)
    return out.getvalue()


def rendered(data: bytes, dpi: int) -> Image.Image:
    page = pypdfium2.PdfDocument(data)[0]
    image: Image.Image = page.render(scale=dpi / 72).to_pil().convert("RGB")
    return image


def scanned(data: bytes, dpi: int = 150, tilt: float = 1.2) -> Image.Image:
    """A page through a scanner: a little askew, a little noisy."""
    image = rendered(data, dpi).rotate(tilt, fillcolor="white", resample=Image.Resampling.BICUBIC)
    noise = Image.effect_noise(image.size, 14).convert("RGB")
    return Image.blend(image, noise, 0.08)


def photographed(data: bytes, dpi: int = 170, quarter: int = 0, seed: int = 1) -> Image.Image:
    """A page on a desk through a phone: in perspective, in shadow, a little blurred."""
    chance = random.Random(seed)
    page = rendered(data, dpi)
    width, height = int(page.width * 1.2), int(page.height * 1.2)
    desk = Image.new("RGB", (width, height), (92, 80, 70))
    desk.paste(page, (page.width // 10, page.height // 10))
    desk = desk.rotate(chance.uniform(-5, 5), fillcolor=(92, 80, 70), resample=Image.Resampling.BICUBIC)
    a, b = 0.03 * width, 0.04 * height
    desk = desk.transform(
        (width, height), Image.Transform.QUAD, (a, 0, 0, height, width - a / 2, height - b, width, b),
        Image.Resampling.BICUBIC,
    )  # fmt: skip
    shadow = Image.linear_gradient("L").resize(desk.size).point(lambda v: 110 + v * 145 // 255)
    desk = Image.composite(desk, Image.new("RGB", desk.size, "black"), shadow)
    return desk.filter(ImageFilter.GaussianBlur(0.5)).rotate(quarter, expand=True)


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
