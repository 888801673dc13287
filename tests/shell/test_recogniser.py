"""A letter tells how likely it has an accent that the picture has nearly lost."""

from __future__ import annotations

import numpy as np

from mailbot.shell.recogniser import Letter, Recogniser


def test_of_a_u_both_its_accent_and_its_dieresis_are_asked() -> None:
    reader = Recogniser.__new__(Recogniser)  # without the model: only how its steps are joined
    reader._allowed = ["", "G", "U", "Ú", "Ü"]
    steps = np.array([[0, 1, 0, 0, 0], [0, 0, 0.75, 0, 0.25]], np.float32)
    assert reader._letters(steps, 1.0) == (Letter("G", 0.25, 1.0), Letter("U", 0.75, 0.75, 0.25))
