"""Do 400 PDFs that nobody here drew each end in a kind and a reply? python -m tests.trials.foreign FOLDER [most] [seed] [--ocr]

FOLDER holds PDFs from anywhere (test data in the sdists of PDF libraries serves); a fifth of the mails carry them broken:
cut, with flipped bytes, encrypted. Pictures are not read unless --ocr is given: that takes half an hour.
Whatever is called a constancia is printed, for a person to look at.
"""

from __future__ import annotations

import io
import random
import sys
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

from tests.trials.court import WITHOUT_OCR, Case, tell, try_all
from tests.trials.machines import US


def found(folder: Path, most_bytes: int = 9_000_000) -> list[tuple[str, bytes]]:
    """Return each different PDF under a folder, none of one origin (first folder) more than 60 times."""
    seen: set[bytes] = set()
    origins: Counter[str] = Counter()
    files = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() == ".pdf" and p.is_file()):
        origin = path.relative_to(folder).parts[0]
        if not 0 < path.stat().st_size <= most_bytes or origins[origin] >= 60:
            continue
        data = path.read_bytes()
        if sha256(data).digest() not in seen:
            seen.add(sha256(data).digest())
            origins[origin] += 1
            files.append((str(path.relative_to(folder)), data))
    return files


def broken(data: bytes, chance: random.Random) -> tuple[str, bytes]:
    """Break a PDF in one of the ways that mail, phones and malice do."""
    how = chance.choice(("cut", "head_lost", "flipped", "locked", "doubled", "newlines", "tail", "zeros"))
    if how == "cut":
        return how, data[: chance.randrange(1, len(data) + 1)]
    if how == "head_lost":
        return how, data[chance.randrange(1, min(len(data), 2000) + 1) :]
    if how == "flipped":
        changed = bytearray(data)
        for _ in range(chance.randrange(1, 60)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        return how, bytes(changed)
    if how == "locked":
        from reportlab.lib.pdfencrypt import StandardEncryption
        from reportlab.pdfgen.canvas import Canvas

        out = io.BytesIO()
        canvas = Canvas(out, encrypt=StandardEncryption("x", "y", strength=chance.choice((40, 128))))
        canvas.drawString(72, 720, f"un documento {chance.random()}")
        canvas.save()
        return how, out.getvalue()
    if how == "doubled":
        return how, data + data
    if how == "newlines":
        return how, data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    if how == "tail":
        return how, data + bytes(chance.randrange(256) for _ in range(5000))
    at = chance.randrange(len(data))
    return how, data[:at] + bytes(4096) + data[at + 4096 :]


def build(folder: Path, most: int, seed: int) -> Iterator[Case]:
    chance = random.Random(seed)
    files = found(folder)
    chance.shuffle(files)
    whole = files[: most * 4 // 5]
    rest = [(f"{name} ({how})", data) for name, base in (chance.choice(files) for _ in range(most - len(whole)))
            for how, data in (broken(base, chance),)]  # fmt: skip
    for number, (name, data) in enumerate([*whole, *rest]):
        mail = EmailMessage()
        mail["From"], mail["To"] = f"ajena{number}@correo.test", US
        mail["Subject"], mail["Message-ID"] = "Constancia de vigencia", f"<ajena.{number}@correo.test>"
        mail["Date"] = "Mon, 23 Nov 2026 10:00:00 -0600"
        mail.set_content("Hola, envío mi constancia de vigencia de derechos para el seguro facultativo.\n")
        mail.add_attachment(data, maintype="application", subtype="pdf", filename="documento.pdf")
        yield Case(name, f"ajena{number}@correo.test", mail.as_bytes())


def main() -> int:
    given = [a for a in sys.argv[1:] if a != "--ocr"]
    most = int(given[1]) if len(given) > 1 else 400
    cases = list(build(Path(given[0]), most, int(given[2]) if len(given) > 2 else 1))
    verdict = try_all(cases, prelude="" if "--ocr" in sys.argv else WITHOUT_OCR)
    print(*tell(verdict), sep="\n")
    unanswered = [f for f in verdict.fates if f.state not in ("answered", "filed") or not f.stem]
    for fate in unanswered:
        print("NOT ANSWERED", fate.case.label, fate.state, fate.reason, fate.facts)
    read = [f for f in verdict.fates if f.facts.get("documento") == "constancia" or f.facts.get("falta")]
    for fate in read:
        print("READ AS", fate.facts.get("documento"), fate.case.label, fate.stem)
    print(Counter(f.stem for f in verdict.fates), Counter(f.facts.get("documento") for f in verdict.fates))
    print(f"{len(cases)} mails, {len(unanswered)} not answered; left behind: {verdict.left_behind}")
    return 1 if unanswered or verdict.exit_code or verdict.left_behind else 0


if __name__ == "__main__":
    sys.exit(main())
