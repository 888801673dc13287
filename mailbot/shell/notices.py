"""Notes of the program itself to staff: something was set aside, refused, held. Composed like any other mail."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from mailbot.core.answer import Desk
from mailbot.core.outcome import Outgoing


def staff_note(
    desk: Desk, seed: str, title: str, reason: str, details: Sequence[tuple[str, str]], now: datetime
) -> Outgoing | None:
    """Compose a note to staff; None where no staff is configured. The same seed makes the same Message-ID."""
    from mailbot.core.post import note
    from mailbot.core.reply import render
    from mailbot.core.values import Fila, Values

    if not desk.office.staff:
        return None
    day = now.astimezone(desk.office.timezone).date()
    rows = tuple(Fila(label, value) for label, value in details)
    reply = render(
        desk.templates, "aviso_personal", Values(hoy=day, titulo=title, motivo=reason, detalles=rows), desk.office
    )
    return note(hashlib.sha256(seed.encode()).hexdigest(), reply, now, desk)
