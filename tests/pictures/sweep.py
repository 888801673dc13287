"""How does the reader fare on scans, photos and screenshots? By hand: python -m tests.pictures.sweep -n 40 --seed 1.

Seeds from 900 on are held out: they are looked at only to report, never to tune.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pickle
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pypdfium2

from mailbot.commands.read import as_record
from mailbot.core.page import Word
from mailbot.shell.limits import Limits
from mailbot.shell.ocr import Ocr
from mailbot.shell.pdf_words import pdfium_pages
from tests.layouts import sweep as layouts
from tests.pictures import official
from tests.pictures.camera import CAMERAS
from tests.redteam import sweep as redteam
from tests.redteam.judge import judge, tally

SAMPLES = Path(__file__).parents[1] / "corpus" / "constancias"
SMALLEST = 8.5  # points of a line's height; below it a person could not read a scan of 150 dpi either

Made = tuple[str, bytes, dict[str, Any]]


def of_samples(seed: int) -> Iterator[Made]:
    """Yield the corpus, shuffled so that a paper that is added leaves the others in their order."""
    for file in sorted(SAMPLES.glob("*.pdf"), key=lambda file: Random(f"{seed}/{file.name}").random()):
        truth = json.loads(file.with_suffix(".json").read_text("utf-8"))
        yield file.stem, file.read_bytes(), truth


def of_layouts(seed: int) -> Iterator[Made]:
    """Yield generated layouts."""
    for number in range(10_000):
        data, truth = layouts.make(100_000 * seed + number)
        yield f"layout-{number}", data, {"servicio_medico": None, **truth}


def of_redteam(seed: int) -> Iterator[Made]:
    """Yield the other generator's papers."""
    return redteam.papers(10_000, 40_000 + seed, web=False)


class Remembering(Ocr):
    """OCR that keeps what it found and read in a folder: a change to what follows is measured in seconds."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._found, self._read = self._find_lines, self._recogniser.read
        self._find_lines = lambda even: self._kept("lines", [even], lambda _: [self._found(even)])[0]  # type: ignore[method-assign]
        self._recogniser.read = lambda lines: self._kept("letters", lines, self._read)  # type: ignore[method-assign]

    def _kept(self, what: str, pictures: list[Any], ask: Callable[[list[Any]], list[Any]]) -> list[Any]:
        files = [self._folder / f"{what}-{hashlib.sha1(p.tobytes() + str(p.shape).encode()).hexdigest()}" for p in pictures]
        new = [i for i, f in enumerate(files) if not f.exists()]
        for i, answer in zip(new, ask([pictures[i] for i in new]) if new else (), strict=True):
            files[i].write_bytes(pickle.dumps(answer))
        return [pickle.loads(f.read_bytes()) for f in files]


def of_officials(seed: int) -> Iterator[Made]:
    """Yield papers with an official look."""
    for number in range(10_000):
        yield f"official-{number}", *official.paper(f"{seed}/{number}")


def papers(seed: int) -> Iterator[Made]:
    """Yield readable one-page papers from all the sources in turn."""
    sources = [of_samples(seed), of_layouts(seed), of_redteam(seed), of_officials(seed)]
    while True:
        for source in list(sources):
            made = next((m for m in source if fit_for_a_picture(m[1])), None)
            if made is None:
                sources.remove(source)
            else:
                yield made


def fit_for_a_picture(pdf: bytes) -> bool:
    """Tell whether the paper has one page, of letters that a person could still read at 150 dpi, all upright."""
    document = pypdfium2.PdfDocument(pdf)
    if len(document) > 1:
        return False
    words = pdfium_pages(document, 1)[0].words
    heights = sorted(w.bottom - w.top for w in words)
    if any(_over(a, b) for i, a in enumerate(words) for b in words[:i]):
        return False
    return len(words) > 20 and all(w.upright for w in words) and heights[len(heights) // 10] >= SMALLEST


def _over(a: Word, b: Word) -> bool:
    """Tell whether two words are printed over each other."""
    wide, tall = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.bottom, b.bottom) - max(a.top, b.top)
    return wide > 2 and tall > 0.5 * min(a.bottom - a.top, b.bottom - b.top)


def main() -> None:
    """Read so many pictures and print the score by camera and by field."""
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("-n", type=int, default=40)
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--camera", choices=list(CAMERAS))
    parse.add_argument("--only")
    parse.add_argument("--remember", type=Path, help="folder for what OCR found, for the next run")
    parse.add_argument("--keep", type=Path, help="folder for the pictures that were not read right")
    chosen = parse.parse_args()
    known, limits = redteam.knowledge(), Limits()
    ocr = Remembering(chosen.remember) if chosen.remember else Ocr()
    cameras = [chosen.camera] if chosen.camera else list(CAMERAS)
    verdicts: list[list[tuple[str, str]]] = []
    by_camera: Counter[tuple[str, str]] = Counter()
    spent: list[float] = []
    for number, (name, pdf, truth) in enumerate(papers(chosen.seed)):
        if number == chosen.n:
            break
        if chosen.only and chosen.only != name:
            continue
        camera = cameras[(number + number // len(cameras)) % len(cameras)]  # not each source before one camera
        data = CAMERAS[camera](pdf, Random(f"{chosen.seed}/{name}"))
        begun = time.process_time()
        said: dict[str, Any] = as_record(Path(name), ocr.read(data, limits, known))
        said["patrones"] = [p for p in said["patrones"] or [] if any(p.values())]  # a doubtful row says nothing
        spent.append(time.process_time() - begun)
        verdicts.append(judge(said, truth))
        by_camera.update((camera, verdict) for _, verdict in verdicts[-1])
        bad = [v for v in verdicts[-1] if v[1] != "right"]
        print(f"{camera} {name} {spent[-1]:.1f} s", bad or "right", flush=True)
        for field, _verdict in bad:
            shown = field if field in truth else "patrones"
            print(f"      {field}: {said.get(shown)!r} for {truth.get(shown)!r}", flush=True)
        if bad and chosen.keep:
            chosen.keep.mkdir(parents=True, exist_ok=True)
            (chosen.keep / f"{camera}-{name}.{'pdf' if data[:4] == b'%PDF' else 'img'}").write_bytes(data)
    report(verdicts, by_camera, spent)


def report(verdicts: list[list[tuple[str, str]]], by_camera: Counter[tuple[str, str]], spent: list[float]) -> None:
    """Print the shares."""
    for what, counted in (("field", tally(verdicts)), ("camera", by_camera)):
        for key in sorted({k for k, _ in counted}):
            right, none, wrong = (counted[key, v] for v in ("right", "none", "wrong"))
            share = 100 * right / (right + none + wrong)
            print(f"{what} {key:<18} right {right:>4} none {none:>4} wrong {wrong:>4}  {share:5.1f} %")
    score = Counter(v for one in verdicts for _, v in one)
    total = sum(score.values())
    print({k: f"{n} ({100 * n / total:.1f} %)" for k, n in score.items()}, f"median {sorted(spent)[len(spent) // 2]:.1f} s of CPU")


if __name__ == "__main__":
    main()
