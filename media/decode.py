"""Untrusted bytes → an upright sRGB picture, and nothing else gets past.

The only place that opens untrusted bytes with libvips: size is judged from the header before a pixel is
decoded, loaders that can reach files or run scripts are blocked for the whole process, and every libvips
fault becomes a :class:`media.errors.SourceError`.
"""

import os

# Parallelism is across requests; one thread per picture wastes the least (read by libvips at import).
os.environ.setdefault("VIPS_CONCURRENCY", "1")

import pyvips

from media.errors import LimitExceeded, SourceError, UnsupportedFormat
from media.formats import sniff

pyvips.cache_set_max(0)
pyvips.block_untrusted_set(True)
for _loader in ("VipsForeignLoadSvg", "VipsForeignLoadPdf", "VipsForeignLoadMagick", "VipsForeignLoadOpenslide"):
    pyvips.operation_block_set(_loader, True)


def open_header(body: bytes, *, max_pixels: int, options: str = "") -> pyvips.Image:
    """The picture as stored, not yet decoded nor turned upright.

    Raises UnsupportedFormat (not an image format we read), LimitExceeded (width × height × pages over
    ``max_pixels``) or SourceError (libvips cannot read the header).
    """
    if sniff(body) is None:
        raise UnsupportedFormat("The bytes are not an image of a supported format.")
    try:
        image = pyvips.Image.new_from_buffer(body, options, fail_on="truncated")
    except pyvips.Error as error:
        raise SourceError("The image cannot be read: its header is broken.") from error
    pages = image.get("n-pages") if image.get_typeof("n-pages") else 1
    whole = 1 if "n=" in options else pages
    if image.width * image.height * whole > max_pixels:
        raise LimitExceeded(f"The image has {image.width}×{image.height}×{whole} pixels; at most {max_pixels} are read.")
    return image


def upright(image: pyvips.Image) -> pyvips.Image:
    """Apply the EXIF orientation and convert to 8-bit sRGB (with alpha where there was one)."""
    image = image.autorot()
    if image.get_typeof("icc-profile-data") and image.interpretation in ("rgb", "srgb", "cmyk", "rgb16", "b-w", "grey16", "lab"):
        try:
            image = image.icc_transform("srgb", embedded=True, intent="perceptual", depth=8)
        except pyvips.Error:
            # A broken or mismatched profile is common in the wild; the pixel values still make a picture.
            image = image.copy()
    if image.interpretation != "srgb":
        image = image.colourspace("srgb")
    if image.format != "uchar":
        image = image.cast("uchar")
    return image


def decode(body: bytes, *, max_pixels: int) -> pyvips.Image:
    """Open, judge and decode the first frame of ``body`` into memory: upright, 8-bit sRGB, 3 or 4 bands.

    Raises what :func:`open_header` raises, and SourceError for truncated or corrupt pixels.
    """
    image = upright(open_header(body, max_pixels=max_pixels))
    try:
        return image.copy_memory()
    except pyvips.Error as error:
        raise SourceError("The image cannot be read: its pixels are truncated or corrupt.") from error
