"""Does anything that mails and papers say become markup, link, header or log line? python -m tests.trials.injection

Display names, subjects, file names and the fields of constancias full of Markdown, HTML, Jinja, line ends, bidi marks, links
and 10 kB of text; every mail sent because of them, and the log, are searched for traces, and the log and `status` for
names, addresses, NSS and CURP.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage
from email.policy import SMTP
from html import unescape

from mailbot.demo import papers
from tests.shell.house import House, house
from tests.trials.court import NOW, Case, deliver, judge, tell
from tests.trials.machines import US
from tests.trials.students import STUDENTS, TODAY

EVIL = (
    "**negritas** _x_ `y` # título",
    "[Pulsa aquí](https://malo.example/robo)",
    "![x](https://malo.example/p.png)",
    "<script>alert(1)</script><img src=x onerror=alert(1)><a href='https://malo.example'>aquí</a>",
    "{{ 7*7 }}{% for x in config %}{{ x }}{% endfor %}{{ ''.__class__.__mro__ }}",
    "Ana\r\nBcc: victima@malo.example\r\nX-Malo: si",
    "Ana%0d%0aBcc: victima@malo.example",
    "\u202egnp.exe\u202c \u2066x\u2069 \u200b\u200f\ufeff",
    "https://malo.example/entra www.malo.example malo.example/x javascript:alert(1) mailto:x@malo.example",
    "\u0000\u0001\u0007\u001b[31mrojo\u001b[0m",
    "A" * 10_000,
    "\u0301" * 500 + "Z\u0336a\u0336l\u0336g\u0336o",
    "</td></table></body></html><h1>Fin</h1>",
    "<https://malo.example>",
    "| a | b |\n|---|---|\n> cita\n- lista\n1. uno\n---\n===",
    "&lt;script&gt;&#60;b&#62;",
    "=?utf-8?q?=0d=0aBcc:_victima@malo.example?=",
    "hxxp://malo[.]example y malo。example ｍalo.example",
)
TRACES = re.compile(r"malo\.example|<script|onerror|\{\{|\{%|__class__|\x1b|\u202e|\u2066|X-Malo|alert\(1\)", re.IGNORECASE)


def evil_paper(student: papers.Student, text: str, where: str) -> bytes:
    """Draw a constancia with the text in one of its fields."""
    from dataclasses import replace

    text = text.replace("\r", " ").replace("\n", " ").replace("\0", "")[:300]
    how: dict[str, object] = {"estado": "VIGENTE", "patrones": (papers.COMPANY,)}
    if where == "patron":
        how["patrones"] = ((text + " SA DE CV", papers.COMPANY[1], papers.COMPANY[2]),)
    elif where == "escuela":
        how["patrones"] = (("CONALEP " + text, papers.FORMER_SCHOOL[1], papers.FORMER_SCHOOL[2]),)
    elif where == "modalidad":
        how["patrones"] = ((papers.COMPANY[0], papers.COMPANY[1], text),)
    elif where == "estado":
        how["estado"] = text
    else:
        student = replace(student, given=text)
    return papers.constancia(student, TODAY, **how)  # type: ignore[arg-type]


def build() -> Iterator[Case]:
    number = 0
    for text in EVIL:
        for where in ("nombre", "patron", "escuela", "modalidad", "estado", "remitente", "asunto", "archivo", "cuerpo", "referencias"):
            number += 1
            student = STUDENTS[number % len(STUDENTS)]
            address = f"inyecta{number}@correo.test"
            in_paper = where in ("nombre", "patron", "escuela", "modalidad", "estado")
            pdf = evil_paper(student, text, where) if in_paper else papers.constancia(student, date(2026, 11, 23), estado="BAJA", servicio="NO")
            yield Case(f"{where}: {text[:40]!r}", address, _mail(number, address, text, where, pdf))


def _mail(number: int, address: str, text: str, where: str, pdf: bytes) -> bytes:
    from base64 import b64encode

    word = f"=?utf-8?b?{b64encode(text.encode()).decode()}?="
    mail = EmailMessage(policy=SMTP)
    mail["To"], mail["Date"] = US, "Mon, 23 Nov 2026 10:00:00 -0600"
    mail.set_content((text if where == "cuerpo" else "Adjunto mi constancia de vigencia, seguro facultativo") + "\n¿cuánto tarda?\n")
    mail.add_attachment(pdf, maintype="application", subtype="pdf", filename="NOMBRE_DEL_ARCHIVO.pdf")
    raw = mail.as_bytes().replace(b"NOMBRE_DEL_ARCHIVO.pdf", word.encode() if where == "archivo" else b"c.pdf")
    head = f"From: {word if where == 'remitente' else 'Ana'} <{address}>\r\nSubject: {word if where == 'asunto' else 'Constancia'}\r\n"
    thread = f"In-Reply-To: {word}\r\nReferences: {word} <a@b.test>\r\n" if where == "referencias" else ""
    return (head + thread + f"Message-ID: <inyecta.{number}@correo.test>\r\n").encode() + raw


def traces(mail: EmailMessage) -> list[str]:
    """Return what of the evil is active in a mail: a link, markup, a header of its own."""
    found = []
    for name, value in mail.items():
        if re.search(r"[\r\n\0\x1b\u202a-\u202e\u2066-\u2069]", str(value)) or name.lower() in ("bcc", "x-malo"):
            found.append(f"header {name}")
        if "malo.example" in str(value).lower():
            found.append(f"link in header {name}")
    html = mail.get_body(("html",))
    text = mail.get_body(("plain",))
    page = str(html.get_content()) if html else ""
    plain = str(text.get_content()) if text else ""
    if re.search(r"<(script|img[^>]+(onerror|malo)|a[^>]+malo|h1>Fin)", page, re.IGNORECASE):
        found.append("markup in HTML")
    if "malo.example" in unescape(page).lower() or "malo.example" in plain.lower():
        found.append("a stranger's host in the text")
    for name, body in (("HTML", page), ("text", plain)):
        if re.search(r"\{\{|\{%|\b49\b.*config|[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069]", body):
            found.append(f"template or control characters in {name}")
    if len(plain) > 12_000:
        found.append("too long")
    return found


def personal(cases: list[Case]) -> re.Pattern[str]:
    words = {s.nss for s in STUDENTS} | {s.curp for s in STUDENTS} | {s.surnames for s in STUDENTS} | {s.given for s in STUDENTS if len(s.given) > 5}
    words |= {c.envelope for c in cases}
    return re.compile("|".join(map(re.escape, sorted(words))) + r"|inyecta\d+|@correo\.test|[A-Z]{4}\d{6}[HMX]", re.IGNORECASE)


def inspect(home: House, cases: list[Case]) -> list[str]:
    problems: list[str] = []
    verdict = judge(home, cases, NOW, 1200)
    print(*tell(verdict), sep="\n")
    for mail in verdict.sent:
        problems += [f"{mail['X-Mailbot-Reply']} to {mail['In-Reply-To']}: {t}" for t in traces(mail)]
    secret = personal(cases)
    said = {"log": verdict.log}
    for command in (("status",), ("status", "--json"), ("rules",), ("check",)):
        done = home.run(*command)
        said[" ".join(command)] = done.stdout + done.stderr
    for name, text in said.items():
        problems += [f"{name} says {m[0]!r}" for m in secret.finditer(text)][:5]
        problems += [f"{name} has a trace {m[0]!r}" for m in TRACES.finditer(text)][:5]
    refused = [f for f in verdict.fates if f.state == "set_aside"]
    problems += [f"set aside: {f.case.label}: {f.reason}" for f in refused if "bug" in str(f.reason) or "falló" in str(f.reason)]
    if verdict.counts["total"] != len(cases) or verdict.exit_code:
        problems.append(f"counts {json.dumps(verdict.counts)}, exit {verdict.exit_code}")
    stems = {f.case.label.split(":")[0]: set[str]() for f in verdict.fates}
    for fate in verdict.fates:
        stems[fate.case.label.split(":")[0]].add(str(fate.stem or fate.state))
    print(json.dumps({k: sorted(v) for k, v in stems.items()}, indent=1, ensure_ascii=False))
    return problems


def main() -> int:
    cases = list(build())
    with house() as home:
        home.write_config(more="[limits]\nreplies_per_hour = 0\nreplies_per_sender_per_day = 0\n")
        deliver(home, cases)
        problems = inspect(home, cases)
    print(*problems, sep="\n")
    print(f"{len(cases)} mails, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
