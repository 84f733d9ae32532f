"""Procedural source pictures: no file, no licence, the same pixels everywhere."""

import io

import numpy as np
import pyvips
from PIL import Image

from media.cutout import StoredCutout

WIDTH, HEIGHT = 60, 40


def colours(width: int = WIDTH, height: int = HEIGHT) -> pyvips.Image:
    """A sky, a ground with texture, a red disc and a white bar: hues, edges and fine detail."""
    y, x = np.mgrid[:height, :width]
    u, v = x / width, y / height
    red, green, blue = 90 + 120 * u, 140 + 60 * v, 220 - 150 * v
    texture = 18 * np.sin(x * 2.1) * np.cos(y * 1.7) * (v > 0.6)
    picture = np.dstack([red + texture, green + texture, blue + texture])
    picture[(x - 0.35 * width) ** 2 + (y - 0.45 * height) ** 2 < (0.28 * height) ** 2] = (215, 40, 45)
    picture[(abs(u - 0.75) < 0.05) & (abs(v - 0.5) < 0.3)] = (250, 250, 245)
    return pyvips.Image.new_from_array(np.clip(picture, 0, 255).astype(np.uint8), interpretation="srgb")


def matte(width: int = WIDTH, height: int = HEIGHT) -> pyvips.Image:
    """A soft ellipse left of the middle."""
    y, x = np.mgrid[:height, :width]
    distance = np.hypot((x - 0.42 * width) / (0.3 * width), (y - 0.5 * height) / (0.38 * height))
    alpha = np.clip((1 - distance) * 6 + 0.5, 0, 1) * 255
    return pyvips.Image.new_from_array(alpha.astype(np.uint8), interpretation="b-w")


def cut_out(width: int = WIDTH, height: int = HEIGHT) -> pyvips.Image:
    return colours(width, height).bandjoin(matte(width, height)).copy(interpretation="srgb")


def jpeg(width: int = WIDTH, height: int = HEIGHT) -> bytes:
    return bytes(colours(width, height).write_to_buffer(".jpg", Q=92))


def with_exif() -> bytes:
    """A JPEG whose EXIF tells a camera, a place, a moment and an artist."""
    image = colours().copy()
    fields = {
        "exif-ifd0-Model": "Box camera", "exif-ifd0-Artist": "Somebody",
        "exif-ifd2-DateTimeOriginal": "2020:01:02 03:04:05", "exif-ifd2-BodySerialNumber": "12345",
        "exif-ifd3-GPSLatitude": "48/1 51/1 2961/100", "exif-ifd3-GPSLatitudeRef": "N",
    }  # fmt: skip
    for name, value in fields.items():
        image.set_type(pyvips.GValue.gstr_type, name, value)
    return bytes(image.write_to_buffer(".jpg", Q=92))


def png(width: int = WIDTH, height: int = HEIGHT) -> bytes:
    return bytes(cut_out(width, height).write_to_buffer(".png"))


def png_with_hidden(colour: list[int]) -> bytes:
    """The cutout with this colour where it is transparent."""
    picture = cut_out()
    hidden = (picture[3] == 0).ifthenelse([*colour, 0], picture)
    return bytes(hidden.copy(interpretation="srgb").write_to_buffer(".png"))


def stored_cutout(width: int = WIDTH, height: int = HEIGHT) -> StoredCutout:
    colour = bytes(colours(width, height).write_to_buffer(".jpg", Q=95))
    return StoredCutout(colour, bytes(matte(width, height).write_to_buffer(".png")), 0.9)


def animation(suffix: str, frames: int = 4, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """A GIF or WebP whose picture slides by a few pixels per frame, 80 ms each."""
    still = colours(width, height)
    moved = [still.wrap(x=3 * index, y=0).cast("uchar").copy(interpretation="srgb") for index in range(frames)]
    strip = pyvips.Image.arrayjoin(moved, across=1).copy()
    strip.set_type(pyvips.GValue.gint_type, "page-height", height)
    strip.set_type(pyvips.GValue.array_int_type, "delay", [80] * frames)
    return bytes(strip.write_to_buffer(suffix))


def document(*sizes: tuple[int, int]) -> bytes:
    """A TIFF with a page of each size, the first one red, then green, then blue."""
    colors = ("red", "lime", "blue")
    first, *rest = (Image.new("RGB", size, colors[number % 3]) for number, size in enumerate(sizes))
    body = io.BytesIO()
    first.save(body, "TIFF", save_all=True, append_images=rest)
    return body.getvalue()


def opened(body: bytes, options: str = "") -> pyvips.Image:
    return pyvips.Image.new_from_buffer(body, options)
