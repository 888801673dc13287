"""From the picture of a line to its letters, each with how sure it is.

rapidocr's own decoder gives one mean for a line, and takes any of 18,000 letters of every script. Here the model that
comes in rapidocr's wheel is asked directly: only for letters that a Mexican document prints, and for each of them the
least sure step between it and the one before, so that a single doubtful letter shows, and so does one left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

HEIGHT = 48  # pixels of a line, as the model was trained
LONGEST = 40  # times its height: no line of a page is longer; a wider cut is noise
ACCENTED = dict(zip("AEIOUNaeioun", ("Á", "É", "Í", "Ó", "ÚÜ", "Ñ", "á", "é", "í", "ó", "úü", "ñ"), strict=True))
SPANISH = (
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    "ÁÉÍÓÚÜÑáéíóúüñÀÂÃÄÇÈÊËÌÎÏÒÔÕÖÙÛàâãäçèêëìîïòôõöùû"
    " .,:;-–—_/\\()[]{}&\"'´`’‘“”#°ºª*+=<>|%$@!¡?¿~^"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as read: where in its line (0 left, 1 right), and how sure, 0 to 1."""

    char: str
    at: float
    sure: float
    accent: float = 0.0
    """Of a letter without accent: how likely it has one that the picture has nearly lost."""


class Recogniser:
    """The model, loaded once."""

    def __init__(self, threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        model = next(f for f in files("rapidocr").joinpath("models").iterdir() if "_rec_" in f.name)
        self._session: Any = onnxruntime.InferenceSession(
            model.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        characters = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        known = {char: index for index, char in enumerate(["", *characters, " "])}  # 0: nothing, last: a space
        self._allowed = ["", *(c for c in SPANISH if c in known)]
        self._columns = [known[c] for c in self._allowed]

    def read(self, lines: list[Pixels]) -> list[tuple[Letter, ...]]:
        """Read lines cut out of a page (RGB), in their order.

        Each by itself: beside a longer one it would be filled up, and the model then sees letters, a line's last ones
        once more ("NNO"), in what was filled up.
        """
        return [self._letters(self._steps(_ready(line))) for line in lines]

    def _steps(self, ready: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how sure the model is of each allowed letter (columns) along one line (rows)."""
        name = self._session.get_inputs()[0].name
        steps: NDArray[np.float32] = self._session.run(None, {name: ready[None]})[0][0][:, self._columns]
        return steps

    def _letters(self, steps: NDArray[np.float32]) -> tuple[Letter, ...]:
        """Join the steps of one line into letters."""
        best, sure = steps.argmax(axis=1), steps.max(axis=1)
        letters: list[Letter] = []
        wide = len(best)
        since = 0
        i = 0
        while i < len(best):
            if best[i] == 0:
                i += 1
                continue
            end = i
            while end < len(best) and best[end] == best[i]:
                end += 1
            top = max(float(s) for s in sure[i:end])
            before = [float(s) for s in sure[since:i] if s < 1]
            char = self._allowed[best[i]]
            accented = [self._allowed.index(c) for c in ACCENTED.get(char, "") if c in self._allowed]
            accent = max((float(steps[i:end, column].max()) for column in accented), default=0.0)
            letters.append(Letter(char, ((i + end) / 2) / wide, min([top, *before]), accent))
            since = i = end
        return tuple(letters)


def _ready(line: Pixels) -> NDArray[np.float32]:
    """Return a line at the model's height, its values from -1 to 1."""
    import cv2
    import numpy as np

    wide = max(8, min(LONGEST * HEIGHT, round(HEIGHT * line.shape[1] / line.shape[0])))
    smooth = cv2.INTER_AREA if line.shape[0] > HEIGHT else cv2.INTER_CUBIC
    seen = cv2.resize(line, (wide, HEIGHT), interpolation=smooth).astype(np.float32)
    return np.asarray((seen.transpose(2, 0, 1) / 127.5) - 1)
