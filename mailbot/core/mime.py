"""From raw bytes to the parts of a mail: linear time, no recursion, the bytes themselves never copied.

The standard library's parser recurses with the nesting, keeps several copies of the text, and raises when a broken
header is looked at; here a part is a slice of the mail, and a header is bytes until somebody decodes it.
"""

from __future__ import annotations

import re
from binascii import Error, a2b_qp, a2b_uu
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote_to_bytes

from mailbot.core.header_text import clean_line, decode_header, decode_text, lenient_base64

HEADER_LINES = 20_000  # beyond it the rest is body: no real mail comes near
HEADER_CHARS = 65_536  # of one header; a To with a thousand recipients fits
PARTS_MOST = 500
DEPTH_MOST = 30  # multiparts within multiparts; real mail has five
MESSAGES_MOST = 6  # forwarded mails within forwarded mails
UU_FILES_MOST, UU_LINES_MOST = 20, 400_000  # a file of 18 MB has 400,000 lines
UU_BAD_LINES = 100  # after them it is no uuencoded file
_BOUNDARY_TRIES = 20_000  # lines that look like a boundary and are none

_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
_PARAM = re.compile(r';\s*([^\s=;"]{1,80})\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)', re.DOTALL)
_TYPE = re.compile(r"\s*([\w!#$&^.+-]{1,80}/[\w!#$&^.+-]{1,80})")
_CONTINUED = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,200})\r?$", re.MULTILINE)
_UU_BEGIN_LINE = re.compile(r"begin [0-7]{3,4} .{1,200}")
MESSAGE_TYPES = frozenset({"message/rfc822", "message/global", "message/news"})


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers of one mail or part, in order, names in lower case, values unfolded and otherwise as they came."""

    fields: tuple[tuple[str, bytes], ...] = ()

    def all(self, name: str) -> list[bytes]:
        return [value for key, value in self.fields if key == name]

    def first(self, name: str) -> bytes | None:
        return next((value for key, value in self.fields if key == name), None)

    def text(self, name: str, most: int = 500) -> str:
        """Return the first one as one clean line, "" where it is absent."""
        return clean_line(decode_header(self.first(name) or b""), most)


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf: a text, a file, a report; ``message`` is the index of the mail that holds it, 0 the outer one."""

    headers: Headers
    type: str
    params: Mapping[str, str]
    source: bytes
    start: int
    end: int
    message: int = 0
    alternative: int = 0
    """Number of the multipart/alternative it is one version of; 0: of none."""

    @property
    def body(self) -> memoryview:
        return memoryview(self.source)[self.start : self.end]

    @property
    def size(self) -> int:
        """Bytes after decoding, at most."""
        length = self.end - self.start
        return length * 3 // 4 if self.encoding == "base64" else length

    @property
    def encoding(self) -> str:
        return self.headers.text("content-transfer-encoding", 60).lower().split(";")[0].strip("\"' ")

    @property
    def disposition(self) -> str:
        return self.headers.text("content-disposition", 60).lower().split(";")[0].strip()

    @property
    def name(self) -> str:
        """The file's name by Content-Disposition or Content-Type, RFC 2231 or RFC 2047; "" where it has none."""
        given = parameters(self.headers.first("content-disposition") or b"").get("filename") or self.params.get("name")
        return clean_line(re.split(r"[/\\]", given or "")[-1], 150)

    @property
    def content_id(self) -> str:
        return self.headers.text("content-id", 200).strip("<> ")

    def decoded(self) -> bytes:
        """Undo the transfer encoding, leniently; an unknown one is taken for none."""
        return undo_encoding(self.body, self.encoding)


@dataclass(frozen=True, slots=True)
class Structure:
    """A whole mail: the headers of each mail in it (0 is the outer one), and every leaf in order."""

    mails: tuple[Headers, ...]
    type: str
    parts: tuple[Part, ...]
    complete: bool
    """False where a limit on parts or depth cut something off."""


@dataclass(frozen=True, slots=True)
class _Entity:
    source: bytes
    start: int
    end: int
    default: str
    message: int
    depth: int
    alternative: int


def undo_encoding(body: memoryview, encoding: str) -> bytes:
    """Decode base64, quoted-printable and uuencode; never raise."""
    if encoding == "base64":
        return lenient_base64(body)
    if encoding == "quoted-printable":
        return a2b_qp(body)
    data = bytes(body)
    if encoding in ("x-uuencode", "uuencode", "x-uue"):
        files = uuencoded(data)
        return files[0][1] if files else data
    return data


