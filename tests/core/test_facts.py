"""Does each fact say what the mail, its documents and its case say, and nothing where they are silent?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from mailbot.core.case import Case
from mailbot.core.choice import Choice, choose, fingerprint
from mailbot.core.documents import Document, Sign
from mailbot.core.facts import Facts, as_if_text, gather, hear
from mailbot.core.intent import Said
from mailbot.core.machine import NOTE_SUBJECT
from mailbot.core.message import Attachment, Message
from tests.office_rules import (
    EMPRESA,
    ITQ,
    OFFICE,
    PREPA,
    RULEBOOK,
    TODAY,
    at,
    constancia,
    only,
    paper,
)  # fmt: skip

NEW = {
    "caso": "nuevo", "intentos": "1", "tomado": "no", "formulario": "no", "otra_vez": "no", "pide": "nada",
    "no_aparece": "no", "pidio_baja": "no",
}  # fmt: skip


def facts(choice: Choice, when: datetime | None = None, case: Case | None = None, mark: str | None = None) -> Facts:
    return gather(Said("ninguno"), choice, case, when or at(), OFFICE, RULEBOOK, mark)


def case(state: str = "alta_pedida", **known: object) -> Case:
    return Case("ana@example.com", state, at(), **({"step_day": TODAY} | known))  # type: ignore[arg-type]


def mail(text: str = "", subject: str = "", *names: str, reply: bool = False) -> Message:
    return Message(
        digest="0" * 64, message_id="<a@b>", sender="ana@example.com", sender_name="", to=(), cc=(), subject=subject,
        sent=at(), in_reply_to="<x@y>" if reply else None, references=(), text=text,
        attachments=tuple(Attachment(n, b"", "pdf") for n in names),
    )  # fmt: skip


def test_a_whole_constancia() -> None:
    """Every fact of a first mail with a constancia in force by the school."""
    assert facts(only(paper("VIGENTE", (EMPRESA, ITQ))), mark="m") == Facts(
        documento="constancia", mensaje="ninguno", falta="nada", estado="vigente", servicio="si", patron="nuestro",
        fecha="hoy", sospecha="no", repetida="no", insiste="no", **NEW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "mensaje", "pide"),
    [
        ("gracias", "gracias", "nada"),
        ("pregunta", "pregunta", "nada"),
        ("persona", "pregunta", "persona"),
        ("basta", "pregunta", "basta"),
        ("que_sigue", "pregunta", "que_sigue"),
        ("pregunta_y_personal", "pregunta", "pregunta_y_personal"),
        ("no_entendido", "pregunta", "no_entendido"),
    ],
)
def test_mensaje_keeps_to_the_contract_s_values_and_pide_says_more(value: str, mensaje: str, pide: str) -> None:
    """An office's rule on `mensaje = "pregunta"` holds for every kind of question."""
    found = gather(Said(value), Choice(), None, at(), OFFICE, RULEBOOK)
    assert (found.mensaje, found.pide) == (mensaje, pide)


def test_nothing_at_all() -> None:
    """Without a document nothing of a constancia is known."""
    assert facts(Choice()) == Facts("ninguno", "ninguno", **NEW)


@pytest.mark.parametrize(
    ("document", "documento"),
    [
        (Document("ilegible"), "ilegible"),
        (Document("con_contrasena"), "con_contrasena"),
        (Document("otro_formato"), "otro_formato"),
        (Document("imagen"), "imagen"),
        (Document("semanas_cotizadas", "text"), "otro"),
        (Document("desconocido", "text"), "otro"),
        (Document("curp", "ocr", image_like=True), "imagen"),
    ],
)
def test_kinds_of_documents(document: Document, documento: str) -> None:
    """A document that is no constancia gives its kind and no other fact."""
    assert facts(only(document)) == Facts(documento, "ninguno", **NEW)


def test_a_picture_s_constancia_gives_its_facts_and_stays_a_picture() -> None:
    """The step it would mean is asked of the same facts, only where all of it was read."""
    picture = only(Document("constancia_vigencia", "ocr", constancia("BAJA"), image_like=True))
    known = facts(picture)
    assert (known.documento, known.estado, known.falta) == ("imagen", "baja", "nada")
    assert as_if_text(known) == replace(known, documento="constancia")
    lacking = Document("constancia_vigencia", "ocr", constancia("BAJA", nss=None), image_like=True)
    assert as_if_text(facts(only(lacking))) is None
    assert as_if_text(facts(only(paper("BAJA")))) is None


