"""A line says its own letters, whatever else the page has, and a letter how likely it has an accent."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from mailbot.shell.recogniser import Letter, Recogniser


def test_of_a_u_both_its_accent_and_its_dieresis_are_asked() -> None:
    reader = Recogniser.__new__(Recogniser)  # without the model: only how its steps are joined
    reader._allowed = ["", "G", "U", "Ú", "Ü"]
    steps = np.array([[0, 1, 0, 0, 0], [0, 0, 0.75, 0, 0.25]], np.float32)
    assert reader._letters(steps) == (Letter("G", 0.25, 1.0), Letter("U", 0.75, 0.75, 0.25))


def test_a_line_reads_the_same_beside_a_longer_one_and_says_nothing_beyond_its_end() -> None:
    def line(text: str) -> np.ndarray:
        image = Image.new("RGB", (20 + 14 * len(text), 40), "white")
        ImageDraw.Draw(image).text((10, 8), text, fill="black", font=ImageFont.load_default(size=24))
        return np.asarray(image)

    reader, leaders = Recogniser(1), line("SERVICIO MEDICO ............... NO")
    [alone] = reader.read([leaders])
    beside, _ = reader.read([leaders, line("CONSTANCIA DE VIGENCIA DE DERECHOS " * 2)])
    assert alone == beside
    assert all(letter.at <= 1 for letter in beside)
