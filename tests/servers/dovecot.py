"""A real Dovecot 2.3 for one test: IMAP and LMTP on free loopback ports, everything in a folder of its own."""

import contextlib
import imaplib
import os
import shutil
import signal
import smtplib
import subprocess
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.servers.certificates import Certificates
from tests.servers.ports import (
    LOOPBACK,
    free_port,
    own_folder,
    user_with_id,
    wait_until_it_is_free,
    wait_until_it_listens,
)

ADDRESS = "becas@itq.test"
PASSWORD = "una contraseña \"difícil\""  # blanks, quotes and accents must travel well
CAPABILITIES = (  # Dovecot's own list
    "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT THREAD=REFERENCES MULTIAPPEND UNSELECT CHILDREN "
    "NAMESPACE UIDPLUS LIST-EXTENDED ESEARCH ESORT SEARCHRES WITHIN MOVE SPECIAL-USE LITERAL+"
)


class Dovecot:
    """Start with `running_dovecot(...)`. Mails go in by `deliver` (LMTP) or `append` (IMAP)."""

    def __init__(
        self, folder: Path, *, users: dict[str, str] | None = None, without: Iterable[str] = (),
        tls: Certificates | None = None, starttls: bool = False, oauth_key: str = "", extra: str = "",
    ) -> None:
        self.folder = folder
        self.users = users or {ADDRESS: PASSWORD}
        self.without = frozenset(without)
        self.tls = tls
        self.starttls = starttls
        self.oauth_key = oauth_key
        self.extra = extra
        self.host = "localhost" if tls else LOOPBACK
        self.port = free_port()
        self.lmtp_port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._write_configuration()

    # -- life -------------------------------------------------------------------------------------------------

    def start(self) -> None:
        with (self.folder / "stderr").open("wb") as said:
            self.process = subprocess.Popen(
                ["dovecot", "-F", "-c", str(self.folder / "dovecot.conf")],
                env={**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"},
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
            )
        try:
            wait_until_it_listens(self.port, greets=self.tls is None or self.starttls)
            wait_until_it_listens(self.lmtp_port, greets=True)
        except OSError:
            self.kill()
            told = (self.folder / "stderr").read_text(errors="replace")
            raise RuntimeError(f"dovecot did not start: {told}\n{self.log()}") from None

    def stop(self) -> None:
        """End it politely: open sessions are told BYE."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End master and children at once, as when the machine loses its power."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        self.stop()
        self.start()

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            if how is signal.SIGKILL:
                os.killpg(self.process.pid, how)  # our own session only: start_new_session
            else:
                self.process.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=1)  # sessions hear their BYE at once; the last helper would take five seconds
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=30)
        self.process = None
        wait_until_it_is_free(self.port)
        wait_until_it_is_free(self.lmtp_port)
        for pid_file in (self.folder / "run").glob("*.pid"):
            pid_file.unlink()

    def log(self) -> str:
        path = self.folder / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    # -- mails ------------------------------------------------------------------------------------------------

    def deliver(self, raw: bytes, rcpt: str = "", sender: str = "alguien@example.com") -> None:
        with smtplib.LMTP(LOOPBACK, self.lmtp_port) as lmtp:
            refused = lmtp.sendmail(sender, [rcpt or self.address], raw)
        assert refused == {}

    def deliver_all(self, raws: Iterable[bytes], rcpt: str = "", sender: str = "alguien@example.com") -> None:
        with smtplib.LMTP(LOOPBACK, self.lmtp_port) as lmtp:
            for raw in raws:
                assert lmtp.sendmail(sender, [rcpt or self.address], raw) == {}

    @property
    def address(self) -> str:
        return next(iter(self.users))

    @property
    def password(self) -> str:
        return self.users[self.address]

    @contextlib.contextmanager
    def imap(self, address: str = "") -> Iterator[imaplib.IMAP4]:
        """A second client, logged in: what a person at the mailbox would see and do."""
        import ssl

        client: imaplib.IMAP4
        trust = ssl.create_default_context(cafile=str(self.tls.ca)) if self.tls else None
        if self.tls and not self.starttls:
            client = imaplib.IMAP4_SSL("localhost", self.port, ssl_context=trust, timeout=20)
        else:
            client = imaplib.IMAP4(self.host, self.port, timeout=20)
        if self.starttls:
            client.starttls(trust)
        with client:
            user = address or self.address
            plain = b"\0" + user.encode() + b"\0" + self.users[user].encode()
            client.authenticate("PLAIN", lambda _: plain)
            yield client

    def append(self, raw: bytes, folder: str = "INBOX", flags: str = "") -> None:
        with self.imap() as client:
            status, said = client.append(folder, flags or None, None, raw)
            assert status == "OK", said

    def uids(self, folder: str = "INBOX") -> list[int]:
        with self.imap() as client:
            if client.select(f'"{folder}"', readonly=True)[0] != "OK":
                return []
            return [int(uid) for uid in client.uid("SEARCH", "ALL")[1][0].split()]

    def mails(self, folder: str = "INBOX") -> list[bytes]:
        return [raw for raw, _ in self._bodies_and_flags(folder)]

    def flags(self, folder: str = "INBOX") -> list[set[str]]:
        """The flags of each mail, without the session's own `\\Recent`."""
        return [flags - {"\\Recent"} for _, flags in self._bodies_and_flags(folder)]

    def _bodies_and_flags(self, folder: str) -> list[tuple[bytes, set[str]]]:
        with self.imap() as client:
            if client.select(f'"{folder}"', readonly=True)[0] != "OK":
                return []
            seen = []
            for uid in client.uid("SEARCH", "ALL")[1][0].split():
                parts = client.uid("FETCH", uid.decode(), "(FLAGS BODY.PEEK[])")[1]
                head = b" ".join(part[0] if isinstance(part, tuple) else part for part in parts)
                body = next(part[1] for part in parts if isinstance(part, tuple))
                seen.append((body, {flag.decode() for flag in imaplib.ParseFlags(head)}))
            return seen

    def fill(self, raws: Iterable[bytes], address: str = "") -> None:
        """Put many old mails straight into the Maildir, as if they had always been there."""
        new = self.folder / "mail" / (address or self.address) / "cur"
        for path in (new.parent, new, new.parent / "new", new.parent / "tmp"):
            path.mkdir(parents=True, exist_ok=True)
            os.chown(path, self._uid, self._gid)
        stamp = int(time.time()) - 86_400
        written: dict[bytes, Path] = {}  # a mail that is there many times is one file with many names
        for number, raw in enumerate(raws):
            path = new / f"{stamp}.M{number}P1.vieja,S={len(raw)},W={len(raw)}:2,S"
            if raw in written and number % 30_000:  # a file may have 65,000 names
                path.hardlink_to(written[raw])
                continue
            path.write_bytes(raw)
            os.utime(path, (stamp, stamp))
            os.chown(path, self._uid, self._gid)
            written[raw] = path

    def change_uidvalidity(self, folder: str = "") -> None:
        """Forget the index while stopped, as a migration or a repair of the mailbox does."""
        home = self.folder / "mail" / self.address / folder
        for pattern in ("dovecot-uidlist*", "dovecot.index*", "dovecot-uidvalidity*"):
            for path in home.glob(pattern):
                path.unlink()
        time.sleep(1.1)  # the new UIDVALIDITY is the clock's second

    # -- configuration ----------------------------------------------------------------------------------------

    def _write_configuration(self) -> None:
        user, self._uid, self._gid = user_with_id("dovecot", "nobody")
        login_user = "dovenull" if os.getuid() == 0 else user
        mail = self.folder / "mail"
        mail.mkdir(exist_ok=True)
        os.chown(mail, self._uid, self._gid)
        for address in self.users:
            (mail / address).mkdir(exist_ok=True)
            os.chown(mail / address, self._uid, self._gid)
        passwords = self.folder / "passwd"
        passwords.write_text("".join(f"{who}:{{PLAIN}}{secret}::::::\n" for who, secret in self.users.items()))
        passwords.chmod(0o644)
        settings = self._settings(user, login_user, mail, passwords)
        (self.folder / "dovecot.conf").write_text(settings)

    def _settings(self, user: str, login_user: str, mail: Path, passwords: Path) -> str:
        less = " ".join(name for name in CAPABILITIES.split() if name not in self.without)
        capability = f"imap_capability = {less}" if self.without else ""  # by itself it tells MOVE only after login
        inside_tls = f"""
ssl = yes
ssl_cert = <{self.tls.certificate}
ssl_key = <{self.tls.key}
ssl_min_protocol = TLSv1.2
""" if self.tls else "ssl = no\n"
        return f"""
base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = {self.folder}/dovecot.log
protocols = imap lmtp
listen = {LOOPBACK}
default_internal_user = {user}
default_internal_group = {self._group()}
default_login_user = {login_user}
disable_plaintext_auth = no
auth_mechanisms = plain login{" xoauth2 oauthbearer" if self.oauth_key else ""}
auth_failure_delay = 0
mail_location = maildir:{mail}/%u
mail_uid = {self._uid}
mail_gid = {self._gid}
first_valid_uid = 1
first_valid_gid = 1
mail_max_userip_connections = 100
lda_mailbox_autocreate = yes
{capability}
{inside_tls}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {passwords}
}}
{self._oauth()}
userdb {{
  driver = static
  args = uid={self._uid} gid={self._gid} home={mail}/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = {0 if self.tls and not self.starttls else self.port}
  }}
  inet_listener imaps {{
    port = {self.port if self.tls and not self.starttls else 0}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service lmtp {{
  inet_listener lmtp {{
    address = {LOOPBACK}
    port = {self.lmtp_port}
  }}
}}
{self.extra}
"""

    def _group(self) -> str:
        import grp

        return grp.getgrgid(self._gid).gr_name

    def _oauth(self) -> str:
        if not self.oauth_key:
            return ""
        import base64

        keys = self.folder / "keys" / "default" / "HS256"
        keys.mkdir(parents=True, exist_ok=True)
        (keys / "default").write_text(base64.b64encode(self.oauth_key.encode()).decode())
        settings = self.folder / "oauth2.conf.ext"
        settings.write_text(
            "introspection_mode = local\n"
            f"local_validation_key_dict = fs:posix:prefix={self.folder}/keys/\n"
            "username_attribute = email\nusername_format = %Lu\n"
        )
        return f"passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {settings}\n}}\n"


@contextlib.contextmanager
def running_dovecot(**options: object) -> Iterator[Dovecot]:
    """Start a Dovecot of its own, and leave nothing of it behind."""
    found = shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if not found or not Path("/usr/lib/dovecot/lmtp").exists():
        pytest.fail("Dovecot is not installed: apt-get install dovecot-imapd dovecot-lmtpd")
    with own_folder("dovecot") as folder:
        server = Dovecot(folder, **options)  # type: ignore[arg-type]
        server.start()
        try:
            yield server
        finally:
            server.kill()
