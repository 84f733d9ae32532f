"""What a trim takes for a border: rows of pictures, each with the size of its content."""

import io

import numpy as np
import pytest
import pyvips
from PIL import Image

from media.language.chain import Output
from media.operations import step
from tests.media.rendering import rendered

WHITE, RED, CREAM, GLASS = (255, 255, 255, 255), (200, 30, 30, 255), (250, 240, 214, 255), (40, 90, 160, 120)
#: Content of 60×50 on 120×100, off the middle.
SIZE, CONTENT = (120, 100), (slice(20, 70), slice(35, 95))


def picture(border: tuple[int, ...] = WHITE, content: tuple[int, ...] = RED) -> np.ndarray:
    pixels = np.empty((SIZE[1], SIZE[0], 4), np.uint8)
    pixels[:] = border
    pixels[CONTENT] = content
    return pixels


def changed(pixels: np.ndarray, place: tuple[slice | int, ...], color: tuple[int, ...]) -> np.ndarray:
    pixels[place] = color
    return pixels


def noisy(pixels: np.ndarray, levels: int) -> np.ndarray:
    noise = np.random.default_rng(5).integers(-levels, levels + 1, pixels.shape[:2])
    mixed = np.clip(pixels[..., :3].astype(int) + noise[..., None], 0, 255).astype(np.uint8)
    return np.dstack([mixed, pixels[..., 3]])


def soft(pixels: np.ndarray) -> np.ndarray:
    """A content that fades into its transparent border over some pixels."""
    image = pyvips.Image.new_from_array(pixels, interpretation="srgb")
    return np.asarray(image.premultiply().gaussblur(1).unpremultiply().cast("uchar").numpy())


def png(pixels: np.ndarray, **options: object) -> bytes:
    image = pyvips.Image.new_from_array(np.ascontiguousarray(pixels), interpretation="srgb")
    return bytes(image.write_to_buffer(".png", **options))


def deep(pixels: np.ndarray) -> bytes:
    image = pyvips.Image.new_from_array(pixels.astype(np.uint16) * 257, interpretation="rgb16")
    return bytes(image.write_to_buffer(".png"))


def cmyk(pixels: np.ndarray) -> bytes:
    body = io.BytesIO()
    Image.fromarray(pixels[..., :3]).convert("CMYK").save(body, "TIFF")
    return body.getvalue()


def jpeg(pixels: np.ndarray) -> bytes:
    return bytes(pyvips.Image.new_from_array(pixels[..., :3], interpretation="srgb").write_to_buffer(".jpg", Q=60))


def moving(*frames: np.ndarray) -> bytes:
    body = io.BytesIO()
    first, *rest = (Image.fromarray(frame) for frame in frames)
    first.save(body, "GIF", save_all=True, append_images=rest, duration=80, disposal=2)
    return body.getvalue()


HOLE = (slice(40, 45), slice(60, 65))
CLEAR = (255, 255, 255, 0)
BLACK = (0, 0, 0, 255)
FRAME = (slice(0, 2), slice(None))
ROWS: dict[str, tuple[bytes, dict[str, str], tuple[int, int]]] = {
    "an opaque border around a hole": (png(changed(picture(), HOLE, CLEAR)), {}, (60, 50)),
    "around one that is half transparent": (png(changed(picture(), HOLE, GLASS)), {}, (60, 50)),
    "a coloured border around a hole": (png(changed(picture(CREAM), HOLE, CLEAR)), {}, (60, 50)),
    "a transparent border": (png(picture(CLEAR)), {}, (60, 50)),
    "transparent, of hidden colours": (png(noisy(picture((90, 200, 10, 0)), 60)), {}, (60, 50)),
    "transparent, around what fades": (png(soft(picture(CLEAR))), {"tolerance": "50"}, (60, 50)),
    "a half transparent border": (png(picture(GLASS)), {}, (60, 50)),
    "half transparent around clear": (png(picture(GLASS, CLEAR)), {}, (60, 50)),
    "white around its own shade of glass": (png(picture(WHITE, (255, 255, 255, 128))), {}, (60, 50)),
    "noise within the tolerance": (png(noisy(picture(CREAM), 8)), {}, (60, 50)),
    "noise beyond the tolerance": (png(noisy(picture(CREAM), 40)), {"tolerance": "2"}, SIZE),
    "one corner of another colour": (png(changed(picture(), (slice(0, 1), slice(0, 1)), RED)), {}, (95, 70)),
    "one corner that is clear": (png(changed(picture(), (slice(0, 1), slice(0, 1)), CLEAR)), {}, (95, 70)),
    "the last corner alone": (png(changed(picture(), (slice(-1, None), slice(-1, None)), RED)), {}, (85, 80)),
    "an edge of another colour, one corner": (png(changed(picture(), (slice(90, 100), slice(100, 120)), BLACK)), {},
                                              (85, 80)),
    "two corners each, of which the first counts": (png(changed(picture(), FRAME, RED)), {}, (120, 98)),
    "a colour that is named": (png(picture(CREAM)), {"edge": "rgb:faf0d6"}, (60, 50)),
    "a colour that is not there": (png(picture(CREAM)), {"edge": "blue"}, SIZE),
    "a named colour around a hole": (png(changed(picture(), HOLE, CLEAR)), {"edge": "white"}, (60, 50)),
    "nothing but one colour": (png(picture(WHITE, WHITE)), {}, SIZE),
    "nothing but transparency": (png(picture(CLEAR, CLEAR)), {}, SIZE),
    "one pixel": (png(picture()[:1, :1]), {}, (1, 1)),
    "a palette": (png(changed(picture(), HOLE, CLEAR), palette=True), {}, (60, 50)),
    "16 bits": (deep(changed(picture(CREAM), HOLE, CLEAR)), {}, (60, 50)),
    "CMYK": (cmyk(picture(CREAM)), {}, (60, 50)),
    "a JPEG's ringing": (jpeg(picture(WHITE, (120, 60, 60, 255))), {"tolerance": "25"}, (60, 50)),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_the_border_is_cut_off_and_nothing_else(name: str) -> None:
    source, arguments, size = ROWS[name]
    result = rendered(source, step("trim", **arguments), output=Output(("png",)))
    assert (result.width, result.height) == size


def test_all_frames_of_an_animation_keep_what_any_of_them_shows() -> None:
    far = np.roll(picture(), 20, axis=1)
    result = rendered(moving(picture(), far, picture()), step("trim"))
    assert (result.format_name, result.width, result.height) == ("gif", 80, 50)
