"""Is each of 200 mails that people write answered, or left alone, for the right reason? python -m tests.trials.students [-v]

Students as they write from Gmail, Outlook, Yahoo and phones: quotes, forwards, signatures, typos, capitals, odd headers.
Each text below says which replies would be right; ``-v`` prints every pairing for the eyes of a person.
"""

from __future__ import annotations

import io
import random
import sys
import zipfile
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import escape

from mailbot.demo import papers
from mailbot.demo.mails import MAILS
from tests.trials.court import Case, Fate, tell, try_all
from tests.trials.machines import OUR_WORDS, US, encoded

TODAY = date(2026, 11, 23)
STUDENTS = tuple({m.student.nss: m.student for m in MAILS}.values())
PROGRAMME = ("SECRETARIA DEL TRABAJO Y PREVISION SOCIAL", "E8595646321", "PROGRAMA JOVENES CONSTRUYENDO EL FUTURO")
SILENCE = "-"

File = tuple[str, str, bytes]  # name, type, bytes


def paper(student: papers.Student, kind: str) -> File:
    """Draw one of the papers that students send."""
    name = f"comprobanteVigenciaDerechos{student.nss}.pdf"

    def one(issued: date = TODAY, **how: object) -> bytes:
        return papers.constancia(student, issued, **how)  # type: ignore[arg-type]

    drawn = {
        "baja": lambda: one(estado="BAJA", servicio="NO"),
        "baja_vieja": lambda: one(date(2026, 11, 12), estado="BAJA", servicio="NO"),
        "itq": lambda: one(patrones=(papers.ITQ,)),
        "escuela": lambda: one(patrones=(papers.FORMER_SCHOOL,)),
        "empresa": lambda: one(patrones=(papers.COMPANY,)),
        "programa": lambda: one(patrones=(PROGRAMME,)),
        "conservacion": lambda: one(estado="CONSERVACION DE DERECHOS", patrones=(papers.COMPANY,)),
        "llave": lambda: one(patrones=(papers.COMPANY,), password="x"),
        "semanas": lambda: papers.semanas_cotizadas(student, TODAY),
        "rota": lambda: one(estado="BAJA")[:500],
    }
    if kind == "foto":
        return "IMG_20261123_095012.jpg", "image/jpeg", papers.photo(one(estado="BAJA", servicio="NO"))
    if kind == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as z:
            z.writestr("constancia.pdf", one(estado="BAJA", servicio="NO"))
        return "constancia.zip", "application/zip", out.getvalue()
    if kind == "word":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as z:
            z.writestr("[Content_Types].xml", "<Types/>")
            z.writestr("word/document.xml", "<w:document/>")
        return "constancia imss.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", out.getvalue()
    if kind == "logo":
        return "image001.png", "image/png", _logo()
    return name, "application/pdf", drawn[kind]()


def _logo() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (180, 60), (20, 60, 120)).save(out, "PNG")
    return out.getvalue()


@dataclass(frozen=True)
class Said:
    """What somebody writes: the words, what is attached, and which replies are right."""

    right: str  # stems, "|" between them; "-" is silence
    text: str
    subject: str = "Seguro facultativo"
    files: str = ""  # kinds of paper
    where: str = ""  # "reply": answers our mail and quotes it; "forward": the IMSS's mail, passed on
    headers: tuple[str, ...] = ()
    name: str = ""
    to: str = US


