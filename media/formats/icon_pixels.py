"""The pixels of an icon: its largest picture, read by libvips where it is a PNG, else by Pillow."""

import pyvips

from media.errors import SourceError
from media.formats import ico, pillow

BANDS = 4


def header(body: bytes) -> pyvips.Image:
    entry = ico.largest(body)
    return pyvips.Image.black(entry.size.width, entry.size.height, bands=BANDS).copy(interpretation="srgb")


def pixels(body: bytes) -> pyvips.Image:
    entry = ico.largest(body)
    if not entry.is_png:
        return pillow.pixels(ico.alone(entry), "ico")
    try:
        return pyvips.Image.new_from_buffer(entry.body, "", fail_on="truncated")
    except pyvips.Error as error:
        raise SourceError("The image cannot be read: it is no whole ico file.") from error
