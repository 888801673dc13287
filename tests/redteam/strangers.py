"""Which other papers arrive, and what are they? Look-alikes, and papers that only mention the words."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.redteam.paper import Block, Paper, Prose, Section, Table, say_date
from tests.redteam.people import Truth


def _who(t: Truth) -> list[tuple[str, str]]:
    return [("Nombre", t.name), ("CURP", t.curp), ("NSS", t.nss)]


def _jobs(t: Truth) -> Table:
    rows = [[e.name or "", e.number or "", "01/02/2024", "VIGENTE"] for e in t.employers]
    return Table("Historia laboral", ["Nombre del patrón", "Registro Patronal", "Fecha de alta", "Fecha de baja"], rows)


def _semanas(t: Truth, rng: Random) -> Paper:
    title = rng.choice(
        [
            "Constancia de Semanas Cotizadas en el IMSS",
            "CONSTANCIA DE SEMANAS COTIZADAS EN EL IMSS",
            "Constancia de semanas cotizadas",
        ]
    )
    return Paper(
        [title],
        [
            Section(
                None,
                [
                    *_who(t),
                    ("Fecha de emisión del reporte", say_date(t.issued, rng)),
                    ("Total de semanas cotizadas", "112"),
                    ("Estado", "VIGENTE"),
                ],
            ),
            _jobs(t),
            Prose(
                "Para conocer tu vigencia de derechos consulta la constancia de vigencia de derechos en www.imss.gob.mx"
            ),
        ],
    )


def _asignacion(t: Truth, rng: Random) -> Paper:
    title = rng.choice(
        [
            ["Asignación de Número de Seguridad Social"],
            ["ASIGNACIÓN O LOCALIZACIÓN DE", "NÚMERO DE SEGURIDAD SOCIAL"],
            ["Localización de Número de Seguridad Social"],
        ]
    )
    return Paper(
        title,
        [
            Prose(f"Estimado(a) {t.name}: tu Número de Seguridad Social es:"),
            Prose(t.nss),
            Section(
                None,
                [
                    ("CURP", t.curp),
                    ("Fecha", say_date(t.issued, rng)),
                    ("Delegación", "QUERETARO"),
                    ("Estado", "QUERETARO"),
                ],
            ),
            Prose("Con tu NSS podrás consultar tu vigencia de derechos y tus semanas cotizadas."),
        ],
    )


def _no_derecho(t: Truth, rng: Random) -> Paper:
    title = rng.choice(["Constancia de No Derechohabiencia", "CONSTANCIA DE NO DERECHOHABIENCIA"])
    return Paper(
        [title],
        [
            Section(
                None,
                [
                    ("Nombre", t.name),
                    ("CURP", t.curp),
                    ("Fecha de constancia", say_date(t.issued, rng)),
                    ("Estado", "SIN DERECHO A SERVICIO MÉDICO"),
                ],
            ),
            Prose(
                "Se hace constar que la persona no se encuentra registrada como derechohabiente; no tiene vigencia de derechos en el Instituto."
            ),
        ],
    )


def _cartilla(t: Truth, rng: Random) -> Paper:
    return Paper(
        [rng.choice(["Cartilla Nacional de Salud", "CARTILLA NACIONAL DE SALUD"])],
        [
            Prose("PREVENIMSS Adolescentes de 10 a 19 años"),
            Section(
                None,
                [*_who(t), ("UMF", "13"), ("Consultorio", "4"), ("Turno", "MATUTINO"), ("Agregado médico", "1M2005ES")],
            ),
        ],
    )


def _curp(t: Truth, rng: Random) -> Paper:
    title = rng.choice(
        [
            ["Constancia de la Clave Única de Registro de Población"],
            ["CONSTANCIA DE LA CLAVE ÚNICA", "DE REGISTRO DE POBLACIÓN"],
        ]
    )
    return Paper(
        title,
        [
            Section(
                None,
                [
                    ("Clave", t.curp),
                    ("Nombre", t.name),
                    ("Entidad de registro", t.birth_state),
                    ("Fecha de inscripción", "04/08/2004"),
                    ("Folio", "120398123"),
                ],
            ),
            Prose(
                "Soy México. CURP Certificada: verificada con el Registro Civil. La vigencia de esta constancia es indefinida."
            ),
        ],
        banner=["Estados Unidos Mexicanos"],
    )


def _fiscal(t: Truth, rng: Random) -> Paper:
    title = rng.choice(
        ["Constancia de Situación Fiscal", "CONSTANCIA DE SITUACIÓN FISCAL", "CÉDULA DE IDENTIFICACIÓN FISCAL"]
    )
    return Paper(
        [title],
        [
            Section(
                "Datos de Identificación del Contribuyente",
                [
                    ("RFC", t.curp[:10] + "A1B"),
                    ("CURP", t.curp),
                    ("Nombre, denominación o razón social", t.name),
                    ("Estatus en el padrón", "ACTIVO"),
                    ("Nombre de la Entidad Federativa", "QUERETARO"),
                ],
            ),
            Prose("Servicio de Administración Tributaria. idCIF: 15060123456"),
            Section("Regímenes", [("Régimen", "Sueldos y salarios"), ("Fecha Inicio", say_date(t.born, rng))]),
        ],
    )


def _acta(t: Truth, rng: Random) -> Paper:
    return Paper(
        [rng.choice(["Acta de Nacimiento", "ACTA DE NACIMIENTO"])],
        [
            Section(
                "Datos de la Persona Registrada",
                [
                    ("Nombre(s)", t.given),
                    ("Primer apellido", t.first),
                    ("Segundo apellido", t.second),
                    ("Sexo", "MUJER"),
                    ("Fecha de nacimiento", say_date(t.born, rng)),
                    ("Lugar de nacimiento", t.birth_state),
                ],
            ),
            Section(
                "Datos de Filiación de la Persona Registrada",
                [("Nombre(s)", "JUAN"), ("Nacionalidad", "MEXICANA"), ("CURP", t.curp)],
            ),
        ],
        banner=["Estados Unidos Mexicanos", "Identificador Electrónico 22014000120030001234"],
    )


def _ine(t: Truth, rng: Random) -> Paper:
    return Paper(
        rng.choice([["INSTITUTO NACIONAL ELECTORAL", "CREDENCIAL PARA VOTAR"], ["Credencial para Votar"]]),
        [
            Section(
                None,
                [
                    ("Nombre", t.name),
                    ("Domicilio", "C SUR 12 QUERETARO, QRO."),
                    ("Clave de elector", "PRGMLS03051222H100"),
                    ("CURP", t.curp),
                    ("Año de registro", "2021 01"),
                    ("Estado", "22"),
                    ("Vigencia", "2021 - 2031"),
                ],
            )
        ],
    )


def _recibo(t: Truth, rng: Random) -> Paper:
    return Paper(
        rng.choice([["Comisión Federal de Electricidad"], ["CFE Suministrador de Servicios Básicos"]]),
        [
            Section(
                None,
                [
                    ("Nombre", t.name),
                    ("Total a pagar", "$412.00"),
                    ("Periodo facturado", "01 SEP 26 - 31 OCT 26"),
                    ("No. de servicio", "123456789012"),
                    ("Fecha límite de pago", say_date(t.issued, rng)),
                ],
            )
        ],
    )


def _escolar(t: Truth, rng: Random) -> Paper:
    title = rng.choice(
        ["Kárdex", "KÁRDEX DEL ESTUDIANTE", "Constancia de Estudios", "BOLETA DE CALIFICACIONES", "Carga Académica"]
    )
    rows = [["Cálculo Diferencial", "85", "5"], ["Fundamentos de Programación", "92", "5"]]
    return Paper(
        [title],
        [
            Section(
                None,
                [
                    ("Nombre", t.name),
                    ("Número de control", "22140123"),
                    ("NSS", t.nss),
                    ("CURP", t.curp),
                    ("Estado", "VIGENTE"),
                    ("Semestre", "5"),
                    ("Fecha", say_date(t.issued, rng)),
                ],
            ),
            Table("Materias", ["Materia", "Calificación", "Créditos"], rows),
            Prose(
                "El estudiante cuenta con seguro facultativo; debes entregar tu constancia de vigencia de derechos en Servicios Escolares."
            ),
        ],
        banner=["TECNOLÓGICO NACIONAL DE MÉXICO", "INSTITUTO TECNOLÓGICO DE QUERÉTARO"],
    )


def _aviso(t: Truth, rng: Random) -> Paper:
    texts = [
        "A TODOS LOS ESTUDIANTES DE NUEVO INGRESO: debes entregar tu constancia de vigencia de derechos a más tardar el 30 de noviembre de 2026. El estado debe decir BAJA o VIGENTE.",
        "Se informa que para la residencia profesional se requiere constancia de vigencia de derechos con fecha no mayor a 30 días, NSS, CURP y comprobante de domicilio.",
        "Descarga tu constancia de vigencia de derechos en la página del IMSS. Verifica que el título diga",
    ]
    blocks: list[Block] = [Prose(x) for x in rng.sample(texts, 2)]
    return Paper(
        [rng.choice(["AVISO IMPORTANTE", "Circular 14/2026", "Requisitos de residencia profesional"])],
        [*blocks, Section(None, [("Fecha", say_date(t.issued, rng)), ("Departamento", "Servicios Escolares")])],
        banner=["INSTITUTO TECNOLÓGICO DE QUERÉTARO"],
    )


def _guia(t: Truth, rng: Random) -> Paper:
    steps = [
        "1. Descarga tu constancia de vigencia de derechos en la página del IMSS, después de llenar los datos que te pide.",
        "2. Cualquier error que te aparezca en la página debes acudir a la delegación del IMSS más cercana a tu domicilio.",
        "3. Verifica: el título dice Constancia de vigencia de derechos; se ve el número de seguro social; el estado dice VIGENTE; la fecha debe coincidir con el día que realizas tu solicitud de alta.",
        "Aquí debe decir VIGENTE", "Nombre o razón social: tu escuela anterior. Estado: VIGENTE. Acude a esa escuela y pide tu baja.",
        "8. El estado ya debe decir VIGENTE y el nombre o razón social INSTITUTO TECNOLÓGICO DE QUERÉTARO.", "LISTO!!!!!!, ya tienes seguro facultativo",
    ]  # fmt: skip
    return Paper(
        ["Pasos para dar de alta tu seguro facultativo"],
        [Prose(s) for s in steps],
        banner=["Departamento de Servicios Escolares"],
    )


def _correo(t: Truth, rng: Random) -> Paper:
    return Paper(
        [
            rng.choice(
                [
                    "Constancia de vigencia de derechos - IMSS",
                    "IMSS Digital: Comprobante de vigencia de derechos",
                    "Solicitud de constancia de vigencia de derechos",
                ]
            )
        ],
        [
            Section(
                None,
                [
                    ("De", "historia.laboral@imss.gob.mx"),
                    ("Para", "l22140123@queretaro.tecnm.mx"),
                    ("Fecha", say_date(t.issued, rng)),
                    ("Asunto", "Comprobante de vigencia de derechos"),
                ],
            ),
            Prose(
                f"Estimado(a) {t.name}: Se ha recibido una solicitud de constancia de vigencia de derechos con tu CURP {t.curp} y NSS {t.nss}. Para continuar da clic en la siguiente liga, válida una vez y sólo hoy."
            ),
            Prose("Instituto Mexicano del Seguro Social"),
        ],
    )


def _formulario(t: Truth, rng: Random) -> Paper:
    return Paper(
        ["Solicitud de alta o baja de seguro facultativo"],
        [
            Section(
                None,
                [
                    ("Nombre completo", t.name),
                    ("Número de control", "22140123"),
                    ("NSS", t.nss),
                    ("CURP", t.curp),
                    ("Trámite", "ALTA"),
                    ("Constancia de vigencia de derechos", "comprobanteVigenciaDerechos.pdf"),
                    ("Fecha", say_date(t.issued, rng)),
                ],
            )
        ],
    )


def _contrato(t: Truth, rng: Random) -> Paper:
    return Paper(
        ["Carta compromiso"],
        [
            Prose(f"Yo, {t.name}, con NSS {t.nss} y CURP {t.curp}, entrego mi constancia de vigencia de derechos"),
            Prose("constancia de vigencia de derechos"),
            Prose(f"expedida el {say_date(t.issued, rng)}, con estado VIGENTE, y me comprometo a mantenerla."),
        ],
    )


KINDS: dict[str, tuple[str, Callable[[Truth, Random], Paper]]] = {
    "semanas": ("semanas_cotizadas", _semanas),
    "asignacion": ("asignacion_nss", _asignacion),
    "no_derecho": ("no_derechohabiencia", _no_derecho),
    "cartilla": ("cartilla_salud", _cartilla),
    "curp": ("curp", _curp),
    "fiscal": ("situacion_fiscal", _fiscal),
    "acta": ("acta_nacimiento", _acta),
    "ine": ("ine", _ine),
    "recibo": ("comprobante_domicilio", _recibo),
    "escolar": ("escolar", _escolar),
    "aviso": ("!constancia_vigencia", _aviso),
    "guia": ("!constancia_vigencia", _guia),
    "correo": ("!constancia_vigencia", _correo),
    "formulario": ("!constancia_vigencia", _formulario),
    "carta": ("!constancia_vigencia", _contrato),
}


def make_stranger(name: str, t: Truth, rng: Random) -> tuple[str, Paper]:
    """Return the kind that the paper is (or, after "!", the one that it is not) and the paper."""
    kind, make = KINDS[name]
    return kind, make(t, rng)
