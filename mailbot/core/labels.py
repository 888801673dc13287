"""From the words of a line to which label they are: the dictionary of everything a constancia may print."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from mailbot.core.spanish import compact

# Kinds whose values are read. Every other kind only bounds the place where a neighbour's value may stand.
NSS, CURP, NOMBRE, PATERNO, MATERNO = "nss", "curp", "nombre", "paterno", "materno"
FECHA, ESTADO, SERVICIO, NACIMIENTO = "fecha", "estado", "servicio", "nacimiento"
REGISTRO, RAZON, MODALIDAD = "registro", "razon", "modalidad"
OTHER = "otro"
# Headings of sections, with or without a value.
BENEFICIARIOS, SELLO, ASEGURADO, PATRONES = "beneficiarios", "sello", "asegurado", "patrones"

READ = frozenset(
    {NSS, CURP, NOMBRE, PATERNO, MATERNO, FECHA, ESTADO, SERVICIO, NACIMIENTO, REGISTRO, RAZON, MODALIDAD}
)
EMPLOYER = frozenset({REGISTRO, RAZON, MODALIDAD})
HEADINGS = frozenset({BENEFICIARIOS, SELLO, ASEGURADO, PATRONES})


@dataclass(frozen=True, slots=True)
class Label:
    """What a printed label asks for; ``tier`` 1 is the field's own name, higher ones are only used without it."""

    kind: str
    tier: int = 1


_HOLDERS = ("asegurado", "asegurada", "asegurado(a)", "trabajador", "trabajador(a)", "derechohabiente", "titular",
            "solicitante", "estudiante", "alumno", "pensionado", "interesado", "asegurado o pensionado",
            "asegurado o derechohabiente", "asegurado titular", "ciudadano", "beneficiario titular")  # fmt: skip

