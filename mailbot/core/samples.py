"""Sample values that every template is tried out and previewed with: invented, with and without each option."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from zoneinfo import ZoneInfo

from mailbot.core.office import Links, Office
from mailbot.core.values import Digest, Fila, Link, StaffBlock, Values, tap_buttons

_ADDRESS = "dse_becas@queretaro.tecnm.mx"
_SITES = ("serviciosdigitales.imss.gob.mx", "docs.google.com", "queretaro.tecnm.mx", "www.queretaro.tecnm.mx")


def sample_office() -> Office:
    """Return the office as the package's own config.toml has it."""
    return Office(
        address=_ADDRESS,
        aliases=(),
        school="Instituto Tecnológico de Querétaro",
        department="Departamento de Servicios Escolares",
        razones_sociales=("INSTITUTO TECNOLOGICO DE QUERETARO",),
        registros_patronales=(),
        staff=("personal@queretaro.tecnm.mx",),
        mode="live",
        phone="442 000 0000",
        location="Edificio administrativo, planta baja",
        opening="lunes a viernes, de 9 a 18 h",
        timezone=ZoneInfo("America/Mexico_City"),
        opens=time(9),
        closes=time(18),
        date_grace_hours=2,
        notice="Del 21 de diciembre al 6 de enero contestamos más despacio.",
        links=Links(
            constancia="https://serviciosdigitales.imss.gob.mx/gestionAsegurados-web-externo/vigencia",
            form=(
                "https://docs.google.com/forms/d/e/1FAIpQLSdlHaHKU9Yk4-hcHRx495c6c6TeybFNp-s7rlMvrLhJZOMhbw/"
                "viewform?usp=sharing&ouid=102886165269032080082"
            ),
            privacy="https://www.queretaro.tecnm.mx/privacidad",
        ),
        allowed_hosts=_SITES,
    )


def bare_office() -> Office:
    """Return an office that gives nothing but what it must."""
    office = sample_office()
    links = replace(office.links, privacy="")
    return replace(office, staff=(), phone="", location="", opening="", notice="", links=links)


def full_values() -> Values:
    """Return values with every option present."""
    return Values(
        hoy=date(2026, 11, 23),
        nombre="XIMENA GARCÍA PEÑA",
        nss_final="5380",
        estado="BAJA",
        servicio=False,
        fecha=date(2026, 11, 20),
        patron="AUTOPARTES DEL BAJÍO, S.A. DE C.V.",
        documento="una constancia de semanas cotizadas",
        formato="enlace_a_la_nube",
        faltantes=("nss", "estado", "fecha", "patron"),
        problemas=("fecha_no_es_de_hoy", "El archivo trae varias hojas."),
        respuestas=("Lo ves en [la página del IMSS]({{ liga_constancia }}).",),
        leido=(Fila("Nombre", "Ximena García Peña"), Fila("NSS", "terminado en 5380"), Fila("Estado", "BAJA")),
        paso_provisional="solicita_tu_alta",
        siguiente_paso="solicita_tu_alta",
        dia_recordatorio=date(2026, 11, 30),
        dia_confirmar=date(2026, 11, 30),
        plazo_persona=date(2026, 11, 25),
        motivo="tu constancia dice «conservación de derechos»",
        formulario_lleno=True,
        con_persona=True,
        ultimo_antes_del_tope=True,
        botones=sample_buttons(),
        personal=StaffBlock(
            leido=(
                Fila("Número de seguro social", "terminado en 5380"), Fila("Estado", "BAJA"),
                Fila("Fecha de la constancia", "20 de noviembre de 2026"),
            ),
            regla="la constancia no es de hoy",
            dudas=("no es claro qué patrón lo registra",),
        ),
        titulo="Un correo se apartó",
        detalles=(Fila("Caso", "12"), Fila("Motivo", "el archivo no se pudo abrir tres veces")),
        resumen=Digest(
            esperan=(
                Fila("Caso 12 (ximena@correo.example)", "desde hace 3 días: ni vigente ni baja"),
                Fila("Caso 15 (iker@correo.example)", "desde ayer: pide hablar con una persona"),
            ),
            contestados=(("solicita tu alta", 14), ("ya tienes seguro", 5), ("con contraseña", 2)),
            fallas=("2 correos apartados por una falla: «mailbot reprocess» lo intenta otra vez",),
            proximos=(Fila("lunes 30 de noviembre", "4 recordatorios de confirmación, 1 pregunta por la baja"),),
            esperan_total=5,
        ),
        imagen_alt="Tu constancia, con lo que revisa la oficina marcado.",
    )


