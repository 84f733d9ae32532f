"""The crop modes: every operation that gives a picture another size or shape of window.

Sizes are computed by :mod:`media.geometry` before a pixel is touched; here they only become pixels. The modes of one
family share a signature, so a mode is a row: its name and its sentence. Fractions of sides and offsets refer to
the picture as the chain sees it, or with ``relative`` to the picture under a layer.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Annotated, Any

from media import geometry
from media.errors import BadTransformation
from media.geometry import Box, Layout, Length, Request, Size, pixels
from media.language.params import CENTER, TRANSPARENT, WHITE, Color, Float, Gravity
from media.operations import focus
from media.operations.arguments import (
    BaseSize,
    Corner,
    Flag,
    Height,
    MaybeWhere,
    Offset,
    OwnSize,
    Ratio,
    SceneNow,
    Where,
    Width,
)
from media.operations.backdrop import Backdrop, MaybeBackdrop, backdrop_weight, lay_on
from media.operations.registry import operation
from media.raster.pixels import Image, flatten, resample, scaled_through_window, through_window

Zoom = Annotated[float, Float(0.01, 100)]

#: The whole picture stays visible, nothing is added.
WHOLE = {
    "fit": "Scale the whole picture up or down into a box, keeping its proportions.",
    "limit": "Scale the whole picture down into a box; a smaller picture stays as it is.",
    "mfit": "Scale the whole picture up to a box; a picture larger than the box stays as it is.",
}
#: The box is filled, what sticks out is cut.
FILLED = {
    "fill": "Scale the picture until it covers the box, then cut it to exactly the box.",
    "lfill": "Cover the box without ever enlarging the picture, then cut what sticks out.",
    "auto": "Cut the most interesting part of the picture and scale it to exactly the box.",
}
#: The whole picture stays visible, the rest of the box is painted.
PADDED = {
    "pad": "Scale the whole picture into the box and pad it to exactly the box.",
    "lpad": "Pad the picture to exactly the box, scaling it down but never up.",
    "mpad": "Pad the picture to the box without scaling it; a larger picture stays as it is.",
}
#: Some of the picture is cut, the rest of the box is painted.
FILL_PADDED = {
    "fill_pad": "Fill the box around the most interesting part, padding if cutting would lose too much.",
    "auto_pad": "Cut around the most interesting part, padding if cutting would lose too much.",
}


def _sides(size: Size, arguments: Mapping[str, Any], keep_sides: bool) -> Size:
    reference = arguments["base"] if arguments["relative"] else size
    request = Request.of(reference, arguments["width"], arguments["height"], arguments["ratio"])
    return request.unchanged(size) if keep_sides else request.proportional(size)


def layout(mode: str, size: Size, arguments: Mapping[str, Any]) -> Layout:
    """The sizes of a crop mode; ``arguments`` are its step's arguments and the ``base`` size."""
    if mode in PADDED:
        _refuse_auto(mode, arguments["gravity"])
    keep_sides = arguments.get("ignore_aspect_ratio", False)
    return geometry.LAYOUTS[mode](size, _sides(size, arguments, keep_sides))


def _arithmetic(mode: str) -> Callable[[Size, Mapping[str, Any]], Size]:
    return lambda size, arguments: layout(mode, size, arguments).window


def _reading(mode: str) -> Callable[[Size, Mapping[str, Any]], Size]:
    return lambda size, arguments: layout(mode, size, arguments).scaled


#: Of a pixel, of the larger of both pictures; premultiplied, scaled, and looked at for what is interesting.
RESIZE_PRICE = 9


def _padded_weight(size: Size, arguments: Mapping[str, Any]) -> float:
    return RESIZE_PRICE + backdrop_weight(size, arguments)


def _enter(mode: str, sentence: str, function: Callable[..., Image]) -> None:
    function.__name__, function.__doc__ = mode, sentence
    is_whole = mode in WHOLE
    operation(
        function,
        price=_padded_weight if mode in PADDED or mode in FILL_PADDED else RESIZE_PRICE,
        size_after=_arithmetic(mode),
        reads=_reading(mode),
        moves=not is_whole,
        scales=is_whole,
        needs_still=mode in FILL_PADDED,
    )


def _whole(mode: str, sentence: str) -> None:
    def resize(
        image: Image, width: Width = None, height: Height = None, ratio: Ratio = None, relative: Flag = False,
        *, size: OwnSize, base: BaseSize,
    ) -> Image:  # fmt: skip
        sides = {"width": width, "height": height, "ratio": ratio, "relative": relative, "base": base}
        return resample(image, layout(mode, size, sides).scaled)

    _enter(mode, sentence, resize)


