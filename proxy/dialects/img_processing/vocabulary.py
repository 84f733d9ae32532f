"""An edit → its chain. Pure: the image is known by its size only."""

import math
from collections.abc import Callable, Mapping

from media.geometry import Size
from media.language.chain import Chain, Output, Step
from media.operations import step
from proxy.dialects.img_processing.errors import Invalid
from proxy.dialects.img_processing.schema import POSITIONS, Values

#: The widest blur we compute, in pixels of standard deviation: beyond it nothing is left to see.
MAX_SIGMA = 100
STRENGTH_PER_SIGMA = 20
#: Most layers of a watermark that is repeated along one side.
MAX_REPEATS = 64
FORMATS = {"jpeg": "jpg", "jpg": "jpg", "png": "png", "webp": "webp"}

#: Ids of watermark images → their sizes.
Watermarks = Mapping[str, Size]
Compile = Callable[[Values, Size, Watermarks], Chain]


def layer_source(image_id: str) -> str:
    return f"img_processing/{image_id}"


def compile_edit(action: str, values: Values, size: Size, watermarks: Watermarks) -> Chain:
    """Raises Invalid if the values do not fit the image or each other."""
    return EDITS[action](values, size, watermarks)


def _remove_background(values: Values, size: Size, watermarks: Watermarks) -> Chain:
    return Chain((step("background_removal"),), Output(("png",)))


def _convert(values: Values, size: Size, watermarks: Watermarks) -> Chain:
    return Chain((), Output((FORMATS[values["format"]],), quality=values["quality"] or 0))


def _resize(values: Values, size: Size, watermarks: Watermarks) -> Chain:
    width, height = values["width"], values["height"]
    if width is None and height is None:
        raise Invalid("width or height must be given")
    gravity = POSITIONS[values["position"]]
    if values["fit"] == "fill" or width is None or height is None:
        return Chain((step("scale", width=width, height=height),))
    if values["fit"] == "cover":
        return Chain((step("fill", width=width, height=height, gravity=gravity),))
    return Chain((step("pad", width=width, height=height, gravity=gravity, background=values["letterbox_color"]),))


def _crop(values: Values, size: Size, watermarks: Watermarks) -> Chain:
    x1, y1, x2, y2 = (values[name] for name in ("x1", "y1", "x2", "y2"))
    if x1 >= x2 or y1 >= y2:
        raise Invalid("x1 must be less than x2, and y1 less than y2")
    if x2 > size.width or y2 > size.height:
        raise Invalid(f"the crop must lie within the {size.width}×{size.height} image, got {x2},{y2}")
    return Chain((step("crop", width=x2 - x1, height=y2 - y1, x=x1, y=y1, gravity="north_west"),))


def _rotate(values: Values, size: Size, watermarks: Watermarks) -> Chain:
    angle = values["angle"] if values["unit"] == "degrees" else math.degrees(values["angle"])
    return Chain((step("rotate", angle=round(float(angle), 6), background=values["background_color"]),))


def _mirror(values: Values, size: Size, watermarks: Watermarks) -> Chain:
    axes = ("horizontal", "vertical") if values["mode"] == "both" else (values["mode"],)
    return Chain(tuple(step("flip", axis=axis) for axis in axes))


def _blur(values: Values, size: Size, watermarks: Watermarks) -> Chain:
    sigma = min(values["sigma"], MAX_SIGMA)
    return Chain((step("blur", strength=max(1, round(sigma * STRENGTH_PER_SIGMA))),))


def _modulate(values: Values, size: Size, watermarks: Watermarks) -> Chain:
    """Levels -100..100 as the page says, or the factors of SDK 1.x: a hue, a lightness or a fraction tells."""
    brightness, saturation = values["brightness"], values["saturation"]
    has_factors = values["hue"] is not None or values["lightness"] is not None or not _whole(brightness, saturation)
    if has_factors:
        if min(brightness or 0, saturation or 0) < 0:
            raise Invalid("brightness and saturation must not be negative beside hue, lightness or fractions")
        factors = [1.0 if value is None else float(value) for value in (brightness, saturation)]
    else:
        factors = [1 + (value or 0) / 100 for value in (brightness, saturation)]
    steps = [
        step(
            "modulate",
            brightness=factors[0],
            saturation=factors[1],
            hue=values["hue"] or 0,
            lightness=float(values["lightness"] or 0),
        )
    ]
    if values["exposure"]:
        steps.append(step("exposure", level=round(values["exposure"])))
    if values["contrast"]:
        steps.append(step("contrast", level=100 + round(values["contrast"]), type="linear"))
    return Chain(tuple(steps))


def _whole(*values: float | None) -> bool:
    return all(value is None or value == int(value) for value in values)


def _watermark(values: Values, size: Size, watermarks: Watermarks) -> Chain:
    return Chain(tuple(layer for mark in values["watermarks"] for layer in _layers(mark, size, watermarks)))


def _layers(mark: Values, size: Size, watermarks: Watermarks) -> list[Step]:
    own = watermarks[mark["id"]]
    width, height = mark["width"], mark["height"]
    inner = (step("scale", width=width, height=height),) if width or height else ()
    shown = Size(width or _other(height, own.height, own.width), height or _other(width, own.width, own.height))
    return [
        step(
            "layer", source=layer_source(mark["id"]), steps=inner, gravity="north_west", x=x, y=y, no_overflow=True,
            tiled=mark["repetition_mode"] == "repeat",
        )
        for x, y in _places(mark, shown, size)
    ]  # fmt: skip


def _other(side: int | None, own: int, other: int) -> int:
    """The side that was not given, in proportion to the one that was."""
    return max(1, round(other * side / own)) if side else other


def _places(mark: Values, shown: Size, size: Size) -> list[tuple[int, int]]:
    left, top = mark["left"], mark["top"]
    if mark["repetition_mode"] == "repeat_x":
        return [(x, top) for x in _repeated(left, shown.width, size.width)]
    if mark["repetition_mode"] == "repeat_y":
        return [(left, y) for y in _repeated(top, shown.height, size.height)]
    return [(left, top)]


def _repeated(start: int, side: int, room: int) -> range:
    places = range(start % side - side if start % side else 0, room, side)
    if len(places) > MAX_REPEATS:
        raise Invalid(f"a watermark is repeated at most {MAX_REPEATS} times along a side")
    return places


EDITS: dict[str, Compile] = {
    "remove-background": _remove_background,
    "convert": _convert,
    "resize": _resize,
    "crop": _crop,
    "rotate": _rotate,
    "mirror": _mirror,
    "blur": _blur,
    "modulate": _modulate,
    "watermark": _watermark,
}
