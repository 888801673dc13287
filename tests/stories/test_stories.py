"""Every story of this folder: mails in, days, replies out; the whole of what came of it is compared."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from mailbot.shell.workers import Readers
from tests.stories import telling


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def readers() -> AsyncIterator[Readers]:
    async with Readers(telling.limits(), telling.desk().rulebook.reading, ocr=False) as kept:
        yield kept


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", telling.names())
async def test_the_story_ends_as_written(name: str, readers: Readers) -> None:
    assert await telling.tell(name, readers) == telling.expected(name)


def test_every_reply_to_a_student_is_drawn_by_some_story() -> None:
    drawn = {mail["stem"] for name in telling.names() for day in telling.expected(name) for mail in day.get("mails", [])}
    drawn |= {r.get("stem") for name in telling.names() for day in telling.expected(name) for r in day.get("reminders", [])}
    assert drawn >= {
        "ya_tienes_seguro", "pide_tu_baja", "puedes_tener_ambos", "solicita_tu_alta", "fecha_no_es_de_hoy",
        "solicita_tu_baja", "no_es_la_constancia", "no_se_puede_leer", "con_contrasena", "es_una_imagen",
        "imss_no_te_encuentra", "formato_no_aceptado", "como_empezar", "espera_unos_dias", "aun_no_aparece",
        "lo_revisa_una_persona", "recordatorio_confirmacion", "recordatorio_baja", "cierre", "ya_lo_recibimos",
        "aviso_personal",
    }  # fmt: skip
