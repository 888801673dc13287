"""From the picture of a document to a Document, by OCR; runs only inside the OCR child.

rapidocr (extra ``ocr``) brings its models in the wheel and uses no network: its detector finds the lines,
``recogniser`` reads them. A picture is read for the student's sake only: it never confirms anything. So what is not
certain is not said: every value is read twice, out of the evened page and out of the picture as it came, cut
differently, and stands only where both say the same (``core.second_look``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mailbot.core.documents import CONSTANCIA, ILEGIBLE, IMAGEN, Document, ReadingKnowledge, read_document
from mailbot.core.lookalikes import as_printed
from mailbot.core.misread_labels import labels_mended
from mailbot.core.page import Box, Page, Word
from mailbot.core.second_look import Need, boxes_of, of_nobody, of_two_people, only_sure
from mailbot.core.spanish import fold
from mailbot.shell.limits import Limits
from mailbot.shell.line_ends import goes_on, stands_last
from mailbot.shell.reader import reading_of
from mailbot.shell.recogniser import Letter, Recogniser
from mailbot.shell.scan import NotAPicture, evened, pages_of
from mailbot.shell.text_lines import (
    Corners,
    Line,
    Piece,
    corners_of,
    cut,
    from_left_to_right,
    lies_on_its_side,
    parted,
    pieces_of,
    size_of,
    sizes_of_print,
    straightener,
    turned,
    words_of,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    Pixels = NDArray[np.uint8]

DETECTED_AT = 1600  # pixels of the long side on which lines are looked for; they are read at the picture's own size
LETTER = 792.0  # points of a page's long side: the core measures in points
THREADS = 2
SURE = 0.5  # of a letter, at the first look: below it another letter is as likely
SURE_AGAIN = 0.4  # at the second look
ACCENT = 0.1  # likelier than this that a name's letter has an accent which was not read, and the name is not said
WIDER = 0.15  # of a line's height: the second look's margin, so that the letters fall otherwise into the model's grid
FURTHER = 0.02  # the third look's margin
SAMPLE = 8  # lines by which is seen whether the page stands on its head


@dataclass(frozen=True, slots=True)
class Found:
    """A word of the page, and where it was read."""

    word: Word
    line: Line
    piece: Piece


@dataclass(frozen=True, slots=True)
class Seen:
    """A page the right way up: as it came, and what was read on it."""

    raw: Pixels
    even: Pixels
    found: tuple[Found, ...]
    page: Page


class Ocr:
    """Detector and recogniser, loaded once."""

    def __init__(self) -> None:
        import logging

        logging.disable(logging.CRITICAL)
        import cv2
        from rapidocr import RapidOCR

        cv2.setNumThreads(1)
        self._detector: Any = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.max_side_len": DETECTED_AT,
                "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )
        self._recogniser = Recogniser(THREADS)

    def read(self, data: bytes, limits: Limits, knowledge: ReadingKnowledge) -> Document:
        """Read a picture or a scan; of a portfolio, the document inside."""
        try:
            pictures = pages_of(reading_of(data, limits, knowledge).source)
            seen = [self._look(number, picture) for number, picture in enumerate(pictures, 1)]
        except NotAPicture:
            return Document(ILEGIBLE, problems=("la imagen está dañada",), image_like=True)
        letters = sum(len(f.word.text) for page in seen for f in page.found)
        if letters < 4:  # a photo of something else: nothing was read
            return Document(IMAGEN, problems=("en la imagen no se lee nada",), image_like=True)
        document = read_document([s.page for s in seen], "ocr", knowledge)
        document = replace(document, image_like=True, via="ocr")
        if document.kind == CONSTANCIA and document.constancia is not None:
            if of_two_people(document.problems):
                return replace(document, constancia=of_nobody(document.constancia))
            again = self._again(seen, boxes_of(document.constancia))
            return replace(document, constancia=only_sure(document.constancia, again, knowledge))
        return document

    def _look(self, number: int, picture: Image.Image) -> Seen:
        """Find and read the lines of a page, turned upright."""
        import numpy as np

        raw, even = np.asarray(picture), np.asarray(evened(picture))
        corners = self._find_lines(even)
        if lies_on_its_side(corners):
            raw, even, corners = _turned(raw, even, corners, 90)
        corners = [from_left_to_right(c) for c in corners]
        corners = [c for c in corners if size_of(c)[0] > 0.8 * size_of(c)[1]]  # 0.8: a digit alone; taller is a rule
        corners = parted(even, corners)
        if self._stands_on_its_head(even, corners):
            raw, even, corners = _turned(raw, even, corners, 180)
        cuts = [cut(even, c) for c in corners]
        lines = [
            Line(c, pieces_of(letters, seen))
            for c, seen, letters in zip(corners, cuts, self._recogniser.read(cuts), strict=True)
        ]
        straight, points = straightener(corners), LETTER / max(even.shape[:2])
        heights = sizes_of_print([size_of(line.corners)[1] for line in lines])
        found = tuple(
            Found(replace(word, text=text), line, piece)
            for line, height in zip(lines, heights, strict=True)
            for word, piece, text in zip(
                words_of(line, straight, points, height), line.pieces, _texts(line), strict=True
            )
        )
        page = Page(number, points * even.shape[1], points * even.shape[0], tuple(f.word for f in found))
        return Seen(raw, even, found, page)

    def _find_lines(self, even: Pixels) -> list[Corners]:
        # every switch each time: rapidocr keeps those of the last call
        result = self._detector(even[:, :, ::-1], use_det=True, use_cls=False, use_rec=False)
        return [] if result.boxes is None else [corners_of(box) for box in result.boxes]

    def _stands_on_its_head(self, even: Pixels, corners: list[Corners]) -> bool:
        """Tell by some lines whether they read better the other way round."""
        import numpy as np

        longest = sorted(corners, key=lambda c: size_of(c)[0] / size_of(c)[1], reverse=True)[: 3 * SAMPLE : 3]
        cuts = [cut(even, c) for c in longest]
        both = self._recogniser.read([*cuts, *(np.ascontiguousarray(c[::-1, ::-1]) for c in cuts)])
        worth = [sum(letter.sure for letter in letters if letter.sure > 0.6) for letters in both]
        return sum(worth[len(cuts) :]) > sum(worth[: len(cuts)])

    def _again(self, seen: list[Seen], boxes: list[Box]) -> SecondLook:
        """Read again what stands in some boxes, out of the picture as it came."""
        stretches: list[tuple[Seen, list[Found]]] = []
        for box in boxes:
            page = next(s for s in seen if s.page.number == box.page)
            own = [f for f in page.found if _inside(f.word, box)]
            lines = {id(f.line): f.line for f in own}.values()
            stretches += [(page, [f for f in own if f.line is line]) for line in lines]
        cuts = [cut(page.raw, own[0].line.corners, WIDER, *_stretch(own)) for page, own in stretches]
        differs: dict[Need, set[int]] = {need: set() for need in ENOUGH}
        for (page, own), letters, piece in zip(stretches, self._recogniser.read(cuts), cuts, strict=True):
            first = " ".join(f.word.text for f in own)
            read = tuple(a for f in own for a in f.piece.letters)
            doubts = _doubts(first, _text_of(letters, piece), read, letters)
            if doubts:  # a third look settles accents and spaces, and letters where few are possible
                third, larger = self._third(page, own)
                same = fold(_joined(_text_of(letters, piece))) == fold(_joined(first))
                settled = _doubts(first, _text_of(third, larger), read, third)
                doubts = settled if same else doubts - ({"letters"} - settled)
            corners, others = own[0].line.corners, _others(page, own[0].line)
            if goes_on(page.raw, page.even, corners, *_stretch(own), others) or stands_last(page.raw, corners):
                doubts.add("whole")
            for need in doubts:
                differs[need] |= {id(f) for f in own}
        return SecondLook({s.page.number: s.found for s in seen}, differs)

    def _third(self, page: Seen, own: list[Found]) -> tuple[tuple[Letter, ...], Pixels]:
        """Read a stretch of the evened page once more, at twice its size."""
        import cv2
        import numpy as np

        seen = cut(page.even, own[0].line.corners, FURTHER, *_stretch(own))
        larger = np.asarray(cv2.resize(seen, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
        return self._recogniser.read([larger])[0], larger


ENOUGH: Mapping[Need, tuple[Need, ...]] = {
    "letters": ("letters",), "whole": ("letters", "whole"), "sure": ("letters", "whole", "sure"),
    "spaces": ("letters", "whole", "sure", "spaces"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SecondLook:
    """What a second look found of the words of each page (by their identity)."""

    found: Mapping[int, tuple[Found, ...]]
    differs: Mapping[Need, set[int]]
    """Words of a stretch that reads in other letters, or in other words; words of which a letter is in doubt."""

    def __call__(self, box: Box, text: str, need: Need) -> bool:
        """Tell whether a text was read twice alike at a place (``core.second_look.Confirmed``)."""
        doubted = set().union(*(self.differs[n] for n in ENOUGH[need]))
        own = [f for f in self.found[box.page] if _inside(f.word, box)]
        if need in ("letters", "whole"):
            parts = [f for f in own if (word := _joined(f.word.text)) and word in _joined(text)]
            return bool(parts) and not any(id(f) in doubted for f in parts)
        wanted = _spelled(text)
        doubts: dict[int, set[str]] = {}
        for f in own:
            if id(f) in doubted:
                doubts.setdefault(id(f.line), set()).update(_spelled(f.word.text))
        sure: Counter[str] = Counter()
        for f in own:
            if id(f) not in doubted:
                spelled = _spelled(f.word.text)
                sure.update([*spelled, "".join(spelled)] if len(spelled) > 1 else spelled)
        # "DE" of a doubtful line beside the text is not the text's own, where that was read without a doubt
        concerned = any(words and words <= set(wanted) for words in doubts.values())
        return bool(own) and not concerned and Counter(wanted) <= sure


def _doubts(first: str, second: str, letters: Sequence[Letter], again: Sequence[Letter]) -> set[Need]:
    """Return in what two readings of a stretch differ or leave a doubt."""
    doubts: set[Need] = set()
    if fold(_joined(first)) != fold(_joined(second)):
        doubts.add("letters")
    unsure = any(a.sure < SURE for a in letters) or any(a.sure < SURE_AGAIN for a in again if a.char != " ")
    if unsure or _joined(first) != _joined(second):
        doubts.add("sure")
    if _spelled(first) != _spelled(second) or any(a.accent > ACCENT for a in (*letters, *again)):
        doubts.add("spaces")
    return doubts


def _texts(line: Line) -> list[str]:
    """Return the words of a line as they are likely printed: numbers by their form, labels by their dictionary."""
    words = [as_printed(piece.text) for piece in line.pieces]
    return labels_mended(words, [min(letter.sure for letter in piece.letters) for piece in line.pieces])


def _text_of(letters: Sequence[Letter], seen: Pixels) -> str:
    return " ".join(as_printed(piece.text) for piece in pieces_of(letters, seen))


def _others(page: Seen, line: Line) -> list[Corners]:
    return [other.corners for other in {id(f.line): f.line for f in page.found}.values() if other is not line]


def _stretch(own: list[Found]) -> tuple[float, float]:
    """Return from where to where some words of a line go, with half the room to the words beside them."""
    pieces = own[0].line.pieces
    mine = [i for i, piece in enumerate(pieces) if any(f.piece is piece for f in own)]
    first, last = mine[0], mine[-1]
    left = (pieces[first - 1].right + pieces[first].left) / 2 if first else 0.0
    right = (pieces[last].right + pieces[last + 1].left) / 2 if last + 1 < len(pieces) else 1.0
    return left, right


def _turned(raw: Pixels, even: Pixels, corners: list[Corners], quarter: int) -> tuple[Pixels, Pixels, list[Corners]]:
    """Turn a page and the places of its lines; no line has to be looked for again."""
    import numpy as np

    high, wide = even.shape[:2]
    count = quarter // 90
    return (
        np.ascontiguousarray(np.rot90(raw, count)), np.ascontiguousarray(np.rot90(even, count)),
        [turned(c, quarter, wide, high) for c in corners],
    )  # fmt: skip


def _inside(word: Word, box: Box) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return box.x0 <= x <= box.x1 and box.top <= y <= box.bottom


def _joined(text: str) -> str:
    """Return letters and digits without what stands between them."""
    return "".join(_spelled(text))


def _spelled(text: str) -> list[str]:
    """Return the words of a text, accents and all: a lost space or accent makes another name."""
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()
