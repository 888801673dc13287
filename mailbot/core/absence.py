"""Do the first lines of a mail read like a note that a program sent: away, on leave, ticket received?

Such a note comes from a person's own address, often under our own subject, and its headers may be lost on the way. A
student on holiday says so too, and whoever names the matter of the insurance is heard, unless all else is a note's.
"""

from __future__ import annotations

from mailbot.core.own_words import fold

_NOTE_CHARS = 700  # a note says what it is in its first lines

# Said by no student about a matter of the student's own.
_NOTES = (
    "fuera de la oficina", "fuera de oficina", "fuera de mi oficina", "estoy de vacaciones",
    "encuentro de vacaciones",
    "estare de vacaciones", "en periodo vacacional", "ausente de la oficina", "estare ausente",
    "me encuentro ausente",
    "out of the office", "out of office", "out of my office", "i am on vacation", "i'm on vacation",
    "on annual leave",
    "on maternity leave", "i am currently away", "i'm currently away", "i will be away", "am away from",
    "be away from",
    "limited access to e", "acceso limitado a mi correo", "acceso limitado al correo", "un mensaje automatico",
    "un correo automatico", "una respuesta automatica", "una respuesta automatizada", "automated message",
    "automatic message", "automated response", "automatic response", "automatic reply", "automated reply",
    "automated e-mail", "automated email", "auto-generated", "autogenerado", "generado automaticamente",
    "generada automaticamente", "generated automatically", "automatically generated", "created automatically",
    "enviado automaticamente", "no responda a este", "no responda este", "no respondas a este", "no respondas este",
    "no responder a este", "no responder este", "no conteste a este", "no contestar este", "no conteste este",
    "favor de no responder", "not reply to this", "don't reply to this", "not respond to this", "hemos recibido su ",
    "hemos recibido tu ", "hemos recibido satisfactoriamente", "gracias por contactar", "gracias por comunicarse",
    "gracias por escribirnos", "gracias por ponerse en contacto", "thank you for contacting", "has been received",
    "thanks for contacting", "we have received your", "we've received your", "thank you for your email. i am",
    "buzon no es monitoreado", "unattended mailbox", "buzon no se revisa", "direccion no es monitoreada",
    "return to the office", "regreso a la oficina", "could not be delivered", "undeliverable", "delivery failed",
    "this mailbox is no longer", "no longer employed", "this address is no longer", "esta direccion ya no",
    # what a program says of a mailbox, a ticket or itself
    "mensaje ha sido recibido", "correo ha sido recibido", "solicitud ha sido recibida", "hemos recibido su",
    "ticket ha sido",
    "generado el ticket", "le atendera en breve", "en breve te atenderemos", "le responderemos",
    "te responderemos a la",
    "a la brevedad posible le", "por encima de esta linea", "above this line", "caso numero", "esta cuenta ya no se",
    "este correo ya no se", "utilizar esta cuenta", "esta cuenta de correo ya no", "mi nuevo correo es",
    "ya no laboro en esta", "ya no trabajo en esta", "was automatically rejected", "esta lleno y no puede recibir",
    "mailbox is full", "fue rechazado por las politicas", "was not delivered", "quota exceeded",
    "correo, por favor no lo responda",
    "correo automatico", "mensaje de ausencia", "no estare disponible", "no me encuentro disponible",
    "oficinas permaneceran",
    "reanudamos actividades", "reanudaremos actividades", "se leyo el ", "was read on", "aggregate report",
    "abuse report",
    # Portuguese, French, German, Italian
    "estou de ferias", "ausente do escritorio", "fora do escritorio", "encontro-me ausente", "estarei ausente",
    "absente du bureau", "absent du bureau", "en conge ", "en conges", "pas acces a ma messagerie", "de retour le",
    "nicht im buro", "abwesend", "fuori ufficio", "sono assente",
)
# Being away, said by students as well.
_AWAY = (
    "vacaciones", "incapacidad", "fuera de la ciudad", "de viaje", "de licencia", "ausente", "on leave", "vacation",
    "comision",
    "permiso", "no disponible",
)
# How a note goes on, and a student does not.
_GOES_ON = (
    "regreso el", "regresare el", "de regreso el", "hasta el ", "a partir del", "favor de acudir",
    "favor de comunicarse",
    "favor de contactar", "favor de dirigirse", "comunicate con", "comuniquese con", "dirijase", "dirigirse a",
    "escribe a ", "escriba a ", "contactar a ", "contacte a", "asuntos urgentes", "caso urgente",
    "caso de urgencia", "gracias por escribir",
    "gracias por tu correo", "gracias por su correo", "gracias por tu mensaje", "gracias por su mensaje",
    "sin acceso",
    "i will return", "be back", "please contact",
)
# The matter itself, and words by which somebody wants something in it.
_MATTER = ("seguro", "imss", "constancia", "vigencia", "facultativ", "nss", "derechohab", "dar de alta", "formular")
_WANTS = (
    "quiero", "quisiera", "necesito", "adjunt", "anexo", "mi constancia", "mi seguro", "mi vigencia", "mi nss",
    "mi alta", "mi baja",
    "mi tramite", "envio", "mando", "?", "una duda", "tengo duda", "mi duda", "podria", "podrian", "pueden",
    "me ayud", "me apoy", "solicit", "darme", "tramitar",
    "mi curp", "ya llene",
)


def reads_like_a_machine(own_text: str) -> bool:
    """Tell whether a text, without what it quotes, is an absence note or a program's receipt."""
    start = " ".join(fold(own_text[:_NOTE_CHARS]).split())
    note = any(phrase in start for phrase in _NOTES)
    if not any(word in start for word in _MATTER):
        return note or _away(start)
    return (note or _away(start)) and not any(word in start for word in _WANTS)


def _away(start: str) -> bool:
    """One word of absence is a student's too; with how a note goes on, it is a note."""
    return any(word in start for word in _AWAY) and any(phrase in start for phrase in _GOES_ON)
