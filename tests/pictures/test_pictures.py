"""Scans, photos and screenshots of generated papers: most is read, and nothing wrongly (the sweep beside it: more)."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from mailbot.commands.read import as_record
from mailbot.shell.limits import Limits
from mailbot.shell.ocr import Ocr
from tests.pictures.camera import CAMERAS
from tests.pictures.sweep import papers
from tests.redteam.judge import judge
from tests.redteam.sweep import knowledge

SEED = 6  # any: the claim holds for all that were tried
PAPERS = 6  # with three, one paper whose CURP runs over its cell's edge decides


@pytest.fixture(scope="module")
def ocr() -> Ocr:
    return Ocr()


@pytest.mark.parametrize("camera", CAMERAS)
def test_of_a_picture_most_is_read_and_nothing_wrongly(camera: str, ocr: Ocr) -> None:
    verdicts: Counter[str] = Counter()
    for name, pdf, truth in islice(papers(SEED), PAPERS):
        picture = CAMERAS[camera](pdf, Random(f"{camera}/{name}"))
        said = as_record(Path(name), ocr.read(picture, Limits(), knowledge()))
        said["patrones"] = [p for p in said["patrones"] or [] if any(p.values())]
        verdicts.update(verdict for _, verdict in judge(said, truth))
    assert verdicts["wrong"] == 0
    assert verdicts["right"] >= 0.9 * verdicts.total()
