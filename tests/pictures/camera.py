"""From a PDF's page to what a scanner, a phone or a screen makes of it: never as clean as the page was."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from random import Random

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Pixels = NDArray[np.uint8]
ORIENTATION = 0x0112  # EXIF
TURNS = {1: 0, 3: 180, 6: 90, 8: -90}  # EXIF orientation -> degrees counter-clockwise that the stored picture lies turned


def page_of(pdf: bytes, dpi: float) -> Image.Image:
    """Render the first page, upright."""
    page = pypdfium2.PdfDocument(pdf)[0]
    image: Image.Image = page.render(scale=dpi / 72, rotation=-page.get_rotation() % 360).to_pil().convert("RGB")
    return image


def _shaded(image: Image.Image, rng: Random, deepest: float) -> Image.Image:
    """Put the page in uneven light: darker towards one side, a lamp's spot, and a sensor's noise."""
    pixels = np.asarray(image).astype(np.float32)
    high, wide = pixels.shape[:2]
    along = np.linspace(0, 1, wide, dtype=np.float32)[None, :]
    down = np.linspace(0, 1, high, dtype=np.float32)[:, None]
    angle = rng.uniform(0, 2 * math.pi)
    slope = math.cos(angle) * (along - 0.5) + math.sin(angle) * (down - 0.5) + 0.5
    light = 1 - rng.uniform(0, deepest) * np.clip(slope, 0, 1)
    spot = (along - rng.random()) ** 2 + (down - rng.random()) ** 2
    light = light * (1 + rng.uniform(-0.15, 0.1) * np.exp(-spot / 0.1))
    grain = np.random.default_rng(rng.randrange(10**6)).normal(0, rng.uniform(1, 9), pixels.shape[:2]).astype(np.float32)
    tint = np.array([1, rng.uniform(0.96, 1), rng.uniform(0.88, 1)], dtype=np.float32)
    seen = np.clip(pixels * light[:, :, None] * tint + grain[:, :, None], 0, 255)
    return Image.fromarray(seen.astype(np.uint8))


def _jpeg(image: Image.Image, rng: Random, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=rng.choice([55, 65, 75, 85, 92]), **options)
    return out.getvalue()


def scan(pdf: bytes, rng: Random) -> bytes:
    """A flat-bed scan: askew by up to five degrees, noisy, grey at times, as a JPEG or inside a PDF."""
    dpi = rng.choice([150, 170, 200])
    image = page_of(pdf, dpi)
    tilt = rng.choice([0.0, rng.uniform(-1.5, 1.5), rng.uniform(-5, 5)])
    image = image.rotate(tilt, Image.Resampling.BICUBIC, expand=rng.random() < 0.5, fillcolor=(246, 245, 243))
    image = _shaded(image, rng, 0.12)
    if rng.random() < 0.3:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.7)))
    if rng.random() < 0.4:
        image = image.convert("L")
    return _as_scanned(image, rng, dpi)


def _as_scanned(image: Image.Image, rng: Random, dpi: int) -> bytes:
    """Save a scan as scanners do: a JPEG, or a PDF of nothing else."""
    data = _jpeg(image, rng, dpi=(dpi, dpi))
    if rng.random() < 0.5:
        return data
    out = io.BytesIO()
    Image.open(io.BytesIO(data)).save(out, "PDF", resolution=dpi)
    return out.getvalue()


def turned(pdf: bytes, rng: Random) -> bytes:
    """A scan that lies on its side or on its head, and nothing says so."""
    dpi = rng.choice([150, 200])
    image = page_of(pdf, dpi).rotate(rng.uniform(-1, 1), Image.Resampling.BICUBIC, fillcolor=(250, 250, 250))
    image = _shaded(image, rng, 0.08).rotate(rng.choice([90, 180, 270]), expand=True)
    return _as_scanned(image, rng, dpi)


def photo(pdf: bytes, rng: Random) -> bytes:
    """A phone's photo: the paper on a table, in perspective, in a hand's shadow; EXIF may say how it was held."""
    page = np.asarray(page_of(pdf, rng.choice([170, 185, 200])))
    high, wide = page.shape[:2]
    edge = rng.uniform(0.02, 0.09)
    around_x, around_y = int(wide * edge), int(high * edge)
    full_w, full_h = wide + 2 * around_x, high + 2 * around_y
    table = _table(full_w, full_h, rng)
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    push = 0.035 * wide
    landed = corners + np.array([around_x, around_y], np.float32)
    landed += np.array([[rng.uniform(-push, push) for _ in range(2)] for _ in range(4)], np.float32)
    turn = cv2.getRotationMatrix2D((full_w / 2, full_h / 2), rng.uniform(-4, 4), 1.0)
    landed = (landed @ turn[:, :2].T + turn[:, 2]).astype(np.float32)
    lens = cv2.getPerspectiveTransform(corners, landed)
    seen = cv2.warpPerspective(page, lens, (full_w, full_h), flags=cv2.INTER_CUBIC)
    mask = cv2.warpPerspective(np.full((high, wide), 255, np.uint8), lens, (full_w, full_h))
    whole = np.where(mask[:, :, None] > 127, seen, table)
    image = _shaded(_shadow(Image.fromarray(whole), rng), rng, 0.4)
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.7)))
    held = rng.choice([1, 1, 3, 6, 8])
    exif = Image.Exif()
    exif[ORIENTATION] = held
    return _jpeg(image.rotate(TURNS[held], expand=True), rng, exif=exif.tobytes())


def _table(wide: int, high: int, rng: Random) -> Pixels:
    """A table's top: a colour with a grain."""
    colour = np.array(rng.choice([(92, 70, 52), (40, 42, 48), (150, 130, 105), (205, 200, 196)]), np.float32)
    grain = np.random.default_rng(rng.randrange(10**6)).normal(0, 14, (high // 6 + 1, wide // 40 + 1)).astype(np.float32)
    wood = cv2.resize(grain, (wide, high), interpolation=cv2.INTER_CUBIC)
    return np.clip(colour + wood[:, :, None], 0, 255).astype(np.uint8)


def _shadow(image: Image.Image, rng: Random) -> Image.Image:
    """The shadow of a hand or a phone over a corner, with a soft edge."""
    if rng.random() < 0.4:
        return image
    mask = Image.new("L", image.size, 255)
    w, h = image.size
    side = rng.choice([0, w])
    reach = rng.uniform(0.3, 0.7) * w
    far = side + (reach if side == 0 else -reach)
    ImageDraw.Draw(mask).polygon([(side, h * rng.uniform(0, 0.5)), (far, h), (side, h)], fill=rng.randint(120, 190))
    mask = mask.filter(ImageFilter.GaussianBlur(w / 25))
    return Image.composite(image, Image.new("RGB", image.size, "black"), mask)


def screenshot(pdf: bytes, rng: Random) -> bytes:
    """A viewer on a screen of 72 to 110 dpi, a bar above it, scaled up as chats and phones do."""
    dpi = rng.choice([96, 100, 110])
    image = page_of(pdf, dpi)
    bar = Image.new("RGB", (image.width, 60), (50, 54, 57))
    ImageDraw.Draw(bar).text((16, 22), "comprobanteVigenciaDerechos.pdf   1 / 1   100 %", fill=(230, 230, 230))
    whole = Image.new("RGB", (image.width, image.height + 60), (82, 86, 89))
    whole.paste(bar, (0, 0))
    whole.paste(image, (0, 60))
    factor = rng.choice([1.0, 1.5, 2.0])
    size = (int(whole.width * factor), int(whole.height * factor))
    whole = whole.resize(size, rng.choice([Image.Resampling.BILINEAR, Image.Resampling.BICUBIC]))
    if rng.random() < 0.4:
        return _jpeg(whole, rng)
    out = io.BytesIO()
    whole.save(out, "PNG")
    return out.getvalue()


CAMERAS: dict[str, Callable[[bytes, Random], bytes]] = {
    "scan": scan, "photo": photo, "turned": turned, "screenshot": screenshot,
}  # fmt: skip
