"""A camera that moves over a still picture: zooming in, zooming out, panning."""

from collections.abc import Mapping
from typing import Annotated, Any

import pyvips

from media.geometry import Layout, Size, around, clamped
from media.language.params import CENTER, Choice, Float, Gravity, Int
from media.operations import focus
from media.operations.arguments import MAX_SIDE, MaybeWhere, Moment, OwnSize, SceneNow
from media.operations.registry import Timing, operation
from media.operations.tracking import TrackedScene
from media.raster.pixels import Image, on_neighbours, resample, size_of

MAX_ZOOM, DEFAULT_ZOOM = 10.0, 2.0
MAX_SECONDS, MAX_FPS, MAX_FRAMES = 60.0, 50.0, 2000
#: If nobody says how many frames a second, there are as many as this total of pixels allows, of no larger pictures.
FPS, FREE_PIXELS, FREE_SIDE = 25.0, 12_000_000, 960
ZOOM_IN, ZOOM_OUT, PAN = {"ztc": "center", "ztl": "west", "ztr": "east"}, {
    "ofc": "center", "ofl": "west", "ofr": "east",
}, {"plr": ("west", "east"), "prl": ("east", "west")}  # fmt: skip
MODES = (*ZOOM_IN, *ZOOM_OUT, *PAN)

Zoom = Annotated[float | None, Float(1, MAX_ZOOM)]
Place = Annotated[int | None, Int(0, MAX_SIDE)]
#: A view: what it is centred on, as shares of the sides, and how far it is zoomed in.
View = tuple[float, float, float]


def _moving_size(size: Size, arguments: Mapping[str, Any]) -> Size:
    longest = max(size.width, size.height)
    if arguments["fps"] is not None or longest <= FREE_SIDE:
        return size
    return Size(*(max(1, round(side * FREE_SIDE / longest)) for side in (size.width, size.height)))


def _timing(size: Size, arguments: Mapping[str, Any]) -> Timing:
    """For frames of ``size``."""
    fps = arguments["fps"] or min(FPS, FREE_PIXELS / size.pixels / arguments["du"])
    frames = min(MAX_FRAMES, max(2, round(arguments["du"] * fps)))
    return Timing(frames, max(1, round(arguments["du"] * 1000 / frames)))


@operation(price=15, size_after=_moving_size, animates=_timing, needs_still=True)
def zoompan(
    image: Image,
    mode: Annotated[str, Choice(("", *MODES))] = "",
    maxzoom: Annotated[float, Float(1, MAX_ZOOM)] = DEFAULT_ZOOM,
    du: Annotated[float, Float(0.1, MAX_SECONDS)] = 5.0,
    fps: Annotated[float | None, Float(1, MAX_FPS)] = None,
    from_zoom: Zoom = None,
    from_x: Place = None,
    from_y: Place = None,
    from_gravity: MaybeWhere = None,
    to_zoom: Zoom = None,
    to_x: Place = None,
    to_y: Place = None,
    to_gravity: MaybeWhere = None,
    *,
    size: OwnSize,
    moment: Moment,
    scene: SceneNow,
) -> Image:
    """Move over a still picture for ``du`` seconds: by a mode (zoom to or out of a side or the centre, pan), or from
    one view to another. Formats without frames show where it begins.

    Without ``fps`` there are as many frames as are rendered in one request, at most 960 pixels wide or high.
    """
    ends = {"from": (from_zoom, from_x, from_y, from_gravity), "to": (to_zoom, to_x, to_y, to_gravity)}
    first, last = _by_mode(mode, maxzoom) or (
        _view(name, image, size, maxzoom, scene, *said, others=ends) for name, said in ends.items()
    )
    view = tuple(start + (end - start) * moment for start, end in zip(first, last, strict=True))
    target = _moving_size(size, {"fps": fps})
    return resample(_shown(image, *view), target)


def _by_mode(mode: str, maxzoom: float) -> tuple[View, View] | None:
    if mode in PAN:
        first, last = (_at_edge(side, maxzoom) for side in PAN[mode])
        return first, last
    whole = (0.5, 0.5, 1.0)
    if mode in ZOOM_IN:
        return whole, _at_edge(ZOOM_IN[mode], maxzoom)
    return (_at_edge(ZOOM_OUT[mode], maxzoom), whole) if mode in ZOOM_OUT else None


def _at_edge(side: str, zoom: float) -> View:
    half = 0.5 / zoom
    return {"west": half, "east": 1 - half, "center": 0.5}[side], 0.5, zoom


def _view(
    name: str, image: Image, size: Size, maxzoom: float, scene: TrackedScene,
    zoom: float | None, x: int | None, y: int | None, gravity: Gravity | None,
    *, others: Mapping[str, tuple[Any, ...]],
) -> View:  # fmt: skip
    """One end of the way; an end about which nothing is said shows the whole, or closes in if the other does so."""
    is_silent = all(value is None for value in (zoom, x, y, gravity))
    if is_silent and (name == "from" or any(value is not None for value in others["from"])):
        return 0.5, 0.5, 1.0
    near = maxzoom if zoom is None and (is_silent or name == "to") else zoom or 1.0
    seen = Size(*(max(1, round(side / near)) for side in (size.width, size.height)))
    if x is not None or y is not None:
        middle = (size.width // 2 if x is None else x, size.height // 2 if y is None else y)
        box = clamped(around(*middle, seen), size)
    else:
        arranged = Layout(size, seen)
        found = scene.decide(name, lambda: focus.find_window(image, arranged, gravity or CENTER, 0, 0, scene))
        box = found or clamped(around(size.width // 2, size.height // 2, seen), size)
    return (box.left + box.width / 2) / size.width, (box.top + box.height / 2) / size.height, near


def _shown(image: Image, x: float, y: float, zoom: float) -> Image:
    """What a window sees, at the picture's own size; its place is not rounded, or a slow motion would tremble."""
    size = size_of(image)
    left = min(max(0.0, x * size.width - size.width / zoom / 2), size.width - size.width / zoom)
    top = min(max(0.0, y * size.height - size.height / zoom / 2), size.height - size.height / zoom)
    if zoom == 1:
        return image
    area = [0, 0, size.width, size.height]

    def enlarged(colours: Image) -> Image:
        return colours.affine(
            [zoom, 0, 0, zoom], oarea=area, odx=-left * zoom, ody=-top * zoom, extend="copy",
            interpolate=pyvips.Interpolate.new("bicubic"),
        )  # fmt: skip

    return on_neighbours(image, enlarged)
