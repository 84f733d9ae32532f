"""Pictures as a PDF: a page for each, as large as the picture at 72 pixels an inch, its pixels a JPEG.

Transparency goes into a soft mask. The bytes depend on the pixels alone: no dates, no identifiers. Structure:
ISO 32000-1, 7.3.10 (objects), 7.5 (file), 8.9.5 (images), 11.6.5.3 (soft masks).
"""

import re
import zlib
from collections.abc import Iterator, Sequence

import pyvips

from media.formats.codec import Options
from media.formats.libvips import jpegs
from media.formats.table import Format
from media.geometry import Size
from media.raster.picture import Picture

#: A page's sides end here in readers of before 2006.
MAX_UNITS = 14_400
_FIRST_NUMBER, _OBJECTS_PER_PAGE = 3, 4
_SPACES = {1: "DeviceGray", 3: "DeviceRGB"}
_SIDES = re.compile(rb"/Width (\d{1,6}) /Height (\d{1,6})")


def write(picture: Picture, row: Format, options: Options) -> bytes:
    frames = picture.frames
    numbers = range(_FIRST_NUMBER, _FIRST_NUMBER + _OBJECTS_PER_PAGE * len(frames), _OBJECTS_PER_PAGE)
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(frames)} >>".encode()]
    for number, frame, body in zip(numbers, frames, jpegs(frames, options), strict=True):
        objects += _page(number, frame, body)
    return _joined(objects)


def size(body: bytes) -> Size:
    """Of the picture on the first page of what :func:`write` wrote."""
    found = _SIDES.search(body)
    return Size(int(found[1]), int(found[2])) if found else Size(0, 0)


def _page(number: int, frame: pyvips.Image, jpeg: bytes) -> Iterator[bytes]:
    contents, image, mask = (f"{number + place} 0 R" for place in (1, 2, 3))
    scale = min(1.0, MAX_UNITS / max(frame.width, frame.height))
    width, height = f"{frame.width * scale:.6g}", f"{frame.height * scale:.6g}"
    resources = f"/Resources << /XObject << /Picture {image} >> >>"
    yield f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] {resources} /Contents {contents} >>".encode()
    yield _stream("", f"q {width} 0 0 {height} 0 0 cm /Picture Do Q".encode())
    space = _SPACES[frame.bands - frame.hasalpha()]
    masked = f" /SMask {mask}" if frame.hasalpha() else ""
    yield _stream(f"{_image(frame, space)}{masked} /Filter /DCTDecode", jpeg)
    alpha = zlib.compress(frame[frame.bands - 1].write_to_memory()) if frame.hasalpha() else b""
    # A page without transparency keeps the number, so that all pages count alike.
    yield _stream(f"{_image(frame, 'DeviceGray')} /Filter /FlateDecode", alpha) if alpha else b"null"


def _image(frame: pyvips.Image, space: str) -> str:
    sides = f"/Width {frame.width} /Height {frame.height}"
    return f"/Type /XObject /Subtype /Image {sides} /ColorSpace /{space} /BitsPerComponent 8"


def _stream(entries: str, content: bytes) -> bytes:
    return f"<< {entries} /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream"


def _joined(objects: Sequence[bytes]) -> bytes:
    # The second line's bytes beyond ASCII tell transfers that this is no text.
    parts, starts, place = [b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"], [], 15
    for number, content in enumerate(objects, 1):
        part = f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
        starts.append(place)
        parts.append(part)
        place += len(part)
    entries = "".join(f"{start:010} 00000 n \n" for start in starts)
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{entries}"
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{place}\n%%EOF\n"
    return b"".join((*parts, table.encode(), trailer.encode()))
