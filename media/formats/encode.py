"""The last act of a render: the formats that can hold the picture (alpha? frames? size?), and its file.

Metadata is stripped unless asked for; pixels are sRGB until here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeGuard

import pyvips

from media.budget import Budget
from media.deadline import stopping
from media.errors import BadTransformation, DerivationFailed, LimitExceeded, UnsupportedFormat
from media.formats.automatic import choice
from media.formats.automatic.choice import Way
from media.formats.automatic.quality import encoder_quality
from media.formats.isolated import write
from media.formats.table import FORMATS, Format
from media.geometry import Size
from media.language.chain import Output
from media.language.params import WHITE
from media.raster import colorspace
from media.raster.colorspace import Space
from media.raster.flatness import tiled
from media.raster.picture import Picture
from media.raster.pixels import flatten, resample

#: Fields of EXIF, as libvips calls them, that are about persons: places (its third directory), numbers of one camera or
#: lens, names, notes of the maker in any form.
PRIVATE_EXIF = (
    "exif-ifd3", "exif-ifd0-Artist", "exif-ifd0-Copyright", "exif-ifd0-XPAuthor", "exif-ifd0-XPComment",
    "exif-ifd0-ImageDescription", "exif-ifd2-BodySerialNumber", "exif-ifd2-LensSerialNumber",
    "exif-ifd2-CameraOwnerName", "exif-ifd2-ImageUniqueID", "exif-ifd2-MakerNote", "exif-ifd2-UserComment",
)  # fmt: skip
#: A palette may look this good (0..100).
PALETTE_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Rendered:
    body: bytes
    format_name: str
    width: int
    height: int


def encode(
    picture: Picture,
    output: Output,
    source_format: str,
    files: Mapping[str, bytes],
    budget: Budget,
    *,
    of_animation: bool,
) -> Rendered:
    """Write the picture as the first candidate of ``output`` that can hold it.

    ``files`` holds the ICC profile that ``output`` may name; ``of_animation``: the source moves, even if only one frame
    of it is here. Raises UnsupportedFormat for a format that is not written here, BadTransformation for a colour space
    it does not have, LimitExceeded for a size that it does not hold or a price that ``budget`` does not pay,
    DerivationFailed if libvips cannot save, Unavailable at the deadline.
    """
    space = colorspace.find_space(output.color_space, picture.cmyk, files)
    able = able_formats(picture, output, source_format, space, of_animation=of_animation)
    picture = _fitted(picture, able[0])
    if not moves(able[0], output, source_format):
        picture = replace(picture, frames=picture.frames[:1])
    check_fits(picture.size, able[0], frames=len(picture.frames))
    ways = choice.ways(picture, able) if choice.is_free(picture, output) else [choice.plain(able[0])]
    way, body = _smallest(picture, ways, output, space, budget)
    return Rendered(body, way.row.name, picture.size.width, picture.size.height)


def _smallest(
    picture: Picture, ways: Sequence[Way], output: Output, space: Space | None, budget: Budget
) -> tuple[Way, bytes]:
    if len(ways) == 1 or picture.size.pixels <= choice.TRIAL_PIXELS:
        return choice.best(_tried(picture, ways, output, space, budget))
    affordable = [ways[0], *(way for way in ways[1:] if budget.affords(way.price(picture.size)))]
    sample = replace(picture, frames=(tiled(picture.frames[0]),))
    chosen, _ = _smallest(sample, affordable, output, space, budget)
    whole = _tried(picture, [chosen], output, space, budget) or _tried(picture, ways[:1], output, space, budget)
    return choice.best(whole)


def _tried(
    picture: Picture, ways: Sequence[Way], output: Output, space: Space | None, budget: Budget
) -> list[tuple[Way, bytes]]:
    """What was written and passes. The first way must be paid for; others are tried if ``budget`` has enough left."""
    tried = []
    for way in ways:
        price = _price(picture, way, output)
        if way is ways[0] or budget.affords(price):
            budget.spend(price)
            tried.append((way, _written(picture, way, output, space, price)))
    return [each for each in tried if each[0].passes(picture.frames[0], each[1])]


def _price(picture: Picture, way: Way, output: Output) -> float:
    """An animation has no palette for all of it."""
    has_palette = way.row.palette and (output.palette or output.lossy) and not picture.is_animated
    return way.price(picture.size, frames=len(picture.frames), palette=has_palette)


def _written(picture: Picture, way: Way, output: Output, space: Space | None, price: float) -> bytes:
    options = _options(picture, way, output, space)
    if _converts(space):
        picture = replace(picture, frames=tuple(colorspace.converted(frame, space) for frame in picture.frames))
    drawn = replace(picture, frames=tuple(_plain(frame, way.row, output) for frame in picture.frames))
    try:
        with stopping(*drawn.frames):
            return write(drawn, way.row, options, price=price)
    except pyvips.Error as error:
        raise DerivationFailed(f"{way.row.name} cannot be written: {error}") from error


def _fitted(picture: Picture, row: Format) -> Picture:
    """A picture too large for the format, scaled down: an icon of a photograph is wanted as an icon."""
    largest = max(picture.size.width, picture.size.height)
    if not row.fits or largest <= row.fits:
        return picture
    size = Size(*(max(1, round(side * row.fits / largest)) for side in (picture.size.width, picture.size.height)))
    return replace(picture, frames=tuple(resample(frame, size) for frame in picture.frames))


def check_fits(size: Size, row: Format, *, frames: int = 1) -> None:
    """Raises LimitExceeded for a picture that the format does not hold, or that is not written in it here."""
    if row.fits:
        return
    pixels = size.pixels * (frames if row.frames else 1)
    if row.max_written and pixels > row.max_written:
        raise LimitExceeded(f"{row.name} is written with at most {row.max_written} pixels, got {pixels}")
    if row.max_side and max(size.width, size.height) > row.max_side:
        expected = f"{row.name} holds sides of at most {row.max_side} pixels"
        raise LimitExceeded(f"{expected}, got {size.width}×{size.height}")


def _plain(frame: pyvips.Image, row: Format, output: Output) -> pyvips.Image:
    image = frame if row.alpha else flatten(frame, WHITE)
    image = image.colourspace("b-w") if output.grayscale else image
    return _without_private(image) if output.exif == "shareable" else image


def _without_private(image: pyvips.Image) -> pyvips.Image:
    """EXIF without what tells where, by whom and with which camera of its kind; libvips writes what is left."""
    public = image.copy()
    for field in image.get_fields():
        if field.startswith(PRIVATE_EXIF):
            public.remove(field)
    return public


def moves(row: Format, output: Output, source_format: str) -> bool:
    """Whether an animation stays one."""
    return row.frames and (not row.is_still_unless_asked or output.animated or source_format == row.name)


def may_move(output: Output, source_format: str) -> bool:
    """Whether an animation can stay one in what :func:`choose_format` may choose."""
    names = output.candidates or (source_format,)
    fallback = ("png",) if len(names) > 1 else ()
    return any(moves(FORMATS[name], output, source_format) for name in (*names, *fallback) if name in FORMATS)


def choose_format(
    picture: Picture, output: Output, source_format: str, space: Space | None, *, of_animation: bool
) -> Format:
    """One candidate is an order; of several the first that holds the picture's alpha, frames, size and colours."""
    return able_formats(picture, output, source_format, space, of_animation=of_animation)[0]


