"""One reminder that falls due, and its case -> the mail that goes out and the rung that follows, or why none does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailbot.core.case import Case, Event, EventName, advance
from mailbot.core.judgement import Desk
from mailbot.core.ladder import WAITS, next_reminder, not_due
from mailbot.core.outcome import Outgoing, PlannedReminder
from mailbot.core.post import note, post_reminder
from mailbot.core.reply import render
from mailbot.core.telling import buttons
from mailbot.core.values import Fila, Values

# The rung that only staff get: the student has been asked often enough.
STAFF_LINE = "aviso_personal"
CLOSING = "cierre"
HEARD_OF = "escribió hace poco"


@dataclass(frozen=True, slots=True)
class Reminded:
    """What became of a reminder that fell due."""

    why: str
    """In Spanish: why it is cancelled or waits; empty where it goes out. The next rung may follow all the same."""
    mail: Outgoing | None = None
    later: datetime | None = None
    """When to look again, where the office is closed."""
    case: Case | None = None
    events: tuple[str, ...] = ()
    following: PlannedReminder | None = None


def remind(reminder: PlannedReminder, case: Case, muted: str | None, now: datetime, desk: Desk) -> Reminded:
    """Check a due reminder again and write it; pure, so a second try after a crash writes the same Message-ID."""
    ladder = desk.rulebook.ladder_with(reminder.kind, case.state)
    if ladder is None:
        return Reminded("rules/ ya no tiene este recordatorio")
    if muted and reminder.kind != STAFF_LINE:
        return Reminded(muted)
    why = not_due(reminder, case, ladder, now, desk.calendar, desk.office)
    if why == WAITS:
        return Reminded(WAITS, later=desk.calendar.next_office_instant(now, desk.office))
    if why is not None:
        return Reminded(why)
    if reminder.kind == CLOSING and (quiet := silent_until(case, desk)) > now:
        return Reminded(HEARD_OF, later=quiet)
    zone = desk.office.timezone
    today = now.astimezone(zone).date()
    told_since = case.answered is not None and case.answered >= reminder.due.astimezone(zone).date()
    if told_since and reminder.kind not in (CLOSING, STAFF_LINE):
        following = next_reminder(ladder, reminder, today, desk.calendar, desk.office)
        return Reminded("se le contestó el día en que tocaba, o después", following=following)
    event: EventName = "cierra" if reminder.kind == CLOSING else "recuerda"
    after = advance(case, Event(event, now, today))
    write = _staff_line if reminder.kind == STAFF_LINE else _to_student
    mail = write(reminder, case, now, desk)
    following = None if event == "cierra" else next_reminder(ladder, reminder, today, desk.calendar, desk.office)
    return Reminded("", mail=mail, case=after, events=(event,), following=following)


def silent_until(case: Case, desk: Desk) -> datetime:
    """Return until when a case must have been silent to be closed: as long as from one reminder to the next."""
    calendar, office = desk.calendar, desk.office
    last = case.heard or case.since.astimezone(office.timezone).date()
    return calendar.opening(calendar.add_business_days(last, office.reminder_business_days), office)


def _to_student(reminder: PlannedReminder, case: Case, now: datetime, desk: Desk) -> Outgoing:
    values = Values(
        hoy=now.astimezone(desk.office.timezone).date(),
        recordatorio=case.reminders_sent + 1,
        formulario_lleno=case.form_day is not None,
        botones=buttons(reminder.kind, case, desk),
    )
    reply = render(desk.templates, reminder.kind, values, desk.office)
    return post_reminder(case, reply, _kind(reminder), now, desk)


def _staff_line(reminder: PlannedReminder, case: Case, now: datetime, desk: Desk) -> Outgoing | None:
    if not desk.office.staff:
        return None
    values = Values(
        hoy=now.astimezone(desk.office.timezone).date(),
        titulo="Un estudiante sigue esperando su baja",
        motivo=f"Hace {reminder.business_days} días hábiles se le dijo que pidiera la baja en su escuela anterior, "
        "y aún no manda una constancia sin esa escuela.",
        detalles=(Fila("Caso", f"#{case.id}"), Fila("Correo", case.address)),
    )
    reply = render(desk.templates, STAFF_LINE, values, desk.office)
    return note(case.opened_by, reply, now, desk, _kind(reminder))


def _kind(reminder: PlannedReminder) -> str:
    """Tell one reminder of a case from another in its Message-ID: which, after which step, how far up the ladder."""
    return f"{reminder.kind}-{reminder.anchor:%Y%m%d}-{reminder.business_days}"