def uuencoded(data: bytes) -> list[tuple[str, bytes]]:
    """Return (name, bytes) of each uuencoded file that stands in a text."""
    files: list[tuple[str, bytes]] = []
    end = 0
    for begin in _UU_BEGIN.finditer(data):
        if len(files) >= UU_FILES_MOST:
            break
        if begin.start() < end:
            continue
        stop = data.find(b"\nend", begin.end() - 1)
        end = stop if stop >= 0 else len(data)
        chunks: list[bytes] = []
        bad = 0
        for line in data[begin.end() : end].split(b"\n", UU_LINES_MOST)[:UU_LINES_MOST]:
            if not line.strip():  # a2b_uu makes 32 zeros of an empty line
                continue
            chunk = _uu_line(line.rstrip(b"\r"))
            bad += not chunk
            if bad > UU_BAD_LINES:
                break
            chunks.append(chunk)
        files.append((clean_line(decode_text(begin[1]), 150), b"".join(chunks)))
    return files


def _uu_line(line: bytes) -> bytes:
    """Decode one line; where letters follow its end, trust the count that it begins with, as uudecode does."""
    for text in (line, line[: (((line[0] - 32) & 63) * 4 + 5) // 3]):
        try:
            return a2b_uu(text)
        except Error:
            continue
    return b""


def without_uuencoded(text: str) -> str:
    """Cut the uuencoded files out of a text."""
    lines = text.split("\n")
    kept: list[str] = []
    inside = False
    for line in lines:
        inside = inside or bool(_UU_BEGIN_LINE.fullmatch(line))
        if not inside:
            kept.append(line)
        inside = inside and line != "end"
    return "\n".join(kept)


def read_headers(source: bytes, start: int, end: int) -> tuple[Headers, int]:
    """Return the headers that begin at ``start`` and where their body begins; a line that is no header is skipped."""
    fields: list[tuple[str, bytes]] = []
    value: list[bytes] = []
    name, room, at = "", 0, start
    for _ in range(HEADER_LINES):
        if at >= end:
            break
        stop = source.find(b"\n", at, end)
        after = end if stop < 0 else stop + 1
        line = source[at : min(after, at + HEADER_CHARS)].rstrip(b"\r\n")
        at = after
        if not line:
            break
        if line[:1] in b" \t":
            if name and room > 0:
                value.append(line[:room])
                room -= len(line)
            continue
        if name:
            fields.append((name, b"".join(value).strip()))
        match = _FIELD.match(line)
        name = match[1].decode("ascii").lower() if match else ""
        value = [line[match.end() :]] if match else []
        room = HEADER_CHARS - len(line)
    if name:
        fields.append((name, b"".join(value).strip()))
    return Headers(tuple(fields)), at


def parameters(raw: bytes) -> dict[str, str]:
    """Return the parameters of a Content-Type or Content-Disposition, RFC 2231 pieces joined, decoded."""
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for count, match in enumerate(_PARAM.finditer(decode_text(raw))):
        if count >= 200:
            break
        named = _CONTINUED.fullmatch(match[1].lower())
        value = match[2].strip()
        if value[:1] == '"' and len(value) > 1:
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        if named:
            pieces.setdefault(named[1], []).append((int(named[2] or -1), bool(named[3]), value))
    return {name: _joined(found) for name, found in pieces.items()}


def _joined(pieces: list[tuple[int, bool, str]]) -> str:
    """Join ``name*0*=utf-8''a%20`` and ``name*1=b``; a plain value is only used where no piece is encoded."""
    encoded = sorted((p for p in pieces if p[0] >= 0 or p[1]), key=lambda p: p[0])
    if not encoded:
        return decode_header(pieces[0][2].encode("utf-8", "replace"))
    charset, data = "", b""
    for index, (_, percent, value) in enumerate(encoded):
        text = value
        if percent and index == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        data += unquote_to_bytes(text) if percent else text.encode("utf-8", "replace")
    return decode_header(decode_text(data, charset).encode("utf-8", "replace"))


def content_type(headers: Headers, default: str) -> tuple[str, dict[str, str]]:
    raw = headers.first("content-type") or b""
    match = _TYPE.match(decode_text(raw[:500]))
    return (match[1].lower() if match else default), parameters(raw)


def structure(raw: bytes) -> Structure:
    """Take a mail apart; whatever the bytes are, something comes back."""
    if b"\n" not in raw[:HEADER_CHARS] and b"\r" in raw[:HEADER_CHARS]:
        raw = raw.replace(b"\r", b"\n")
    mails: list[Headers] = []
    parts: list[Part] = []
    kind, complete, alternatives = "text/plain", True, 0
    todo = [_Entity(raw, 0, len(raw), "text/plain", -1, 0, 0)]
    while todo:
        entity = todo.pop()
        headers, body = read_headers(entity.source, entity.start, entity.end)
        type_, params = content_type(headers, entity.default)
        message = entity.message
        if message < 0:
            mails.append(headers)
            message = len(mails) - 1
            kind = type_ if message == 0 else kind
        part = Part(headers, type_, params, entity.source, body, entity.end, message, entity.alternative)
        if len(parts) >= PARTS_MOST or entity.depth > DEPTH_MOST:
            complete = False
        elif type_.startswith("multipart/"):
            alternatives += type_ == "multipart/alternative"
            inside = alternatives if type_ == "multipart/alternative" else entity.alternative
            children = _children(part, inside, entity.depth)
            # Without any boundary it is read as the text it would be without its Content-Type.
            parts += [] if children else [replace(part, type="text/plain")]
            todo += reversed(children)
        elif holds_mail(part):
            if len(mails) >= MESSAGES_MOST:
                complete = False
            else:
                todo.append(_inner_mail(part, entity.depth))
        else:
            parts.append(part)
    return Structure(tuple(mails), kind, tuple(parts), complete)


def holds_mail(part: Part) -> bool:
    """Tell whether a part is a forwarded mail, also as a file named .eml."""
    return part.type in MESSAGE_TYPES or part.name.lower().endswith(".eml")


def _inner_mail(part: Part, depth: int) -> _Entity:
    source, start, end = part.source, part.start, part.end
    if part.encoding in ("base64", "quoted-printable"):
        source = part.decoded()
        start, end = 0, len(source)
    # Some clients leave a blank line before the inner headers.
    while start < end and source[start : start + 1] in (b"\r", b"\n"):
        start += 1
    return _Entity(source, start, end, "text/plain", -1, depth + 1, 0)


def _children(part: Part, alternative: int, depth: int) -> list[_Entity]:
    """Return the parts between the boundary lines; none where no boundary is to be found."""
    source, start, end = part.source, part.start, part.end
    boundary = part.params.get("boundary", "").rstrip().encode("utf-8", "replace")
    default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
    found = _between(source, start, end, boundary) if boundary else []
    if not found and part.encoding in ("base64", "quoted-printable") and boundary:
        source = part.decoded()  # forbidden by RFC 2045, and seen
        found = _between(source, 0, len(source), boundary)
    if not found and boundary != (guess := _guessed(source, start, end)) and guess:
        found = _between(source, start, end, guess)
    return [_Entity(source, a, b, default, part.message, depth + 1, alternative) for a, b in found]


def _guessed(source: bytes, start: int, end: int) -> bytes:
    """Return what follows "--" on the first such line: a multipart without its boundary parameter, or a wrong one."""
    at = start if source[start : start + 2] == b"--" else source.find(b"\n--", start, min(end, start + 20_000)) + 1
    if at <= 0 and source[start : start + 2] != b"--":
        return b""
    stop = source.find(b"\n", at, end)
    line = source[at + 2 : stop if stop >= 0 else end].strip()
    return line if 4 <= len(line) <= 200 else b""


def _between(source: bytes, start: int, end: int, boundary: bytes) -> list[tuple[int, int]]:
    """Return the slices between lines that are exactly ``--boundary`` or ``--boundary--``, or the end."""
    mark = b"--" + boundary
    found: list[tuple[int, int]] = []
    opened = -1
    at = start if source.startswith(mark, start, end) else source.find(b"\n" + mark, start, end) + 1 or -1
    for _ in range(_BOUNDARY_TRIES):
        if at < 0 or len(found) >= PARTS_MOST:
            break
        stop = source.find(b"\n", at, end)
        after = end if stop < 0 else stop + 1
        rest = source[at + len(mark) : min(after, at + len(mark) + 200)].strip()
        if rest in (b"", b"--"):
            if opened >= 0:
                found.append((opened, _line_end(source, opened, at)))
            # A multipart may use its parent's boundary (a real one did): the closing line then closes only the inner.
            opened = -1 if rest else after
        at = source.find(b"\n" + mark, after - 1, end) + 1 or -1
    if 0 <= opened < end:
        found.append((opened, end))
    return found


def _line_end(source: bytes, start: int, at: int) -> int:
    """The line break before a boundary belongs to the boundary (RFC 2046, 5.1.1)."""
    if at > start and source[at - 1 : at] == b"\n":
        at -= 1
    if at > start and source[at - 1 : at] == b"\r":
        at -= 1
    return at
