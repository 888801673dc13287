"""From the picture of a document to a Document, by OCR; runs only inside the OCR child.

rapidocr (extra ``ocr``) brings its models in the wheel and uses no network. A picture is read for the student's sake
only: it never confirms anything. So a value that OCR is not sure of is not said: the NSS and the CURP only where their
check digits agree, names and dates only where a second recognition of the same line, enlarged, gives the same letters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import atan2, cos, degrees, radians, sin
from statistics import median
from typing import TYPE_CHECKING, Any

from mailbot.core.constancia import Constancia, Field, Patron
from mailbot.core.documents import CONSTANCIA, ILEGIBLE, IMAGEN, Document, ReadingKnowledge, read_document
from mailbot.core.page import Box, Page, Word
from mailbot.core.spanish import fold
from mailbot.shell.limits import Limits
from mailbot.shell.scan import LONG_SIDE, NotAPicture, evened, pages_of

if TYPE_CHECKING:
    from PIL import Image

SURE = 0.9  # rapidocr's mean confidence of a line below which its letters are not taken
ENOUGH_LETTERS = 60  # a page that gives fewer is probably on its side
WELL_READ = 0.85  # of a page's letters, weighed by confidence; an upside-down page has some 0.5
UPRIGHT_TILT = 20.0  # degrees; more is a page on its side, which is turned instead

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """One line as OCR found it: its words with their boxes, its corners in the picture, and how sure it is."""

    words: tuple[Word, ...]
    corners: tuple[Point, ...]
    score: float


class Ocr:
    """The recogniser, loaded once."""

    def __init__(self) -> None:
        import logging

        logging.disable(logging.CRITICAL)
        import cv2
        from rapidocr import RapidOCR

        cv2.setNumThreads(1)
        self._engine: Any = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.max_side_len": LONG_SIDE,
                "EngineConfig.onnxruntime.intra_op_num_threads": 2,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def read(self, data: bytes, limits: Limits, knowledge: ReadingKnowledge) -> Document:
        """Read a picture or a scan."""
        pages: list[Page] = []
        pictures: list[Image.Image] = []
        lines: list[list[Line]] = []
        try:
            for number, picture in enumerate(pages_of(data), 1):
                turned, found = self._upright(evened(picture))
                pictures.append(turned)
                lines.append(found)
                pages.append(_page(number, turned, found))
        except NotAPicture:
            return Document(ILEGIBLE, problems=("la imagen está dañada",), image_like=True)
        letters = sum(len(w.text) for page in pages for w in page.words)
        if letters < 4:  # a photo of something else: nothing was read
            return Document(IMAGEN, problems=("en la imagen no se lee nada",), image_like=True)
        document = read_document(pages, "ocr", knowledge)
        document = replace(document, image_like=True, via="ocr")
        if document.kind == CONSTANCIA and document.constancia is not None:
            sure = self._only_sure(document.constancia, pictures, lines, knowledge)
            return replace(document, constancia=sure)
        return document

    def _upright(self, picture: Image.Image) -> tuple[Image.Image, list[Line]]:
        """Read a page, turning it by quarters if little is read, and straightening what is askew."""
        best = (picture, self._lines(picture))
        if not _reads_well(best[1]):
            for quarter in (180, 90, 270) if not _sideways(best[1]) else (90, 270):
                turned = picture.rotate(quarter, expand=True)
                best = max(best, (turned, self._lines(turned)), key=lambda found: _worth(found[1]))
                if _reads_well(best[1]):
                    break
        return best

    def _lines(self, picture: Image.Image) -> list[Line]:
        import numpy as np

        # every switch each time: rapidocr keeps those of the last call
        result = self._engine(
            np.asarray(picture)[:, :, ::-1], use_det=True, use_cls=False, use_rec=True, return_word_box=True
        )
        if result.boxes is None or not result.txts:
            return []
        tilt = _tilt([[tuple(map(float, p)) for p in box] for box in result.boxes])
        rows = zip(result.boxes, result.txts, result.scores, result.word_results or (), strict=False)
        return [_line(box, text, float(score), words, tilt) for box, text, score, words in rows]

    def _only_sure(
        self, c: Constancia, pictures: list[Image.Image], lines: list[list[Line]], knowledge: ReadingKnowledge
    ) -> Constancia:
        """Return the constancia without the values that a second look does not confirm."""

        def sure(box: Box | None) -> bool:
            if box is None or box.page > len(pictures):
                return False
            own = [line for line in lines[box.page - 1] if any(_inside(word, box) for word in line.words)]
            return bool(own) and all(self._again(pictures[box.page - 1], line) for line in own)

        def kept(field: Field[Any] | None) -> Any:
            return field if field is not None and sure(field.box) else None

        patrones = tuple(_known(p, knowledge) if sure(p.box) else Patron(None, None, None, p.box) for p in c.patrones)
        return replace(
            c,
            nss=c.nss if c.nss is not None and c.nss.value.checks else None,
            curp=c.curp if c.curp is not None and c.curp.value.checks else None,
            nombre=kept(c.nombre),
            fecha=kept(c.fecha),
            estado=kept(c.estado),
            servicio_medico=kept(c.servicio_medico),
            nacimiento=kept(c.nacimiento),
            patrones=patrones,
            patrones_legible=c.patrones_legible and all(p.razon_social is not None for p in patrones),
        )

    def _again(self, picture: Image.Image, line: Line) -> bool:
        """Tell whether a line, cut out and enlarged, reads the same again."""
        import numpy as np

        if line.score < SURE:
            return False
        result = self._engine(np.asarray(_cut(picture, line))[:, :, ::-1], use_det=False, use_cls=False, use_rec=True)
        again = " ".join(result.txts or ())
        return _spelled(again) == _spelled(" ".join(w.text for w in line.words))


def _known(patron: Patron, knowledge: ReadingKnowledge) -> Patron:
    """Return a row with its name read, and its modalidad only where it is one that rules/ knows: never half of one."""
    if patron.razon_social is None:
        return Patron(None, None, None, patron.box)
    texts = {fold(m) for m in knowledge.modalidades}
    whole = patron.modalidad is not None and fold(patron.modalidad) in texts
    return patron if whole else replace(patron, modalidad=None)


def _worth(lines: list[Line]) -> float:
    """Return how many letters were read, weighed by how sure they are."""
    return sum(line.score * sum(len(w.text) for w in line.words) for line in lines if line.score > 0.6)


def _reads_well(lines: list[Line]) -> bool:
    """Tell whether the page is the right way up: a line upside down gives letters too, but unsure ones."""
    letters = sum(len(w.text) for line in lines for w in line.words)
    return letters >= ENOUGH_LETTERS and _worth(lines) >= WELL_READ * letters and not _sideways(lines)


def _sideways(lines: list[Line]) -> bool:
    """Tell whether most lines of several letters stand upright on their end."""
    long = [line for line in lines if sum(len(w.text) for w in line.words) > 3]
    tall = [line for line in long if abs(_angle(line.corners)) > 45]
    return len(tall) * 2 > len(long)


def _angle(corners: tuple[Point, ...]) -> float:
    (x0, y0), (x1, y1), _, (x3, y3) = corners
    if abs(x1 - x0) + abs(y1 - y0) < abs(x3 - x0) + abs(y3 - y0):
        return 90.0
    return degrees(atan2(y1 - y0, x1 - x0))


def _tilt(boxes: list[Any]) -> float:
    """Return by how many degrees the page is askew: the median of its wide lines."""
    wide = [b for b in boxes if abs(b[1][0] - b[0][0]) > 4 * abs(b[3][1] - b[0][1])]
    angles = [_angle(tuple(b)) for b in wide]
    tilt = median(angles) if angles else 0.0
    return tilt if abs(tilt) < UPRIGHT_TILT else 0.0


def _line(box: Any, text: str, score: float, words: Any, tilt: float) -> Line:
    corners = tuple((float(x), float(y)) for x, y in box)
    return Line(tuple(_words(text, words, corners, tilt)), corners, score)


def _words(text: str, found: Any, corners: tuple[Point, ...], tilt: float) -> Iterator[Word]:
    """Yield the words of a line, straightened; rapidocr's own word boxes, or shares of the line's length."""
    top, bottom = _span([y for _, y in _turned(corners, tilt)])
    if found and " ".join(w[0] for w in found).replace(" ", "") == text.replace(" ", ""):
        for word, _, quad in found:
            if word.strip():
                left, right = _span([x for x, _ in _turned([tuple(map(float, p)) for p in quad], tilt)])
                yield from _parts(word, left, right, top, bottom)
        return
    left, right = _span([x for x, _ in _turned(corners, tilt)])
    yield from _parts(text, left, right, top, bottom)


def _parts(text: str, left: float, right: float, top: float, bottom: float) -> Iterator[Word]:
    step = (right - left) / max(1, len(text))
    at = 0
    for part in text.split(" "):
        if part:
            yield Word(part, left + at * step, top, left + (at + len(part)) * step, bottom)
        at += len(part) + 1


def _turned(points: Any, tilt: float) -> list[Point]:
    """Turn points around the picture's corner, against the tilt."""
    c, s = cos(radians(-tilt)), sin(radians(-tilt))
    return [(x * c - y * s, x * s + y * c) for x, y in points]


