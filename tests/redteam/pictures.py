"""How does the reader fare on scans and photos of those papers? By hand: python -m tests.redteam.pictures -n 24."""

from __future__ import annotations

import argparse
import asyncio
import io
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pypdfium2
from PIL import Image, ImageFilter

from mailbot.commands.read import as_record
from mailbot.shell.limits import Limits
from mailbot.shell.pdf_words import pdfium_pages
from mailbot.shell.workers import Readers
from tests.redteam.judge import judge, tally
from tests.redteam.sweep import knowledge, papers


def take(pdf: bytes, rng: Random) -> bytes:
    """Return the first page as a scanner or a phone would give it: skewed, shaded, noisy, compressed."""
    page = pypdfium2.PdfDocument(pdf)[0]
    dpi = rng.choice([150, 170, 200])
    image = page.render(scale=dpi / 72, rotation=-page.get_rotation() % 360).to_pil().convert("RGB")
    image = image.rotate(rng.uniform(-2, 2), resample=Image.Resampling.BICUBIC, expand=True, fillcolor=(235, 232, 226))
    pixels = np.asarray(image).astype(np.float32)
    high, wide = pixels.shape[:2]
    shade = np.linspace(rng.uniform(0.75, 1), 1, wide)[None, :] * np.linspace(1, rng.uniform(0.8, 1), high)[:, None]
    grain = np.random.default_rng(rng.randrange(10**6)).normal(0, rng.uniform(0, 10), pixels.shape)
    image = Image.fromarray(np.clip(pixels * shade[:, :, None] + grain, 0, 255).astype(np.uint8))
    if rng.random() < 0.3:
        image = image.filter(ImageFilter.GaussianBlur(0.6))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=rng.choice([45, 60, 75, 90]), dpi=(dpi, dpi))
    if rng.random() < 0.5:
        return out.getvalue()
    scan = io.BytesIO()
    Image.open(out).save(scan, "PDF", resolution=dpi)
    return scan.getvalue()


async def measure(count: int, seed: int, keep: Path | None) -> None:
    """Read so many pictures one after the other and print the score."""
    verdicts: list[list[tuple[str, str]]] = []
    async with Readers(Limits(reader_seconds=60), knowledge()) as readers:
        for name, pdf, truth in papers(count * 3, seed, web=False):
            if len(pypdfium2.PdfDocument(pdf)) > 1 or _small(pdf):
                continue
            data = take(pdf, Random(name))
            said: dict[str, Any] = as_record(Path(name), await readers.read(data))
            verdicts.append(judge(said, truth))
            bad = [v for v in verdicts[-1] if v[1] != "right"]
            print(name, said["via"], bad or "right", flush=True)
            if bad and keep:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{name}.{'pdf' if data[:4] == b'%PDF' else 'jpg'}").write_bytes(data)
                print("   ", said, "\n   ", truth)
            if len(verdicts) == count:
                break
    print(tally(verdicts))


def _small(pdf: bytes) -> bool:
    """Tell whether the letters are so small that at 150 dpi a person could not read them either."""
    heights = sorted(w.bottom - w.top for w in pdfium_pages(pypdfium2.PdfDocument(pdf), 1)[0].words)
    return heights[len(heights) // 2] < 8.5


if __name__ == "__main__":
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("-n", type=int, default=24)
    parse.add_argument("--seed", type=int, default=5)
    parse.add_argument("--keep", type=Path)
    chosen = parse.parse_args()
    asyncio.run(measure(chosen.n, chosen.seed, chosen.keep))
