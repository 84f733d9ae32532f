"""Studio composites: articles on a sweep, as shops photograph them. Shadows and reflections are not the subject.

`python -m worker.training.studio.pictures PHOTOS RENDERS FOLDER --count 80` writes the held-out set, `ID.jpg`
beside `ID.png`, of articles that the training never sees: what `held_out.py` judges and `evaluate.py` can.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from worker.training.photographs import read_photographs
from worker.training.samples import Array, Random, Sample, blurred, one_of
from worker.training.studio.articles import Article, Stock, stock

FRAME_SHARE = (0.45, 0.98)  # of the picture's side: the longer side of what is shown
GROUP_SHARE, GROUP_FRAME_SHARE, LARGEST_GROUP = 0.15, (0.8, 0.98), 3
SAME_TONE_SHARE = 0.3  # white on white, black on black
GLASS_SHARE = 0.1
JPEG_SHARE, JPEG_QUALITIES = 0.4, (60, 95)
NOISE = 3.0  # grey levels
HELD_OUT_SEED = 14


@dataclass(frozen=True, slots=True)
class Scene:
    """An article put in its place: colour `S,S,3` 0…255, alpha `S,S` 0…1; `floor` is the row that it stands on."""

    colour: Array
    alpha: Array
    floor: int


def studio(articles: Stock, size: int, random: Random) -> Sample:
    """One picture of a shop, `size` × `size`."""
    backdrop = sweep(size, random)
    scene = arrange(articles, size, random)
    colour = scene.colour
    if random.random() < GLASS_SHARE:
        colour = as_glass(scene, backdrop, random)
    elif random.random() < SAME_TONE_SHARE:
        backdrop, colour = in_one_tone(backdrop, colour, random)
    for effect in one_of(EFFECTS, random):
        backdrop = effect(backdrop, scene, random)
    photo = colour * scene.alpha[..., None] + backdrop * (1 - scene.alpha[..., None])
    return Sample(developed(photo, random), scene.alpha, 1.0)


def sweep(size: int, random: Random) -> Array:
    """Paper without a subject: white, grey, black or coloured, lit unevenly, sometimes bent at a horizon."""
    shade = one_of(PAPERS, random)(random)
    down, across = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j].astype(np.float32)
    light = 1 + down * random.uniform(-0.15, 0.15) + across * random.uniform(-0.1, 0.1)
    light -= (down**2 + across**2) * random.uniform(0, 0.15)
    if random.random() < 0.4:
        bend, width = random.uniform(-0.2, 0.7), random.uniform(0.01, 0.3)
        light *= 1 + random.uniform(-0.2, 0.1) * (1 + np.tanh((down - bend) / width / 2)) / 2
    paper: Array = np.clip(shade * light[..., None], 0, 255).astype(np.float32)
    return paper


PAPERS: tuple[Callable[[Random], Array], ...] = (
    lambda random: np.full(3, 255.0),
    lambda random: np.full(3, random.uniform(235, 255)),
    lambda random: random.uniform(225, 255) + random.uniform(-8, 8, 3),
    lambda random: random.uniform(60, 225) + random.uniform(-6, 6, 3),
    lambda random: random.uniform(5, 60) + random.uniform(-4, 4, 3),
    lambda random: random.uniform(30, 255, 3),
)


def arrange(articles: Stock, size: int, random: Random) -> Scene:
    """One article, now and then a group side by side, all of which is the subject."""
    grouped = random.random() < GROUP_SHARE
    count = int(random.integers(2, LARGEST_GROUP + 1)) if grouped else 1
    whole = round(size * random.uniform(*(GROUP_FRAME_SHARE if grouped else FRAME_SHARE)))
    floor = int(random.integers(whole, size + 1)) if random.random() < 0.8 else size
    left = int(random.integers(0, size - whole + 1))
    colour, alpha = np.zeros((size, size, 3), np.float32), np.zeros((size, size), np.float32)
    for number in range(count):
        corner = left + whole * number // count, floor
        _stand(articles.article(random), colour, alpha, corner, (whole // count, whole))
    return Scene(colour, alpha, floor)


def _stand(article: Article, colour: Array, alpha: Array, corner: tuple[int, int], room: tuple[int, int]) -> None:
    """Put `article` into `room` (width, height) above and right of `corner`, in front of what is there."""
    scale = min(room[0] / article.alpha.width, room[1] / article.alpha.height)
    width, height = (max(2, int(side * scale)) for side in article.alpha.size)
    picture, mask = (
        np.asarray(layer.resize((width, height), Image.Resampling.BICUBIC), np.float32)
        for layer in (article.picture, article.alpha)
    )
    left, bottom = corner[0] + (room[0] - width) // 2, corner[1]
    place = np.s_[bottom - height : bottom, left : left + width]
    opacity = mask / 255
    covered = opacity + alpha[place] * (1 - opacity)
    mixed = picture * opacity[..., None] + colour[place] * (alpha[place] * (1 - opacity))[..., None]
    colour[place] = mixed / np.maximum(covered, 1e-3)[..., None]
    alpha[place] = covered


def in_one_tone(backdrop: Array, colour: Array, random: Random) -> tuple[Array, Array]:
    """White on white or black on black: the article keeps a part of its contrast, and little of its colour."""
    kept, saturation = random.uniform(0.12, 0.45), random.uniform(0, 0.5)
    grey = colour.mean(-1, keepdims=True)
    faint = (grey + (colour - grey) * saturation) * kept
    if random.random() < 0.7:
        return np.maximum(backdrop, random.uniform(225, 256)), faint + 255 * (1 - kept) * random.uniform(0.9, 1.0)
    return np.minimum(backdrop, backdrop * 0.1 + random.uniform(0, 20)), faint


def as_glass(scene: Scene, backdrop: Array, random: Random) -> Array:
    """The backdrop through the article: tinted, darker at the rim, with the article's lights left as reflections."""
    inside = _blurred(scene.alpha, len(backdrop) * random.uniform(0.008, 0.03))
    rim = np.clip(2 * (1 - inside), 0, 1)[..., None] * random.uniform(0.15, 0.6)
    tint = 1 - random.uniform(0, 0.25, 3) * random.random()
    lights = np.clip(scene.colour - 150, 0, 105) * random.uniform(0.1, 0.9)
    return np.clip(backdrop * tint * (1 - rim) + lights, 0, 255)