TEXTS: tuple[Said, ...] = (
    # with a constancia
    Said("solicita_tu_alta", "Buenas tardes, adjunto mi constancia de vigencia de derechos para el alta. Saludos.", files="baja"),
    Said("solicita_tu_alta", "", "", "baja"),
    Said("solicita_tu_alta", "", "Constancia", "baja"),
    Said("solicita_tu_alta", "BUENOS DIAS ENVIO MI CONSTANCIA QUEDO AL PENDIENTE", "CONSTANCIA IMSS", "baja"),
    Said("solicita_tu_alta", "ola buenas ps les mando mi constansia de vijencia pa lo del seguro facultatibo grasias 🙏🙏", "seguro", "baja"),
    Said("solicita_tu_alta", "Hola, ¿cuánto tarda el trámite? Adjunto mi constancia. Gracias", "duda", "baja"),
    Said("solicita_tu_alta", "Adjunto pdf.\n\nEnviado desde mi iPhone", "Seguro facultativo", "baja logo"),
    Said("solicita_tu_alta", "Aquí está profe, gracias!!! 😊", "documento", "baja", headers=("X-Auto-Response-Suppress: All",)),
    Said("solicita_tu_alta", "Anexo lo solicitado.", "Documento", "baja", headers=("Precedence: bulk",)),
    Said("solicita_tu_alta", "Buen día. Mi nombre es {nombre}, número de control 22140123, de Ing. Industrial, 5to semestre. Solicito el alta del seguro. "
         "Adjunto constancia.\n\nSaludos cordiales\n--\n{nombre}\nEstudiante | TecNM campus Querétaro\nTel. 442 123 4567", "Solicitud de alta", "baja"),
    Said("solicita_tu_alta", "", "Fwd: Comprobante de vigencia de derechos", "baja", "forward"),
    Said("solicita_tu_alta", "Les reenvío lo que me mandó el IMSS", "RV: Comprobante de vigencia de derechos", "baja", "forward"),
    Said("solicita_tu_alta", "Va de nuevo con el PDF", "Re: Constancia", "baja", "reply"),
    Said("solicita_tu_alta", "lo mando en zip porque no me dejaba", "constancia", "zip"),
    Said("solicita_tu_alta", "Muchas gracias, buenas tardes\n{nombre}", "Envío de constancia de vigencia", "baja logo"),
    Said("solicita_tu_alta", "Adjunto mi constancia y mi INE por si la necesitan", "papeles", "baja semanas"),
    Said("fecha_no_es_de_hoy", "Envío mi constancia", "constancia", "baja_vieja"),
    Said("fecha_no_es_de_hoy", "perdon por mandarla asta ahora esq no abia podido", "", "baja_vieja"),
    Said("ya_tienes_seguro", "Buen día, ¿ya quedó mi seguro? Adjunto constancia", "Re: Seguro facultativo", "itq", "reply"),
    Said("ya_tienes_seguro", "ya me salio vigente!! 🎉", "constancia", "itq"),
    Said("ya_tienes_seguro", "Ya aparezco como vigente, ¿qué sigue?", "Duda", "itq"),
    Said("pide_tu_baja", "hola mi constancia sale vigente con el conalep que hago", "duda", "escuela"),
    Said("pide_tu_baja", "Adjunto constancia", "Constancia", "escuela"),
    Said("puedes_tener_ambos", "Hola, trabajo en una empresa y aparezco vigente, ¿puedo tener el seguro del tec también?", "seguro", "empresa"),
    Said("puedes_tener_ambos", "adjunto", "constancia", "empresa"),
    Said("lo_revisa_una_persona", "Adjunto mi constancia", "Constancia", "programa"),
    Said("lo_revisa_una_persona", "Adjunto mi constancia", "Constancia", "conservacion"),
    Said("lo_revisa_una_persona", "Estoy internado en el hospital y me piden el seguro, aquí está mi constancia, es urgente", "URGENTE", "baja"),
    Said("con_contrasena", "Adjunto", "Constancia", "llave"),
    Said("no_es_la_constancia", "Adjunto mi constancia", "Seguro facultativo", "semanas"),
    Said("no_es_la_constancia", "Buenas tardes, envío el documento que piden para el seguro. Enviado desde mi iPhone", "Documento", "semanas"),
    Said("no_se_puede_leer", "Adjunto", "Constancia seguro", "rota"),
    Said("es_una_imagen", "Le mando foto de mi constancia porque no tengo impresora", "constancia", "foto"),
    Said("formato_no_aceptado", "Mando mi constancia en word", "constancia de vigencia", "word"),
    Said("formato_no_aceptado", "Aquí está mi constancia de vigencia: https://drive.google.com/file/d/1abc/view?usp=sharing", "constancia"),
    Said("solicita_tu_baja", "Quiero darme de baja del seguro facultativo porque ya tengo trabajo", "Baja", "itq"),
    Said("solicita_tu_baja", "Buenas, solicito la baja de mi seguro facultativo por favor", "baja seguro"),
    # a parent, a teacher
    Said("solicita_tu_alta|lo_revisa_una_persona", "Buenas tardes, soy la mamá de {nombre}, le envío su constancia para el seguro de mi hija. Gracias", "Constancia de mi hija", "baja",
         name="Rosa Martha Olvera"),
    Said("solicita_tu_alta|lo_revisa_una_persona", "Soy su papá, adjunto constancia de mi hijo", "seguro", "baja", name="Héctor Tinoco"),
    Said("como_empezar", "Buenas tardes, soy papá de un alumno de nuevo ingreso, ¿cómo le hace mi hijo para tramitar el seguro facultativo?", "Informes", name="Héctor Tinoco"),
    Said(SILENCE, "Estimados, les comparto las listas de calificaciones del grupo 5A para su captura. Saludos, Ing. Ramírez", "Calificaciones grupo 5A", name="Ing. Ramírez"),
    Said(SILENCE, "Buen día, ¿a qué hora es la junta de academia mañana?", "Junta", name="Ing. Ramírez"),
    Said(SILENCE, "Buenas tardes, ¿cuándo salen los resultados de la beca Benito Juárez?", "Beca"),
    Said(SILENCE, "Hola, necesito una constancia de estudios con calificaciones para mi visa", "Constancia de estudios"),
    Said(SILENCE, "Adjunto mi kardex y comprobante de domicilio para la beca de manutención", "Beca manutención", "semanas|"),
    Said(SILENCE, "¿Cuándo son las reinscripciones? no me aparece mi horario", "Reinscripción"),
    # questions
    Said("como_empezar", "Hola, ¿dónde descargo la constancia de vigencia de derechos?", "duda"),
    Said("como_empezar", "hola buenas noches quisiera saber como darme de alta en el seguro facultativo xfa", "informacion"),
    Said("como_empezar", "QUE NECESITO PARA EL SEGURO FACULTATIVO???", "SEGURO"),
    Said("como_empezar", "no me llega el correo del imss con la constancia", "ayuda"),
    Said("como_empezar", "El link de confirmación del IMSS ya expiró qué hago", "constancia"),
    Said("como_empezar", "si me doy de alta pierdo el seguro de mi trabajo?", "pregunta seguro"),
    Said("como_empezar", "Disculpe que clínica me toca? ya tengo seguro facultativo", "clinica"),
    Said("como_empezar", "", "Seguro facultativo"),
    Said("como_empezar", "Buenas tardes", "Alta seguro facultativo"),
    Said("como_empezar|imss_no_te_encuentra", "no puedo descargar la constancia, la página del imss me marca error", "error"),
    Said("imss_no_te_encuentra", "Me dice que no se encuentra registrado aún como derechohabiente", "Constancia IMSS"),
    Said("imss_no_te_encuentra", "el imss me dice q no estoy registrada como derechohabiente y no me da la constancia, apenas saque mi nss", "ayuda seguro"),
    Said("lo_revisa_una_persona", "Mi papá falleció y yo estaba asegurada por él, ¿qué hago con el seguro?", "seguro"),
    Said("lo_revisa_una_persona", "Yo estoy asegurado por mi mamá en el IMSS, ¿aun así necesito el facultativo?", "duda seguro"),
    Said("lo_revisa_una_persona", "quiero hablar con una persona por favor, es sobre mi seguro facultativo", "seguro"),
    Said("espera_unos_dias", "Buenas tardes, ya llené el formulario de alta del seguro facultativo", "Formulario"),
    # replies to our mail that bring nothing
    Said(SILENCE, "Muchas gracias!", "Re: Constancia", where="reply"),
    Said(SILENCE, "Ok, gracias 👍", "RE: Seguro facultativo", where="reply"),
    Said(SILENCE, "enterado, muchas gracias por la información", "Re: Alta de seguro", where="reply"),
    Said("espera_unos_dias", "listo, ya lo llene", "Re: Constancia", where="reply"),
    Said("como_empezar", "y cuánto tarda en aparecer?", "Re: Constancia", where="reply"),
    Said("como_empezar|imss_no_te_encuentra", "no me deja entrar a la página del IMSS", "Re: Seguro facultativo", where="reply"),
    Said("como_empezar", "", "Re: Constancia", where="reply"),  # the file was forgotten
)
MACHINES_NAMES = ("comprobante.pdf", "Documento sin título.pdf", "escaneo 0001.PDF", "constancia (1) (2).pdf", "ilovepdf_merged.pdf", "WhatsApp Doc 2026.pdf",
                  "Constancia_Ñandú_áéí.pdf", "archivo", "x.PDF.pdf", "vigencia.pdf.download")  # fmt: skip


