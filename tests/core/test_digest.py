"""What the morning digest says of the store's rows, and when it keeps silent."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from mailbot.core.digest import DigestRows, NextReminder, SparedCopy, WaitingCase, digest_of, since_when, spared_rows
from mailbot.core.values import Digest, Fila

ZONE = ZoneInfo("America/Mexico_City")
NOW = datetime(2026, 11, 27, 9, 0, tzinfo=ZONE)


def at(day: int, hour: int = 10) -> datetime:
    return datetime(2026, 11, day, hour, 0, tzinfo=ZONE)


def test_a_whole_digest_names_who_waits_oldest_first_and_counts_the_rest() -> None:
    rows = DigestRows(
        waiting=(WaitingCase(3, "ana@correo.test", at(24), "ni vigente ni baja"), WaitingCase(9, "b@correo.test", at(26))),
        taken=2,
        set_aside=((41, None, "no dice de quién viene"), (44, 7, "una persona lleva este caso")),
        answered=(("solicita_tu_alta", 14), ("ya_tienes_seguro", 5)),
        undelivered=1,
        broken=2,
        held="en pausa: mailbot resume vuelve a enviar",
        spared=(SparedCopy(50, 12, "c@correo.test", "algo no cuadra", "lo_revisa_una_persona"),),
        reminders=(
            NextReminder("recordatorio_confirmacion", at(30, 9)), NextReminder("recordatorio_confirmacion", at(30, 9)),
            NextReminder("cierre", at(30, 9)), NextReminder("recordatorio_baja", at(28, 9)),
        ),
    )  # fmt: skip
    assert digest_of(rows, NOW, ZONE) == Digest(
        esperan=(
            Fila("Caso 3 (ana@correo.test)", "desde hace 3 días: ni vigente ni baja"),
            Fila("Caso 9 (b@correo.test)", "desde ayer"),
            Fila("Correo 41", "no dice de quién viene"),
            Fila("Caso 7, correo 44", "una persona lleva este caso"),
            Fila("Caso 12 (c@correo.test)", "algo no cuadra; se le contestó «lo revisa una persona»"),
            Fila("Además", "una persona lleva ya 2 casos"),
        ),
        esperan_total=6,
        contestados=(("solicita tu alta", 14), ("ya tienes seguro", 5)),
        fallas=(
            "1 correo no se pudo entregar",
            "2 correos apartados por una falla: «mailbot reprocess» lo intenta otra vez",
            "Los envíos están detenidos: en pausa: mailbot resume vuelve a enviar",
        ),
        proximos=(
            Fila("sábado 28 de noviembre", "1 pregunta por la baja"),
            Fila("lunes 30 de noviembre", "2 recordatorios de confirmación, 1 cierre de un caso"),
        ),
    )


@pytest.mark.parametrize(
    "rows",
    [
        DigestRows(),
        DigestRows(taken=3),
        DigestRows(reminders=(NextReminder("cierre", at(30)),)),
        DigestRows(broken=1),  # told the day it happened; `mailbot status` goes on telling it
    ],
)
def test_nothing_is_said_where_nothing_happened_and_nobody_waits(rows: DigestRows) -> None:
    assert digest_of(rows, NOW, ZONE) is None


def test_many_who_wait_are_counted_beyond_what_a_mail_shows() -> None:
    digest = digest_of(DigestRows(waiting=tuple(WaitingCase(n, f"a{n}@x.test", at(20)) for n in range(60))), NOW, ZONE)
    assert digest is not None
    assert (len(digest.esperan), digest.esperan_total, digest.esperan[0].etiqueta) == (19, 60, "Caso 0 (a0@x.test)")


def test_a_case_with_several_spared_copies_is_one_line_the_last() -> None:
    spared = (SparedCopy(1, 7, "a@x.test", "primera", "como_empezar"), SparedCopy(2, 7, "a@x.test", "segunda", None),
              SparedCopy(3, None, "b@x.test"))  # fmt: skip
    assert spared_rows(spared) == [Fila("Caso 7 (a@x.test)", "segunda; sin respuesta"),
                                   Fila("Correo 3 (b@x.test)", "sin respuesta")]  # fmt: skip


@pytest.mark.parametrize(("day", "said"), [(27, "desde hoy"), (26, "desde ayer"), (20, "desde hace 7 días"), (28, "desde hoy")])
def test_how_long_somebody_waits_is_said_in_days_of_the_calendar(day: int, said: str) -> None:
    assert since_when(at(day, 23), NOW, ZONE) == said
