"""The office as configured: all of config.toml that the core asks for, as one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from typing import Literal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Links:
    constancia: str
    form: str
    privacy: str = ""


@dataclass(frozen=True, slots=True)
class Office:
    """Sections [office], [reminders] and the mailbox's own addresses of config.toml."""

    address: str
    aliases: tuple[str, ...]
    school: str
    department: str
    razones_sociales: tuple[str, ...]
    registros_patronales: tuple[str, ...]
    staff: tuple[str, ...]
    mode: Literal["live", "shadow"]
    phone: str
    location: str
    """Address of the office as text, said only if given."""
    opening: str
    """Opening times as text, said only if given."""
    timezone: ZoneInfo
    opens: time
    closes: time
    date_grace_hours: int
    notice: str
    links: Links
    reminder_business_days: int = 5
    reminders_most: int = 2
    replies_per_sender_per_day: int = 8
    copies_per_hour: int = 0
    """Replies with staff in copy an hour, above which they are bundled into one note; 0: no limit."""
    authenticates: bool = False
    """Whether a server is configured whose Authentication-Results count."""
    allowed_hosts: tuple[str, ...] = field(default=())
    """The hosts that a link in a reply may point to."""

    @property
    def own_addresses(self) -> frozenset[str]:
        return frozenset(a.lower() for a in (self.address, *self.aliases))