class Desk:
    """Wraps words into a mail as one of the programs writes it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.number = 0

    def write(self, said: Said, client: str) -> tuple[str, bytes]:
        self.number += 1
        student = STUDENTS[self.number % len(STUDENTS)]
        name = said.name or student.name
        address = f"{'l2214' if client == 'outlook_web' else 'ana.'}{self.number:04}@{'queretaro.tecnm.test' if client == 'outlook_web' else 'gmail.test'}"
        files = [] if "|" in said.files else [paper(student, kind) for kind in said.files.split()]
        if files and files[0][0].endswith(".pdf") and self.chance.random() < 0.4:
            files[0] = (self.chance.choice(MACHINES_NAMES), self.chance.choice(("application/pdf", "application/octet-stream")), files[0][2])
        text = said.text.replace("{nombre}", student.name)
        head = [
            f"From: {encoded(name)} <{address}>", f"To: Becas <{said.to}>", f"Subject: {encoded(said.subject)}",
            f"Message-ID: <s{self.number}@{client}.test>", f"Date: Mon, 23 Nov 2026 09:{self.number % 60:02}:00 -0600",
            "MIME-Version: 1.0", *said.headers, *CLIENT_HEADERS.get(client, ()),
        ]  # fmt: skip
        if said.where == "reply":
            head += ["In-Reply-To: <abc.r@itq.test>", "References: <zzz@gmail.test> <abc.r@itq.test>"]
        plain, html = BODIES[client](text, said.where)
        return address, assemble(head, plain, html, files, inline=client == "ios").encode()


CLIENT_HEADERS = {
    "outlook_web": ("X-MS-Exchange-Organization-AuthAs: Internal", "X-Auto-Response-Suppress: DR, OOF, AutoReply", "Thread-Topic: x"),
    "outlook_desktop": ("X-Mailer: Microsoft Outlook 16.0", "Content-Language: es-mx", "x-ms-has-attach: yes"),
    "yahoo": ("X-Mailer: WebService/1.1 YahooMailAndroidMobile",),
    "ios": ("X-Mailer: iPhone Mail (21F90)", "Mime-Version: 1.0 (1.0)"),
}


def _quote(mark: str, where: str) -> str:
    if where == "forward":
        return (
            "\n\n---------- Forwarded message ---------\nDe: IMSS Digital <imss.digital@imss.gob.mx>\nDate: lun, 23 nov 2026 a las 9:40\n"
            "Subject: Comprobante de vigencia de derechos\nTo: <ana@gmail.test>\n\nEstimado(a) usuario, adjunto encontrará su Constancia de Vigencia de Derechos.\n"
        )
    if where != "reply":
        return ""
    lines = "\n".join(f"> {line}" for line in OUR_WORDS.split("\n"))
    return {
        "gmail": f"\n\nEl lun, 23 nov 2026 a la(s) 9:31 a.m., Servicios Escolares ({US}) escribió:\n\n{lines}",
        "ios": f"\n\n> El 23 nov 2026, a la(s) 9:31 a.m., Servicios Escolares <{US}> escribió:\n> \n{lines}",
        "outlook": f"\n\n________________________________\nDe: Servicios Escolares <{US}>\nEnviado: lunes, 23 de noviembre de 2026 09:31 a. m.\nPara: Ana\nAsunto: Re: Constancia\n\n{OUR_WORDS}",
        "yahoo": f"\n\n    En lunes, 23 de noviembre de 2026, 09:31:00 a.m. CST, Servicios Escolares <{US}> escribió:  \n \n {OUR_WORDS}",
    }[mark]


def gmail(text: str, where: str) -> tuple[str, str]:
    body = escape(text).replace("\n", "<br>")
    quote = _quote("gmail", where)
    html = f'<div dir="ltr">{body}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{escape(quote)}</div></div>'
    return text + quote, html if quote else f'<div dir="ltr">{body}</div>'


def gmail_android(text: str, where: str) -> tuple[str, str]:
    return text + _quote("gmail", where), f'<div dir="auto">{escape(text)}</div>'


def ios(text: str, where: str) -> tuple[str, str]:
    return f"{text}\n\nEnviado desde mi iPhone{_quote('ios', where)}", ""


def outlook_web(text: str, where: str) -> tuple[str, str]:
    quote = _quote("outlook", where).replace("_" * 32, "")
    html = (
        f'<div style="font-family: Aptos" class="elementToProof">{escape(text)}</div><div id="appendonsend"></div>'
        f'<hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr">{escape(quote).replace(chr(10), "<br>")}</div>'
    )
    return "", html if quote else html.split("<hr", maxsplit=1)[0]


def outlook_desktop(text: str, where: str) -> tuple[str, str]:
    quote = _quote("outlook", where)
    html = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal {margin:0cm}</style></head><body><div class="WordSection1">'
        f'<p class="MsoNormal">{escape(text)}<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><div style="border:none;border-top:solid #E1E1E1 1.0pt">'
        f"{escape(quote.replace('_' * 32, '')).replace(chr(10), '<br>')}</div></div></body></html>"
    )
    return text + quote, html


def yahoo(text: str, where: str) -> tuple[str, str]:
    return f"{text}\n\nEnviado desde Yahoo Mail para Android{_quote('yahoo', where)}", f"<div>{escape(text)}</div>"


BODIES = {
    "gmail": gmail, "gmail_android": gmail_android, "ios": ios, "outlook_web": outlook_web, "outlook_desktop": outlook_desktop, "yahoo": yahoo,
}  # fmt: skip


def assemble(head: list[str], plain: str, html: str, files: list[File], *, inline: bool) -> str:
    body = "\n--=_alt\n".join(
        f"Content-Type: text/{kind}; charset=UTF-8\nContent-Transfer-Encoding: base64\n\n{_base64(words.encode())}"
        for kind, words in (("plain", plain), ("html", html)) if words
    ) or "Content-Type: text/plain; charset=UTF-8\n\n"  # fmt: skip
    if plain and html:
        body = f'Content-Type: multipart/alternative; boundary="=_alt"\n\n--=_alt\n{body}\n--=_alt--'
    if not files:
        return "\n".join(head) + "\n" + body + "\n"
    parts = [body]
    for name, kind, data in files:
        shown = "inline" if inline or name.endswith(".png") else "attachment"
        parts.append(
            f'Content-Type: {kind}; name="{encoded(name)}"\nContent-Disposition: {shown}; filename="{encoded(name)}"\n'
            f"Content-Transfer-Encoding: base64\n\n{_base64(data)}"
        )
    if inline:  # the phone puts the file before its signature
        parts = [*parts[1:], parts[0]] if not plain.strip().startswith("Enviado") else parts
    joined = "\n--=_mix\n".join(parts)
    return "\n".join(head) + f'\nContent-Type: multipart/mixed; boundary="=_mix"\n\n--=_mix\n{joined}\n--=_mix--\n'


def _base64(data: bytes) -> str:
    text = b64encode(data).decode()
    return "\n".join(text[i : i + 76] for i in range(0, len(text), 76))


def build(seed: int, most: int = 201) -> Iterator[tuple[Case, Said]]:
    desk = Desk(seed)
    clients = list(BODIES)
    at = 0
    while at < most:
        said = TEXTS[at % len(TEXTS)]
        client = clients[(at + at // len(TEXTS)) % len(clients)]
        address, raw = desk.write(said, client)
        yield Case(f"{client}: {said.subject!r} {said.text[:60]!r} [{said.files}] {said.where}", address, raw), said
        at += 1


def is_right(fate: Fate, said: Said) -> bool:
    """A weak mark (the school's Exchange sets one here) silences what brings neither PDF nor picture: contract.md."""
    if fate.case.label.startswith("outlook_web") and said.files in ("", "word"):
        return fate.state == "ignored"
    given = fate.stem if fate.state in ("answered", "decided") and fate.stem else SILENCE
    return given in said.right.split("|")


def main() -> int:
    pairs = list(build(1))
    verdict = try_all([case for case, _ in pairs])
    print(*tell(verdict), sep="\n")
    wrong = 0
    for fate, (_, said) in zip(verdict.fates, pairs, strict=True):
        good = is_right(fate, said)
        wrong += not good
        if not good or "-v" in sys.argv:
            why = "" if good else f"| right: {said.right} | {fate.facts}"
            print("  " if good else "✗ ", fate.case.label, "→", fate.stem or fate.state, "|", fate.rule or fate.reason, why)
    print(f"{len(pairs)} mails, {wrong} wrong", Counter(f.stem or f.state for f in verdict.fates))
    return 1 if wrong or verdict.exit_code or verdict.counts["total"] != len(pairs) else 0


if __name__ == "__main__":
    sys.exit(main())