# kind -> tier -> phrases as printed; "*" also with each of the holders ("del asegurado").
_PHRASES: dict[str, dict[int, tuple[str, ...]]] = {
    NSS: {1: (
        "NSS*", "N.S.S.*", "Número de Seguridad Social*", "Número de Seguro Social*", "No. de Seguridad Social*",
        "No. de Seguro Social*", "No. Seguridad Social", "No. Seguro Social", "Núm. de Seguridad Social*",
        "Núm. de Seguro Social*", "Núm. Seguridad Social", "Núm. Seguro Social", "N° de Seguridad Social",
        "N° de Seguro Social", "Número de Seguridad Social (NSS)*", "NSS (Número de Seguridad Social)",
        "Número de Seguro Social (NSS)", "No. de Seguridad Social (NSS)", "Número Seguridad Social",
        "Número Seguro Social", "Núm. de Seguridad Social (NSS)", "Número de NSS", "No. NSS", "No. de NSS", "Núm. NSS",
        "Número de afiliación*", "No. de afiliación*", "Número de afiliación (NSS)", "Número de afiliación al IMSS",
        "Número de Seguridad Social IMSS", "NSS IMSS", "Seguridad Social", "Número Nacional de Seguridad Social",
    )},
    CURP: {1: (
        "CURP*", "C.U.R.P.*", "Clave Única de Registro de Población*", "Clave Única del Registro de Población",
        "Clave Única de Registro de Población (CURP)*", "CURP (Clave Única de Registro de Población)", "Clave CURP",
        "Clave Única de Registro Poblacional", "Clave Única de Registro de Población CURP del asegurado",
        "Clave Única de Registro",
    )},
    NOMBRE: {
        1: ("Nombre(s)*", "Nombre*", "Nombre completo*", "Nombre y apellidos*", "Nombre(s) y apellidos*",
            "Nombre (s)", "Nombre o nombres", "Nombre(s) completo(s)", "Nombre del asegurado(a)",
            "Nombre completo del asegurado(a)", "Nombre(s) y apellido(s)", "Nombre de pila", "Nombres de pila",
            "Nombre de la persona asegurada", "Nombre de la persona", "Nombre de la persona derechohabiente",
            "Nombre y apellidos completos", "Nombre de la asegurada", "Nombre de la titular"),
        2: ("Asegurado", "Asegurada", "Asegurado(a)", "Derechohabiente", "Titular", "Trabajador", "Trabajador(a)",
            "Persona asegurada", "Solicitante"),
    },
    PATERNO: {1: ("Primer apellido*", "Apellido paterno*", "1er. apellido", "1er apellido", "Paterno",
                  "Apellido 1", "1° apellido"),
              2: ("Apellidos*", "Apellido(s)")},
    MATERNO: {1: ("Segundo apellido*", "Apellido materno*", "2do. apellido", "2o. apellido", "Materno",
                  "Apellido 2", "2° apellido")},
    FECHA: {
        1: ("Fecha de constancia", "Fecha de la constancia", "Fecha constancia", "Fecha de emisión de la constancia",
            "Fecha de expedición de la constancia", "Fecha de elaboración de la constancia",
            "Fecha y hora de la constancia", "Fecha de esta constancia", "Fecha de la presente constancia",
            "Fecha de generación de la constancia"),
        2: ("Fecha de emisión", "Fecha de expedición", "Fecha de elaboración", "Fecha emisión", "Fecha expedición",
            "Fecha y hora de emisión", "Fecha y hora de expedición", "Lugar y fecha de expedición",
            "Lugar y fecha de emisión", "Emitida el", "Expedida el", "Emitido el", "Expedido el",
            "Fecha de generación", "Fecha elaboración", "Lugar y fecha de elaboración",
            "Emisión", "Expedición", "Expedida", "Emitida", "Elaborada el"),
        3: ("Fecha", "Lugar y fecha", "Fecha y hora"),
    },
    ESTADO: {1: ("Estado*", "Estado actual*", "Estado de los derechos", "Estado de derechos"),
             2: ("Estatus*", "Status", "Estatus actual", "Situación", "Situación actual", "Situación del asegurado",
                 "Estado de aseguramiento", "Estado de la vigencia", "Estado de vigencia", "Estado ante el IMSS")},
    SERVICIO: {
        1: ("Con derecho al servicio médico", "Con derecho al (a) servicio médico", "Con derecho a servicio médico",
            "Con derecho al(a) servicio médico", "Con derecho a servicios médicos", "Derecho al servicio médico",
            "Derecho a servicio médico", "Con derecho a los servicios médicos", "Con derecho al Servicio Médico IMSS",
            "¿Con derecho al servicio médico?", "Tiene derecho al servicio médico", "Derecho a servicios médicos",
            "¿Tiene derecho a servicio médico?", "Con derecho a recibir servicio médico", "Con derecho a atención médica",
            "Con derecho al (a la) servicio médico", "Con derecho a la atención médica"),
        2: ("Servicio médico", "Servicios médicos"),
    },
    NACIMIENTO: {1: ("Fecha de nacimiento", "Fecha nacimiento", "F. de nacimiento", "Fec. de nacimiento",
                     "Nacimiento", "Nacido el", "Fecha de nac.", "F. nacimiento", "Fecha nac.")},
    REGISTRO: {1: ("Registro patronal*", "Reg. patronal", "No. de registro patronal", "Núm. de registro patronal",
                   "Número de registro patronal", "N° de registro patronal", "NRP", "Registro patronal (NRP)",
                   "Registro patronal IMSS", "Registro del patrón", "Registro patronal del IMSS", "R.P.", "Reg. Pat.",
                   "Registro patronal ante el IMSS", "Clave patronal", "No. registro patronal")},
    RAZON: {1: ("Nombre o razón social", "Razón social", "Nombre, denominación o razón social",
                "Nombre o razón social del patrón", "Nombre, denominación o razón social del patrón",
                "Denominación o razón social", "Nombre o denominación social", "Denominación social",
                "Nombre del patrón", "Patrón", "Razón social del patrón", "Nombre o denominación o razón social",
                "Nombre / razón social", "Nombre y/o razón social", "Nombre o razón social de la empresa",
                "Nombre o razón social del patrón o sujeto obligado", "Patrón o sujeto obligado", "Nombre de la empresa",
                "Patrón o razón social", "Nombre del patrón o sujeto obligado", "Nombre del patrón o razón social",
                "Empresa", "Empleador", "Nombre del empleador", "Nombre o denominación del patrón",
                "Denominación o razón social del patrón", "Razón social o nombre", "Nombre o razón social patrón",
                "Patrón (nombre o razón social)", "Nombre y razón social", "Razón social del empleador",
                "Nombre o razón social del empleador", "Empresa o institución", "Nombre o razón social del último patrón",
                "Nombre del último patrón", "Último patrón", "Patrón actual")},
    MODALIDAD: {1: ("Modalidad", "Modalidad de aseguramiento", "Tipo de modalidad", "Modalidad de incorporación",
                    "Descripción de la modalidad", "Modalidad del seguro", "Modalidad de seguro",
                    "Tipo de aseguramiento", "Modalidad (descripción)", "Régimen o modalidad",
                    "Modalidad del aseguramiento", "Modalidad del patrón", "Tipo de seguro")},
    BENEFICIARIOS: {1: ("Beneficiarios", "Beneficiario", "Beneficiario(s)", "Beneficiarios registrados",
                        "Datos de los beneficiarios", "Datos de beneficiarios", "Datos del beneficiario",
                        "Nombre del beneficiario", "Nombre de los beneficiarios", "Nombre beneficiario", "Parentesco",
                        "Familiares beneficiarios", "Beneficiarios del asegurado", "Información de beneficiarios",
                        "Derechohabientes beneficiarios", "Beneficiarios legales", "Información de los beneficiarios",
                        "Relación de beneficiarios", "Lista de beneficiarios", "Beneficiarios y parentesco",
                        "Familiares", "Familiares registrados", "Beneficiarios adscritos", "Familiares derechohabientes",
                        "Datos de familiares", "Beneficiario 1", "Beneficiario 2", "Beneficiario 3", "Núcleo familiar",
                        "Beneficiarios con derecho", "Beneficiarios vigentes", "Tus beneficiarios",
                        "Datos de los familiares", "Grupo familiar", "Dependientes económicos")},
    SELLO: {1: ("Cadena original", "Sello digital", "Sello digital IMSS", "Secuencia notarial", "Cadena original del sello",
                "Sello digital del IMSS", "Cadena original de la constancia", "Número de serie", "Firma electrónica",
                "Sello digital del Instituto", "Firma digital", "Sello", "Cadena", "No. de serie",
                "Número de serie del certificado", "No. de serie del certificado", "Cadena original y sello digital",
                "Número de serie del certificado digital", "Cadena original del documento",
                "Cadena Original del comprobante", "Sello de tiempo", "Certificado")},
    ASEGURADO: {1: ("Datos del*", "Datos personales*", "Datos generales*", "Datos de la persona asegurada",
                    "Información del*", "Datos de identificación", "Información personal",
                    "Información general", "Datos de la persona", "Datos de aseguramiento", "Datos de la asegurada")},
    PATRONES: {1: ("Datos del patrón", "Patrones", "Datos patronales", "Datos del patrón o patrones", "Datos del empleo",
                   "Información del patrón", "Información patronal", "Datos de los patrones", "Patrón(es)",
                   "Datos del último patrón", "Relación laboral", "Relación de patrones", "Datos laborales",
                   "Patrones registrados", "Patrones vigentes", "Situación laboral", "Patrón actual o último",
                   "Datos de la empresa", "Datos del empleador", "Patrones con los que labora")},
    OTHER: {1: (
        "Vigencia", "Vigencia hasta", "Vigente hasta", "Vigencia al", "Fecha de vigencia", "Fin de vigencia",
        "Inicio de vigencia", "Fecha de inicio de vigencia", "Fecha inicio de vigencia", "Fecha de fin de vigencia",
        "Fecha fin de vigencia", "Fecha de término de vigencia", "Vigencia de derechos hasta", "Vigencia de derechos",
        "Inicio vigencia", "Fin vigencia", "Vigencia desde", "Periodo de vigencia", "Vigencia de la constancia",
        "Fecha límite de vigencia", "Término de vigencia", "Con vigencia hasta", "Vigencia del derecho",
        "Sub-estado", "Subestado", "Sub estado", "Estado civil", "Estado de nacimiento", "Entidad de nacimiento",
        "Entidad federativa", "Entidad", "Entidad federativa de nacimiento", "Lugar de nacimiento", "Estado o entidad",
        "Estado de residencia", "Estado donde nació", "País de nacimiento", "Municipio de nacimiento",
        "Fecha y lugar de nacimiento", "Lugar y fecha de nacimiento", "Entidad/Estado", "Estado/Entidad",
        "Sexo", "Género", "Edad", "Nacionalidad", "País", "RFC", "R.F.C.", "Domicilio", "Calle", "Calle y número",
        "Colonia", "Municipio", "Localidad", "Ciudad", "Código postal", "C.P.", "Teléfono", "Correo", "Domicilio fiscal",
        "Correo electrónico", "Dirección", "Alcaldía", "Municipio o alcaldía", "Delegación o municipio",
        "Municipio o delegación", "Número exterior", "Domicilio particular", "Domicilio del patrón",
        "Delegación", "Delegación IMSS", "Subdelegación", "Delegación y subdelegación", "UMF", "U.M.F.", "OOAD",
        "Unidad de Medicina Familiar", "Unidad de Medicina Familiar (UMF)", "UMF de adscripción", "Unidad médica",
        "Clínica", "Clínica de adscripción", "Turno", "Consultorio", "Agregado médico", "Agregado", "Núm. de agregado",
        "UMF asignada", "Clínica UMF", "Turno y consultorio", "Consultorio y turno", "Órgano operativo", "Delegación / OOAD",
        "Fecha de impresión", "Fecha de consulta", "Fecha y hora de consulta", "Fecha y hora de impresión", "Hora",
        "Fecha de alta", "Fecha de baja", "Fecha de ingreso", "Fecha de registro", "Fecha de inscripción", "Fecha de pago",
        "Fecha de último movimiento", "Fecha del último movimiento", "Fecha de movimiento", "Último movimiento",
        "Fecha de afiliación", "Fecha de solicitud", "Fecha de actualización", "Última actualización", "Fecha de inicio",
        "Fecha de término", "Fecha de fin", "Fecha final", "Fecha inicial", "Fecha de reingreso", "Fecha de adscripción",
        "Fecha de defunción", "Fecha de pensión", "Fecha inicio", "Fecha fin", "Fecha de la consulta", "Impreso el",
        "Fecha de baja del patrón", "Fecha de alta con el patrón", "Fecha de caducidad", "Fecha de conservación",
        "Folio", "Folio de la constancia", "Número de folio", "No. de folio", "Página", "Hoja", "Código QR",
        "Situación del derechohabiente", "Observaciones", "Tipo de derechohabiente", "Tipo de pensión",
        "Ocupación", "Salario", "Salario base de cotización", "SBC", "Calidad", "Tipo de trabajador", "Régimen",
        "Semanas cotizadas", "Semanas reconocidas", "Actividad", "Giro", "Nombre del padre", "Nombre de la madre",
        "Nombre de la unidad", "Nombre de la clínica", "Nombre de la UMF", "Nombre del médico", "Médico familiar",
        "Nombre del funcionario", "Estado de la solicitud", "Estado del trámite", "Estado de cuenta", "Estado del patrón",
        "Número de empleado", "Matrícula", "CURP del beneficiario", "CURP del familiar",
        "NSS del beneficiario", "URL",
        "Código de verificación", "Número de control", "Número de trámite",
        "Fecha de nacimiento del beneficiario", "Nombre del cónyuge", "Cónyuge",
        "Prestaciones médicas", "Tipo de servicio", "Ramo de seguro",
        "Datos de adscripción", "Datos de vigencia", "Datos de la vigencia", "Adscripción", "Datos de la clínica",
        "Datos médicos", "Delegación / UMAE", "OOAD / Delegación", "Datos de afiliación", "Datos del servicio médico",
    )},
}  # fmt: skip


