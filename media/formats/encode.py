"""The last act of a render: choose the format that can hold the picture, and write it.

Its own file because choosing (alpha? frames? size?) and saving are an idea apart from the loop over steps.
Metadata is stripped unless asked for; pixels are sRGB until here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

import pyvips

from media.errors import BadTransformation, DerivationFailed, UnsupportedFormat
from media.formats import apng_pixels
from media.formats.quality import encoder_quality
from media.formats.table import FORMATS, Format
from media.formats.writers import WRITERS
from media.geometry import Size
from media.language.chain import Output
from media.language.params import WHITE
from media.raster import colorspace
from media.raster.colorspace import Space
from media.raster.picture import Picture
from media.raster.pixels import flatten, resample

#: AVIF takes about ten times as long as WebP: beyond this size the next candidate is better.
AVIF_MAX_PIXELS = 4_194_304
#: A palette may look this good (0..100); a pixel of a frame may stay if it differs by no more than this.
PALETTE_QUALITY, FRAME_ERROR = 80, 8
INTERLACED = ("jpg", "png", "gif")
#: WebP's own bound on a side.
WEBP_MAX_SIDE = 16_383


@dataclass(frozen=True, slots=True)
class Rendered:
    body: bytes
    format_name: str
    width: int
    height: int


def encode(picture: Picture, output: Output, source_format: str, files: Mapping[str, bytes]) -> Rendered:
    """Write the picture as the first candidate of ``output`` that can hold it.

    ``files`` holds the ICC profile that ``output`` may name. Raises UnsupportedFormat for a format that is not written
    here, BadTransformation for a colour space it does not have, DerivationFailed where libvips cannot save.
    """
    space = colorspace.find_space(output.color_space, picture.cmyk, files)
    row = choose_format(picture, output, source_format, space)
    picture = _fitted(picture, row)
    options = _options(picture, row, output, space)
    moves = _moves(row, picture, output, source_format)
    if _converts(space):
        picture = replace(picture, frames=tuple(colorspace.converted(frame, space) for frame in picture.frames))
    try:
        body = _written(picture, row, options, moves=moves, grayscale=output.grayscale)
    except pyvips.Error as error:
        raise DerivationFailed(f"{row.name} cannot be written: {error}") from error
    return Rendered(body, row.name, picture.size.width, picture.size.height)


def _fitted(picture: Picture, row: Format) -> Picture:
    """A picture too large for the format as large as it may be: who asks for an icon of a photograph wants an icon."""
    largest = max(picture.size.width, picture.size.height)
    if not row.fits or largest <= row.fits:
        return picture
    size = Size(*(max(1, round(side * row.fits / largest)) for side in (picture.size.width, picture.size.height)))
    return replace(picture, frames=tuple(resample(frame, size) for frame in picture.frames))


def _written(picture: Picture, row: Format, options: dict[str, Any], *, moves: bool, grayscale: bool) -> bytes:
    if row.name in WRITERS:
        frames = picture.frames if moves else picture.frames[:1]
        plain = [_plain(frame, row, grayscale=grayscale) for frame in frames]
        return WRITERS[row.name].write(plain, options.get("Q", 0))
    if moves:
        return apng_pixels.written(picture, options) if row.name == "png" else _saved(_strip(picture), row, options)
    return _saved(_plain(picture.frames[0], row, grayscale=grayscale), row, options)


def _plain(frame: pyvips.Image, row: Format, *, grayscale: bool) -> pyvips.Image:
    image = frame if row.alpha else flatten(frame, WHITE)
    return image.colourspace("b-w") if grayscale else image


def _saved(image: pyvips.Image, row: Format, options: dict[str, Any]) -> bytes:
    return bytes(image.write_to_buffer(f".{row.name}", **options))


def _moves(row: Format, picture: Picture, output: Output, source_format: str) -> bool:
    """Whether an animation stays one. A PNG stands still unless it is asked to move, or the source does."""
    is_expected = row.name != "png" or output.animated or source_format == "png"
    return picture.is_animated and row.frames and is_expected


def choose_format(picture: Picture, output: Output, source_format: str, space: Space | None = None) -> Format:
    """One candidate is an order; of several the first that holds the picture's alpha, frames, size and colours."""
    rows = [_writable(name) for name in output.candidates]
    if len(rows) < 2:
        row = _only(rows[0], picture, output) if rows else _as_source(picture, source_format)
        return _with_space(row, space)
    transparent = output.preserve_transparency or has_transparency(picture)
    if _converts(space) and space.kind != "rgb":
        transparent = False
    png = FORMATS["png"]
    fallback = png if transparent or _moves(png, picture, output, source_format) else FORMATS["jpg"]
    able = (row for row in rows if not picture.is_animated or _moves(row, picture, output, source_format))
    return next((row for row in able if _holds(row, picture, transparent) and _writes(row, space)), fallback)


