"""From the bytes of one header to clean text, addresses and ids: no control sign survives, nothing is trusted."""

from __future__ import annotations

import re
from binascii import Error, a2b_base64, a2b_qp
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

NAME_CHARS = 80  # a display name longer than a person's is noise
SUBJECT_CHARS = 500
ADDRESSES_MOST = 500
REFERENCES_MOST = 20  # lessons.md: cap References

# Every sign of Unicode's categories Cc, Cf, Cs, Zl, Zp but tab and line feed: control, bidi, zero width, surrogates.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001345f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile(r"\s+")
_NO_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t]+(?==\?)")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,248}>")
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
# What a decoder may be asked for besides utf-8 and cp1252; others (punycode, unicode_escape…) are not text.
_CHARSET = re.compile(
    r"(?:iso-?8859-?(?:[2-9]|1[0-6])|windows-125[013-8]|cp\d{3,4}|koi8-[rut]|mac(?:intosh|roman)?|utf-?(?:16|32)(?:le|be)?"
    r"|iso-2022-(?:jp|kr)(?:-\d)?|gb(?:2312|k|18030)|big5(?:-hkscs)?|euc-(?:jp|kr)|euckr|shift[_-]?jis|ks_c_5601-1987)"
)


def decode_text(data: bytes, charset: str = "") -> str:
    """Decode as the declared charset where it is a real one of another family; else utf-8 strictly, else cp1252."""
    wanted = charset.strip().strip("\"'").lower()
    if len(wanted) < 30 and _CHARSET.fullmatch(wanted):
        try:
            return data.decode(wanted, "replace")
        except (LookupError, ValueError):
            pass
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def clean_lines(text: str) -> str:
    """Keep line feeds, turn tabs into spaces, drop every other sign that cannot be seen."""
    return _UNSEEN.sub("", _BREAKS.sub("\n", text).replace("\t", " "))


def clean_line(text: str, most: int) -> str:
    """Make one line of it, without unseen signs, cut at ``most`` characters."""
    flat = _UNSEEN.sub("", _BREAKS.sub(" ", text[: most * 8]))
    return _SPACES.sub(" ", flat).strip()[:most].strip()


def decode_header(raw: bytes) -> str:
    """Decode a header's value: RFC 2047 words, and raw eight-bit letters as mailers send them."""
    text = decode_text(raw)
    if "=?" not in text:
        return text
    text = _BETWEEN_WORDS.sub(r"\1", text)
    out: list[str] = []
    pending, charset, end = b"", "", 0
    for word in _ENCODED_WORD.finditer(text):
        between = text[end : word.start()]
        this = word[1].split("*", 1)[0]
        if between or this.lower() != charset.lower():
            out += [decode_text(pending, charset), between]
            pending = b""
        # One letter's bytes may be split over two adjacent words: join them before decoding.
        pending, charset, end = pending + _word_bytes(word[2], word[3]), this, word.end()
    return "".join([*out, decode_text(pending, charset), text[end:]])


def _word_bytes(encoding: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "replace")
    if encoding in "qQ":
        return a2b_qp(data, header=True)
    return lenient_base64(data)


def lenient_base64(data: bytes | memoryview) -> bytes:
    """Decode base64 however damaged: foreign signs skipped, a broken end cut off."""
    try:
        return a2b_base64(data)
    except Error:
        letters = bytes(data).translate(None, _NO_BASE64)
    whole = len(letters) - len(letters) % 4
    rest = letters[whole:]
    tail = a2b_base64(rest + b"=" * (4 - len(rest))) if len(rest) > 1 else b""
    return a2b_base64(letters[:whole]) + tail