def able_formats(
    picture: Picture, output: Output, source_format: str, space: Space | None, *, of_animation: bool
) -> list[Format]:
    """The candidates that hold the picture, or what every client shows if none of them does."""
    rows = [_writable(name) for name in output.candidates]
    if len(rows) < 2:
        row = _only(rows[0], picture, output) if rows else _as_source(picture, source_format)
        return [_with_space(row, space)]
    transparent = output.preserve_transparency or has_transparency(picture)
    if _converts(space) and space.kind != "rgb":
        transparent = False
    able = [row for row in rows if not of_animation or moves(row, output, source_format)]
    png_moves = of_animation and moves(FORMATS["png"], output, source_format)
    fallback = FORMATS["png" if transparent or png_moves else "jpg"]
    return [row for row in able if _holds(row, picture, transparent) and _writes(row, space)] or [fallback]


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
    is_better_lossy = row.lossy_as and output.lossy and not has_transparency(picture)
    return FORMATS[row.lossy_as] if is_better_lossy else row


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
    if any(most and size.pixels > most for most in (row.max_pixels, row.max_written)):
        return False
    return not row.max_side or max(size.width, size.height) <= row.max_side


def _options(picture: Picture, way: Way, output: Output, space: Space | None) -> dict[str, Any]:
    row = way.row
    if row.traced:
        return _tracing(picture, row)
    options: dict[str, Any] = dict(row.options)
    options["keep"] = _kept(output, space)
    if space is not None and not _converts(space):
        options["profile"] = space.profile
    if row.quality and not way.options and (quality := encoder_quality(picture, row, output.quality)):
        options[row.quality] = quality
    if row.palette and output.palette:
        options["palette"] = True
    if row.chroma and output.chroma:
        options["subsample_mode"] = "off" if output.chroma == "444" else "on"
    # Cloudinary documents progressive JPEG for automatic quality; it is also smaller.
    is_automatic = row.lossy and isinstance(output.quality, str)
    if row.interlaces and (is_automatic or output.progressive):
        options["interlace"] = True
    return options | _lossy(row, output) | dict(way.options)


def _tracing(picture: Picture, row: Format) -> dict[str, Any]:
    if picture.tracing is None:
        raise BadTransformation(f"{row.name} is written of a picture that was vectorized, and this one was not")
    return asdict(picture.tracing)


def _lossy(row: Format, output: Output) -> dict[str, Any]:
    """What a lossless format gives up for size: colours beyond a palette, small changes between frames."""
    if not output.lossy or row.lossy:
        return {}
    has_number = row.palette and isinstance(output.quality, int)
    return {**row.lossy_options, **({"Q": output.quality or PALETTE_QUALITY} if has_number else {})}


def _kept(output: Output, space: Space | None) -> str:
    wanted = {
        "icc": output.keep_profile or _converts(space),
        "exif": bool(output.exif),
        "exif:xmp:iptc": output.keep_metadata,
    }
    return ":".join(name for name, is_wanted in wanted.items() if is_wanted) or "none"