def _converts(space: Space | None) -> TypeGuard[Space]:
    """sRGB is what the pixels are already: it is only named in the file."""
    return space is not None and space.profile != colorspace.SRGB


def _writes(row: Format, space: Space | None) -> bool:
    return not _converts(space) or space.kind in row.spaces


def _with_space(row: Format, space: Space | None) -> Format:
    if space is not None and not _writes(row, space):
        able = ", ".join(each.name for each in FORMATS.values() if each.writable and space.kind in each.spaces)
        raise BadTransformation(
            f"a color space of the kind {space.kind} needs one of the formats {able}, got {row.name}"
        )
    return row


def has_transparency(picture: Picture) -> bool:
    """Whether any pixel is less than opaque."""
    return any(frame.hasalpha() and frame[3].min() < 255 for frame in picture.frames)


def _writable(name: str) -> Format:
    row = FORMATS.get(name)
    if row is None or not row.writable:
        names = ", ".join(row.name for row in FORMATS.values() if row.writable)
        raise UnsupportedFormat(f"the format must be one of {names}, got {name}")
    return row


def _only(row: Format, picture: Picture, output: Output) -> Format:
    is_opaque_png = output.lossy and row.name == "png" and not has_transparency(picture)
    return FORMATS["jpg"] if is_opaque_png else row


def _as_source(picture: Picture, source_format: str) -> Format:
    row = FORMATS[source_format]
    has_alpha = any(frame.hasalpha() for frame in picture.frames)
    if has_alpha and not row.alpha:
        return FORMATS["png"]
    if row.writable:
        return row
    return FORMATS["png" if has_alpha else "jpg"]


def _holds(row: Format, picture: Picture, transparent: bool) -> bool:
    size = picture.size
    if transparent and not row.alpha:
        return False
    if row.name == "avif" and size.pixels > AVIF_MAX_PIXELS:
        return False
    return not (row.name == "webp" and max(size.width, size.height) > WEBP_MAX_SIDE)


def _strip(picture: Picture) -> pyvips.Image:
    """The frames below each other, as libvips' savers want an animation."""
    image = pyvips.Image.arrayjoin(list(picture.frames), across=1).copy()
    image.set_type(pyvips.GValue.gint_type, "page-height", picture.size.height)
    image.set_type(pyvips.GValue.array_int_type, "delay", list(picture.delays))
    image.set_type(pyvips.GValue.gint_type, "loop", picture.loop)
    return image


def _options(picture: Picture, row: Format, output: Output, space: Space | None) -> dict[str, Any]:
    options: dict[str, Any] = dict(row.options)
    options["keep"] = _kept(output, space)
    if space is not None and not _converts(space):
        options["profile"] = space.profile
    if row.quality and (quality := encoder_quality(picture, row, output.quality)):
        options[row.quality] = quality
    if row.name == "png" and output.palette:
        options["palette"] = True
    if row.name in ("jpg", "avif") and output.chroma:
        options["subsample_mode"] = "off" if output.chroma == "444" else "on"
    # Cloudinary documents progressive JPEG for automatic quality; it is also smaller.
    is_automatic_jpeg = row.name == "jpg" and isinstance(output.quality, str)
    if is_automatic_jpeg or (row.name in INTERLACED and output.progressive):
        options["interlace"] = True
    return options | _lossy(row, output)


def _lossy(row: Format, output: Output) -> dict[str, Any]:
    """What a lossless format gives up for size: colours beyond a palette, small changes between frames."""
    if not output.lossy or row.lossy:
        return {}
    palette = {"palette": True, "Q": output.quality or PALETTE_QUALITY} if isinstance(output.quality, int) else {}
    return {"png": palette or {"palette": True}, "gif": {"interframe_maxerror": FRAME_ERROR}}.get(row.name, {})


def _kept(output: Output, space: Space | None) -> str:
    wanted = {"icc": output.keep_profile or _converts(space), "exif:xmp:iptc": output.keep_metadata}
    return ":".join(name for name, is_wanted in wanted.items() if is_wanted) or "none"