@pytest.mark.parametrize(
    ("known", "falta"),
    [
        ({"nss": None, "fecha": None}, "nss"),
        ({"estado": None, "fecha": None}, "estado"),
        ({"fecha": None}, "fecha"),
        ({"estado": "VIGENTE"}, "patron"),
        ({"estado": "VIGENTE", "patrones": (ITQ,), "legible": False}, "patron"),
        ({"estado": "BAJA"}, "nada"),
        ({"estado": "VIGENTE", "patrones": (PREPA,)}, "nada"),
    ],
)
def test_what_is_missing_first(known: dict[str, object], falta: str) -> None:
    """NSS, estado, date and, for whoever is in force, the patrón: the first that is missing."""
    assert facts(only(paper(**({"estado": "VIGENTE"} | known)))).falta == falta


@pytest.mark.parametrize(
    ("printed", "estado"),
    [
        ("VIGENTE", "vigente"), ("Vigente", "vigente"), ("BAJA", "baja"), ("Baja.", "baja"), ("NO VIGENTE", "otro"),
        ("VIGENTE POR PRORROGA", "otro"), ("CONSERVACION DE DERECHOS", "otro"), ("PENSION EN TRAMITE", "otro"),
        ("FALLECIDO", "otro"), ("VIGENTE CON DERECHO", "otro"),
    ],
)  # fmt: skip
def test_estado_is_an_exact_word(printed: str, estado: str) -> None:
    """Anything but VIGENTE and BAJA is for a person."""
    assert facts(only(paper(printed))).estado == estado


def test_an_unread_right_to_medical_service_is_not_no() -> None:
    """None is "it does not say"."""
    assert facts(only(paper("VIGENTE", (ITQ,), servicio=None))).servicio is None
    assert facts(only(paper("VIGENTE", (ITQ,), servicio=False))).servicio == "no"


@pytest.mark.parametrize(
    ("issued", "mailed", "fecha"),
    [
        (TODAY, at(), "hoy"),
        (TODAY, at(TODAY, 23, 59), "hoy"),
        (TODAY - timedelta(1), at(TODAY, 0, 3), "hoy"),
        (TODAY - timedelta(1), at(TODAY, 1, 59), "hoy"),
        (TODAY - timedelta(1), at(TODAY, 2, 0), "reciente"),
        (TODAY - timedelta(2), at(TODAY, 0, 3), "reciente"),
        (TODAY - timedelta(30), at(), "reciente"),
        (TODAY - timedelta(31), at(), "vieja"),
        (TODAY + timedelta(1), at(TODAY, 23, 59), "futura"),
        (date(2026, 5, 7), at(), "vieja"),
    ],
)
def test_dates(issued: date, mailed: datetime, fecha: str) -> None:
    """The day is the mail's own in the office's zone, with two hours' grace after midnight; 30 days are recent."""
    assert facts(only(paper("BAJA", (), issued)), mailed).fecha == fecha


def test_only_the_office_s_signs_are_suspicions() -> None:
    """What people leave who merely print again holds nobody up."""
    harmless = replace(paper("BAJA"), signs=(Sign("otro_programa", ""), Sign("archivo_posterior", "")))
    odd = replace(paper("BAJA"), signs=(Sign("nss_no_cuadra", ""),))
    assert (facts(only(harmless)).sospecha, facts(only(odd)).sospecha) == ("no", "si")


@pytest.mark.parametrize(
    ("sender", "sospecha"),
    [
        ("Luis Ávila Vázquez", "si"), ("Sofía García Luna", "si"), ("Ximena G.", "no"), ("Garcia Peña, Ximena", "no"),
        ("Ximena Garcia", "no"), ("", "no"), ("luis", "no"),
    ],
)  # fmt: skip
def test_a_parent_s_constancia_goes_to_a_person(sender: str, sospecha: str) -> None:
    """Beneficiaries, and a name that is not the sender's: a parent's shares a surname."""
    assert facts(only(paper("VIGENTE", (EMPRESA,), beneficiarios=True), sender)).sospecha == sospecha
    assert facts(only(paper("VIGENTE", (EMPRESA,)), sender)).sospecha == "no"


def test_of_two_constancias_of_one_person_the_newer_decides() -> None:
    """Text beats a picture; the newest beats the older; another document does not matter."""
    old, new = paper("BAJA", (), TODAY - timedelta(3)), paper("VIGENTE", (ITQ,))
    photo = Document("constancia_vigencia", "ocr", constancia("BAJA"), image_like=True)
    choice = choose([Document("curp", "text"), photo, old, new])
    assert choice.document is new
    assert choice.signs == ()
    assert facts(choice).patron == "nuestro"


