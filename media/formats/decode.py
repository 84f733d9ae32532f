"""Untrusted bytes → an upright sRGB picture, and nothing else gets past.

The only place that opens untrusted bytes with libvips, and the way to :mod:`media.formats.readers` for what libvips
cannot open: size is judged from the header before a pixel is decoded, loaders that can reach files or run scripts are
blocked for the whole process, and every fault becomes a :class:`media.errors.SourceError`.
"""

import itertools
import os

# Parallelism is across requests; one thread per picture wastes the least (read by libvips at import).
os.environ.setdefault("VIPS_CONCURRENCY", "1")

import pyvips

from media.cutout import StoredCutout
from media.errors import LimitExceeded, SourceError, UnsupportedFormat
from media.formats import apng, gif
from media.formats.apng_pixels import composed
from media.formats.readers import READERS
from media.formats.table import Format, sniff
from media.geometry import Size
from media.raster.picture import Picture
from media.raster.upright import upright, upright_size

pyvips.cache_set_max(0)
pyvips.block_untrusted_set(True)
for _loader in ("VipsForeignLoadSvg", "VipsForeignLoadPdf", "VipsForeignLoadMagick", "VipsForeignLoadOpenslide"):
    pyvips.operation_block_set(_loader, True)

#: The factors by which libjpeg can shrink while it decodes.
JPEG_SHRINKS = (8, 4, 2)
#: Each frame is a picture of its own through all steps: a hundred thousand of one pixel would take minutes.
MAX_FRAMES = 2000
#: Formats of which libvips plays what it got of a half file.
IS_WHOLE = {"gif": gif.is_whole, "png": lambda body: apng.frame_count(body) == 1 or apng.is_whole(body)}
#: Frames without a delay of their own play at ten a second, as browsers do.
DEFAULT_DELAY_MS = 100


def open_header(body: bytes, *, max_pixels: int, options: str = "") -> pyvips.Image:
    """The picture as stored, not yet decoded nor turned upright; for the formats of :mod:`media.formats.readers` a
    blank of the same shape.

    Raises UnsupportedFormat (not an image format we read), LimitExceeded (width × height × pages over
    ``max_pixels``) or SourceError (libvips cannot read the header).
    """
    row = recognised(body)
    if row.name in IS_WHOLE and not IS_WHOLE[row.name](body):
        raise SourceError("The image cannot be read: its frames are truncated or corrupt.")
    image = READERS[row.name].header(body) if row.name in READERS else _opened(body, row, options)
    whole = 1 if "n=" in options else page_count(body, image)
    if row.frames and whole > MAX_FRAMES:
        raise LimitExceeded(f"The animation has {whole} frames; at most {MAX_FRAMES} are read.")
    if image.width * image.height * whole > max_pixels:
        shape = f"{image.width}×{image.height}×{whole}"
        raise LimitExceeded(f"The image has {shape} pixels; at most {max_pixels} are read.")
    return image


def recognised(body: bytes) -> Format:
    """The row of the format that ``body`` has. Raises UnsupportedFormat for what is no source."""
    row = sniff(body)
    if row is None:
        raise UnsupportedFormat("The bytes are not an image of a supported format.")
    if not row.readable:
        raise UnsupportedFormat(f"Files of the format {row.name} are written here, but not read.")
    return row


def _opened(body: bytes, row: Format, options: str) -> pyvips.Image:
    try:
        return pyvips.Image.new_from_buffer(body, options, fail_on="truncated")
    except pyvips.Error as error:
        if not row.writable:
            # libvips' wheel has no HEVC decoder; a system libvips may have one.
            raise UnsupportedFormat(f"Images of the format {row.name} cannot be read here.") from error
        raise SourceError("The image cannot be read: its header is broken.") from error


def page_count(body: bytes, header: pyvips.Image) -> int:
    """Frames of an animation, pages of a document."""
    return int(header.get("n-pages")) if header.get_typeof("n-pages") else apng.frame_count(body)


def decode(body: bytes, *, max_pixels: int) -> pyvips.Image:
    """Open, judge and decode the first frame of ``body`` into memory: upright, 8-bit sRGB, 3 or 4 bands.

    Raises what :func:`open_header` raises, and SourceError for truncated or corrupt pixels.
    """
    header = open_header(body, max_pixels=max_pixels)
    reader = READERS.get(recognised(body).name)
    return in_memory(upright(reader.pixels(body) if reader else header))


def in_memory(image: pyvips.Image) -> pyvips.Image:
    """Decode now, so that a fault of the source shows here and nowhere later."""
    try:
        return image.copy_memory()
    except pyvips.Error as error:
        raise SourceError("The image cannot be read: its pixels are truncated or corrupt.") from error


