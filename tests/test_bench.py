"""The benchmark of the reader takes what a developer would give it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.shell import papers

ROOT = Path(__file__).parents[1]


def bench(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "bench" / "read.py", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_a_folder_stands_for_its_pdfs(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(papers.constancia())
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.4 broken")
    (tmp_path / "c.txt").touch()
    ran = bench(tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert [line[:34].strip() for line in ran.stdout.splitlines()[1:4]] == [
        "mailbot, in a warm worker", "mailbot, asked over the pipe", "pdfplumber.extract_words",
    ]  # fmt: skip


def test_what_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    assert [bench(words).stderr for words in (tmp_path, tmp_path / "x.pdf")] == [
        "no PDF in there\n", f"{tmp_path}/x.pdf: No such file or directory\n",
    ]  # fmt: skip
