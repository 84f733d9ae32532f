"""What fills the space behind a picture: a colour, colours taken from the picture, or the picture itself blurred."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pyvips

from media.geometry import Size
from media.language.params import WHITE, Color, ColorKind, Int
from media.operations.effect import BLUR_STRENGTH_PER_PIXEL, blur_price, blurred
from media.raster.palette import contrasting, nearest_of, palette
from media.raster.pixels import Image, flatten, on_colours, resample, solid

MODES = (
    "border", "predominant", "border_contrast", "predominant_contrast",
    "border_gradient", "predominant_gradient", "border_gradient_contrast", "predominant_gradient_contrast",
)  # fmt: skip
DIRECTIONS = ("horizontal", "vertical", "diagonal_desc", "diagonal_asc")


@dataclass(frozen=True, slots=True)
class Auto:
    """Colours of the picture: one, or a gradient of two or (from the corners) four; limited to ``palette`` if given."""

    mode: str = "border"
    number: int = 2
    direction: str = "horizontal"
    palette: tuple[Color, ...] = ()


@dataclass(frozen=True, slots=True)
class Blurred:
    intensity: int = 100
    brightness: int = 0


Backdrop = Color | Auto | Blurred


@dataclass(frozen=True, slots=True)
class BackdropKind:
    """A colour, ``auto[:mode][:2|4][:direction][:palette_c1_c2…]`` or ``blurred[:intensity][:brightness]``."""

    expected: str = "a colour, auto[:mode][:2|4][:direction][:palette_…] or blurred[:1..2000][:-300..100]"
    takes_all: bool = True

    def parse(self, text: str) -> Backdrop:
        name, _, rest = text.partition(":")
        words = [word for word in rest.split(":") if word]
        if name == "auto":
            return _parse_auto(text, words)
        if name == "blurred":
            return _parse_blurred(text, words)
        return ColorKind().parse(text)

    def format(self, value: Backdrop) -> str:
        if isinstance(value, Color):
            return ColorKind().format(value)
        if isinstance(value, Blurred):
            return f"blurred:{value.intensity}:{value.brightness}"
        names = [bytes(color.rgb).hex() for color in value.palette]
        chosen = ["_".join(["palette", *names])] if names else []
        return ":".join(["auto", value.mode, str(value.number), value.direction, *chosen])


MaybeBackdrop = Annotated[Backdrop | None, BackdropKind()]
SomeBackdrop = Annotated[Backdrop, BackdropKind()]


def _parse_auto(text: str, words: list[str]) -> Auto:
    mode, number, direction = "border", 2, "horizontal"
    colors: tuple[Color, ...] = ()
    for word in words:
        if word in MODES:
            mode = word
        elif word in ("2", "4"):
            number = int(word)
        elif word in DIRECTIONS:
            direction = word
        elif word.startswith("palette_"):
            colors = tuple(ColorKind().parse(name) for name in word.split("_")[1:])
        else:
            raise ValueError(text)
    return Auto(mode, number, direction, colors)


def _parse_blurred(text: str, words: list[str]) -> Blurred:
    if len(words) > 2:
        raise ValueError(text)
    intensity = Int(1, 2000).parse(words[0]) if words else 100
    return Blurred(intensity, Int(-300, 100).parse(words[1]) if len(words) > 1 else 0)


def backdrop_weight(size: Size, arguments: Mapping[str, Any]) -> float:
    """The price of a pixel that a picture is laid on the argument ``background`` with."""
    backdrop = arguments["background"]
    if isinstance(backdrop, Blurred):
        return 12 + blur_price(backdrop.intensity)
    return 12 if isinstance(backdrop, Auto) else 2


def paint(backdrop: Backdrop, picture: Image, size: Size) -> Image:
    """A canvas of ``size`` behind ``picture``."""
    if isinstance(backdrop, Color):
        return solid(size, backdrop)
    if isinstance(backdrop, Blurred):
        return _blurred(backdrop, picture, size)
    return _gradient(backdrop, picture, size) if "gradient" in backdrop.mode else _plain(backdrop, picture, size)


def lay_on(image: Image, backdrop: Backdrop, seen: Image) -> Image:
    """``image`` over a backdrop made from the picture ``seen``."""
    if isinstance(backdrop, Color):
        return flatten(image, backdrop)
    if not image.hasalpha():
        return image
    canvas = paint(backdrop, seen, Size(image.width, image.height))
    return canvas.composite2(image, "over")[:3].cast("uchar")


def _colours(auto: Auto, picture: Image, count: int) -> list[Color]:
    found = palette(picture, count, edge="border" in auto.mode)
    if "contrast" in auto.mode:
        found = [contrasting(color) for color in found]
    return _limited(found, auto.palette) if auto.palette else found


def _limited(found: list[Color], allowed: tuple[Color, ...]) -> list[Color]:
    """The nearest allowed colour for each, none twice while there are others."""
    chosen: list[Color] = []
    for color in found:
        unused = tuple(each for each in allowed if each not in chosen)
        chosen.append(nearest_of(color, unused or allowed))
    return chosen


def _plain(auto: Auto, picture: Image, size: Size) -> Image:
    return solid(size, _colours(auto, picture, 1)[0])


def _gradient(auto: Auto, picture: Image, size: Size) -> Image:
    if auto.number == 4:
        return _between_corners(_corners(auto, picture), size)
    first, second = _colours(auto, picture, 2)
    grid = (pyvips.Image.xyz(size.width, size.height) + 0.5) / [size.width, size.height]
    x, y = grid[0], grid[1]
    share = {"horizontal": x, "vertical": y, "diagonal_desc": (x + y) / 2, "diagonal_asc": (x + (1 - y)) / 2}
    way = share[auto.direction]
    bands = [way * (end - start) + start for start, end in zip(first.rgb, second.rgb, strict=True)]
    return bands[0].bandjoin(bands[1:]).rint().cast("uchar").copy(interpretation="srgb")


def _corners(auto: Auto, picture: Image) -> list[Color]:
    """The colours of the four corner regions: top left, top right, bottom left, bottom right."""
    across, down = max(1, picture.width // 4), max(1, picture.height // 4)
    places = [(x, y) for y in (0, picture.height - down) for x in (0, picture.width - across)]
    return [_colours(auto, picture.crop(x, y, across, down), 1)[0] for x, y in places]


def _between_corners(colors: list[Color], size: Size) -> Image:
    square = np.array([color.rgb for color in colors], dtype=np.uint8).reshape(2, 2, 3)
    return resample_smoothly(pyvips.Image.new_from_array(square).copy(interpretation="srgb"), size)


def resample_smoothly(square: Image, size: Size) -> Image:
    """Bilinear between the corners, which lie in the middle of the outermost pixels."""
    across, down = 1 / max(1, size.width - 1), 1 / max(1, size.height - 1)
    grid = pyvips.Image.xyz(size.width, size.height) * [across, down]
    return square.mapim(grid * 0.999, interpolate=pyvips.Interpolate.new("bilinear"), extend="copy")


def _blurred(backdrop: Blurred, picture: Image, size: Size) -> Image:
    """The picture stretched over the canvas, blurred and made brighter or darker."""
    covered = blurred(resample(flatten(picture, WHITE), size), backdrop.intensity / BLUR_STRENGTH_PER_PIXEL)
    if backdrop.brightness == 0:
        return covered
    factor = max(0.0, 1 + backdrop.brightness / 100)
    return on_colours(covered, lambda colours: colours * factor)