def decode_picture(
    body: bytes, *, target: Size | None, animated: bool, max_pixels: int, pages: tuple[int, ...] = ()
) -> Picture:
    """Decode no larger than needed for a picture of ``target``.

    ``pages`` count from 1; without them all frames are decoded if ``animated``, else the first.
    """
    header = open_header(body, max_pixels=max_pixels)
    reader = READERS.get(recognised(body).name)
    if reader is not None:
        image = (
            reader.layered.draw(body, pages, max_pixels=max_pixels) if pages and reader.layered else reader.pixels(body)
        )
        return Picture((in_memory(upright(image)),))
    count = page_count(body, header)
    if count > 1 and apng.frame_count(body) > 1:
        return _apng_frames(body, header, pages or (tuple(range(1, count + 1)) if animated else (1,)))
    if animated and count > 1 and len(pages) != 1:
        return _frames(body, header, pages)
    options = ",".join([*_shrink_options(body, header, target), *(f"page={page - 1}" for page in pages[:1])])
    image = open_header(body, max_pixels=max_pixels, options=f"[{options}]") if options else header
    return Picture((in_memory(upright(image)),), cmyk=_cmyk_profile(header))


def _cmyk_profile(header: pyvips.Image) -> bytes | None:
    if header.interpretation != "cmyk":
        return None
    return bytes(header.get("icc-profile-data")) if header.get_typeof("icc-profile-data") else b""


def decode_cutout(cutout: StoredCutout, *, target: Size | None, max_pixels: int) -> Picture:
    """Colours and matte as one picture with alpha, both decoded at the same reduced size."""
    colours = decode_picture(cutout.colour, target=target, animated=False, max_pixels=max_pixels).frames[0]
    # The matte is ours, 8-bit grey: nothing to convert. A box shrink by the same factor gives the same sides.
    matte = open_header(cutout.matte, max_pixels=max_pixels)[0]
    factor = max(1, round(matte.width / colours.width))
    matte = matte.shrink(factor, factor, ceil=True)
    if (matte.width, matte.height) != (colours.width, colours.height):
        matte = matte.resize(colours.width / matte.width, vscale=colours.height / matte.height)
    return Picture((in_memory(colours[:3].bandjoin(matte).copy(interpretation="srgb")),))


def _shrink_options(body: bytes, header: pyvips.Image, target: Size | None) -> list[str]:
    """Loader options for shrink-on-load; the decoded picture is never smaller than ``target``."""
    row = sniff(body)
    if target is None or row is None:
        return []
    stored = upright_size(header)
    factor = min(stored.width / target.width, stored.height / target.height)
    if row.name == "jpg":
        return [f"shrink={shrink}" for shrink in JPEG_SHRINKS if shrink <= factor][:1]
    if row.name == "webp" and factor > 1:
        return [f"scale={1 / factor}"]
    return []


def _frames(body: bytes, header: pyvips.Image, pages: tuple[int, ...]) -> Picture:
    count = page_count(body, header)
    # The sum over all frames was judged on the header already.
    strip = open_header(body, max_pixels=header.width * header.height * count, options="[n=-1]")
    height = strip.get("page-height")
    delays = tuple(strip.get("delay")) if strip.get_typeof("delay") else ()
    loop = int(strip.get("loop")) if strip.get_typeof("loop") else 0
    pixels = in_memory(upright(strip))
    delays = delays or (DEFAULT_DELAY_MS,) * count
    kept = [page - 1 for page in pages] or range(count)
    frames = tuple(pixels.crop(0, place * height, pixels.width, height) for place in kept)
    return Picture(frames, tuple(delays[place] for place in kept), loop)


def _apng_frames(body: bytes, header: pyvips.Image, pages: tuple[int, ...]) -> Picture:
    """The frames ``pages``, from 1; those before them are drawn, as they may lie under them."""
    size = Size(header.width, header.height)
    orientation = int(header.get("orientation")) if header.get_typeof("orientation") else 1
    found = composed(body, size, lambda png: in_memory(upright(open_header(png, max_pixels=size.pixels))))
    try:
        kept = [each for number, each in enumerate(itertools.islice(found, max(pages)), 1) if number in pages]
    except ValueError as error:
        raise SourceError("The image cannot be read: its frames are truncated or corrupt.") from error
    is_opaque = all(frame[3].min() == 255 for frame, _ in kept)
    frames = tuple(_turned(frame[:3] if is_opaque else frame, orientation) for frame, _ in kept)
    return Picture(frames, tuple(delay for _, delay in kept), apng.plays(body))


def _turned(frame: pyvips.Image, orientation: int) -> pyvips.Image:
    turned = frame.copy()
    turned.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    return turned.autorot()
