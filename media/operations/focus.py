"""Where to look: gravity becomes a window on pixels.

``auto`` weighs what draws the eye: the alpha of a picture that is cut out, else the scene's saliency with its faces and
the objects the gravity names, else libvips' attention strategy. A face, an object or a recorded area is a box. What is
not there falls back as Cloudinary documents (``g_``): to north for a face, unless the gravity names another place
(``face:center``, ``dog:auto``).
"""

from fractions import Fraction

import numpy as np

from media import geometry
from media.geometry import Box, Layout, Length, Size, nearest, pixels
from media.integers import is_natural
from media.language.params import AREAS, COMPASS, Gravity
from media.operations.tracking import TrackedScene
from media.raster.pixels import Image, size_of
from media.scene.scene import CELLS, HEAD, Area, Floats, in_cells, union

AUTO, FACES = Gravity(("auto",)), Gravity(("faces",))
#: What a client places by other means, or we do not do (seam carving), and where that leaves the window.
PLACED = {"custom": "center", "none": "center", "region": "center", "liquid": "center", "xy_center": "center"}
#: A face is looked for in the upper part, anything else by attention.
FACE_LIKE = ("face", "faces", "adv_face", "adv_faces", "adv_eyes", "body", "ocr_text")
#: ``auto:cat_30``, ``auto:dog_avoid``: how much a named object counts, in percent.
AVOID, FULL_WEIGHT = "avoid", 100
#: What faces weigh in ``auto``, against everything salient together.
FACE_WEIGHT = 0.6
#: A window that shows this share of the most that any shows is as good as the best, so it can be well centred.
GOOD_ENOUGH = 0.98
#: A thumbnail is cut this much wider than a face, or than another thing.
FACE_ROOM, ROOM = 1.6, 1.1


def seeks(gravity: Gravity) -> bool:
    """Whether only pixels can tell where this is."""
    return gravity.targets[0] not in (*COMPASS, *PLACED)


def needs_scene(gravity: Gravity, *, is_cut_out: bool) -> bool:
    """Whether the source's scene must be known: not for what the record places, nor for a subject with alpha."""
    wanted = [target for target in gravity.targets if not AREAS.match(target)]
    return seeks(gravity) and bool(wanted) and not (is_cut_out and wanted == ["auto"])


def find(gravity: Gravity, scene: TrackedScene) -> Area | str | None:
    """The first target that is there: its box, the name of a place, or ``auto``; None if none is."""
    found = find_all(gravity, scene)
    return union(found) if isinstance(found, tuple) else found


def find_all(gravity: Gravity, scene: TrackedScene) -> tuple[Area, ...] | str | None:
    """As :func:`find`, with a box for each of them, the largest first; of a ``face`` there is but one."""
    for target in gravity.targets:
        if target in COMPASS or target == "auto":
            return target
        if areas := scene.areas(target):
            return areas[:1] if target == "face" else areas
    return PLACED.get(gravity.targets[0])


def compass(gravity: Gravity) -> str:
    """Where a picture stands on a larger canvas: what only pixels could find stands in the middle."""
    named = next((target for target in gravity.targets if target in COMPASS), None)
    return named or ("north" if gravity.targets[0] in FACE_LIKE else "center")


def window(image: Image, arranged: Layout, gravity: Gravity, x: Length, y: Length, scene: TrackedScene) -> Box:
    """The window of a layout on the scaled picture, as far inside as it can be; ``image`` is not scaled yet."""
    box = scene.decide("window", lambda: find_window(image, arranged, gravity, x, y, scene))
    assert box is not None
    return box


def find_window(image: Image, arranged: Layout, gravity: Gravity, x: Length, y: Length, scene: TrackedScene) -> Box:
    """As :func:`window`, for a step that decides on several."""
    whole, size = arranged.scaled, arranged.window
    right, down = pixels(x, whole.width), pixels(y, whole.height)
    if gravity.targets[0] == "xy_center":
        return geometry.clamped(geometry.around(right, down, size), whole)
    found = _found_or_fallback(gravity, scene)
    if isinstance(found, tuple):
        at = middle(found)
    elif found == "auto":
        shown = size.width / whole.width, size.height / whole.height
        at, right, down = _interesting(image, gravity, scene, arranged, shown), 0, 0
    else:
        return geometry.clamped(geometry.placed(found, whole, size, right, down), whole)
    center = int(at[0] * whole.width) + right, int(at[1] * whole.height) + down
    return geometry.clamped(geometry.around(*center, size), whole)


def window_with_padding(image: Image, arranged: Layout, gravity: Gravity, scene: TrackedScene) -> Box:
    """A window that may be larger than the picture on an axis; there the picture stands in the middle."""
    whole, size = arranged.scaled, arranged.window
    seen = Size(min(size.width, whole.width), min(size.height, whole.height))
    inner = window(image, Layout(whole, seen), gravity, 0, 0, scene)
    left = inner.left - (size.width - seen.width) // 2
    top = inner.top - (size.height - seen.height) // 2
    return Box(left, top, size.width, size.height)


def closeup(image: Image, gravity: Gravity, zoom: float, ratio: Fraction | None, scene: TrackedScene) -> Box | None:
    """A window, of a ``ratio`` or its own, around the one thing that gravity finds; None if it finds none."""
    return scene.decide("closeup", lambda: _closeup(image, gravity, zoom, ratio, scene))