def bare_values() -> Values:
    """Return values with nothing but what every mail has."""
    return Values(hoy=date(2026, 11, 23))


def sample_buttons() -> tuple[Link, ...]:
    """Return the "one tap" buttons with an invented token."""
    return tap_buttons(_ADDRESS, "EJEMPLO234", ("Ya llené el formulario", "Aún no", "Quiero hablar con una persona"))


def typical_values(stem: str) -> Values:
    """Return what a usual mail gives to one template: for the preview and the stored expected files."""
    full = full_values()
    usual = replace(
        full, problemas=(), respuestas=(), personal=None, ultimo_antes_del_tope=False, siguiente_paso=None,
        formulario_lleno=False, con_persona=False, motivo=None,
    )  # fmt: skip
    without = replace(usual, botones=())
    staff = replace(without, personal=full.personal)
    special: dict[str, Values] = {
        "ya_tienes_seguro": replace(without, estado="VIGENTE"),
        "pide_tu_baja": replace(without, patron="PREPARATORIA OFICIAL NUM. 27", dia_recordatorio=date(2026, 12, 7)),
        "recordatorio_baja": replace(without, patron="PREPARATORIA OFICIAL NUM. 27"),
        "no_se_puede_leer": replace(without, faltantes=("nss", "fecha")),
        "solicita_tu_baja": staff,
        "imss_no_te_encuentra": staff,
        "lo_revisa_una_persona": replace(staff, motivo=full.motivo),
        "aun_no_aparece": replace(staff, formulario_lleno=True, dia_confirmar=None),
        "como_empezar": replace(without, nombre=None, plazo_persona=None),
        "ya_lo_recibimos": replace(without, siguiente_paso="espera_unos_dias"),
        "aviso_personal": replace(without, motivo="Un correo no se pudo atender y espera a una persona."),
    }
    with_buttons = {"solicita_tu_alta", "puedes_tener_ambos", "fecha_no_es_de_hoy", "espera_unos_dias",
                    "recordatorio_confirmacion"}  # fmt: skip
    return special.get(stem, usual if stem in with_buttons else without)


def samples() -> Iterator[tuple[Values, Office]]:
    """Yield all that each template is tried with at load."""
    office, bare = sample_office(), bare_office()
    yield from ((values, office) for values in sample_values())
    full = full_values()
    yield from ((values, bare) for values in (full, replace(full, urgente=True), bare_values()))


def sample_values() -> Iterator[Values]:
    """Yield what each template is tried with: all options, none, and those that choose other words."""
    full, bare = full_values(), bare_values()
    yield full
    yield bare
    yield replace(full, urgente=True)
    yield replace(bare, urgente=True)
    yield replace(full, formulario_lleno=False, recordatorio=2, servicio=True, con_persona=False)
    for formato in ("zip_sin_un_pdf", "demasiado_grande", "word"):
        yield replace(full, formato=formato)
    for name in ("nombre", "fecha", "patron", "plazo_persona", "dia_confirmar", "documento", "motivo", "resumen"):
        yield replace(full, **{name: None})  # type: ignore[arg-type]
    for name in ("faltantes", "leido", "problemas", "respuestas", "botones", "detalles"):
        yield replace(full, **{name: ()})  # type: ignore[arg-type]
    yield replace(full, vigente_con_nosotros=True)
    yield replace(full, fecha_futura=True)
    yield replace(full, personal=StaffBlock())
    yield replace(full, resumen=Digest(contestados=(("cierre", 1),)))