def _filled(mode: str, sentence: str) -> None:
    def resize(
        image: Image, width: Width = None, height: Height = None, ratio: Ratio = None, gravity: Where = CENTER,
        x: Offset = 0, y: Offset = 0, relative: Flag = False, *, size: OwnSize, base: BaseSize, scene: SceneNow,
    ) -> Image:  # fmt: skip
        sides = {"width": width, "height": height, "ratio": ratio, "relative": relative, "base": base}
        arranged = layout(mode, size, sides)
        return scaled_through_window(image, arranged.scaled, focus.window(image, arranged, gravity, x, y, scene))

    _enter(mode, sentence, resize)


def _padded(mode: str, sentence: str) -> None:
    def resize(
        image: Image, width: Width = None, height: Height = None, ratio: Ratio = None, gravity: Where = CENTER,
        x: Offset = 0, y: Offset = 0, background: MaybeBackdrop = None, ignore_aspect_ratio: Flag = False,
        relative: Flag = False, *, size: OwnSize, base: BaseSize,
    ) -> Image:  # fmt: skip
        sides = {
            "width": width, "height": height, "ratio": ratio, "relative": relative, "base": base,
            "ignore_aspect_ratio": ignore_aspect_ratio, "gravity": gravity,
        }  # fmt: skip
        arranged = layout(mode, size, sides)
        box = _canvas(arranged, gravity, x, y)
        return _framed(image, arranged.scaled, box, background)

    _enter(mode, sentence, resize)


def _fill_padded(mode: str, sentence: str) -> None:
    def resize(
        image: Image, width: Width = None, height: Height = None, ratio: Ratio = None,
        gravity: Where = focus.AUTO, background: MaybeBackdrop = None, relative: Flag = False,
        *, size: OwnSize, base: BaseSize, scene: SceneNow,
    ) -> Image:  # fmt: skip
        sides = {"width": width, "height": height, "ratio": ratio, "relative": relative, "base": base}
        arranged = layout(mode, size, sides)
        box = focus.window_with_padding(image, arranged, gravity, scene)
        return _framed(image, arranged.scaled, box, background)

    _enter(mode, sentence, resize)


for _family, _rows in ((_whole, WHOLE), (_filled, FILLED), (_padded, PADDED), (_fill_padded, FILL_PADDED)):
    for _mode, _sentence in _rows.items():
        _family(_mode, _sentence)


@operation(price=RESIZE_PRICE, size_after=_arithmetic("scale"), reads=_reading("scale"), scales=True)
def scale(
    image: Image, width: Width = None, height: Height = None, ratio: Ratio = None,
    ignore_aspect_ratio: Flag = False, relative: Flag = False, *, size: OwnSize, base: BaseSize,
) -> Image:  # fmt: skip
    """Change the size to exactly the given sides, distorting if both are given."""
    sides = {
        "width": width, "height": height, "ratio": ratio, "relative": relative, "base": base,
        "ignore_aspect_ratio": ignore_aspect_ratio,
    }  # fmt: skip
    return resample(image, layout("scale", size, sides).scaled)


def _framed(image: Image, scaled: Size, box: Box, background: Backdrop | None) -> Image:
    """Transparent around a picture with alpha and white around any other; a chosen backdrop lies under both."""
    if background is None:
        return scaled_through_window(image, scaled, box, TRANSPARENT if image.hasalpha() else WHITE)
    if isinstance(background, Color):
        return flatten(scaled_through_window(image, scaled, box, background), background)
    return lay_on(scaled_through_window(image, scaled, box, TRANSPARENT), background, image)


def _canvas(arranged: Layout, gravity: Gravity, x: Length, y: Length) -> Box:
    """The window around a smaller picture: an offset moves the picture inward, hence the window outward."""
    compass = focus.compass(gravity)
    right, down = pixels(x, arranged.window.width), pixels(y, arranged.window.height)
    return geometry.placed(compass, arranged.scaled, arranged.window, -right, -down)


def _refuse_auto(mode: str, gravity: Gravity) -> None:
    if gravity.targets[0] == "auto":
        raise BadTransformation(
            f"Use auto gravity only with crop, fill, lfill, fill_pad, auto, auto_pad or thumb, got {mode}"
        )


