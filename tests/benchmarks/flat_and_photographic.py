"""Twelve flat and twelve photographic pictures: drawn here, or samples of scikit-image; none is a file of ours."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyvips
import skimage

from tests.media import pictures

SAMPLES = Path(skimage.__file__).parent / "data"
WHITE, NAVY, RED, GREY = (255, 255, 255), (20, 40, 160), (200, 30, 30), (238, 240, 244)


def _picture(pixels: np.ndarray) -> pyvips.Image:
    return pyvips.Image.new_from_array(np.ascontiguousarray(np.clip(pixels, 0, 255).astype(np.uint8)),
                                       interpretation="srgb").copy_memory()  # fmt: skip


def _sheet(width: int, height: int, color: tuple[int, ...] = WHITE) -> np.ndarray:
    return np.full((height, width, 3), color, np.float32)


def _box(sheet: np.ndarray, left: int, top: int, width: int, height: int, color: tuple[int, ...]) -> None:
    sheet[top : top + height, left : left + width] = color


def _round(sheet: np.ndarray, x: float, y: float, radius: float, color: tuple[int, ...]) -> None:
    """A disc with a soft edge of a pixel."""
    rows, columns = np.mgrid[: sheet.shape[0], : sheet.shape[1]]
    share = np.clip(radius - np.hypot(columns - x, rows - y) + 0.5, 0, 1)[..., None]
    sheet[:] = sheet * (1 - share) + np.array(color) * share


def _words(sheet: np.ndarray, left: int, top: int, length: int, color: tuple[int, ...] = (40, 40, 48)) -> None:
    """Marks of a pixel or two that look like a line of small print."""
    random = np.random.default_rng(left + 31 * top)
    for place in range(left, left + length, 5):
        height = int(random.integers(3, 9))
        _box(sheet, place, top + 9 - height, 1 + int(random.integers(0, 3)), height, color)


def logo() -> pyvips.Image:
    sheet = _sheet(400, 200)
    _round(sheet, 100, 100, 70, NAVY)
    _round(sheet, 100, 100, 38, WHITE)
    _box(sheet, 200, 80, 160, 40, RED)
    return _picture(sheet)


def clear_logo() -> pyvips.Image:
    colours = logo()
    alpha = 255 - (colours == 255).bandand() * 1.0
    return colours.bandjoin(alpha.cast("uchar")).copy(interpretation="srgb").copy_memory()


def small_logo() -> pyvips.Image:
    return logo().resize(0.3).cast("uchar").copy_memory()


def screenshot(width: int = 900, height: int = 560) -> pyvips.Image:
    sheet = _sheet(width, height, GREY)
    _box(sheet, 0, 0, width, 44, (36, 41, 47))
    _box(sheet, 16, 60, width // 4, height - 76, WHITE)
    _box(sheet, width // 4 + 32, 60, width - width // 4 - 48, height - 76, WHITE)
    for row in range(80, height - 30, 22):
        _words(sheet, 30, row, width // 5)
        _words(sheet, width // 4 + 50, row, width // 2 - (row * 7) % 90)
    _box(sheet, width - 130, height - 60, 100, 30, (9, 105, 218))
    return _picture(sheet)


def large_screenshot() -> pyvips.Image:
    return screenshot(1920, 1200)


def dark_screen() -> pyvips.Image:
    return screenshot().invert()


def chart() -> pyvips.Image:
    sheet = _sheet(700, 420)
    for line in range(40, 400, 45):
        _box(sheet, 40, line, 640, 1, (225, 225, 225))
    for number, tall in enumerate((120, 260, 180, 320, 90, 240)):
        _box(sheet, 60 + number * 100, 400 - tall, 60, tall, ((66, 133, 244), (219, 68, 55), (244, 180, 0))[number % 3])
    return _picture(sheet)


def curve() -> pyvips.Image:
    sheet = _sheet(600, 300)
    columns, rows = np.arange(600), np.arange(300)[:, None]
    distance = abs(rows - 150 - 110 * np.sin(columns / 60))
    share = np.clip(2.2 - distance, 0, 1)[..., None]
    return _picture(sheet * (1 - share) + np.array(NAVY) * share)


def icon() -> pyvips.Image:
    sheet = _sheet(64, 64, NAVY)
    _round(sheet, 32, 32, 20, WHITE)
    _box(sheet, 28, 16, 8, 32, RED)
    return _picture(sheet)


def squares() -> pyvips.Image:
    rows, columns = np.mgrid[:512, :512] // 32
    return _picture(np.repeat(((rows + columns) % 2 * 255)[..., None], 3, axis=2))


def comic() -> pyvips.Image:
    sheet = _sheet(640, 480, (250, 220, 120))
    random = np.random.default_rng(4)
    for _ in range(14):
        x, y, radius = (float(random.integers(low, high)) for low, high in ((0, 640), (0, 480), (20, 90)))
        _round(sheet, x, y, radius + 4, (20, 20, 20))
        _round(sheet, x, y, radius, tuple(int(value) for value in random.integers(60, 255, 3)))
    return _picture(sheet)


BLOCKS = ((0, 700), (0, 500), (40, 160), (30, 120))
GROUNDS = ((217, 208, 201), (200, 230, 180), (170, 211, 223))


def map_of_streets() -> pyvips.Image:
    sheet = _sheet(800, 600, (242, 239, 233))
    random = np.random.default_rng(9)
    for _ in range(24):
        _box(
            sheet,
            int(random.integers(0, 700)),
            int(random.integers(0, 500)),
            int(random.integers(40, 160)),
            int(random.integers(30, 120)),
            ((217, 208, 201), (200, 230, 180), (170, 211, 223))[int(random.integers(0, 3))],
        )
    for place in range(50, 800, 97):
        _box(sheet, place, 0, 9, 600, WHITE)
        _box(sheet, 0, place % 600, 800, 7, (252, 214, 164))
    return _picture(sheet)  # fmt: skip


FLAT: tuple[Callable[[], pyvips.Image], ...] = (
    logo, clear_logo, small_logo, icon, screenshot, large_screenshot, dark_screen, chart, curve, squares, comic,
    map_of_streets,
)  # fmt: skip


def _sample(name: str) -> Callable[[], pyvips.Image]:
    def read() -> pyvips.Image:
        path = next(
            SAMPLES / f"{name}{suffix}" for suffix in (".png", ".jpg") if (SAMPLES / f"{name}{suffix}").exists()
        )
        image = pyvips.Image.new_from_file(str(path)).colourspace("srgb")
        return (image.flatten() if image.hasalpha() else image).thumbnail_image(900, size="down").copy_memory()

    read.__name__ = name
    return read


def sky() -> pyvips.Image:
    rows, _ = np.mgrid[:500, :750]
    grain = np.random.default_rng(2).normal(0, 2, (500, 750, 1))
    return _picture(np.dstack([90 + rows * 0.25, 140 + rows * 0.17, 225 - rows * 0.05]) + grain)


def cutout() -> pyvips.Image:
    alpha = pictures.matte(451, 300)
    return _sample("chelsea")().bandjoin(alpha).copy(interpretation="srgb").copy_memory()


PHOTOGRAPHIC: tuple[Callable[[], pyvips.Image], ...] = (
    *map(_sample, ("astronaut", "camera", "chelsea", "coffee", "hubble_deep_field", "ihc", "rocket", "retina",
                   "motorcycle_left", "coins")),
    sky, cutout,
)  # fmt: skip


def files(which: tuple[Callable[[], pyvips.Image], ...], suffix: str) -> Iterator[tuple[str, bytes]]:
    """The name of each, and the file that a client would have uploaded."""
    for make in which:
        image = make()
        chosen = ".png" if image.hasalpha() else suffix
        yield make.__name__, bytes(image.write_to_buffer(chosen, **({"Q": 85} if chosen == ".jpg" else {})))
