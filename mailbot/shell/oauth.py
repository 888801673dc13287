"""Which access token lets us in now? Kept in a file that only we can read, renewed before it ends."""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from mailbot.shell.failures import refused

EARLY_SECONDS = 300  # a token is renewed that long before it ends, so that none ends between asking and using it


@dataclass(frozen=True)
class Grant:
    """An access token, when it ends (epoch seconds), and what the provider needs to get the next one."""

    token: str = field(repr=False)
    ends_at: float
    keep: str = field(default="", repr=False)  # a refresh token, or msal's own cache


class Provider(Protocol):
    """Whoever gives tokens. Both may block and raise ServerTrouble."""

    needs_login: bool  # a person must have logged in once (`mailbot login`)

    def renew(self, keep: str) -> Grant:
        """Return a token that is new, whatever was given before."""

    def log_in(self, say: Callable[[str], None]) -> Grant:
        """Lead a person through it; without a person's part, the same as renew."""


class TokenFile:
    """One grant in one file of mode 0600; a file that cannot be understood is as good as none."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Grant | None:
        try:
            saved: Any = json.loads(self.path.read_text(encoding="utf-8"))
            return Grant(str(saved["token"]), float(saved["ends_at"]), str(saved["keep"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, grant: Grant) -> None:
        """Write beside and rename: a crash leaves the old one or the new one, and never a readable moment."""
        text = json.dumps({"token": grant.token, "ends_at": grant.ends_at, "keep": grant.keep})
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, beside = tempfile.mkstemp(dir=self.path.parent, prefix=".oauth2-")  # made with mode 0600
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).replace(self.path)
        except OSError as error:
            raise refused(
                f"OAuth2: no se puede guardar el permiso en {self.path.parent} ({error.strerror}); "
                "revisa permisos y espacio de esa carpeta") from None


class Tokens:
    """The credential of a mailbox that logs in by OAuth2; IMAP and SMTP share the file."""

    kind: Literal["password", "oauth2"] = "oauth2"

    def __init__(self, provider: Provider, file: TokenFile, clock: Callable[[], float] = time.time) -> None:
        self._provider, self._file, self._clock = provider, file, clock
        self._lock = threading.Lock()
        self._last = ""

    @property
    def path(self) -> Path:
        return self._file.path

    def secret(self, *, fresh: bool = False) -> str:
        """Return a token that is good for five minutes more; raises ServerTrouble."""
        with self._lock:
            saved = self._file.read()
            if saved is not None and self._is_good(saved) and not (fresh and saved.token == self._last):
                self._last = saved.token  # where the other connection has renewed it meanwhile, that one will do
                return saved.token
            if saved is None and self._provider.needs_login:
                raise refused("OAuth2: nadie ha dado permiso todavía; corre mailbot login una vez y sigue sus pasos")
            grant = self._provider.renew(saved.keep if saved else "")
            self._file.write(grant)
            self._last = grant.token
            return grant.token

    def log_in(self, say: Callable[[str], None]) -> None:
        """Let a person give the permission, and keep it."""
        with self._lock:
            self._file.write(self._provider.log_in(say))

    def _is_good(self, grant: Grant) -> bool:
        return grant.ends_at - EARLY_SECONDS > self._clock()