def _spellings(phrase: str) -> list[str]:
    if not phrase.endswith("*"):
        return [phrase]
    bare = phrase[:-1]
    if bare.endswith(" del"):
        return [f"{bare} {h}" for h in _HOLDERS]
    return [bare, *(f"{bare} del {h}" for h in _HOLDERS), f"{bare} de la persona asegurada", f"{bare} de la asegurada"]


# Labels that many forms put together from the same few words; "" is a word left out.
_NUMERO = ("Número", "Número de", "No.", "No. de", "Núm.", "Núm. de", "N° de", "Num. de", "Nro. de")
_MADE: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    (SERVICIO, (("", "Con", "Tiene", "Cuenta con"), ("derecho",),
                ("a", "al", "a la", "a los", "al (a)", "al (la)", "al (a la)", "al/a la", "a(l)", "al o a la", "a recibir"),
                ("servicio médico", "servicios médicos", "servicio médico IMSS", "servicio médico del IMSS",
                 "atención médica", "servicio médico (SI/NO)"))),
    (NSS, (_NUMERO, ("Seguridad Social", "Seguro Social", "NSS", "afiliación"), ("", "(NSS)", "NSS", "IMSS", "del IMSS"))),
    (REGISTRO, ((*_NUMERO, ""), ("registro patronal", "reg. patronal", "reg. pat."),
                ("", "IMSS", "del IMSS", "ante el IMSS", "(NRP)", "del patrón", "de la empresa"))),
    (RAZON, (("Nombre", "Nombre,", "Nombre o", "Nombre /", "Nombre y/o", "Nombre y", "Denominación o", "Nombre o denominación o",
              "Nombre, denominación o", "Nombre, denominación y/o", ""), ("razón social", "denominación social"),
             ("", "del patrón", "del último patrón", "del patrón actual", "de la empresa", "del empleador",
              "del patrón o sujeto obligado", "de la institución", "del centro de trabajo"))),
    (FECHA, (("Fecha", "Fecha y hora", "Lugar y fecha", "Día"), ("de", "de emisión de", "de expedición de", "de elaboración de",
              "de generación de", "de impresión de", "de creación de"), ("constancia", "la constancia", "esta constancia",
              "la presente constancia", "su constancia"), ("", "de vigencia", "de vigencia de derechos"))),
)  # fmt: skip


