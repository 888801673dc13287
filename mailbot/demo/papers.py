"""What an invented student's papers look like: drawn with reportlab, every person and number made up."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date

from reportlab.lib.pagesizes import letter
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

LEFT, TOP, LINE = 60, 720, 24  # points: a letter page has 612 by 792


@dataclass(frozen=True)
class Student:
    """An invented student; ``nss`` and ``curp`` have valid check digits, so that the reader has nothing to doubt."""

    given: str
    surnames: str
    curp: str
    nss: str
    email: str

    @property
    def name(self) -> str:
        return f"{self.given} {self.surnames}"


ITQ = ("INSTITUTO TECNOLOGICO DE QUERETARO", "E8595646321", "SEGURO FACULTATIVO ESTUDIANTES")
FORMER_SCHOOL = ("CONALEP PLANTEL QUERETARO", "E7973805327", "SEGURO FACULTATIVO ESTUDIANTES")
COMPANY = ("COMERCIALIZADORA DEL BAJIO S.A. DE C.V.", "E2636406104", "TRABAJADORES PERMANENTES")

Employer = tuple[str, str, str]


def constancia(
    student: Student,
    issued: date,
    *,
    estado: str = "VIGENTE",
    servicio: str = "SI",
    patrones: tuple[Employer, ...] = (),
    beneficiarios: tuple[Student, ...] = (),
    password: str | None = None,
) -> bytes:
    """Draw a constancia de vigencia de derechos; the title comes last in the stream, as the real one's can."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=letter, encrypt=StandardEncryption(password) if password else None)
    y: float = TOP - 50
    rows = [
        ("Fecha de constancia:", f"{issued:%d/%m/%Y}"),
        ("Nombre(s):", student.given),
        ("Apellidos:", student.surnames),
        ("Número de Seguridad Social:", student.nss),
        ("CURP:", student.curp),
        ("Estado:", estado),
        ("Con derecho al (a) servicio médico:", servicio),
    ]
    for label, value in rows:
        y = _row(canvas, y, label, value)
    for razon_social, registro, modalidad in patrones:
        y -= LINE / 2
        y = _row(canvas, y, "Registro patronal:", registro)
        y = _row(canvas, y, "Nombre o razón social:", razon_social)
        y = _row(canvas, y, "Modalidad:", modalidad)
    for one in beneficiarios:
        y = _row(canvas, y - LINE / 2, "Beneficiario:", one.name)
    canvas.setFont("Helvetica-Bold", 17)
    canvas.drawCentredString(306, TOP, "Constancia de Vigencia de Derechos")
    canvas.save()
    return out.getvalue()


def semanas_cotizadas(student: Student, issued: date) -> bytes:
    """Draw the paper that is most often sent in its place: it has an NSS, a CURP and an employer too."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=letter)
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawCentredString(306, TOP, "Constancia de Semanas Cotizadas en el IMSS")
    y: float = TOP - 50
    for label, value in (
        ("Nombre:", student.name),
        ("NSS:", student.nss),
        ("CURP:", student.curp),
        ("Fecha de emisión:", f"{issued:%d/%m/%Y}"),
        ("Total de semanas cotizadas:", "52"),
        ("Nombre del patrón:", COMPANY[0]),
        ("Fecha de baja:", "VIGENTE"),
    ):
        y = _row(canvas, y, label, value)
    canvas.save()
    return out.getvalue()


def photo(pdf: bytes) -> bytes:
    """Take a JPEG picture of a paper's first page, as a phone would: a little turned, on a table."""
    import pypdfium2
    from PIL import Image

    document = pypdfium2.PdfDocument(pdf)
    page = document[0].render(scale=2).to_pil().convert("RGB")
    table = Image.new("RGB", (page.width + 160, page.height + 160), (96, 78, 60))
    turned = page.rotate(1.2, expand=True, fillcolor=(96, 78, 60), resample=Image.Resampling.BICUBIC)
    table.paste(turned, (60, 60))
    out = io.BytesIO()
    table.save(out, "JPEG", quality=80)
    document.close()
    return out.getvalue()


def _row(canvas: Canvas, y: float, label: str, value: str) -> float:
    canvas.setFont("Helvetica", 10)
    canvas.drawString(LEFT, y, label)
    canvas.setFont("Helvetica-Bold", 10)
    canvas.drawString(LEFT + 210, y, value)
    return y - LINE
