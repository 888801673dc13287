"""Write the stories' mails anew, and accept what mailbot says now as expected: `python -m tests.stories.make [NAME…]`.

Look at the difference in git before you commit it: what is accepted here is what the tests hold the program to.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from mailbot.demo import papers
from mailbot.demo.mails import _damaged, _photo, _semanas, _word
from mailbot.demo.papers import COMPANY, FORMER_SCHOOL, ITQ, Student
from mailbot.shell.workers import Readers
from tests.stories import telling

ZONE = ZoneInfo("America/Mexico_City")
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
ANA = Student("ANA SOFÍA", "RAMÍREZ LUNA", "RALA071004MQTMNNA5", "54220759150", "ana@alumnos.example")
LUIS = Student("LUIS ANTONIO", "ÁVILA ROJAS", "AIRL060618HQTVJSA7", "05250683066", "luis@alumnos.example")
MAMA = Student("ROSA ELENA", "LUNA PÉREZ", "LUPR750312MQTNRS06", "43897204145", "rosa@correo.example")
HOLA = "Buenos días, adjunto mi constancia para el seguro facultativo."
PROGRAMME = ("SECRETARIA DEL TRABAJO Y PREVISION SOCIAL", "Y5845183325", "PROGRAMA JOVENES CONSTRUYENDO EL FUTURO")

File = tuple[str, bytes, str]
Day = tuple[datetime, bytes | None]


def at(days: int = 0, hour: int = 10, minute: int = 0) -> datetime:
    return MONDAY.replace(hour=hour, minute=minute) + timedelta(days=days)


def mail(
    when: datetime, subject: str = "Seguro facultativo", text: str = HOLA, *files: File,
    who: Student = ANA, sender: str | None = None, headers: tuple[tuple[str, str], ...] = (), sent: datetime | None = None,
) -> Day:  # fmt: skip
    m = EmailMessage()
    m["From"] = f"{who.name} <{sender or who.email}>"
    m["To"] = "dse_becas@queretaro.tecnm.mx"
    m["Subject"] = subject
    m["Date"] = format_datetime(sent or when)
    m["Message-ID"] = f"<{when:%m%d%H%M}.{who.email.split('@')[0]}@correo.example>"
    for name, value in headers:
        m[name] = value
    m.set_content(text)
    for name, data, mime in files:
        maintype, subtype = mime.split("/")
        m.add_attachment(data, maintype=maintype, subtype=subtype, filename=name)
    if m.is_multipart():
        m.set_boundary(f"=_{when:%m%d%H%M}")
    return when, m.as_bytes()


def pdf(day: datetime | date, who: Student = ANA, **what: object) -> File:
    issued = day.date() if isinstance(day, datetime) else day
    return "constancia.pdf", papers.constancia(who, issued, **what), "application/pdf"  # type: ignore[arg-type]


def baja(day: datetime, who: Student = ANA) -> File:
    return pdf(day, who, estado="BAJA", servicio="NO", patrones=(FORMER_SCHOOL,))


def reminders(when: datetime) -> Day:
    return when, None


def one(file: File) -> list[Day]:
    return [mail(at(), "Constancia", HOLA, file)]


STORIES: dict[str, Callable[[], list[Day]]] = {
    # --- a first mail: every row of guide.md's table -----------------------------------------------------------
    "vigente_por_el_itq": lambda: one(pdf(at(), patrones=(ITQ,))),
    "vigente_por_el_itq_y_una_empresa": lambda: one(pdf(at(), patrones=(COMPANY, ITQ))),
    "vigente_por_el_itq_hace_un_mes": lambda: one(pdf(at(-30), patrones=(ITQ,))),
    "vigente_por_el_itq_hace_mas_de_un_mes": lambda: one(pdf(at(-31), patrones=(ITQ,))),
    "vigente_por_escuela_anterior": lambda: one(pdf(at(), patrones=(FORMER_SCHOOL,))),
    "vigente_por_escuela_y_empresa_de_ayer": lambda: one(pdf(at(-1), patrones=(COMPANY, FORMER_SCHOOL))),
    "vigente_por_empresa": lambda: one(pdf(at(), patrones=(COMPANY,))),
    "de_baja": lambda: one(baja(at())),
    "de_baja_sin_patron": lambda: one(pdf(at(), estado="BAJA", servicio="NO")),
    "de_baja_de_ayer": lambda: one(baja(at(-1))),
    "de_baja_de_ayer_mandada_pasada_la_medianoche": lambda: [
        mail(at(0, 0, 3), "Constancia", HOLA, baja(at(-1)))
    ],
    "de_baja_de_manana": lambda: one(baja(at(1))),
    "pide_la_baja_aunque_mande_constancia": lambda: [
        mail(at(), "Baja", "Quiero solicitar la baja de mi seguro facultativo del ITQ.", pdf(at(), patrones=(ITQ,)))
    ],
    "semanas_cotizadas": lambda: one(_semanas(ANA, at())),
    "archivo_danado": lambda: one(_damaged(ANA, at())),
    "con_contrasena": lambda: one(pdf(at(), patrones=(ITQ,), password="secreta")),
    "foto": lambda: one(_photo(ANA, at())),
    "el_imss_no_la_encuentra": lambda: [
        mail(at(), "Constancia", "La página dice que no se encuentra registrado aún como derechohabiente. ¿Qué hago?")
    ],
    "documento_de_word": lambda: one(_word(ANA, at())),
    "sin_adjunto": lambda: [mail(at(), "Seguro facultativo", "Quiero tramitar mi seguro facultativo, ¿cómo empiezo?")],
    "conservacion_de_derechos": lambda: one(pdf(at(), estado="CONSERVACION DE DERECHOS", patrones=(COMPANY,))),
    "programa": lambda: one(pdf(at(), patrones=(PROGRAMME,))),
    "vigente_sin_servicio": lambda: one(pdf(at(), servicio="NO", patrones=(COMPANY,))),
    "itq_y_otra_escuela": lambda: one(pdf(at(), patrones=(ITQ, FORMER_SCHOOL))),
    "emergencia": lambda: [
        mail(at(), "URGENTE", "Estoy en urgencias y me piden mi seguro facultativo, ayuda por favor.")
    ],
    "emergencia_en_fin_de_semana": lambda: [
        mail(at(5, 22), "Ayuda", "Tuve un accidente y estoy hospitalizado, necesito mi seguro facultativo.")
    ],
    # --- mails that get no reply ---------------------------------------------------------------------------------
    "una_beca": lambda: [mail(at(), "Beca de alimentación", "¿Cuándo publican los resultados de la beca?")],
    "respuesta_automatica": lambda: [
        mail(at(), "Respuesta automática", "Estoy de vacaciones.", headers=(("Auto-Submitted", "auto-replied"),))
    ],
    "solo_gracias": lambda: [mail(at(), "Re: Seguro facultativo", "¡Muchas gracias!")],
    "marca_debil_con_pdf": lambda: [
        mail(at(), "Constancia", HOLA, baja(at()), headers=(("X-Auto-Response-Suppress", "All"), ("Precedence", "bulk")))
    ],
    # --- several things at once ----------------------------------------------------------------------------------
    "dos_personas_en_un_correo": lambda: [mail(at(), "Constancias", HOLA, baja(at()), baja(at(), LUIS))],
    "otro_documento_y_uno_danado": lambda: [mail(at(), "Papeles", HOLA, _semanas(ANA, at()), _damaged(ANA, at()))],
    "constancia_entre_otros_papeles": lambda: [mail(at(), "Papeles", HOLA, _semanas(ANA, at()), baja(at()))],
    # --- the matter goes on --------------------------------------------------------------------------------------
    "del_alta_al_listo": lambda: [
        mail(at(), "Constancia", HOLA, baja(at())),
        mail(at(1), "Re: Constancia", "Ya llené el formulario."),
        mail(at(3), "Re: Constancia", HOLA, baja(at(3))),
        reminders(at(7)),
        reminders(at(8)),
        mail(at(9), "Re: Constancia", HOLA, pdf(at(9), patrones=(ITQ,))),
        reminders(at(30)),
    ],
    "nunca_contesta": lambda: [
        mail(at(), "Constancia", HOLA, baja(at())),
        reminders(at(4)),
        reminders(at(7)),
        reminders(at(14)),
        reminders(at(21)),
        reminders(at(40)),
    ],
    "aun_no_aparece_dos_veces": lambda: [
        mail(at(), "Constancia", HOLA, baja(at())),
        mail(at(8), "Re: Constancia", HOLA, baja(at(8))),
        mail(at(10), "Re: Constancia", HOLA, baja(at(10))),
    ],
    "espera_su_baja": lambda: [
        mail(at(), "Constancia", HOLA, pdf(at(), patrones=(FORMER_SCHOOL,))),
        reminders(at(14)),
        reminders(at(28)),
    ],
    "le_dieron_su_baja": lambda: [
        mail(at(), "Constancia", HOLA, pdf(at(), patrones=(FORMER_SCHOOL,))),
        mail(at(4), "Re: Constancia", HOLA, baja(at(4))),
        reminders(at(11)),
    ],
    "lo_mismo_otra_vez": lambda: [
        mail(at(), "Constancia", HOLA, baja(at())),
        mail(at(0, 11), "Constancia", HOLA, baja(at())),
        mail(at(0, 12), "Constancia", HOLA, baja(at())),
    ],
    "tres_intentos": lambda: [
        mail(at(), "Constancia", HOLA, _semanas(ANA, at())),
        mail(at(0, 11), "Constancia", HOLA, _damaged(ANA, at())),
        mail(at(0, 12), "Constancia", HOLA, _word(ANA, at())),
    ],
    "sigue_mandando_lo_que_no_sirve": lambda: [
        mail(at(), "Constancia", HOLA, _semanas(ANA, at())),
        mail(at(0, 11), "Constancia", HOLA, _damaged(ANA, at())),
        mail(at(0, 12), "Constancia", HOLA, _word(ANA, at())),
        mail(at(0, 13), "Constancia", HOLA, _semanas(ANA, at())),
        mail(at(0, 14), "Constancia", HOLA, _damaged(ANA, at())),
        mail(at(1), "Constancia", HOLA, baja(at(1))),
    ],
    "pide_la_baja_y_llena_el_formulario": lambda: [
        mail(at(), "Baja", "Quiero solicitar la baja de mi seguro facultativo del ITQ."),
        mail(at(0, 11), "Re: Baja", "¿Y ahora qué sigue?"),
        mail(at(0, 12), "Re: Baja", "Ya llené el formulario."),
        mail(at(1), "Re: Baja", "Adjunto mi constancia.", pdf(at(1), patrones=(ITQ,))),
        reminders(at(40)),
    ],
    "llena_el_formulario_y_no_aparece_sin_constancia": lambda: [
        mail(at(), "Constancia", HOLA, baja(at())),
        mail(at(8), "Re: Constancia", "ya llené el formulario y aún no aparece"),
        mail(at(9), "Re: Constancia", HOLA, pdf(at(9), patrones=(ITQ,))),
    ],
    "quiere_una_persona_y_manda_su_constancia": lambda: [
        mail(at(), "Seguro", "Quiero hablar con una persona sobre mi seguro facultativo."),
        mail(at(0, 11), "Constancia", HOLA, baja(at())),
        reminders(at(7)),
    ],
    "constancia_de_su_mama": lambda: [
        mail(at(), "Constancia", HOLA, pdf(at(), MAMA, patrones=(COMPANY,), beneficiarios=(ANA,))),
        mail(at(1), "Re: Constancia", "Ésta sí es la mía.", baja(at(1))),
    ],
    "ya_no_me_escriban": lambda: [
        mail(at(), "Constancia", HOLA, baja(at())),
        mail(at(1), "Re: Constancia", "Por favor ya no me escriban."),
        reminders(at(7)),
    ],
    "hermanos_con_un_correo": lambda: [
        mail(at(), "Constancia", HOLA, baja(at())),
        mail(at(1), "La de mi hermano", HOLA, baja(at(1), LUIS), sender="ana@alumnos.example"),
    ],
    "que_sigue": lambda: [
        mail(at(), "Constancia", HOLA, baja(at())),
        mail(at(2), "Re: Constancia", "¿Y ahora qué sigue?"),
    ],
    "pregunta_con_constancia": lambda: [
        mail(at(), "Constancia", "Adjunto mi constancia. ¿Cuánto tarda el alta? ¿A qué clínica me toca ir?", baja(at())),
    ],
    "la_prepa_no_le_da_la_baja": lambda: [
        mail(at(), "Constancia", "Adjunto mi constancia pero mi prepa no me quiere dar de baja, ¿qué hago?",
             pdf(at(), patrones=(FORMER_SCHOOL,))),
    ],
    "dos_constancias_distintas": lambda: [
        mail(at(), "Constancia", HOLA, baja(at()), pdf(at(), patrones=(ITQ,))),
    ],
    "lleno_el_formulario_y_no_aparece": lambda: [
        mail(at(), "Constancia", HOLA, baja(at())),
        mail(at(8), "Re: Constancia", "Ya llené el formulario el día que me dijeron y aún no aparece", baja(at(8))),
    ],
    "ya_tiene_seguro_y_llena_el_formulario": lambda: [
        mail(at(), "Constancia", HOLA, pdf(at(), patrones=(ITQ,))),
        mail(at(1), "Re: Constancia", "Ya llené el formulario."),
    ],
    "recordatorio_tras_un_paro": lambda: [
        mail(at(), "Constancia", HOLA, baja(at())),
        reminders(at(26)),
        reminders(at(28)),
        reminders(at(29)),
    ],
}


def write(name: str) -> None:
    folder = telling.STORIES / name
    folder.mkdir(exist_ok=True)
    lines = []
    for number, (when, raw) in enumerate(STORIES[name](), 1):
        lines += ["[[day]]", f'at = "{when.isoformat()}"']
        if raw is not None:
            file = f"{number:02d}.eml"
            if not (folder / file).exists():  # PDFs carry their hour of making: a mail is written once
                (folder / file).write_bytes(raw)
            lines.append(f'mail = "{file}"')
        lines.append("")
    (folder / "story.toml").write_text("\n".join(lines), encoding="utf-8")


async def accept(names: list[str]) -> None:
    async with Readers(telling.limits(), telling.desk().rulebook.reading, ocr=False) as readers:
        for name in names:
            told = await telling.tell(name, readers)
            text = json.dumps(told, ensure_ascii=False, indent=1)
            (telling.STORIES / name / "expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    chosen = sys.argv[1:] or list(STORIES)
    for story in chosen:
        write(story)
    asyncio.run(accept(chosen))
