"""Which mails the demonstration delivers: between them they draw every reply that a first mail can draw."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from mailbot.demo import papers
from mailbot.demo.papers import COMPANY, FORMER_SCHOOL, ITQ, Student

File = tuple[str, bytes, str]  # name, bytes, MIME type


@dataclass(frozen=True)
class DemoMail:
    """One invented mail; ``expected`` is the reply it should draw, None where mailbot must keep silent."""

    title: str
    student: Student
    subject: str
    text: str
    expected: str | None
    file: Callable[[Student, datetime], File] | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def message_id(self) -> str:
        return f"<demo-{self.student.email.split('@')[0]}@correo.example>"

    @property
    def words(self) -> str:
        """What a person sees of the mail: its subject and text, and that a file is attached."""
        return f"{self.subject}\n{self.text}" + ("\nAdjunta un archivo." if self.file else "")

    def build(self, now: datetime, to: str) -> bytes:
        mail = EmailMessage()
        mail["From"] = f"{self.student.name} <{self.student.email}>"
        mail["To"] = to
        mail["Subject"] = self.subject
        mail["Date"] = format_datetime(now - timedelta(minutes=3))
        mail["Message-ID"] = self.message_id
        for name, value in self.headers:
            mail[name] = value
        mail.set_content(self.text)
        if self.file:
            name, data, mime = self.file(self.student, now)
            maintype, subtype = mime.split("/")
            mail.add_attachment(data, maintype=maintype, subtype=subtype, filename=name)
        return mail.as_bytes()


def _pdf(
    *,
    days_old: int = 0,
    estado: str = "VIGENTE",
    servicio: str = "SI",
    patrones: tuple[papers.Employer, ...] = (),
    password: str | None = None,
) -> Callable[[Student, datetime], File]:
    def make(student: Student, now: datetime) -> File:
        issued = (now - timedelta(days=days_old)).date()
        data = papers.constancia(
            student, issued, estado=estado, servicio=servicio, patrones=patrones, password=password
        )
        return "constancia.pdf", data, "application/pdf"

    return make


def _semanas(student: Student, now: datetime) -> File:
    return "documento.pdf", papers.semanas_cotizadas(student, now.date()), "application/pdf"


def _damaged(student: Student, now: datetime) -> File:
    whole = papers.constancia(student, now.date(), patrones=(ITQ,))
    return "constancia.pdf", whole[: len(whole) // 3], "application/pdf"


def _photo(student: Student, now: datetime) -> File:
    pdf = papers.constancia(student, now.date(), estado="BAJA", servicio="NO", patrones=(FORMER_SCHOOL,))
    return "IMG_2041.jpg", papers.photo(pdf), "image/jpeg"


def _word(student: Student, now: datetime) -> File:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as docx:
        docx.writestr("[Content_Types].xml", "<Types/>")
        docx.writestr("word/document.xml", "<w:document/>")
    return "constancia.docx", out.getvalue(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


HOLA = "Buenos días, adjunto mi constancia para el seguro facultativo. Gracias."

_PEOPLE = (
    Student("XIMENA", "GARCÍA PEÑA", "GAPX080825MQTRXMA2", "20200843215", "ximena@alumnos.example"),
    Student("HÉCTOR", "ZÚÑIGA HERNÁNDEZ", "ZUHH040513HQTXRCA1", "37210451185", "hector@alumnos.example"),
    Student("ANA SOFÍA", "RAMÍREZ LUNA", "RALA071004MQTMNNA5", "54220759150", "ana@alumnos.example"),
    Student("EMILIANO", "PEÑA CASTRO", "PECE080201HQTXSMA0", "71230867120", "emiliano@alumnos.example"),
    Student("GUADALUPE", "VÁZQUEZ MORA", "VAMG030602MQTZRDA3", "88240375092", "guadalupe@alumnos.example"),
    Student("LUIS ANTONIO", "ÁVILA ROJAS", "AIRL060618HQTVJSA7", "05250683066", "luis@alumnos.example"),
    Student("REGINA", "SOLÍS BRAVO", "SOBR050109MQTLRGA0", "22260591031", "regina@alumnos.example"),
    Student("DIEGO", "MENDOZA LARA", "MELD060330HQTNRGA4", "39270699000", "diego@alumnos.example"),
    Student("CAMILA", "ORTEGA RÍOS", "OERC070721MQTRSMA0", "56280706971", "camila@alumnos.example"),
    Student("SANTIAGO", "NAVA CORTÉS", "NACS041211HQTVRNA8", "73290414942", "santiago@alumnos.example"),
    Student("VALERIA", "TREJO ACOSTA", "TEAV060905MQTRCLA4", "90300622918", "valeria@alumnos.example"),
    Student("MATEO", "ROBLES SALAS", "ROSM050427HQTBLTA1", "07310530881", "mateo@alumnos.example"),
    Student("DANIELA", "FUENTES GALLO", "FUGD070214MQTNLNA0", "24320738859", "daniela@alumnos.example"),
    Student("IKER", "MALDONADO VEGA", "MAVI061103HQTLGKA0", "41330646823", "iker@alumnos.example"),
    Student("PAOLA", "CERVANTES DÍAZ", "CEDP050808MQTRZLA1", "58340554797", "paola@alumnos.example"),
    Student("ROBERTO", "LUGO NERI", "LUNR040319HQTGRBA1", "75050462763", "roberto@alumnos.example"),
    Student("FERNANDA", "BELTRÁN CANO", "BECF080506MQTLNRA8", "92060870737", "fernanda@alumnos.example"),
)
(
    _XIMENA, _HECTOR, _ANA, _EMILIANO, _GUADALUPE, _LUIS, _REGINA, _DIEGO, _CAMILA, _SANTIAGO, _VALERIA, _MATEO,
    _DANIELA, _IKER, _PAOLA, _ROBERTO, _FERNANDA,
) = _PEOPLE  # fmt: skip

MAILS: tuple[DemoMail, ...] = (
    DemoMail("Ya registrada por el ITQ", _XIMENA, "Mi constancia", HOLA, "ya_tienes_seguro", _pdf(patrones=(ITQ,))),
    DemoMail(
        "Registrado por su escuela anterior",
        _HECTOR,
        "Alta de seguro facultativo",
        HOLA,
        "pide_tu_baja",
        _pdf(patrones=(FORMER_SCHOOL,)),
    ),
    DemoMail(
        "Registrada por una empresa", _ANA, "Seguro facultativo", HOLA, "puedes_tener_ambos", _pdf(patrones=(COMPANY,))
    ),
    DemoMail(
        "Estudiante nuevo, sin seguro",
        _EMILIANO,
        "Constancia de vigencia",
        HOLA,
        "solicita_tu_alta",
        _pdf(estado="BAJA", servicio="NO", patrones=(FORMER_SCHOOL,)),
    ),
    DemoMail(
        "La constancia es de la semana pasada",
        _GUADALUPE,
        "constancia",
        HOLA,
        "fecha_no_es_de_hoy",
        _pdf(days_old=6, estado="BAJA", servicio="NO"),
    ),
    DemoMail(
        "Quiere darse de baja",
        _LUIS,
        "Baja de seguro facultativo",
        "Buen día, quiero solicitar la baja de mi seguro facultativo del ITQ porque ya terminé la carrera.",
        "solicita_tu_baja",
    ),
    DemoMail("Mandó otro documento", _REGINA, "Documento para el seguro", HOLA, "no_es_la_constancia", _semanas),
    DemoMail("Archivo dañado", _DIEGO, "Constancia de vigencia", HOLA, "no_se_puede_leer", _damaged),
    DemoMail(
        "PDF con contraseña",
        _CAMILA,
        "Mi constancia de vigencia",
        HOLA,
        "con_contrasena",
        _pdf(patrones=(ITQ,), password="secreta"),  # noqa: S106  (an invented paper's password)
    ),
    DemoMail("Foto del documento", _SANTIAGO, "Seguro facultativo", HOLA, "es_una_imagen", _photo),
    DemoMail(
        "El IMSS no la encuentra",
        _VALERIA,
        "No puedo obtener la constancia del IMSS",
        "Hola, la página del IMSS me dice que mi número no se encuentra registrado aún como derechohabiente. "
        "¿Qué hago para mi seguro facultativo?",
        "imss_no_te_encuentra",
    ),
    DemoMail("Mandó un Word", _MATEO, "Constancia de vigencia", HOLA, "formato_no_aceptado", _word),
    DemoMail(
        "Pregunta cómo empezar",
        _DANIELA,
        "Seguro facultativo",
        "Buenas tardes, soy de primer semestre y quiero dar de alta mi seguro facultativo. ¿Qué tengo que hacer?",
        "como_empezar",
    ),
    DemoMail(
        "Conservación de derechos",
        _IKER,
        "Constancia de vigencia",
        HOLA,
        "lo_revisa_una_persona",
        _pdf(estado="CONSERVACION DE DERECHOS", patrones=(COMPANY,)),
    ),
    DemoMail(
        "Pregunta por una beca (no es de este seguro)",
        _PAOLA,
        "Beca de alimentación",
        "Buenos días, ¿cuándo publican los resultados de la beca de alimentación?",
        None,
    ),
    DemoMail(
        "Respuesta automática de vacaciones",
        _ROBERTO,
        "Respuesta automática: Constancia",
        "Estoy fuera de la oficina hasta el lunes.",
        None,
        headers=(("Auto-Submitted", "auto-replied"),),
    ),
    DemoMail("Sólo da las gracias", _FERNANDA, "Re: Seguro facultativo", "¡Muchas gracias!", None),
)
