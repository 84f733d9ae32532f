"""The codecs: one row per format that libvips does not read and write by itself."""

from collections.abc import Mapping
from dataclasses import replace

from media.formats import heic, ico, iso, jpeg, libvips, pillow, psd_pixels
from media.formats.animation import apng_pixels, gif_pixels
from media.formats.codec import Codec
from media.formats.documents import pdf, postscript, svg, tiff
from media.formats.table import Format

LIBVIPS = Codec(libvips.open_file, libvips.pixels, libvips.write)
_BITMAP = Codec(pillow.open_file, pillow.pixels, pillow.write)
_JPEG_2000 = Codec(pillow.open_file, pillow.pixels, pillow.write_jpeg2000)
_POSTSCRIPT = Codec(write=postscript.write, measure=postscript.size)

#: libheif knows the brand avif alone. Of a grid that is cut off it shows the tiles that are there.
_AVIF = replace(
    LIBVIPS, open=lambda body, row: libvips.open_file(iso.with_brand(body, "avif"), row), is_whole=iso.is_whole
)

CODECS: Mapping[str, Codec] = {
    "jpg": replace(LIBVIPS, open=jpeg.open_file),
    "png": Codec(apng_pixels.open_file, apng_pixels.pixels, apng_pixels.write),
    "avif": _AVIF,
    "heic": Codec(heic.open_file, heic.pixels, is_whole=iso.is_whole),
    "tiff": replace(LIBVIPS, open=tiff.open_file),
    "gif": Codec(gif_pixels.open_file, gif_pixels.pixels, libvips.write),
    "bmp": _BITMAP,
    "tga": _BITMAP,
    "jp2": _JPEG_2000,
    "jpc": _JPEG_2000,
    "ico": Codec(ico.open_file, ico.pixels, ico.write),
    "psd": Codec(psd_pixels.open_file, psd_pixels.pixels),
    "pdf": Codec(write=pdf.write, measure=pdf.size),
    "eps": _POSTSCRIPT,
    "ps": _POSTSCRIPT,
    "svg": Codec(write=svg.write, measure=svg.size),
}


def codec_of(row: Format) -> Codec:
    return CODECS.get(row.name, LIBVIPS)