def test_constancias_that_disagree_go_to_a_person() -> None:
    """Two people's, or one person's of one day that say different things."""
    assert facts(choose([paper("BAJA"), paper("BAJA", nss="89240856032")])).sospecha == "si"
    assert facts(choose([paper("BAJA"), paper("VIGENTE", (ITQ,))])).sospecha == "si"
    assert facts(choose([paper("BAJA"), paper("BAJA")])).sospecha == "no"


def test_without_a_constancia_the_guide_s_precedence_chooses() -> None:
    """Password, unreadable, format, picture, another document."""
    kinds = ["curp", "imagen", "otro_formato", "ilegible", "con_contrasena"]
    for number in range(1, len(kinds) + 1):
        choice = choose([Document(kind) for kind in kinds[:number]])
        assert choice.document is not None
        assert choice.document.kind == kinds[number - 1]


def test_a_link_to_a_cloud_drive_is_a_format() -> None:
    """Alone, or beside a paper that is not the constancia."""
    assert facts(choose([], unopened=["enlace_a_la_nube"])).documento == "otro_formato"
    assert facts(choose([Document("curp", "text")], unopened=["enlace_a_la_nube"])).documento == "otro_formato"
    assert facts(choose([paper("BAJA")], unopened=["enlace_a_la_nube"])).documento == "constancia"


def test_the_case_s_facts() -> None:
    """What the student's matter has been through."""
    known = facts(Choice(), at(date(2026, 11, 25)), case(failed_tries=1, not_shown=1, form_day=TODAY, taken=True))
    assert known == Facts(
        "ninguno", "ninguno", caso="alta_pedida", plazo="corriendo", intentos="2", tomado="si", formulario="si",
        otra_vez="si", pide="nada", no_aparece="no", pidio_baja="no",
    )  # fmt: skip
    assert facts(Choice(), case=case("cerrado", failed_tries=2)) == Facts("ninguno", "ninguno", **NEW)
    assert facts(Choice(), case=case(failed_tries=7)).intentos == "3"


@pytest.mark.parametrize(
    ("day", "plazo"),
    [(date(2026, 11, 23), "corriendo"), (date(2026, 11, 30), "corriendo"), (date(2026, 12, 1), "cumplido")],
)
def test_five_business_days_run_from_the_step(day: date, plazo: str) -> None:
    """From Monday the 23rd they run to Monday the 30th; saying that the form was filled in starts them anew."""
    assert facts(Choice(), at(day), case()).plazo == plazo
    assert facts(Choice(), at(date(2026, 12, 1)), case(form_day=date(2026, 11, 27))).plazo == "corriendo"
    assert facts(Choice(), at(day), case("esperando_baja")).plazo is None


def test_a_constancia_older_than_the_step_shows_nothing_of_it() -> None:
    """Unless the form was filled in: then what is lacking is time, not a new constancia."""
    older = only(paper("BAJA", (), TODAY - timedelta(2)))
    assert facts(older, case=case()).plazo is None
    assert facts(older, case=case(form_day=TODAY)).plazo == "corriendo"


def test_a_repeat() -> None:
    """The same fingerprint, however often; a closed case has forgotten it."""
    choice = only(paper("BAJA"))
    def repeat(choice: Choice, before: Case, mark: str | None = None) -> tuple[str | None, str | None]:
        found = facts(choice, case=before, mark=mark)
        return found.repetida, found.insiste

    assert repeat(choice, case(fingerprint="m"), "m") == ("si", "no")
    assert repeat(choice, case(fingerprint="m", repeats=1), "m") == ("si", "si")
    assert repeat(choice, case(fingerprint="n", repeats=1), "m") == ("no", "no")
    assert repeat(choice, case("cerrado", fingerprint="m"), "m") == ("no", "no")
    assert repeat(Choice(), case(fingerprint="m")) == (None, None)


def test_what_makes_a_fingerprint() -> None:
    """NSS, date, estado and patrones; not the order, the accents, or anything else."""
    same = [paper("BAJA", (EMPRESA, PREPA)), paper("Baja", (PREPA, EMPRESA), nombre="OTRO", servicio=None)]
    other = [
        paper("BAJA", (EMPRESA, PREPA), TODAY - timedelta(1)), paper("VIGENTE", (EMPRESA, PREPA)),
        paper("BAJA", (EMPRESA,)), paper("BAJA", (EMPRESA, PREPA), nss="89240856032"),
    ]  # fmt: skip
    prints = [fingerprint(only(d)) for d in (*same, *other)]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 5
    assert fingerprint(only(paper("BAJA", fecha=None))) is None
    assert fingerprint(only(Document("constancia_vigencia", "ocr", constancia("BAJA"), image_like=True))) is None


