"""How long one page takes, warm, beside plain pdfplumber on the same files: python -m tests.layouts.benchmark."""

from __future__ import annotations

import io
import statistics
import time
from pathlib import Path

import pdfplumber

from tests.layouts.sweep import knowledge, read_pdf

CORPUS = Path(__file__).parents[1] / "corpus" / "constancias"
ROUNDS = 5


def main() -> None:
    known = knowledge()
    ours: list[float] = []
    theirs: list[float] = []
    for path in sorted(CORPUS.glob("*-*.pdf")):
        data = path.read_bytes()
        read_pdf(data, known)
        for _ in range(ROUNDS):
            start = time.perf_counter()
            read_pdf(data, known)
            ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            for page in pdf.pages:
                page.extract_words()
        theirs.append(time.perf_counter() - start)
    print(f"mailbot: {1000 * statistics.median(ours):.1f} ms at the median ({len(ours)} readings)")
    print(f"pdfplumber extract_words: {1000 * statistics.median(theirs):.1f} ms ({len(theirs)} readings)")


if __name__ == "__main__":
    main()
