"""Where to look: gravity becomes a window on pixels.

``auto`` uses the alpha's centre of mass where the picture is cut out, else libvips' attention strategy. There is no
face or object detector here, so what one would find counts as "not found": Cloudinary documents north for a face
that is not there, unless the gravity names a fallback (``face:center``, ``dog:auto``).
"""

from fractions import Fraction

import numpy as np

from media import geometry
from media.geometry import Box, Layout, Size, nearest, pixels
from media.operations.pixels import Image
from media.params import COMPASS, Gravity, Length

AUTO = Gravity(("auto",))
#: The side to which alpha is reduced before its centre of mass is taken.
CENTROID_SIDE = 64
NOT_FOUND = {"custom": "center", "none": "center", "region": "center", "liquid": "center", "xy_center": "center"}
#: A face is looked for in the upper part, anything else by attention.
FACES = ("face", "faces", "adv_face", "adv_faces", "adv_eyes", "body", "ocr_text")


def resolved(gravity: Gravity) -> str:
    """The first target this renderer can find: a compass name or ``auto``."""
    for target in gravity.targets:
        if target in COMPASS or target == "auto":
            return target
    first = gravity.targets[0]
    return "north" if first in FACES else NOT_FOUND.get(first, "auto")


def is_undetected(gravity: Gravity) -> bool:
    """Whether only a detector could have found it, and no fallback is named."""
    first = gravity.targets[0]
    return first not in (*COMPASS, "auto", *NOT_FOUND) and not any(each in COMPASS for each in gravity.targets)


def is_auto(gravity: Gravity) -> bool:
    return resolved(gravity) == "auto"


def compass(gravity: Gravity) -> str:
    where = resolved(gravity)
    return "center" if where == "auto" else where


def window(image: Image, arranged: Layout, gravity: Gravity, x: Length, y: Length) -> Box:
    """The window of a layout on the scaled picture, as far inside as it can be; ``image`` is not scaled yet."""
    whole, size = arranged.scaled, arranged.window
    right, down = pixels(x, whole.width), pixels(y, whole.height)
    if is_auto(gravity):
        return geometry.clamped(geometry.around(*_interesting(image, arranged), size), whole)
    if gravity.targets[0] == "xy_center":
        return geometry.clamped(geometry.around(right, down, size), whole)
    return geometry.clamped(geometry.placed(compass(gravity), whole, size, right, down), whole)


def window_with_padding(image: Image, arranged: Layout, gravity: Gravity) -> Box:
    """A window that may be larger than the picture on an axis; there the picture stands in the middle."""
    whole, size = arranged.scaled, arranged.window
    seen = Size(min(size.width, whole.width), min(size.height, whole.height))
    inner = window(image, Layout(whole, seen), gravity, 0, 0)
    left = inner.left - (size.width - seen.width) // 2
    top = inner.top - (size.height - seen.height) // 2
    return Box(left, top, size.width, size.height)


def _interesting(image: Image, arranged: Layout) -> tuple[int, int]:
    """The place to look at, in pixels of the scaled picture."""
    across = Fraction(arranged.scaled.width, image.width)
    down = Fraction(arranged.scaled.height, image.height)
    seen = Size(nearest(arranged.window.width / across), nearest(arranged.window.height / down))
    center = (alpha_center(image) if image.hasalpha() else None) or _attention(image, seen)
    return int(center[0] * across), int(center[1] * down)


def alpha_center(image: Image) -> tuple[int, int] | None:
    """The centre of mass of the alpha in pixels; None where it is opaque or empty throughout."""
    alpha = image[3]
    small = alpha.thumbnail_image(CENTROID_SIDE, height=CENTROID_SIDE, size="force")
    weight = np.asarray(small.numpy(), dtype=np.float64).reshape(CENTROID_SIDE, CENTROID_SIDE)
    if weight.min() == 255 or weight.max() == 0:
        return None
    places = (np.arange(CENTROID_SIDE) + 0.5) / CENTROID_SIDE
    across = float((weight.sum(axis=0) * places).sum() / weight.sum())
    down = float((weight.sum(axis=1) * places).sum() / weight.sum())
    return int(across * image.width), int(down * image.height)


def _attention(image: Image, size: Size) -> tuple[int, int]:
    if size.width >= image.width and size.height >= image.height:
        return image.width // 2, image.height // 2
    _, found = image.smartcrop(
        min(size.width, image.width), min(size.height, image.height),
        interesting="attention", attention_x=True, attention_y=True,
    )  # fmt: skip
    return int(found["attention_x"]), int(found["attention_y"])