def test_a_paper_of_no_derechohabiencia_speaks_for_itself() -> None:
    """So does the screenshot of the IMSS page; a constancia beside it outweighs both."""
    for document in (Document("no_derechohabiencia", "text"), Document("imagen", "ocr", imss_error=True)):
        assert hear(mail("Buenas tardes"), only(document), None, RULEBOOK).value == "no_derechohabiente"
        assert hear(None, only(document), None, RULEBOOK).value == "no_derechohabiente"
        assert hear(mail(), choose([document, paper("BAJA")]), None, RULEBOOK).value == "ninguno"
        assert hear(mail("quiero hablar con una persona"), only(document), None, RULEBOOK).value == "persona"


def test_an_answer_s_subject_is_not_the_writer_s_words() -> None:
    """"Re: Solicita tu baja" is ours."""
    words = "baja de mi seguro facultativo"
    assert hear(mail("Gracias", words), Choice(), None, RULEBOOK).value == "pide_baja"
    assert hear(mail("Gracias", f"Re: {words}"), Choice(), case(), RULEBOOK).value == "gracias"
    assert hear(mail("Gracias", words, reply=True), Choice(), case(), RULEBOOK).value == "gracias"


def test_the_subject_of_an_absence_note_asks_for_no_person() -> None:
    """"Respuesta automática: …" with a constancia attached: what the constancia says decides."""
    note = replace(mail("Adjunto constancia.", "Respuesta automática: hola"), weak_marks=(NOTE_SUBJECT,))
    assert hear(note, only(paper("BAJA")), None, RULEBOOK) == Said("ninguno")


@pytest.mark.parametrize(
    ("text", "names", "documents", "value"),
    [
        ("Adjunto mi kárdex para la beca", ("kardex.pdf",), [Document("escolar", "text")], "ajeno"),
        ("Les mando los papeles que faltaban del concurso de robots", ("a.pdf",), [Document("curp", "text")], "ajeno"),
        ("Adjunto mi kárdex para la beca", ("b.pdf",), [paper("BAJA")], "ninguno"),
        ("Les mando los papeles que faltaban del concurso de robots", ("comprobanteVigenciaDerechos.pdf",),
         [Document("ilegible")], "ninguno"),
        ("Los papeles que faltaban del club de robots", ("a.pdf",), [Document("con_contrasena")], "no_entendido"),
        ("Mis papeles de la beca", ("a.pdf",), [Document("con_contrasena")], "ajeno"),
        ("Les compartimos nuestro catálogo de uniformes deportivos con precios especiales para instituciones", ("a.png",),
         [Document("imagen")], "ajeno"),
        ("Took this photo on the subway. Just thought her earrings were really cool looking", ("IMG_1.jpg",),
         [Document("imagen")], "ajeno"),
        ("Me caí de la moto ayer, estoy hospitalizado y mi mamá manda esto por mí desde su celular", ("IMG_1.jpg",),
         [Document("imagen")], "urgencia"),
        ("Tomé esta foto de lo que me salió, disculpe la calidad, mi celular ya está muy viejito", ("IMG_1.jpg",),
         [Document("imagen")], "pregunta"),
        ("", ("a.pdf",), [Document("curp", "text")], "ninguno"),
        ("Adjunto documento, saludos", ("a.pdf",), [Document("desconocido", "text")], "ninguno"),
        ("Los papeles que faltaban del club de robots", ("a.pdf",), [Document("semanas_cotizadas", "text")], "ninguno"),
        ("Mis papeles de la beca", ("a.pdf",), [Document("semanas_cotizadas", "text")], "ajeno"),
        ("Mis papeles de la beca", ("a.pdf",), [Document("no_derechohabiencia", "text")], "ajeno"),
        ("Mis papeles de la beca y del seguro facultativo", ("a.pdf",), [Document("semanas_cotizadas", "text")],
         "ninguno"),
    ],
)  # fmt: skip
def test_mail_about_something_else(text: str, names: tuple[str, ...], documents: list[Document], value: str) -> None:
    """Without a constancia or a word of the insurance, words of another matter leave it to staff, whatever came."""
    assert hear(mail(text, "", *names), choose(documents), None, RULEBOOK).value == value
