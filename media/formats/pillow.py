"""Still pictures in the formats that libvips' wheel lacks and Pillow knows, read and written one at a time.

Only the plug-in of the format that the bytes were recognised as is tried, so that no file reaches another one's parser
(the one for PostScript runs a program). Sizes are read from the header and judged before pixels are asked for.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyvips
from PIL import Image as Pillow

from media.deadline import checkpoint
from media.errors import LimitExceeded, SourceError
from media.formats.codec import Extent, Opened, Options, blank
from media.formats.libvips import decoded
from media.formats.table import Format
from media.raster.picture import Picture

PLUGINS = {"bmp": "BMP", "ico": "ICO", "tga": "TGA", "jp2": "JPEG2000", "jpc": "JPEG2000"}
#: Modes that are pixels of ours already, by number of bands.
MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
DEEP_GREY = "I;16"
#: Quality, and the likeness (PSNR in decibels) that JPEG of this quality keeps, measured on photographs; a little more
#: in the middle, where JPEG loses most of it in halved colours. JPEG 2000 then takes 50 to 90 % of JPEG's bytes.
QUALITIES, DECIBELS = (1, 50, 80, 90, 99), (22.0, 31.5, 36.0, 39.5, 47.0)
#: What JPEG without a quality of its own takes, too.
DEFAULT_QUALITY = 75
#: Each resolution of a JPEG 2000 halves the sides.
MAX_RESOLUTIONS = 6
#: What the plug-ins are told beyond the pixels.
_SAVING = {"tga": {"compression": "tga_rle"}}

#: Pillow reads the run lengths of a bitmap byte by byte in Python.
MAX_RUN_BYTES = 8 << 20
BITMAP_INFO_LENGTH = 40

# Every size is judged by our own limits, which may be wider than Pillow's, before a pixel is decoded.
Pillow.MAX_IMAGE_PIXELS = None


def open_file(body: bytes, row: Format) -> Opened:
    if row.name == "bmp" and len(body) > MAX_RUN_BYTES and _has_runs(body):
        raise LimitExceeded(f"Bitmaps of run lengths must have at most {MAX_RUN_BYTES} bytes, got {len(body)}.")
    with _opened(body, row.name) as picture:
        mode = "L" if picture.mode == DEEP_GREY else _mode(picture)
        interpretation = "b-w" if mode[0] == "L" else "srgb"
        return Opened(row, body, blank(picture.width, picture.height, len(mode), interpretation))


def _has_runs(body: bytes) -> bool:
    length, compression = int.from_bytes(body[14:18], "little"), int.from_bytes(body[30:34], "little")
    return length >= BITMAP_INFO_LENGTH and compression in (1, 2)


def pixels(opened: Opened, extent: Extent) -> Picture:
    return Picture((decoded(load(opened.body, opened.row.name)),))


def load(body: bytes, name: str) -> pyvips.Image:
    """The picture as stored. Raises SourceError if it is truncated or corrupt."""
    with _opened(body, name) as picture:
        plain = picture if picture.mode == DEEP_GREY else picture.convert(_mode(picture))
        values = np.asarray(plain)
    return pyvips.Image.new_from_array(values, interpretation=_interpretation(values))


@contextmanager
def _opened(body: bytes, name: str) -> Iterator[Pillow.Image]:
    try:
        with Pillow.open(io.BytesIO(body), formats=[PLUGINS[name]]) as picture:
            yield picture
    except Exception as error:
        # Its parsers let anything through, from KeyError to struct.error; whatever it is, the bytes are at fault.
        raise SourceError(f"The image cannot be read: it is no whole {name} file.") from error


def _mode(picture: Pillow.Image) -> str:
    if picture.mode in MODES.values():
        return str(picture.mode)
    is_grey = picture.mode == "1"
    return "L" if is_grey else "RGBA" if picture.has_transparency_data else "RGB"


def _interpretation(values: Any) -> str:
    if values.dtype == np.uint16:
        return "grey16"
    return "b-w" if values.ndim == 2 or values.shape[2] < 3 else "srgb"


def write(picture: Picture, row: Format, options: Options) -> bytes:
    return _saved(picture.frames[0], row, _SAVING.get(row.name, {}))


def write_jpeg2000(picture: Picture, row: Format, options: Options) -> bytes:
    """JP2 is the file format, JPC the bare codestream; a quality of 100 is without loss."""
    frame, quality = picture.frames[0], options.get("Q", DEFAULT_QUALITY)
    resolutions = min(MAX_RESOLUTIONS, min(frame.width, frame.height).bit_length())
    chosen = {"no_jp2": row.name == "jpc", "num_resolutions": resolutions, "mct": int(frame.bands > 2)}
    lossy = {"irreversible": True, "quality_mode": "dB", "quality_layers": [decibels(quality)]}
    return _saved(frame, row, chosen if quality == 100 else chosen | lossy)


def decibels(quality: int) -> float:
    """The likeness to keep."""
    return float(np.interp(quality, QUALITIES, DECIBELS))


class _Interruptible(io.BytesIO):
    """Takes what an encoder writes, piece by piece, until the deadline."""

    def write(self, part: Any) -> int:
        checkpoint()
        return super().write(part)


def _saved(frame: pyvips.Image, row: Format, options: Options) -> bytes:
    body = _Interruptible()
    picture = Pillow.frombytes(MODES[frame.bands], (frame.width, frame.height), frame.write_to_memory())
    picture.save(body, PLUGINS[row.name], **options)
    return body.getvalue()


def packbits(part: bytes, width: int, height: int) -> Any:
    """``height`` rows of ``width`` bytes out of Apple's run lengths (TIFF 6.0, section 9). Raises ValueError."""
    try:
        return np.asarray(Pillow.frombytes("L", (width, height), part, "packbits", "L"))
    except OSError as error:
        raise ValueError("the run lengths are broken") from error
