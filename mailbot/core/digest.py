"""From the store's plain rows to the morning digest: what staff should know today, or None where there is nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from mailbot.core.spanish import counted
from mailbot.core.values import Digest, Fila, long_day

SHOWN = 20  # cases named one by one (the template takes no more); the rest are counted
NEXT_DAYS = 5  # days of reminders that are told ahead
REMINDER_NAMES = {
    "recordatorio_confirmacion": ("recordatorio de confirmación", "recordatorios de confirmación"),
    "recordatorio_baja": ("pregunta por la baja", "preguntas por la baja"),
    "cierre": ("cierre de un caso", "cierres de casos"),
    "aviso_personal": ("aviso al personal", "avisos al personal"),
}
# Replies whose file name lacks the accents of what it says; any other is told by its file name.
REPLY_NAMES = {
    "aun_no_aparece": "aún no aparece", "como_empezar": "cómo empezar", "con_contrasena": "con contraseña",
    "espera_unos_dias": "espera unos días",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A case that waits for a person, and the rule that said so."""

    case: int
    address: str
    since: datetime
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class SparedCopy:
    """A reply whose copy staff were spared because the hour had enough of them."""

    message: int
    case: int | None
    address: str
    rule: str | None = None
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class NextReminder:
    """A reminder that is scheduled."""

    kind: str
    due: datetime


@dataclass(frozen=True, slots=True)
class DigestRows:
    """What happened since the last digest, and what stands now."""

    waiting: tuple[WaitingCase, ...] = ()
    """Cases that wait for a person, oldest first."""
    taken: int = 0
    """Cases that a person has in hand."""
    set_aside: tuple[tuple[int, int | None, str], ...] = ()
    """Mails set aside since: number, case and reason."""
    answered: tuple[tuple[str, int], ...] = ()
    """Replies sent since, by stem, the most frequent first."""
    undelivered: int = 0
    """Mails given up since."""
    broken: int = 0
    """Mails that a failure set aside and nobody has tried again."""
    held: str | None = None
    """Why nothing is sent to students at this moment."""
    spared: tuple[SparedCopy, ...] = ()
    reminders: tuple[NextReminder, ...] = ()


def digest_of(rows: DigestRows, now: datetime, zone: ZoneInfo) -> Digest | None:
    """Return the digest; None where nobody waits, nothing was answered and nothing failed."""
    if not (rows.waiting or rows.set_aside or rows.answered or rows.undelivered or rows.held or rows.spared):
        return None
    waiting = [Fila(f"Caso {w.case} ({w.address})", _waits(w, now, zone)) for w in rows.waiting]
    waiting += [Fila(_mail_name(number, case), reason) for number, case, reason in rows.set_aside]
    waiting += spared_rows(rows.spared)
    in_hand = (Fila("Además", f"una persona lleva ya {counted(rows.taken, 'caso', 'casos')}"),)
    return Digest(
        esperan=tuple(waiting[: SHOWN - 1]) + (in_hand if rows.taken and waiting else ()),
        esperan_total=len(waiting) + bool(rows.taken and waiting),
        contestados=tuple((reply_name(stem), n) for stem, n in rows.answered),
        fallas=tuple(_failures(rows)),
        proximos=tuple(_ahead(rows.reminders, zone)),
    )


def spared_rows(spared: Iterable[SparedCopy]) -> list[Fila]:
    """Name the cases of copies that were spared, one line each however many mails it had."""
    last: dict[tuple[int | None, str], SparedCopy] = {(s.case, s.address): s for s in spared}
    return [
        Fila(f"Caso {s.case} ({s.address})" if s.case else f"Correo {s.message} ({s.address})", _spared(s))
        for s in last.values()
    ]


def reply_name(stem: str) -> str:
    """Say which reply it is, to staff."""
    return REPLY_NAMES.get(stem, stem.replace("_", " "))


def since_when(since: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Say in days how long ago something was."""
    days = (now.astimezone(zone).date() - since.astimezone(zone).date()).days
    return "desde hoy" if days <= 0 else "desde ayer" if days == 1 else f"desde hace {days} días"


def _mail_name(number: int, case: int | None) -> str:
    return f"Correo {number}" if case is None else f"Caso {case}, correo {number}"


def _waits(waiting: WaitingCase, now: datetime, zone: ZoneInfo) -> str:
    since = since_when(waiting.since, now, zone)
    return f"{since}: {waiting.rule}" if waiting.rule else since


def _spared(spared: SparedCopy) -> str:
    reply = f"se le contestó «{reply_name(spared.reply)}»" if spared.reply else "sin respuesta"
    return f"{spared.rule}; {reply}" if spared.rule else reply


def _failures(rows: DigestRows) -> list[str]:
    said = []
    if rows.undelivered:
        said.append(counted(rows.undelivered, "correo no se pudo entregar", "correos no se pudieron entregar"))
    if rows.broken:
        words = ("correo apartado por una falla", "correos apartados por una falla")
        said.append(f"{counted(rows.broken, *words)}: «mailbot reprocess» lo intenta otra vez")
    if rows.held:
        said.append(f"Los envíos están detenidos: {rows.held}")
    return said


def _ahead(reminders: Sequence[NextReminder], zone: ZoneInfo) -> list[Fila]:
    """Tell how many reminders of each kind go out on the next days that have any."""
    days: dict[date, Counter[str]] = {}
    for reminder in sorted(reminders, key=lambda r: r.due):
        days.setdefault(reminder.due.astimezone(zone).date(), Counter())[reminder.kind] += 1
    told = []
    for day, kinds in list(days.items())[:NEXT_DAYS]:
        names = (counted(n, *REMINDER_NAMES.get(kind, (kind, kind))) for kind, n in kinds.items())
        told.append(Fila(long_day(day), ", ".join(names)))
    return told