def crop_box(size: Size, arguments: Mapping[str, Any]) -> Box:
    """The window of a crop, clipped to the picture; one that misses the picture altogether moves to its edge."""
    asked = _crop_sides(size, arguments)
    x, y, gravity = arguments["x"], arguments["y"], arguments["gravity"]
    across, down = pixels(x or 0, size.width), pixels(y or 0, size.height)
    if gravity is None:
        gravity = Gravity(("center",)) if x is None and y is None else Gravity(("north_west",))
    if gravity.targets[0] == "xy_center":
        box = geometry.around(across, down, asked)
    else:
        box = geometry.placed(focus.compass(gravity), size, asked, across, down)
    return geometry.clipped(box, size) or geometry.clamped(box, size)


def _crop_sides(size: Size, arguments: Mapping[str, Any]) -> Size:
    zoom = Fraction(arguments["zoom"])
    whole = arguments["width"] is None and arguments["height"] is None
    sides = _sides(size, arguments, keep_sides=True)
    if whole and zoom > 1:
        sides = geometry.scaled(sides, 1 / zoom)
    return geometry.crop(size, sides).window


def _crop_size(size: Size, arguments: Mapping[str, Any]) -> Size | None:
    if not _is_sought(arguments["gravity"]):
        return crop_box(size, arguments).size
    return None if _is_closeup(arguments) else _crop_sides(size, arguments)


def _is_sought(gravity: Gravity | None) -> bool:
    return gravity is not None and focus.seeks(gravity)


def _is_closeup(arguments: Mapping[str, Any]) -> bool:
    """Whether the window is what gravity finds: no side is given, and it names a thing."""
    return arguments["width"] is None and arguments["height"] is None and arguments["gravity"].targets[0] != "auto"


@operation(price=RESIZE_PRICE, size_after=_crop_size, moves=True)
def crop(
    image: Image, width: Width = None, height: Height = None, ratio: Ratio = None, gravity: MaybeWhere = None,
    x: Corner = None, y: Corner = None, zoom: Zoom = 1.0, relative: Flag = False,
    *, size: OwnSize, base: BaseSize, scene: SceneNow,
) -> Image:  # fmt: skip
    """Cut a window out of the picture without scaling; it is clipped to the picture."""
    arguments = {
        "width": width, "height": height, "ratio": ratio, "gravity": gravity, "x": x, "y": y,
        "zoom": zoom, "relative": relative, "base": base,
    }  # fmt: skip
    if gravity is None or not focus.seeks(gravity):
        return through_window(image, crop_box(size, arguments))
    box = focus.closeup(image, gravity, zoom, ratio, scene) if _is_closeup(arguments) else None
    if box is None:
        box = focus.window(image, Layout(size, _crop_sides(size, arguments)), gravity, x or 0, y or 0, scene)
    return through_window(image, box)


def _thumb_layout(size: Size, arguments: Mapping[str, Any]) -> Layout:
    arranged = layout("thumb", size, arguments)
    zoom = max(Fraction(1), Fraction(arguments["zoom"]))
    return Layout(geometry.scaled(arranged.scaled, zoom), arranged.window)


def _thumb_reads(size: Size, arguments: Mapping[str, Any]) -> Size | None:
    """A close-up of something small needs every pixel."""
    gravity = arguments["gravity"]
    return None if focus.seeks(gravity) and gravity != focus.AUTO else _thumb_layout(size, arguments).scaled


@operation(
    price=RESIZE_PRICE,
    size_after=lambda size, arguments: _thumb_layout(size, arguments).window,
    reads=_thumb_reads,
    moves=True,
)
def thumb(
    image: Image, width: Width = None, height: Height = None, ratio: Ratio = None, gravity: Where = CENTER,
    x: Offset = 0, y: Offset = 0, zoom: Zoom = 1.0, relative: Flag = False,
    *, size: OwnSize, base: BaseSize, scene: SceneNow,
) -> Image:  # fmt: skip
    """Cut a thumbnail around what gravity names, tighter with a higher zoom."""
    arguments = {
        "width": width, "height": height, "ratio": ratio, "zoom": zoom, "relative": relative, "base": base,
    }  # fmt: skip
    arranged = _thumb_layout(size, arguments)
    box = focus.closeup(image, gravity, zoom, arranged.window.ratio, scene)
    if box is not None:
        return resample(through_window(image, box), arranged.window)
    return scaled_through_window(image, arranged.scaled, focus.window(image, arranged, gravity, x, y, scene))
