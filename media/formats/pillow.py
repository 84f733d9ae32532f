"""Still pictures in the formats that libvips' wheel lacks and Pillow knows, read and written one at a time.

Only the plug-in of the format that the bytes were recognised as is tried, so that no file reaches another one's parser
(the one for PostScript runs a program). Sizes are read from the header; whoever asks for pixels has judged them before.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyvips
from PIL import Image as Pillow

from media.errors import SourceError

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

# Every size is judged by our own limits, which may be wider than Pillow's, before a pixel is decoded.
Pillow.MAX_IMAGE_PIXELS = None


def header(body: bytes, name: str) -> pyvips.Image:
    """A blank of the size and the bands that ``body`` says it has. Raises SourceError."""
    with _opened(body, name) as picture:
        mode = "L" if picture.mode == DEEP_GREY else _mode(picture)
        blank = pyvips.Image.black(picture.width, picture.height, bands=len(mode))
        return blank.copy(interpretation="b-w" if mode[0] == "L" else "srgb")


def pixels(body: bytes, name: str) -> pyvips.Image:
    """Raises SourceError where they are truncated or corrupt."""
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


def bmp(frame: pyvips.Image) -> bytes:
    return _saved(frame, "BMP")


def tga(frame: pyvips.Image) -> bytes:
    return _saved(frame, "TGA", compression="tga_rle")


def jpeg2000(frame: pyvips.Image, quality: int, *, boxed: bool) -> bytes:
    """``quality`` 1..100, 0 for the default; 100 is without loss. ``boxed`` is the file format (JP2), else the bare
    codestream."""
    resolutions = min(MAX_RESOLUTIONS, min(frame.width, frame.height).bit_length())
    wanted: dict[str, Any] = {"irreversible": True, "quality_mode": "dB", "quality_layers": [decibels(quality)]}
    return _saved(
        frame, "JPEG2000", no_jp2=not boxed, num_resolutions=resolutions, mct=int(frame.bands > 2),
        **({} if quality == 100 else wanted),
    )  # fmt: skip


def decibels(quality: int) -> float:
    """The likeness to keep."""
    return float(np.interp(quality or DEFAULT_QUALITY, QUALITIES, DECIBELS))


def _saved(frame: pyvips.Image, plugin: str, **options: Any) -> bytes:
    body = io.BytesIO()
    pixels = frame.write_to_memory()
    Pillow.frombytes(MODES[frame.bands], (frame.width, frame.height), pixels).save(body, plugin, **options)
    return body.getvalue()


def packbits(part: bytes, width: int, height: int) -> Any:
    """``height`` rows of ``width`` bytes out of Apple's run lengths (TIFF 6.0, section 9). Raises ValueError."""
    try:
        return np.asarray(Pillow.frombytes("L", (width, height), part, "packbits", "L"))
    except OSError as error:
        raise ValueError("the run lengths are broken") from error