def contact_shadow(backdrop: Array, scene: Scene, random: Random) -> Array:
    """Dark where the article touches the floor."""
    size = len(backdrop)
    depth = max(2, round(size * random.uniform(0.01, 0.05)))
    feet = scene.alpha[max(0, scene.floor - 2 * depth) : scene.floor].max(0)
    shadow = np.zeros((size, size), np.float32)
    shadow[max(0, scene.floor - depth) : scene.floor + depth // 2] = feet
    return _darkened(backdrop, _blurred(shadow, depth * random.uniform(0.4, 1.2)), random.uniform(0.2, 0.8))


def cast_shadow(backdrop: Array, scene: Scene, random: Random) -> Array:
    """The article's outline laid on the floor to one side."""
    flat, lean = random.uniform(-0.5, 0.5), random.uniform(-1.2, 1.2)
    flat = flat if abs(flat) > 0.1 else 0.15
    matrix = (1, lean / flat, -lean / flat * scene.floor, 0, 1 / flat, scene.floor * (1 - 1 / flat))
    outline = Image.fromarray(scene.alpha)
    laid = outline.transform(outline.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
    blur = len(backdrop) * random.uniform(0.004, 0.05)
    return _darkened(backdrop, _blurred(np.asarray(laid), blur), random.uniform(0.1, 0.55))


def drop_shadow(backdrop: Array, scene: Scene, random: Random) -> Array:
    """Seen from above: the outline moved and blurred."""
    away = tuple(int(value) for value in random.integers(-len(backdrop) // 16, len(backdrop) // 16 + 1, 2))
    moved = np.roll(scene.alpha, away, (0, 1))
    return _darkened(backdrop, _blurred(moved, len(backdrop) * random.uniform(0.005, 0.06)), random.uniform(0.1, 0.6))


def reflection(backdrop: Array, scene: Scene, random: Random) -> Array:
    """The article upside down in a glossy floor, fading."""
    rows = min(scene.floor, len(backdrop) - scene.floor)
    mirrored = np.s_[scene.floor - rows : scene.floor]
    fade = np.linspace(random.uniform(0.15, 0.5), 0, rows, dtype=np.float32)[:, None]
    share = (_blurred(scene.alpha, random.uniform(0.1, 2))[mirrored][::-1] * fade)[..., None]
    answer = backdrop.copy()
    below = np.s_[scene.floor : scene.floor + rows]
    answer[below] = answer[below] * (1 - share) + scene.colour[mirrored][::-1] * share
    return answer


Effect = Callable[[Array, Scene, Random], Array]
EFFECTS: tuple[tuple[Effect, ...], ...] = (
    (),
    (contact_shadow,),
    (drop_shadow,),
    (cast_shadow, contact_shadow),
    (reflection, contact_shadow),
    (drop_shadow, contact_shadow),
)


def developed(photo: Array, random: Random) -> Array:
    """With a camera's noise, and what JPEG leaves of it."""
    noisy = photo + random.normal(0, random.uniform(0, NOISE), photo.shape)
    picture = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    if random.random() < JPEG_SHARE:
        stored = io.BytesIO()
        picture.save(stored, "JPEG", quality=int(random.integers(*JPEG_QUALITIES)))
        picture = Image.open(stored)
    return np.asarray(picture, np.float32)


def _darkened(backdrop: Array, shadow: Array, strength: float) -> Array:
    return (backdrop * (1 - strength * np.clip(shadow, 0, 1))[..., None]).astype(np.float32)


def _blurred(values: Array, radius: float) -> Array:
    picture = Image.fromarray((values * 255).clip(0, 255).astype(np.uint8))
    return np.asarray(blurred(picture, radius), np.float32) / 255


def write_held_out(articles: Stock, folder: Path, *, count: int, size: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        sample = studio(articles, size, np.random.default_rng((HELD_OUT_SEED, number)))
        Image.fromarray(sample.photo.astype(np.uint8)).save(folder / f"{number:03}.jpg", quality=92)
        Image.fromarray((sample.saliency * 255).round().astype(np.uint8)).save(folder / f"{number:03}.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("photos", "renders", "folder"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--count", type=int, default=80)
    parser.add_argument("--size", type=int, default=640)
    asked = parser.parse_args()
    held_out = stock(read_photographs(asked.photos), asked.renders, held_out=True)
    write_held_out(held_out, asked.folder, count=asked.count, size=asked.size)


if __name__ == "__main__":
    main()
