"""What libvips reads and writes by itself, and the only place that lets it open untrusted bytes.

Loaders that can reach files or run scripts are blocked for the whole process.
"""

from collections.abc import Sequence

import pyvips

from media.deadline import computed, stopping
from media.errors import LimitExceeded, SourceError
from media.formats.codec import Extent, Opened, Options
from media.formats.table import FORMATS, Format
from media.raster.picture import Picture
from media.raster.upright import upright, upright_size

pyvips.cache_set_max(0)
pyvips.block_untrusted_set(True)
# pyvips hands every warning to Python: 87,000 of them for a megabyte of empty chunks. Without its handler libvips' own
# stands, which VIPS_WARNING has silenced.
pyvips._remove_log_handler()
for _loader in ("VipsForeignLoadSvg", "VipsForeignLoadPdf", "VipsForeignLoadMagick", "VipsForeignLoadOpenslide"):
    pyvips.operation_block_set(_loader, True)

#: The factors by which libjpeg can shrink while it decodes.
JPEG_SHRINKS = (8, 4, 2)
#: Frames without a delay of their own play at ten a second, as browsers do.
DEFAULT_DELAY_MS = 100


def open_file(body: bytes, row: Format) -> Opened:
    header = load(body)
    return Opened(row, body, header, int(header.get("n-pages")) if header.get_typeof("n-pages") else 1)


def load(body: bytes, options: str = "") -> pyvips.Image:
    """The picture as stored, decoded when its pixels are pulled. Raises SourceError for a broken header."""
    try:
        return pyvips.Image.new_from_buffer(body, options, fail_on="truncated")
    except pyvips.Error as error:
        raise SourceError("The image cannot be read: its header is broken.") from error


def pixels(opened: Opened, extent: Extent) -> Picture:
    if opened.row.frames and opened.pages > 1 and len(extent.pages) != 1:
        return _frames(opened, extent.pages)
    page = next(iter(extent.pages), 1)
    options = [*_shrink_options(opened, extent), *([f"page={page - 1}"] if page > 1 else [])]
    image = load(opened.body, f"[{','.join(options)}]") if options else opened.header
    if image.width * image.height > extent.max_pixels:
        shape = f"{image.width}×{image.height}"
        raise LimitExceeded(f"Page {page} of the image has {shape} pixels; at most {extent.max_pixels} are read.")
    return Picture((decoded(image),), cmyk=_cmyk_profile(image))


def decoded(image: pyvips.Image) -> pyvips.Image:
    """A picture as stored → what every step may rely on: upright, 8-bit sRGB with 3 or 4 bands, in memory."""
    return in_memory(upright(image))


def in_memory(image: pyvips.Image) -> pyvips.Image:
    """Decode now, so that a fault of the source shows here and nowhere later."""
    try:
        return computed(image)
    except pyvips.Error as error:
        raise SourceError("The image cannot be read: its pixels are truncated or corrupt.") from error


def _cmyk_profile(header: pyvips.Image) -> bytes | None:
    if header.interpretation != "cmyk":
        return None
    return bytes(header.get("icc-profile-data")) if header.get_typeof("icc-profile-data") else b""


def _shrink_options(opened: Opened, extent: Extent) -> list[str]:
    """Loader options for shrink-on-load; the decoded picture is never smaller than the target."""
    if extent.target is None:
        return []
    stored = upright_size(opened.header)
    factor = min(stored.width / extent.target.width, stored.height / extent.target.height)
    if opened.row.name == "jpg":
        return [f"shrink={shrink}" for shrink in JPEG_SHRINKS if shrink <= factor][:1]
    if opened.row.name == "webp" and factor > 1:
        return [f"scale={1 / factor}"]
    return []


def _frames(opened: Opened, pages: tuple[int, ...]) -> Picture:
    strip = load(opened.body, "[n=-1]")
    height = strip.get("page-height")
    delays = tuple(strip.get("delay")) if strip.get_typeof("delay") else ()
    loop = int(strip.get("loop")) if strip.get_typeof("loop") else 0
    whole = decoded(strip)
    delays = delays or (DEFAULT_DELAY_MS,) * opened.pages
    kept = [page - 1 for page in pages] or range(opened.pages)
    frames = tuple(_alone(whole.crop(0, place * height, whole.width, height)) for place in kept)
    return Picture(frames, tuple(delays[place] for place in kept), loop)


def _alone(frame: pyvips.Image) -> pyvips.Image:
    """Without the word about the strip it is cut from: a saver would cut whatever is made of it by that height."""
    alone = frame.copy()
    alone.remove("page-height")
    return alone


def write(picture: Picture, row: Format, options: Options) -> bytes:
    image = _strip(picture) if picture.is_animated else picture.frames[0]
    with stopping(image):
        return bytes(image.write_to_buffer(f".{row.name}", **options))


def _strip(picture: Picture) -> pyvips.Image:
    """The frames below each other, as libvips' savers want an animation."""
    image = pyvips.Image.arrayjoin(list(picture.frames), across=1).copy()
    image.set_type(pyvips.GValue.gint_type, "page-height", picture.size.height)
    image.set_type(pyvips.GValue.array_int_type, "delay", list(picture.delays))
    image.set_type(pyvips.GValue.gint_type, "loop", picture.loop)
    return image


def jpegs(frames: Sequence[pyvips.Image], options: Options) -> list[bytes]:
    """The colours alone as JPEG, for a document that keeps alpha elsewhere or not at all."""
    chosen = {**FORMATS["jpg"].options, "keep": "none", **({"Q": options["Q"]} if "Q" in options else {})}
    colours = (frame[: frame.bands - 1] if frame.hasalpha() else frame for frame in frames)
    return [_jpeg(each, chosen) for each in colours]


def _jpeg(colours: pyvips.Image, options: Options) -> bytes:
    with stopping(colours):
        return bytes(colours.write_to_buffer(".jpg", **options))
