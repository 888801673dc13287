"""Does every one of 1,000 malformed mails reach the ledger and stop nothing? python -m tests.trials.malformed [seed]

Good mails of the two other trials, broken: cut, with rubbish for headers, NULs, huge headers, parts in parts, bad base64,
8-bit junk, headers twice, odd charsets. They are put into the Maildir byte for byte, as no polite server would pass them on.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator

from tests.trials import machines, students
from tests.trials.court import WITHOUT_OCR, Case, tell, try_all

Break = Callable[[bytes, random.Random], bytes]


def cut(raw: bytes, chance: random.Random) -> bytes:
    return raw[: chance.randrange(len(raw))]


def rubbish_headers(raw: bytes, chance: random.Random) -> bytes:
    junk = b"\n".join(bytes(chance.randrange(1, 256) for _ in range(chance.randrange(1, 80))) for _ in range(20))
    return junk + b"\n" + raw if chance.random() < 0.5 else raw.replace(b"\nTo:", b"\n" + junk + b"\nTo:", 1)


def zero_bytes(raw: bytes, chance: random.Random) -> bytes:
    out = bytearray(raw)
    for _ in range(50):
        out.insert(chance.randrange(len(out)), 0)
    return bytes(out)


def huge_header(raw: bytes, chance: random.Random) -> bytes:
    name = chance.choice((b"Subject", b"References", b"To", b"From", b"X-Junk", b"Content-Type", b"Received"))
    fill = chance.choice((b"a", b"<x@y.test> ", b"=?utf-8?q?=41?= ", b'"', b"(", b"a;b=", b"\n\t", b"a@b.test, "))
    return name + b": " + fill * (chance.randrange(1000, 400_000) // len(fill)) + b"\n" + raw


def nested(raw: bytes, chance: random.Random) -> bytes:
    depth = chance.choice((5, 50, 300, 3000))
    kind = chance.choice((b"multipart/mixed", b"multipart/alternative", b"message/rfc822"))
    head = b"From: ana@correo.test\nTo: becas@itq.test\nSubject: constancia\nMIME-Version: 1.0\n"
    if kind == b"message/rfc822":
        return head + b"Content-Type: message/rfc822\n\n" * depth + raw
    out = head
    for n in range(depth):
        out += b'Content-Type: %s; boundary="b%d"\n\n--b%d\n' % (kind, n, n)
    return out + b"Content-Type: text/plain\n\nconstancia\n" + raw


def bad_base64(raw: bytes, chance: random.Random) -> bytes:
    return re.sub(rb"[A-Za-z0-9+/]{60,}", lambda m: m[0][: chance.randrange(60)] + b"*=!\xff=" + m[0][7:], raw, count=8)


def junk_bytes(raw: bytes, chance: random.Random) -> bytes:
    out = bytearray(raw)
    for _ in range(chance.randrange(1, 200)):
        out[chance.randrange(len(out))] = chance.randrange(128, 256)
    return bytes(out)


def twice(raw: bytes, chance: random.Random) -> bytes:
    head, _, body = raw.partition(b"\n\n")
    lines = head.split(b"\n")
    chosen = [chance.choice(lines) for _ in range(6)]
    other = [b"From: otra@correo.test", b"Date: ayer", b"Content-Type: text/html; charset=x", b"Message-ID: <>", b"Subject:"]
    return b"\n".join([*lines, *chosen, *chance.sample(other, 2)]) + b"\n\n" + body


def odd_charset(raw: bytes, chance: random.Random) -> bytes:
    charset = chance.choice((b"klingon", b"utf-7", b"utf-16", b"iso-2022-jp", b"hz", b"punycode", b"idna", b"rot13", b"hex", b"zlib",
                             b"unicode_escape", b"cp65001", b"x-unknown", b"", b'"', b"\xff", b"utf-8\0", b"base64", b"undefined"))  # fmt: skip
    raw = re.sub(rb"charset=\"?[\w-]+\"?", b"charset=" + charset, raw)
    return re.sub(rb"=\?UTF-8\?B\?", b"=?" + charset + b"?B?", raw)


def odd_encoding(raw: bytes, chance: random.Random) -> bytes:
    return raw.replace(b"Encoding: base64", b"Encoding: " + chance.choice((b"x-uuencode", b"quoted-printable", b"binary", b"7bit", b"\xff", b"base64; x")))


def no_head(raw: bytes, chance: random.Random) -> bytes:
    lost = chance.choice((b"From", b"Date", b"Message-ID", b"Subject", b"MIME-Version", b"Content-Type"))
    return re.sub(rb"(?mi)^" + lost + rb":.*\n", b"", raw)


def boundaries(raw: bytes, chance: random.Random) -> bytes:
    return chance.choice((
        raw.replace(b"--=_mix", b"--=_mx"), raw.replace(b'boundary="=_mix"', b"boundary="), raw.replace(b'boundary="=_mix"', b'boundary="'),
        raw.replace(b"--=_alt", b"--=_mix"), raw.replace(b"\n--=_mix", b"\n--=_mix--"), re.sub(rb"boundary=\S+", b"", raw),
    ))  # fmt: skip


def line_ends(raw: bytes, chance: random.Random) -> bytes:
    return raw.replace(b"\n", chance.choice((b"\r", b"\r\r\n", b"\n\r", b"\x0b", b"\x85", b"")))


def nothing(raw: bytes, chance: random.Random) -> bytes:
    return chance.choice((b"", b"\n", b"\0", b"x", b":", b"\n\n\n", b"From x\n", b"\xff\xfe", b"From:\n\n", b"a" * 100_000)) + bytes([chance.randrange(256)])


def bad_date(raw: bytes, chance: random.Random) -> bytes:
    date = chance.choice((b"Mon, 99 Foo 20266 99:99:99 +9999", b"", b"0", b"Thu, 01 Jan 0000 00:00:00 -0000", b"31 Dec 9999 23:59:59 -2359",
                          b"1 Jan 1 00:00 +2359", b"hoy", b"\xff", b"Mon, 23 Nov 2026 10:00:00 " + b"9" * 5000))  # fmt: skip
    return re.sub(rb"(?m)^Date:.*$", lambda _: b"Date: " + date, raw)


def bad_sender(raw: bytes, chance: random.Random) -> bytes:
    sender = chance.choice((
        b"<>", b"undisclosed-recipients:;", b"a@b@c", b"<a@b", b'"unclosed <a@b.test>', b"a\0b@c.test", b"=?utf-8?q?a=0d=0aBcc:_x@y.test?= <a@b.test>",
        b"a@[127.0.0.1]", b"a@b..test", b".a@b.test", b"Jos\xe9 <jos\xe9@correo.test>", "José <josé@correo.test>".encode(), b"(((((", b"a" * 2000 + b"@b.test",
        b"a@" + b"b" * 300 + b".test", b"a@xn--80ak6aa92e.test", "a@ñandú.test".encode(), b"a b@c.test", b"a@b.test, c@d.test", b"Group: a@b.test, c@d.test;",
    ))  # fmt: skip
    return re.sub(rb"(?m)^From:.*$", lambda _: b"From: " + sender, raw, count=1)


BREAKS: tuple[Break, ...] = (
    cut, rubbish_headers, zero_bytes, huge_header, nested, bad_base64, junk_bytes, twice, odd_charset, odd_encoding, no_head, boundaries, line_ends,
    nothing, bad_date, bad_sender,
)  # fmt: skip


def build(seed: int, most: int = 1000) -> Iterator[Case]:
    chance = random.Random(seed)
    good = [c for c, _ in students.build(seed, 70) if "[foto]" not in c.label] + chance.sample(list(machines.build(seed)), 60)
    for number in range(most):
        case = chance.choice(good)
        raw, names = case.raw, []
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            fault = chance.choice(BREAKS)
            raw = fault(raw, chance) or b"\n"
            names.append(fault.__name__)
        yield Case(f"{number} {'+'.join(names)} of {case.label}", case.envelope, raw)


def main() -> int:
    cases = list(build(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
    verdict = try_all(cases, by_hand=True, prelude=WITHOUT_OCR)
    print(*tell(verdict), sep="\n")
    print(Counter(f.state for f in verdict.fates), Counter(f.stem for f in verdict.fates))
    print(Counter(f.reason for f in verdict.fates if f.state == "set_aside"))
    troubles = [line for line in verdict.log.splitlines() if '"level": "error"' in line or "Traceback" in line]
    print("\n".join(line[:300] for line in troubles if '"event": "message set aside"' not in line))
    if verdict.exit_code:
        print(verdict.log[-3000:])
    held = verdict.counts["total"] == len(cases) and verdict.counts["waiting"] == 0 and verdict.exit_code == 0
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
