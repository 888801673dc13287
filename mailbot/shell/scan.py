"""From a picture, or a PDF that is one, to upright pages ready for OCR: bounded, grey light evened, not too large."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailbot.core.pdf_start import from_header
from mailbot.core.sniff import sniff

if TYPE_CHECKING:
    from PIL import Image

MOST_PAGES = 2  # a constancia has one page, at times two; each costs two seconds
MOST_PIXELS = 120_000_000  # phones make up to 108 megapixels; a bomb claims more
LONG_SIDE = 2400  # pixels: a page of 200 dpi at its own size; above it only time and memory are lost
RENDER_LONG_SIDE = 2400
DARK_GROUND = 90  # of 255: the ground of a screen at night is some 30
MOST_LIGHT = 0.2  # of a page: letters cover a twentieth, with bars and a logo a tenth


class NotAPicture(ValueError):
    """The bytes cannot be shown: damaged, or larger than any camera makes."""


def pages_of(data: bytes) -> Iterator[Image.Image]:
    """Yield the pages of a picture or of a PDF as RGB images, upright by EXIF."""
    if sniff(data) == "pdf":
        yield from _rendered(from_header(data))
    else:
        yield _opened(data)


def _rendered(data: bytes) -> Iterator[Image.Image]:
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
        for index in range(min(len(pdf), MOST_PAGES)):
            page = pdf[index]
            scale = RENDER_LONG_SIDE / max(page.get_size())
            yield page.render(scale=min(scale, 6.0)).to_pil().convert("RGB")
    except pypdfium2.PdfiumError as error:
        raise NotAPicture("pdf") from error


def _opened(data: bytes) -> Image.Image:
    from PIL import Image, ImageOps

    if data[4:8] == b"ftyp":
        import pi_heif

        pi_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # our own bound, below, does not warn but refuses
    try:
        picture: Image.Image = Image.open(io.BytesIO(data))
        if picture.width * picture.height > MOST_PIXELS:
            raise NotAPicture("too large")
        if picture.format == "JPEG":
            picture.draft("RGB", (LONG_SIDE, LONG_SIDE))  # decoded at a half or a quarter: a tenth of the memory
        picture.load()
        picture = ImageOps.exif_transpose(picture)
        picture.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
        return _by_day(_on_white(picture))
    except NotAPicture:
        raise
    except Exception as error:  # Pillow's decoders raise whatever the damage makes them
        raise NotAPicture("damaged") from error


def _on_white(picture: Image.Image) -> Image.Image:
    from PIL import Image

    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, picture).convert("RGB")
    if picture.mode.startswith("I"):  # grey of 16 bits: Pillow would take all but the darkest 256 for white
        import numpy as np

        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8)).convert("RGB")
    return picture.convert("RGB")


def _by_day(picture: Image.Image) -> Image.Image:
    """Turn light letters on a dark screen to dark ones on light: detection ends a line of light letters too soon.

    Such a screen has a dark ground with nothing darker in it, and little that is light; a photo of a paper on a dark
    table has the paper, and one in poor light the letters, which are darker than their ground.
    """
    import numpy as np
    from PIL import ImageOps

    grey = np.asarray(picture.convert("L").reduce(2))
    darkest, ground, lightest = (float(p) for p in np.percentile(grey, (1, 50, 99.8)))
    light = float((grey > (ground + lightest) / 2).mean())
    night = ground < DARK_GROUND and ground - darkest < 0.25 * (lightest - ground) and light < MOST_LIGHT
    return ImageOps.invert(picture) if night else picture


def evened(picture: Image.Image) -> Image.Image:
    """Even the light of a photo: divide by its own paper, so that shadows and lamps vanish."""
    import cv2
    import numpy as np
    from PIL import Image as Pillow

    grey = np.asarray(picture.convert("L"))
    small = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((7, 7), np.uint8)), 21)
    paper = cv2.resize(paper, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    even = cv2.divide(grey, np.maximum(paper, 1), scale=255)
    return Pillow.fromarray(even).convert("RGB")