def normal_address(text: str) -> str | None:
    """Return the address in lower case, its domain in ASCII, or None where it cannot be one (RFC 5321)."""
    address = text.strip(" \t\0").strip("<>").strip()
    local, at, domain = address.rpartition("@")
    if not at or len(address) > 254:
        return None
    if len(local) > 1 and local[0] == local[-1] == '"':
        local = local[1:-1]
    local, domain = local.lower(), domain.lower().rstrip(".")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    if len(local.encode("utf-8", "replace")) > 64 or _UNSEEN.search(local):
        return None
    return f"{local}@{domain}" if _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain) else None


def addresses(raw: bytes) -> list[tuple[str, str]]:
    """Return (display name, address) of each valid mailbox of a From, To or Cc header; groups are flattened.

    The structure is found before RFC 2047 words are decoded, so a name can never pose as an address.
    """
    found: list[tuple[str, str]] = []
    for item in _mailboxes(decode_text(raw)):
        address = normal_address(item.address)
        if address is not None:
            found.append((clean_line(decode_header(item.name.encode("utf-8", "replace")), NAME_CHARS), address))
        if len(found) >= ADDRESSES_MOST:
            break
    return found


class _Mailbox:
    """One mailbox while its letters are being gathered."""

    __slots__ = ("angle", "comment", "plain")

    def __init__(self) -> None:
        self.plain: list[str] = []
        self.angle: list[str] | None = None
        self.comment: list[str] = []

    @property
    def address(self) -> str:
        return "".join(self.plain if self.angle is None else self.angle)

    @property
    def name(self) -> str:
        return "".join(self.plain if self.angle is not None else self.comment)


def _mailboxes(text: str) -> list[_Mailbox]:
    """Split at commas and semicolons outside quotes, comments and angles; a group's name before ':' is dropped."""
    done: list[_Mailbox] = []
    now = _Mailbox()
    quoted = in_angle = escaped = False
    depth = 0
    for sign in text:
        if escaped:
            escaped = False
            (now.comment if depth else now.plain).append(sign)
        elif sign == "\\" and (quoted or depth):
            escaped = True
        elif depth:
            depth += (sign == "(") - (sign == ")")
            if depth:
                now.comment.append(sign)
        elif sign == '"' and not in_angle:
            quoted = not quoted
        elif quoted:
            now.plain.append(sign)
        elif in_angle:
            if sign == ">":
                in_angle = False
            elif now.angle is not None:
                now.angle.append(sign)
        elif sign == "(":
            depth = 1
        elif sign == "<":
            now.angle, in_angle = [], True
        elif sign in ",;":
            done.append(now)
            now = _Mailbox()
        elif sign == ":" and "@" not in now.plain:
            now = _Mailbox()
        else:
            now.plain.append(sign)
    return [*done, now]


def message_ids(raw: bytes) -> tuple[str, ...]:
    """Return every ``<id>`` of printable ASCII; of many, the first and the last ones (RFC 5322, 3.6.4)."""
    # Ours are longer than a line of 78, and Python's email package then writes In-Reply-To as encoded words.
    text = decode_header(raw) if b"=?" in raw else raw.decode("ascii", "replace")
    # A link between < and > is no id: what we repeat in References must not be somebody's address on the web.
    found = [one for one in _MESSAGE_ID.findall(text) if "://" not in one]
    if len(found) > REFERENCES_MOST:
        return (found[0], *found[-REFERENCES_MOST + 1 :])
    return tuple(found)


def header_date(raw: bytes | None) -> datetime | None:
    """Return a Date header as an aware datetime; None where absent or unreadable, never 1900-01-01.

    "-0000" is UTC whose writer's zone is not told (RFC 5322, 3.3); with no zone at all the hour may be anybody's, and
    three in the morning here would be yesterday in UTC: the day of receipt serves.
    """
    if raw is None:
        return None
    said = clean_line(decode_text(raw[:200]), 100)
    try:
        when = parsedate_to_datetime(said)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    if not 1980 <= when.year <= 2200:  # outside, astimezone may overflow, and no mail is from there
        return None
    if when.tzinfo is None:
        return when.replace(tzinfo=UTC) if re.search(r"\s-0000\b", said) else None
    return when
