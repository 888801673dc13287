"""From a written reply to a mail in its envelope: to whom, in which thread, under which Message-ID, how soon."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailbot.core.case import Case
from mailbot.core.envelope import compose, message_id, reply_subject
from mailbot.core.judgement import Desk
from mailbot.core.message import Message
from mailbot.core.outcome import MailKind, Outgoing
from mailbot.core.reply import Reply, shadow

# What goes first when many wait: who must act today, then everybody else, then staff, reminders last.
TODAY, SOON, STAFF, LAST = 0, 1, 5, 9
ACT_TODAY = frozenset({"solicita_tu_alta", "puedes_tener_ambos", "fecha_no_es_de_hoy"})


def post_reply(message: Message, reply: Reply, copy_staff: bool, urgent: bool, now: datetime, desk: Desk) -> Outgoing:
    """Address a reply to the mail's sender, staff in Cc where the rule says so."""
    assert message.sender is not None  # noqa: S101  (judgement lets no other mail be answered)
    return _outgoing(
        "reply",
        reply,
        message.sender,
        copy_staff,
        subject=reply_subject(message.subject, reply.subject),
        parent=message.message_id,
        references=message.references,
        digest=message.digest,
        kind="",
        priority=TODAY if urgent or reply.stem in ACT_TODAY else SOON,
        now=now,
        desk=desk,
        urgent=urgent,
    )


def post_reminder(case: Case, reply: Reply, kind: str, now: datetime, desk: Desk) -> Outgoing:
    """Address a reminder to the student of a case, in the thread of the last mail."""
    parent = case.thread[0] or None
    return _outgoing(
        "reminder",
        reply,
        case.address,
        False,
        subject=reply.subject,
        parent=parent,
        references=(),
        digest=case.opened_by,
        kind=kind,
        priority=LAST,
        now=now,
        desk=desk,
    )


def note(digest: str, reply: Reply, now: datetime, desk: Desk, kind: str = "aviso") -> Outgoing:
    """Address a note to staff alone; the same digest and kind make the same Message-ID."""
    office = desk.office
    ours = message_id(digest, office.address.rpartition("@")[2], kind)
    raw = compose(
        reply,
        sender=office.address,
        sender_name=office.department,
        to=office.staff,
        message_id=ours,
        date=now.astimezone(office.timezone),
        auto_submitted="auto-generated",
    )
    return Outgoing("note", reply.stem, office.staff, (), raw, ours, STAFF)


def _outgoing(
    mail_kind: MailKind,
    reply: Reply,
    to: str,
    copy_staff: bool,
    *,
    subject: str,
    parent: str | None,
    references: tuple[str, ...],
    digest: str,
    kind: str,
    priority: int,
    now: datetime,
    desk: Desk,
    urgent: bool = False,
) -> Outgoing:
    office = desk.office
    recipients: tuple[str, ...] = (to,)
    cc = tuple(a for a in office.staff if a.lower() != to) if copy_staff else ()
    if office.mode == "shadow":
        reply = shadow(replace(reply, subject=subject), to, cc, office)
        subject, recipients, cc = reply.subject, office.staff, ()
    ours = message_id(digest, office.address.rpartition("@")[2], kind)
    raw = compose(
        reply,
        sender=office.address,
        sender_name=office.department,
        to=recipients,
        cc=cc,
        subject=subject,
        in_reply_to=parent,
        references=references,
        message_id=ours,
        date=now.astimezone(office.timezone),
        auto_submitted="auto-generated" if mail_kind == "reminder" else "auto-replied",
        urgent=urgent,
    )
    return Outgoing(mail_kind, reply.stem, recipients, cc, raw, ours, priority)
