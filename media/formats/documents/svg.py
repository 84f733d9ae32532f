"""SVG: the areas of a vectorized picture, traced by vtracer (Rust, MIT licence) and written as bare paths.

Of what the tracer says only paths with a colour and a place are kept. It cannot be stopped: it runs in a child process
(:mod:`media.formats.isolated`), on no more pixels than the format's row says.
"""

import math
import re
from xml.etree import ElementTree

import numpy as np
import vtracer

from media.errors import LimitExceeded
from media.formats.codec import Options
from media.formats.table import Format
from media.geometry import Size
from media.language.vectors import Vectors
from media.raster.clusters import clustered, nearest_mean
from media.raster.picture import Picture
from media.raster.pixels import Image, join, painted_over, split

MAX_BYTES = 16 << 20
#: A tracing at fewer pixels shows nothing.
LEAST_SIDE = 24
NAMESPACE = "{http://www.w3.org/2000/svg}"
#: Curves are cut into pieces of these lengths, in pixels, and their places written with this many digits.
SHORTEST, LONGEST, DIGITS = 3.5, 10.0, 2
#: A speck is at most this many pixels wide.
MOST_SPECKLE = 128
_HEAD = re.compile(rb'<svg [^>]*width="([0-9]+)" height="([0-9]+)"')
_DATA, _PLACE = re.compile(r"[-MLCZz0-9eE., ]+\Z"), re.compile(r"translate\(-?[0-9.]+,-?[0-9.]+\)\Z")


def write(picture: Picture, row: Format, options: Options, *, most_bytes: int = MAX_BYTES) -> bytes:
    """``options`` are the fields of a :class:`Vectors`. Raises LimitExceeded for an SVG of more than ``most_bytes``."""
    shape, frame = Vectors(**options), picture.frames[0]
    side = _traced_side(frame, shape, row.traced)
    small = frame.thumbnail_image(side, height=side, size="down")
    means = clustered(painted_over(small), round(shape.colors))
    traced = _traced(_flat(small, means), shape)
    body = _file(traced, Size(frame.width, frame.height), Size(small.width, small.height), means)
    if len(body) > most_bytes:
        asked = "ask for less detail, fewer colors or a larger despeckle"
        raise LimitExceeded(f"svg is written with at most {most_bytes} bytes, got {len(body)}; {asked}")
    return body


def size(body: bytes) -> Size:
    found = _HEAD.match(body)
    return Size(int(found[1]), int(found[2])) if found else Size(1, 1)


def _traced_side(frame: Image, shape: Vectors, most: int) -> int:
    longest = max(frame.width, frame.height)
    wanted = shape.detail * longest if shape.detail <= 1 else shape.detail
    return max(LEAST_SIDE, min(round(wanted), most, longest))


def _flat(small: Image, means: np.ndarray) -> Image:
    """Areas of the mean colours; what is rather transparent is clear, as an area has no shades."""
    alpha = split(small)[1]
    areas = nearest_mean(painted_over(small), means)
    return join(areas, None if alpha is None else (alpha >= 128).ifthenelse(255, 0).cast("uchar"))


def _traced(flat: Image, shape: Vectors) -> str:
    longest = max(flat.width, flat.height)
    speckle = shape.despeckle * longest if shape.despeckle < 1 else shape.despeckle
    traced: str = vtracer.convert_raw_image_to_svg(
        bytes(flat.write_to_buffer(".png", compression=1)),
        img_format="png",
        colormode="color",
        mode="polygon" if shape.corners >= 100 else "spline",
        filter_speckle=min(round(speckle), MOST_SPECKLE),
        # Colours are few already: none is to be merged with another.
        color_precision=8,
        layer_difference=0,
        corner_threshold=round(180 * (1 - shape.corners / 100)),
        length_threshold=LONGEST - (LONGEST - SHORTEST) * shape.paths / 100,
        path_precision=math.ceil(DIGITS * shape.paths / 100),
    )
    return traced


def _file(traced: str, whole: Size, small: Size, means: np.ndarray) -> bytes:
    paths = [_path(each, means) for each in ElementTree.fromstring(traced).iter(f"{NAMESPACE}path")]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {small.width} {small.height}"'
    return f'{head} width="{whole.width}" height="{whole.height}">{"".join(paths)}</svg>'.encode()


def _path(path: ElementTree.Element, means: np.ndarray) -> str:
    drawn, place = path.get("d", "").strip(), path.get("transform", "")
    if not (_DATA.match(drawn) and _PLACE.match(place)):
        return ""
    return f'<path d="{drawn}" fill="{_color(path.get("fill", ""), means)}" transform="{place}"/>'


def _color(fill: str, means: np.ndarray) -> str:
    """The mean colour that is nearest: the tracer mixes those of specks into their surroundings."""
    color = np.array([int(fill[place : place + 2], 16) for place in (1, 3, 5)])
    red, green, blue = means[((means - color) ** 2).sum(axis=1).argmin()].round().astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"
