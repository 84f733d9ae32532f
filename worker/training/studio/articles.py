"""Articles: single objects with true alpha, for the studio. Renders, masked photographs and painted drawings.

Renders are pictures with an alpha channel in one folder, which stays outside the project as the photographs do.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from worker.training.photographs import Photograph
from worker.training.samples import Array, Random, blurred, one_of, softened
from worker.training.studio.drawings import HELD_OUT, LEARNT, SIDE, Drawing, draw

RENDERS_HELD_OUT_ONE_IN = 8
BELIEVED = 128  # a mask's value from which a pixel is the object's
FRAME_PIXELS = 2  # a mask that comes so near the frame is cut by it
TEXTURE_SHARE = 0.35
PHOTOGRAPHED = ("ecssd", "cars", "cats", "cow", "davis")  # persons stand on sweeps in `dataset.py`, cut by the frame
RELIEF_PIXELS = (2.0, 12.0)
EDGE_BLUR = (0.4, 0.9)  # pixels


@dataclass(frozen=True, slots=True)
class Article:
    """picture: RGB · alpha: L, of the same size, cropped to what is not transparent."""

    picture: Image.Image
    alpha: Image.Image


@dataclass(frozen=True, slots=True)
class Stock:
    """What there is to draw from; the held-out stock shares nothing with the training's."""

    renders: tuple[Path, ...]
    photographs: tuple[Photograph, ...]
    drawings: tuple[Drawing, ...]

    def article(self, random: Random) -> Article:
        """One of the three kinds that there are any of, renders twice as often."""
        kinds = [self._drawing]
        kinds += [self._render, self._render] if self.renders else []
        kinds += [self._photographed] if self.photographs else []
        return one_of(kinds, random)(random)

    def _render(self, random: Random) -> Article:
        picture = Image.open(one_of(self.renders, random)).convert("RGBA")
        return varied(cropped(picture.convert("RGB"), picture.getchannel("A")), random)

    def _drawing(self, random: Random) -> Article:
        alpha = draw(one_of(self.drawings, random), random)
        return varied(cropped(painted(alpha, self._texture(random), random), alpha), random)

    def _texture(self, random: Random) -> Image.Image:
        """A part of any photograph, or one shade."""
        if not self.photographs or random.random() >= TEXTURE_SHARE:
            return Image.new("RGB", (SIDE, SIDE), tuple(int(value) for value in random.integers(0, 256, 3)))
        photo = Image.open(one_of(self.photographs, random).path).convert("RGB")
        side = min(photo.size) * random.uniform(0.2, 0.8)
        left, top = (random.uniform(0, length - side) for length in photo.size)
        return photo.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=(left, top, left + side, top + side))

    def _photographed(self, random: Random) -> Article:
        row = one_of(self.photographs, random)
        photo = Image.open(row.path).convert("RGB")
        mask = Image.open(row.mask or row.path).convert("L").resize(photo.size, Image.Resampling.BILINEAR)
        return varied(cropped(photo, softened(mask, random.uniform(*EDGE_BLUR))), random)


def stock(photographs: list[Photograph], renders: Path, *, held_out: bool) -> Stock:
    """The training's articles, or those that it never sees."""
    return Stock(
        tuple(path for path in sorted(renders.iterdir()) if is_held_out(path) == held_out),
        tuple(row for row in photographs if row.held_out == held_out and _is_whole(row)),
        HELD_OUT if held_out else LEARNT,
    )


def is_held_out(render: Path) -> bool:
    return zlib.crc32(render.stem.encode()) % RENDERS_HELD_OUT_ONE_IN == 0


def _is_whole(row: Photograph) -> bool:
    """An object masked by a human and not cut by the frame: what is cut cannot stand on a studio's floor."""
    if row.kind not in PHOTOGRAPHED or not row.truth or row.mask is None:
        return False
    mask = Image.open(row.mask).convert("L")
    box = mask.point(lambda value: 255 * (value >= BELIEVED)).getbbox()
    if box is None:
        return False
    left, top, right, bottom = box
    near = min(left, top, mask.width - right, mask.height - bottom)
    return near >= FRAME_PIXELS


def cropped(picture: Image.Image, alpha: Image.Image) -> Article:
    box = alpha.getbbox() or (0, 0, *alpha.size)
    return Article(picture.crop(box), alpha.crop(box))


def varied(article: Article, random: Random) -> Article:
    """Mirrored, stretched, turned and relit by chance."""
    picture, alpha = article.picture, article.alpha
    stretch = random.uniform(0.8, 1.25) if random.random() < 0.5 else 1.0
    size = (max(8, round(picture.width * stretch)), picture.height)
    picture, alpha = (layer.resize(size, Image.Resampling.BILINEAR) for layer in (picture, alpha))
    if random.random() < 0.5:
        picture, alpha = (layer.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for layer in (picture, alpha))
    if random.random() < 0.3:
        angle = random.uniform(-40, 40)
        picture, alpha = (layer.rotate(angle, Image.Resampling.BILINEAR, expand=True) for layer in (picture, alpha))
    return cropped(picture, alpha)


def painted(alpha: Image.Image, texture: Image.Image, random: Random) -> Image.Image:
    """`texture` in the light of a studio: rounded by a relief of the outline, darker to one side."""
    height = np.asarray(blurred(alpha, random.uniform(*RELIEF_PIXELS)), np.float32) / 255
    down, across = np.gradient(height)
    turn = random.uniform(0, 2 * np.pi)
    relief = (across * np.cos(turn) + down * np.sin(turn)) * random.uniform(0, 6) * 10
    places = np.linspace(-1, 1, len(height), dtype=np.float32)
    fall = places[:, None] * random.uniform(-0.3, 0.3) + places[None] * random.uniform(-0.3, 0.3)
    light: Array = np.clip(1 + np.clip(relief, -0.6, 0.6) + fall, 0.2, 1.8)
    shine = np.clip(relief - 0.4, 0, None) * random.uniform(0, 400)
    lit = np.asarray(texture, np.float32) * light[..., None] + shine[..., None]
    return Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))
