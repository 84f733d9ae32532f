"""What the operations share about pixels.

Between steps a picture is 8-bit sRGB with three bands, or four with straight (not premultiplied) alpha. Whatever
mixes neighbouring pixels must do so on premultiplied colours, or hidden colours bleed into edges as fringes.
"""

import math
from collections.abc import Callable
from typing import TypeAlias

import pyvips

from media.deadline import computed
from media.geometry import Box, Size, clipped
from media.language.params import TRANSPARENT, Color

Image: TypeAlias = pyvips.Image

#: Colours under an alpha up to this are not seen, and not to be trusted once premultiplied.
HIDDEN = 8
#: Beyond this side a scaled picture is not spread out as a whole.
MAX_SCALED_SIDE = 65_536


def size_of(image: Image) -> Size:
    return Size(image.width, image.height)


def to_uint8(image: Image) -> Image:
    """Back to 8 bits, rounded to the nearest (libvips alone would cut)."""
    return image if image.format == "uchar" else image.rint().cast("uchar").copy(interpretation="srgb")


def with_alpha(image: Image) -> Image:
    return image if image.hasalpha() else image.bandjoin(255).copy(interpretation="srgb")


def split(image: Image) -> tuple[Image, Image | None]:
    """The colours and, if there is one, the alpha."""
    return (image[:3], image[3]) if image.bands == 4 else (image, None)


def join(colours: Image, alpha: Image | None) -> Image:
    return colours if alpha is None else colours.bandjoin(alpha).copy(interpretation="srgb")


def on_colours(image: Image, change: Callable[[Image], Image]) -> Image:
    """Apply a change that looks at one pixel at a time; alpha stays."""
    colours, alpha = split(image)
    return join(to_uint8(change(colours)), alpha)


def on_neighbours(image: Image, change: Callable[[Image], Image]) -> Image:
    """Apply a change that mixes neighbouring pixels, on premultiplied colours if there is alpha."""
    if not image.hasalpha():
        return to_uint8(change(image))
    return to_uint8(change(image.premultiply()).unpremultiply())


def on_areas(image: Image, change: Callable[[Image], Image]) -> Image:
    """Apply a change that compares neighbouring colours: ranks, extremes, lines, clusters; alpha stays.

    Premultiplied colours would show every edge of the alpha as a dark line, so what is hidden is painted over.
    """
    return join(to_uint8(change(painted_over(image))), split(image)[1])


def painted_over(image: Image) -> Image:
    """The colours, with those that alpha hides exchanged for the visible ones around them."""
    colours, alpha = split(image)
    if alpha is None or alpha.min() > HIDDEN or max(image.width, image.height) == 1:
        return colours
    half = resample(image, Size(math.ceil(image.width / 2), math.ceil(image.height / 2)))
    # Both in memory, or every reader would begin at the top again.
    around = painted_over(computed(half))
    return computed((alpha <= HIDDEN).ifthenelse(resample(around, size_of(image)), colours))


def resample(image: Image, size: Size) -> Image:
    """Scale to exactly ``size`` (Lanczos 3 down, bicubic up).

    Premultiplied colours are rounded to 8 bits before: twice as fast, and less than a level off once composited.
    """
    if size_of(image) == size:
        return image
    across, down = size.width / image.width, size.height / image.height
    if not image.hasalpha():
        return image.resize(across, vscale=down)
    return to_uint8(to_uint8(image.premultiply()).resize(across, vscale=down).unpremultiply())


def enlarge(image: Image, size: Size) -> Image:
    """Scale up to exactly ``size`` (bicubic), a picture with alpha; centres stay where they are.

    ``resize`` moves what it enlarges by up to half a source pixel; :func:`resample` keeps that, as derived assets do.
    """
    across, down = size.width / image.width, size.height / image.height
    larger = to_uint8(image.premultiply()).affine(
        [across, 0, 0, down],
        interpolate=pyvips.Interpolate.new("bicubic"),
        oarea=[0, 0, size.width, size.height],
        odx=(across - 1) / 2,
        ody=(down - 1) / 2,
        extend="copy",
    )
    return to_uint8(larger.unpremultiply())


def flatten(image: Image, color: Color) -> Image:
    """Lay the picture on a colour; a half transparent colour stays so."""
    if not image.hasalpha():
        return image
    if color.alpha == 255:
        return to_uint8(image.flatten(background=color.rgb))
    return solid(size_of(image), color).composite2(image, "over").cast("uchar")


def solid(size: Size, color: Color) -> Image:
    bands = color.rgb if color.alpha == 255 else color.rgba
    pixel = pyvips.Image.black(1, 1).new_from_image(bands).cast("uchar").copy(interpretation="srgb")
    return pixel.embed(0, 0, size.width, size.height, extend="copy")


def through_window(image: Image, box: Box, color: Color = TRANSPARENT) -> Image:
    """The picture through a window; what lies outside the picture gets ``color``."""
    if box.left == 0 and box.top == 0 and box.size == size_of(image):
        return image
    inside = clipped(box, size_of(image))
    if inside == box:
        return image.crop(box.left, box.top, box.width, box.height)
    picture = with_alpha(image) if color.alpha < 255 else image
    paint = color.rgba if picture.hasalpha() else color.rgb
    if inside is None:
        return solid(box.size, color)
    part = picture.crop(inside.left, inside.top, inside.width, inside.height)
    left, top = inside.left - box.left, inside.top - box.top
    return part.embed(left, top, box.width, box.height, extend="background", background=paint)


def scaled_through_window(image: Image, scaled: Size, box: Box, color: Color = TRANSPARENT) -> Image:
    """The picture scaled to ``scaled`` and looked at through ``box``.

    A strip scaled to cover a box can be beyond libvips' coordinates: then its visible part is cut out first.
    """
    if max(scaled.width, scaled.height) <= MAX_SCALED_SIDE:
        return through_window(resample(image, scaled), box, color)
    across, down = scaled.width / image.width, scaled.height / image.height
    left, top = math.floor(box.left / across), math.floor(box.top / down)
    right, bottom = math.ceil((box.left + box.width) / across), math.ceil((box.top + box.height) / down)
    return resample(through_window(image, Box(left, top, max(1, right - left), max(1, bottom - top)), color), box.size)


def clamped(share: Image) -> Image:
    """Values below 0 and above 1 cut off."""
    share = (share < 0).ifthenelse(0, share)
    return (share > 1).ifthenelse(1, share)
