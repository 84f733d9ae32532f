"""HEIC, what iPhones store: read by libheif in pillow-heif's wheel, as libvips' has no decoder for HEVC.

Nothing is registered with Pillow, so that no other file reaches this reader. Of several pictures the primary one is
read.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import pyvips

try:
    import pillow_heif
except ImportError:
    # There is not a wheel for every machine.
    pillow_heif = None  # type: ignore[assignment]
else:
    # Parallelism is across requests.
    pillow_heif.options.DECODE_THREADS = 1

from media.errors import SourceError, UnsupportedFormat
from media.formats import iso, libvips
from media.formats.codec import Extent, Opened, blank
from media.formats.table import Format
from media.raster.picture import Picture

#: By the format of the pixels: of grey, of colours, and the value of white.
INTERPRETATIONS = {"uchar": ("b-w", "srgb"), "ushort": ("grey16", "rgb16")}
MOST = {"uchar": 255, "ushort": 65_535}
#: What pillow-heif calls what libvips keeps under these names.
FIELDS = {"icc_profile": "icc-profile-data", "exif": "exif-data", "xmp": "xmp-data"}
#: What pillow-heif raises for bytes at fault.
FAULTS = (ValueError, EOFError, SyntaxError, RuntimeError, OSError, LookupError)


def open_file(body: bytes, row: Format) -> Opened:
    """Raises UnsupportedFormat if no decoder is installed here, or SourceError."""
    if pillow_heif is None:
        raise UnsupportedFormat("Images of the format heic cannot be read here: pillow-heif is not installed.")
    with _whole_file():
        file = pillow_heif.open_heif(iso.with_brand(body, "heic"), convert_hdr_to_8bit=False)
        image = file[file.primary_index]
    # A mode is a letter for each channel, and 16 if they have more than 8 bits: RGBA, L;16.
    channels, _, depth = image.mode.partition(";")
    header = blank(*image.size, len(channels))
    header = _interpreted(header.cast("ushort") if depth else header)
    _label(header, dict(image.info), is_turned=iso.is_turned(body))
    return Opened(row, body, header, structure=image)


def pixels(opened: Opened, extent: Extent) -> Picture:
    image = opened.structure
    with _whole_file():
        stored = pyvips.Image.new_from_array(np.asarray(image))
    if image.premultiplied_alpha:
        stored = stored.unpremultiply(max_alpha=MOST[stored.format]).cast(stored.format)
    picture = _interpreted(stored)
    labels = set(opened.header.get_fields()) - set(picture.get_fields())
    for name in sorted(labels, key=_is_orientation):
        picture.set_type(opened.header.get_typeof(name), name, opened.header.get(name))
    return Picture((libvips.decoded(picture),))


@contextmanager
def _whole_file() -> Iterator[None]:
    try:
        yield
    except FAULTS as error:
        raise SourceError("The image cannot be read: it is no whole heic file.") from error


def _interpreted(image: pyvips.Image) -> pyvips.Image:
    return image.copy(interpretation=INTERPRETATIONS[image.format][image.bands > 2])


def _label(header: pyvips.Image, info: dict[str, Any], *, is_turned: bool) -> None:
    """Give ``header`` the profile and the metadata in ``info``. Where properties turn the picture, libheif has done so,
    and EXIF only repeats them."""
    orientation = None
    with suppress(*FAULTS):
        orientation = pillow_heif.set_orientation(info)
    for name, field in FIELDS.items():
        if info.get(name):
            header.set_type(pyvips.GValue.blob_type, field, info[name])
    for name, text in _exif_texts(header):
        header.set_type(pyvips.GValue.gstr_type, name, text)
    header.set_type(pyvips.GValue.gint_type, "orientation", 1 if is_turned else orientation or 1)


def _is_orientation(name: str) -> bool:
    """It goes last, as libvips takes one out of EXIF, too."""
    return name == "orientation"


def _exif_texts(header: pyvips.Image) -> Iterator[tuple[str, str]]:
    """EXIF by the names of libvips, which reads it from files alone."""
    if not header.get_typeof("exif-data"):
        return
    speck = pyvips.Image.black(1, 1).copy()
    speck.set_type(pyvips.GValue.blob_type, "exif-data", header.get("exif-data"))
    with suppress(pyvips.Error):
        read = pyvips.Image.new_from_buffer(speck.jpegsave_buffer(keep="exif"), "")
        yield from ((name, read.get(name)) for name in read.get_fields() if name.startswith("exif-ifd"))
