"""Does a constancia with a nasty twist ever get the wrong step? python -m tests.trials.verdicts [-v]

Each paper below is drawn in four layouts and put before ``mailbot decide`` on 23 November 2026; its line says which replies
would be right. A person's look is right wherever the guide is silent; a wrong step never is.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

NSS, CURP = "43160885380", "GAPX080825MQTRXMA2"
ITQ = "INSTITUTO TECNOLOGICO DE QUERETARO"
COMPANY, SCHOOL = "COMERCIALIZADORA DEL BAJIO SA DE CV", "CONALEP PLANTEL QUERETARO"
STUDENT, WORK = "SEGURO FACULTATIVO ESTUDIANTES", "TRABAJADORES PERMANENTES"
OF_SCHOOL, OF_WORK = "E8595646321", "E2636406104"
Row = tuple[str, str]
ALTA, BOTH, DONE, LEAVE, PERSON, UNREAD, OTHER, OLD = (
    "solicita_tu_alta", "puedes_tener_ambos", "ya_tienes_seguro", "pide_tu_baja", "lo_revisa_una_persona",
    "no_se_puede_leer",
    "no_es_la_constancia", "fecha_no_es_de_hoy",
)  # fmt: skip


def rows(estado: str = "VIGENTE", *employer: str, fecha: str = "23/11/2026", servicio: str = "SI", nss: str = NSS, before: tuple[Row, ...] = (),
         after: tuple[Row, ...] = (), fecha_label: str = "Fecha de constancia", estado_label: str = "Estado") -> list[Row]:  # fmt: skip
    """Return the rows of a constancia; ``employer`` is razón social, registro patronal, modalidad, again for each one."""
    found = [
        (fecha_label, fecha), ("Nombre(s)", "XIMENA"), ("Primer apellido", "GARCÍA"), ("Segundo apellido", "PEÑA"),
        ("Número de Seguridad Social", nss), ("CURP", CURP), *before, (estado_label, estado), ("Con derecho al (a) servicio médico", servicio),
    ]  # fmt: skip
    for at in range(0, len(employer), 3):
        name, registro, modalidad = employer[at : at + 3]
        found += [("Registro patronal", registro), ("Nombre o razón social", name), ("Modalidad", modalidad)]
    return [*found, *after]


WORKS = (COMPANY, OF_WORK, WORK)
OURS = (ITQ, OF_SCHOOL, STUDENT)
PAPERS: tuple[tuple[str, str, list[Row], dict[str, str]], ...] = (
    ("plain ours", DONE, rows("VIGENTE", *OURS), {}),
    ("plain baja", ALTA, rows("BAJA", *WORKS, servicio="NO"), {}),
    ("our school only in the header", BOTH, rows("VIGENTE", *WORKS), {"header": ITQ}),
    ("our school only in the footer", ALTA, rows("BAJA", *WORKS, servicio="NO"), {"footer": f"Documento para {ITQ}"}),
    ("our school is the place of studies", BOTH, rows("VIGENTE", *WORKS, before=(("Lugar de estudios", ITQ),)), {}),
    ("our school is the place of studies, last", f"{BOTH}|{PERSON}", rows("VIGENTE", *WORKS, after=(("Escuela", ITQ),)), {}),
    ("our school is named in remarks", BOTH, rows("VIGENTE", *WORKS, after=(("Observaciones", f"Trámite para {ITQ}"),)), {}),
    ("our school in a section of the past", f"{BOTH}|{PERSON}", rows("VIGENTE", *WORKS, after=(("Patrón anterior", ITQ),)), {}),
    ("our school with a job", f"{DONE}|{PERSON}", rows("VIGENTE", ITQ, OF_WORK, WORK), {}),
    ("our school and a company", f"{DONE}|{PERSON}", rows("VIGENTE", *WORKS, *OURS), {}),
    ("three companies", BOTH, rows("VIGENTE", *WORKS, "ACEROS DEL NORTE SA DE CV", "A1234567101", WORK), {}),
    ("a company and a school", LEAVE, rows("VIGENTE", *WORKS, SCHOOL, OF_SCHOOL, STUDENT), {}),
    ("a long name of a school", LEAVE, rows("VIGENTE", "COLEGIO DE ESTUDIOS CIENTIFICOS Y TECNOLOGICOS DEL ESTADO DE QUERETARO", OF_SCHOOL, STUDENT), {}),
    ("a company with our words", BOTH, rows("VIGENTE", "GRUPO TECNOLOGICO INDUSTRIAL QUERETARO SA DE CV", OF_WORK, WORK), {}),
    ("a company called vigente", BOTH, rows("VIGENTE", "SERVICIOS VIGENTE BAJA ESTADO SA DE CV", OF_WORK, WORK), {}),
    ("registro with hyphens", DONE, rows("VIGENTE", ITQ, "E85-95646-32-1", STUDENT), {}),
    ("our name with accents", DONE, rows("VIGENTE", "Instituto Tecnológico de Querétaro", OF_SCHOOL, STUDENT), {}),
    ("a job at a school", f"{BOTH}|{PERSON}|{LEAVE}", rows("VIGENTE", "UNIVERSIDAD AUTONOMA DE QUERETARO", OF_WORK, WORK), {}),
    ("baja by our school", ALTA, rows("BAJA", *OURS, servicio="NO"), {}),
    ("baja with right to care", f"{ALTA}|{PERSON}", rows("BAJA", *WORKS, servicio="SI"), {}),
    ("our school and another school", PERSON, rows("VIGENTE", SCHOOL, OF_SCHOOL, STUDENT, *OURS), {}),
    ("our name as a company's", f"{PERSON}|{BOTH}", rows("VIGENTE", ITQ + " SA DE CV", OF_WORK, WORK), {}),
    ("our name and more", PERSON, rows("VIGENTE", ITQ + " CAMPUS NORTE", OF_SCHOOL, STUDENT), {}),
    ("our name with a word before", f"{PERSON}|{LEAVE}", rows("VIGENTE", "PATRONATO DEL " + ITQ, OF_SCHOOL, STUDENT), {}),
    ("another tecnológico", f"{LEAVE}", rows("VIGENTE", "INSTITUTO TECNOLOGICO DE CELAYA", OF_SCHOOL, STUDENT), {}),
    ("another tecnológico near by", f"{LEAVE}|{PERSON}", rows("VIGENTE", "INSTITUTO TECNOLOGICO DE SAN JUAN DEL RIO", OF_SCHOOL, STUDENT), {}),
    ("a university of the same town", LEAVE, rows("VIGENTE", "UNIVERSIDAD TECNOLOGICA DE QUERETARO", OF_SCHOOL, STUDENT), {}),
    ("one letter off", PERSON, rows("VIGENTE", "INSTITUTO TECNOLOGICO DE QUERETRO", OF_SCHOOL, STUDENT), {}),
    ("no vigente", PERSON, rows("NO VIGENTE", *OURS), {}),
    ("no longer vigente", PERSON, rows("VIGENTE POR PRORROGA", *OURS), {}),
    ("fallecido", PERSON, rows("FALLECIDO", *OURS), {}),
    ("pensioner", PERSON, rows("PENSION EN TRAMITE", *OURS), {}),
    ("vigente, small letters", DONE, rows("Vigente", *OURS), {}),
    ("vigente with a stop", DONE, rows("VIGENTE.", *OURS), {}),
    ("baja, sub-estado vigente", f"{ALTA}|{PERSON}", rows("BAJA", *WORKS, servicio="NO", after=(("Sub-estado", "VIGENTE"),)), {}),
    ("baja, sub-estado first", f"{ALTA}|{PERSON}", rows("BAJA", *WORKS, servicio="NO", before=(("Sub-estado", "VIGENTE"),)), {}),
    ("vigente, sub-estado", DONE, rows("VIGENTE", *OURS, before=(("Sub-estado", "SIN ADSCRIPCION"),)), {}),
    ("estado civil and state of birth", ALTA, rows("BAJA", *WORKS, servicio="NO", before=(("Estado civil", "VIGENTE"), ("Estado de nacimiento", "QUERETARO"))), {}),
    ("only estado civil", UNREAD, rows("SOLTERA", *OURS, estado_label="Estado civil"), {}),
    ("no right to medical care", PERSON, rows("VIGENTE", *OURS, servicio="NO"), {}),
    ("right to care blank", DONE, rows("VIGENTE", *OURS, servicio=""), {}),
    ("vigente by nobody", PERSON, rows("VIGENTE"), {}),
    ("vigente, employer blank", PERSON, rows("VIGENTE", "", "", ""), {}),
    ("young people building the future", PERSON, rows("VIGENTE", "SECRETARIA DEL TRABAJO Y PREVISION SOCIAL", OF_SCHOOL, "PROGRAMA JOVENES CONSTRUYENDO EL FUTURO"), {}),
    ("insured by will", PERSON, rows("VIGENTE", "GARCIA PEÑA XIMENA", "E1251553329", "SEGURO DE SALUD PARA LA FAMILIA"), {}),
    ("a person employs", f"{BOTH}|{PERSON}", rows("VIGENTE", "LUNA PEREZ ROSA MARTHA", OF_WORK, WORK), {}),
    ("date in words", ALTA, rows("BAJA", *WORKS, servicio="NO", fecha="23 de noviembre de 2026"), {}),
    ("date with the month's letters", ALTA, rows("BAJA", *WORKS, servicio="NO", fecha="23/NOV/2026"), {}),
    ("date with dashes", ALTA, rows("BAJA", *WORKS, servicio="NO", fecha="23-11-2026"), {}),
    ("date from the year down", f"{ALTA}|{UNREAD}", rows("BAJA", *WORKS, servicio="NO", fecha="2026-11-23"), {}),
    ("date with dots", f"{ALTA}|{UNREAD}", rows("BAJA", *WORKS, servicio="NO", fecha="23.11.2026"), {}),
    ("date with the weekday", ALTA, rows("BAJA", *WORKS, servicio="NO", fecha="lunes, 23 de noviembre de 2026"), {}),
    ("date with a place", f"{ALTA}|{UNREAD}", rows("BAJA", *WORKS, servicio="NO", fecha="Querétaro, Qro., a 23 de noviembre de 2026"), {}),
    ("date and hour", ALTA, rows("BAJA", *WORKS, servicio="NO", fecha="23/11/2026 10:31:07"), {}),
    ("month before day", f"{UNREAD}|{ALTA}|{PERSON}", rows("BAJA", *WORKS, servicio="NO", fecha="11/23/2026"), {}),
    ("short year", f"{UNREAD}|{ALTA}", rows("BAJA", *WORKS, servicio="NO", fecha="23/11/26"), {}),
    ("an impossible day", f"{UNREAD}|{PERSON}", rows("BAJA", *WORKS, servicio="NO", fecha="31/11/2026"), {}),
    ("day and month exchanged would be today's", OLD, rows("BAJA", *WORKS, servicio="NO", fecha="05/11/2026"), {}),
    ("only the birth date is today's", UNREAD, rows("BAJA", *WORKS, servicio="NO", fecha="23/11/2008", fecha_label="Fecha de nacimiento"), {}),
    ("vigencia today, constancia old", OLD, rows("BAJA", *WORKS, servicio="NO", fecha="01/10/2026", after=(("Vigencia", "23/11/2026"),)), {}),
    ("a future date", OLD, rows("VIGENTE", *OURS, fecha="24/11/2026"), {}),
    ("ours, 31 days old", OLD, rows("VIGENTE", *OURS, fecha="23/10/2026"), {}),
    ("ours, 30 days old", DONE, rows("VIGENTE", *OURS, fecha="24/10/2026"), {}),
    ("two different NSS", f"{PERSON}|{UNREAD}", rows("VIGENTE", *OURS, after=(("Número de Seguridad Social", "12345678903"),)), {}),
    ("an NSS that does not check", PERSON, rows("VIGENTE", *OURS, nss="43160885381"), {}),
    ("an NSS of ten digits", f"{UNREAD}|{PERSON}", rows("VIGENTE", *OURS, nss="4316088538"), {}),
    ("an NSS with letters", f"{UNREAD}|{PERSON}|{DONE}", rows("VIGENTE", *OURS, nss="4316O88538O"), {}),
    ("an NSS hidden", UNREAD, rows("VIGENTE", *OURS, nss="*******5380"), {}),
    ("an NSS in groups", DONE, rows("VIGENTE", *OURS, nss="43 16 08 8538 0"), {}),
    ("beneficiaries vigente", ALTA, rows("BAJA", *WORKS, servicio="NO", after=(("Beneficiarios", ""), ("Nombre", "LUIS GARCIA"), ("Situación", "VIGENTE"), ("Servicio médico", "SI"))), {}),
    ("a letter that asks for one", OTHER, [("Asunto", "Solicito mi constancia de vigencia de derechos"), ("NSS", NSS), ("Estado", "VIGENTE"), ("Nombre o razón social", ITQ)], {"title": "Carta"}),
    ("a constancia of no vigencia", f"{OTHER}|{PERSON}|imss_no_te_encuentra", rows("VIGENTE", *OURS), {"title": "Constancia de No Vigencia de Derechos"}),
    ("weeks, with our school in it", OTHER, rows("VIGENTE", *OURS), {"title": "Constancia de Semanas Cotizadas en el IMSS"}),
    ("our school's own constancia", OTHER, [("Institución", ITQ), ("Número de Seguridad Social", NSS), ("Estado", "VIGENTE"), ("Fecha", "23/11/2026")], {"title": "Constancia de Estudios"}),
    ("title in two lines", DONE, rows("VIGENTE", *OURS), {"title": "Constancia de\nVigencia de Derechos"}),
    ("no title: it may be a picture", f"{DONE}|{OTHER}|{PERSON}", rows("VIGENTE", *OURS), {"title": ""}),
)  # fmt: skip


def draw(lines: list[Row], layout: str, more: dict[str, str]) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792))
    canvas.setFont("Helvetica", 8)
    canvas.drawString(60, 770, more.get("header", "Instituto Mexicano del Seguro Social"))
    canvas.drawString(60, 25, more.get("footer", "Este documento no tiene costo"))
    canvas.setFont("Helvetica-Bold", 15)
    for at, title in enumerate(more.get("title", "Constancia de Vigencia de Derechos").split("\n")):
        canvas.drawCentredString(306, 735 - 18 * at, title)
    y = 690.0
    if layout == "table":
        lines, y = _table(canvas, lines)
        layout = "beside"
    for at, (label, value) in enumerate(lines):
        canvas.setFont("Helvetica", 9)
        if layout == "beside":
            canvas.drawString(60, y, label + ":")
            canvas.drawString(280, y, value)
            y -= 20
        elif layout == "below":
            canvas.drawString(60, y, label)
            canvas.drawString(60, y - 12, value)
            y -= 30
        else:  # two columns, the value below
            x = 60 + 270 * (at % 2)
            canvas.drawString(x, y, label)
            canvas.drawString(x, y - 12, value[:48])
            y -= 32 * (at % 2)
    canvas.save()
    return out.getvalue()


def _table(canvas: Canvas, lines: list[Row]) -> tuple[list[Row], float]:
    """Draw the employers as a table near the foot, long names wrapped in their cell; return what is left to draw."""
    heads = ("Registro patronal", "Nombre o razón social", "Modalidad")
    cells = [value for label, value in lines if label in heads]
    y = 230.0
    if cells:
        for x, head in zip((60, 170, 390), heads, strict=True):
            canvas.setFont("Helvetica-Bold", 8)
            canvas.drawString(x, y, head)
    canvas.setFont("Helvetica", 8)
    for at in range(0, len(cells), 3):
        y -= 34
        for x, value in zip((60, 170, 390), cells[at : at + 3], strict=False):
            words, line, down = value.split(), "", 0
            for word in [*words, ""]:
                if len(line) + len(word) > 34 or not word:
                    canvas.drawString(x, y - down, line.strip())
                    line, down = "", down + 10
                line += word + " "
    return [row for row in lines if row[0] not in heads], 690.0


def main() -> int:
    wrong = count = 0
    with tempfile.TemporaryDirectory() as folder:
        expected: dict[str, tuple[str, str, str]] = {}
        for number, (name, right, lines, more) in enumerate(PAPERS):
            for layout in ("beside", "below", "columns", "table"):
                file = Path(folder) / f"{number:03}-{layout}.pdf"
                file.write_bytes(draw(lines, layout, more))
                expected[str(file)] = (name, right, layout)
        command = [sys.executable, "-m", "mailbot", "decide", "--json", "--on", "2026-11-23", *expected]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
        for line in done.stdout.splitlines():
            said = json.loads(line)
            name, right, layout = expected[said["file"]]
            # several employers side by side with their labels staggered: whose is whose is for a person to say
            good = said["reply"] in right.split("|") or (layout == "columns" and said["reply"] == PERSON)
            wrong, count = wrong + (not good), count + 1
            if not good or "-v" in sys.argv:
                facts = {k: v for k, v in said["facts"].items() if v is not None and k in ("documento", "falta", "estado", "servicio", "patron", "fecha", "sospecha")}
                print("  " if good else "✗ ", f"{name} ({layout}) → {said['reply']}; right: {right}; {facts}")
    print(f"{count} papers, {wrong} wrong", done.stderr[-500:])
    return 1 if wrong or count != len(expected) else 0


if __name__ == "__main__":
    sys.exit(main())