def _all_spellings() -> list[tuple[str, Label]]:
    made = [(" ".join(words), Label(kind)) for kind, parts in _MADE for words in product(*parts)]
    return made + [
        (spelling, Label(kind, tier))
        for kind, tiers in _PHRASES.items()
        for tier, phrases in tiers.items()
        for phrase in phrases
        for spelling in _spellings(phrase)
    ]


def _dictionary(spellings: list[tuple[str, Label]]) -> dict[str, Label]:
    found: dict[str, Label] = {}
    for spelling, label in spellings:
        found.setdefault(compact(spelling), label)
    return found


def _ends(spellings: list[tuple[str, Label]]) -> frozenset[str]:
    found: set[str] = set()
    for spelling, _ in spellings:
        words = [compact(word) for word in spelling.split()]
        found.update("".join(words[start:]) for start in range(1, len(words)))
    return frozenset(found)


_SPELLINGS = _all_spellings()
LABELS = _dictionary(_SPELLINGS)
"""Compact text (letters and digits only) of each label -> what it asks for."""

ENDS = _ends(_SPELLINGS)
"""What may stand on the last line of a label that wraps: "apellido" of "Primer apellido"."""

WORDS = frozenset(compact(word) for spelling, _ in _SPELLINGS for word in spelling.split())
"""Every word of a label, compact."""

PREFIXES = frozenset(key[:n] for key in LABELS for n in range(1, len(key) + 1))