def _span(values: list[float]) -> Point:
    ordered = sorted(values)
    half = len(ordered) // 2  # the mean of the lower and of the upper half: a skewed box is not made taller
    return sum(ordered[:half]) / half, sum(ordered[half:]) / (len(ordered) - half)


def _page(number: int, picture: Image.Image, lines: list[Line]) -> Page:
    """Return the words in points, as if the page were a letter's 792 points tall or wide."""
    return Page(number, picture.width, picture.height, tuple(w for line in lines for w in line.words))


def _inside(word: Word, box: Box) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return box.x0 <= x <= box.x1 and box.top <= y <= box.bottom


def _cut(picture: Image.Image, line: Line) -> Image.Image:
    """Cut a line out of the picture along its corners, with a margin, at one and a half its size."""
    from PIL import Image as Pillow

    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = line.corners
    height = max(abs(y3 - y0), abs(y2 - y1), 8.0)
    margin = 0.12 * height
    width = max(abs(x1 - x0), abs(x2 - x3), 8.0)
    quad = (
        x0 - margin, y0 - margin, x3 - margin, y3 + margin, x2 + margin, y2 + margin, x1 + margin, y1 - margin,
    )  # fmt: skip
    size = (int(1.5 * (width + 2 * margin)), int(1.5 * (height + 2 * margin)))
    return picture.transform(size, Pillow.Transform.QUAD, quad, Pillow.Resampling.BICUBIC)


def _spelled(text: str) -> list[str]:
    """Return the words of a line, accents and all: a lost space or accent makes another name."""
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()
