"""How long does a warm reader take for a one-page text PDF, beside plain pdfplumber on the same file?

    python bench/read.py [FILE.pdf|FOLDER…]

Of a folder, the PDFs in it; without any, the constancias of tests/corpus.

Prints medians in milliseconds: the whole reading inside a warm worker's process (gate, words, fields, signs), the same
asked of a child over its pipe, and pdfplumber's ``extract_words`` alone.
"""

from __future__ import annotations

import asyncio
import io
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mailbot.core.rules import parse_reading
from mailbot.shell.limits import Limits
from mailbot.shell.reader import read_bytes, warm_up
from mailbot.shell.workers import Readers

ROUNDS = 5
ROOT = Path(__file__).parent.parent
RULES = ROOT / "rules" / "documentos.toml"
CORPUS = ROOT / "tests" / "corpus" / "constancias"
KNOWLEDGE = parse_reading({"documentos.toml": RULES.read_text(encoding="utf-8")})


def milliseconds(work: Callable[[bytes], object], files: list[bytes]) -> list[float]:
    """Time every file several times."""
    times = []
    for _ in range(ROUNDS):
        for data in files:
            start = time.perf_counter()
            work(data)
            times.append((time.perf_counter() - start) * 1000)
    return times


def files_of(paths: list[Path]) -> list[bytes]:
    """Read each file, and of a folder each PDF."""
    return [file.read_bytes() for path in paths for file in (sorted(path.glob("*.pdf")) if path.is_dir() else [path])]


def plumber_words(data: bytes) -> object:
    import pdfplumber

    with suppress(Exception), pdfplumber.open(io.BytesIO(data)) as pdf:  # a broken file costs what it costs until then
        return [page.extract_words() for page in pdf.pages]
    return None


async def over_the_pipe(files: list[bytes]) -> tuple[list[float], int]:
    """Time the children, and return the proportional memory of one in kilobytes."""
    async with Readers(Limits(), KNOWLEDGE, ocr=False, warm=1) as readers:
        await readers.read(files[0])
        times = []
        for _ in range(ROUNDS):
            for data in files:
                start = time.perf_counter()
                await readers.read(data)
                times.append((time.perf_counter() - start) * 1000)
        return times, pss_of(readers.pids()[0])


def pss_of(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))


def main() -> None:
    try:
        files = files_of([Path(name) for name in sys.argv[1:]] or [CORPUS])
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}")
    if not files:
        sys.exit("no PDF in there")
    warm_up(KNOWLEDGE)
    ours = milliseconds(lambda data: read_bytes(data, Limits(), KNOWLEDGE), files)
    piped, pss = asyncio.run(over_the_pipe(files))
    plumber_words(files[0])
    plain = milliseconds(plumber_words, files)
    print(f"{'':34}{'median':>9}{'95 %':>9}")
    rows = [
        ("mailbot, in a warm worker", ours),
        ("mailbot, asked over the pipe", piped),
        ("pdfplumber.extract_words", plain),
    ]
    for name, times in rows:
        ninety_five = sorted(times)[int(len(times) * 0.95)]
        print(f"{name:34}{statistics.median(times):7.1f}ms{ninety_five:7.1f}ms")
    print(f"one warm worker: {pss / 1024:.0f} MB (PSS)")


if __name__ == "__main__":
    main()