def _closeup(image: Image, gravity: Gravity, zoom: float, ratio: Fraction | None, scene: TrackedScene) -> Box | None:
    found = find(gravity, scene) if seeks(gravity) else None
    if not isinstance(found, tuple):
        return None
    room = (FACE_ROOM if gravity.targets[0] in FACE_LIKE else ROOM) / zoom
    left, top, right, bottom = found
    width, height = (right - left) * image.width * room, (bottom - top) * image.height * room
    if ratio is not None:
        width, height = max(width, height * ratio), max(height, width / ratio)
    return _around_within(image, middle(found), Size(nearest(width), nearest(height)))


def box_of(image: Image, area: Area) -> Box | None:
    """An area in pixels of ``image``, its edges rounded outward; None if it lies outside."""
    left, top = int(area[0] * image.width), int(area[1] * image.height)
    right, bottom = int(np.ceil(area[2] * image.width)), int(np.ceil(area[3] * image.height))
    return geometry.clipped(Box(left, top, right - left, bottom - top), size_of(image))


def _found_or_fallback(gravity: Gravity, scene: TrackedScene) -> Area | str:
    found = find(gravity, scene)
    return found or ("north" if gravity.targets[0] in FACE_LIKE else "auto")


def _interesting(
    image: Image, gravity: Gravity, scene: TrackedScene, arranged: Layout, shown: tuple[float, float]
) -> tuple[float, float]:
    """The centre of the window that shows the most, and ``shown``, its sides, as fractions of the picture's."""
    weights = _alpha_weights(image) if image.hasalpha() else None
    if weights is None:
        weights = _scene_weights(scene)
    if weights is None:
        return _attention(image, _seen_size(image, arranged))
    return _best_center(_adjusted(_normed(weights), gravity, scene), *shown)


def _adjusted(weights: Floats, gravity: Gravity, scene: TrackedScene) -> Floats:
    """``weights``, one in sum, with what ``auto`` is told to prefer or to avoid."""
    for target in gravity.targets:
        name, _, suffix = target.rpartition("_")
        is_weighted = bool(name) and (is_natural(suffix) or suffix == AVOID) and not AREAS.match(target)
        areas = scene.areas(name if is_weighted else target)
        if areas:
            share = 1.0 if not is_weighted else -1.0 if suffix == AVOID else int(suffix) / FULL_WEIGHT
            weights = weights + share * _normed(in_cells(areas))
    return np.asarray(weights, np.float32)


def _seen_size(image: Image, arranged: Layout) -> Size:
    """The size of the window on the picture before it is scaled."""
    across = Fraction(arranged.scaled.width, image.width)
    down = Fraction(arranged.scaled.height, image.height)
    return Size(nearest(arranged.window.width / across), nearest(arranged.window.height / down))


def _scene_weights(scene: TrackedScene) -> Floats | None:
    salient, faces = scene.salient(), scene.areas("faces") or scene.areas(HEAD)
    if salient is None or not salient.any():
        return in_cells(faces) if faces else None
    return _normed(salient) + FACE_WEIGHT * _normed(in_cells(faces)) if faces else _normed(salient)


def _normed(weights: Floats) -> Floats:
    """``weights``, one in sum."""
    return np.asarray(weights / weights.sum(), np.float32)


def _alpha_weights(image: Image) -> Floats | None:
    """The alpha in cells; None if it is opaque or empty throughout."""
    alpha = image[3].thumbnail_image(CELLS, height=CELLS, size="force")
    weights = np.asarray(alpha.numpy(), np.float32).reshape(CELLS, CELLS)
    return None if weights.min() == 255 or weights.max() == 0 else weights


def _attention(image: Image, size: Size) -> tuple[float, float]:
    if size.width >= image.width and size.height >= image.height:
        return 0.5, 0.5
    _, found = image.smartcrop(
        min(size.width, image.width), min(size.height, image.height),
        interesting="attention", attention_x=True, attention_y=True,
    )  # fmt: skip
    return found["attention_x"] / image.width, found["attention_y"] / image.height


def _best_center(weights: Floats, width: float, height: float) -> tuple[float, float]:
    """The centre of the window (sides as fractions of the picture's) that shows the most of ``weights``.

    Of neighbouring windows about as good the middle one, which is centred on what they all show.
    """
    across, down = (min(CELLS, max(1, round(side * CELLS))) for side in (width, height))
    sums = np.zeros((CELLS + 1, CELLS + 1))
    sums[1:, 1:] = weights.cumsum(0).cumsum(1)
    shown = sums[down:, across:] - sums[:-down, across:] - sums[down:, :-across] + sums[:-down, :-across]
    best = shown.max()
    top, left = np.unravel_index(int(shown.argmax()), shown.shape)
    rows, columns = np.nonzero(shown >= best - (1 - GOOD_ENOUGH) * abs(best))
    is_near = (abs(rows - top) < down) & (abs(columns - left) < across)
    return (
        _middle_one(columns[is_near] + across / 2, min(width, 1)),
        _middle_one(rows[is_near] + down / 2, min(height, 1)),
    )


def _middle_one(centers: Floats, side: float) -> float:
    """The middle of equally good centres (in cells), as a part of the side, so that the window stays inside."""
    return min(max(float(centers.mean()) / CELLS, side / 2), 1 - side / 2)


def middle(area: Area) -> tuple[float, float]:
    return (area[0] + area[2]) / 2, (area[1] + area[3]) / 2


def _around_within(image: Image, center: tuple[float, float], sides: Size) -> Box:
    """A window of ``sides`` around the centre, made smaller and moved until it lies inside the picture."""
    factor = min(Fraction(1), Fraction(image.width, sides.width), Fraction(image.height, sides.height))
    size = geometry.scaled(sides, factor)
    at = int(center[0] * image.width), int(center[1] * image.height)
    return geometry.clamped(geometry.around(*at, size), size_of(image))
