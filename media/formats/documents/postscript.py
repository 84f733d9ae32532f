"""Pictures as PostScript, level 2: a page for each, as large as the picture at 72 pixels an inch, its pixels a JPEG.

Encapsulated (EPS) is one page to be placed in another document, and may not choose the paper. Sources: Adobe,
PostScript Language Reference (3rd ed.), 4.10 and 3.13; Document Structuring Conventions 3.0; EPS File Format 3.0.
"""

import base64
import re

import pyvips

from media.formats.codec import Options
from media.formats.libvips import jpegs
from media.formats.table import Format
from media.geometry import Size
from media.raster.picture import Picture

LINE_LENGTH = 120
_SPACES = {1: ("DeviceGray", "[0 1]"), 3: ("DeviceRGB", "[0 1 0 1 0 1]")}
_BOX = re.compile(rb"^%%BoundingBox: 0 0 (\d{1,6}) (\d{1,6})$", re.MULTILINE)


def write(picture: Picture, row: Format, options: Options) -> bytes:
    frames, (width, height) = picture.frames, (picture.size.width, picture.size.height)
    # Only what may have several pages chooses its paper.
    kind = "" if row.frames else " EPSF-3.0"
    paper = "" if not row.frames else f"<< /PageSize [{width} {height}] >> setpagedevice\n"
    parts = [
        f"%!PS-Adobe-3.0{kind}\n%%BoundingBox: 0 0 {width} {height}\n%%LanguageLevel: 2\n%%Pages: {len(frames)}\n"
        "%%EndComments\n"
    ]
    for number, (frame, body) in enumerate(zip(frames, jpegs(frames, options), strict=True), 1):
        parts += [f"%%Page: {number} {number}\n", paper, _drawing(frame), _text(body), "\ngrestore showpage\n"]
    return "".join([*parts, "%%Trailer\n%%EOF\n"]).encode("ascii")


def size(body: bytes) -> Size:
    """Of the first page of what :func:`write` wrote."""
    found = _BOX.search(body)
    return Size(int(found[1]), int(found[2])) if found else Size(0, 0)


def _drawing(frame: pyvips.Image) -> str:
    space, decode = _SPACES[frame.bands]
    sides = f"/Width {frame.width} /Height {frame.height} /BitsPerComponent 8"
    # The first row of the picture is the upper one; PostScript counts from below.
    matrix = f"/ImageMatrix [{frame.width} 0 0 {-frame.height} 0 {frame.height}]"
    return (
        f"gsave {frame.width} {frame.height} scale /{space} setcolorspace\n<< /ImageType 1 {sides} /Decode {decode}\n"
        f"{matrix}\n/DataSource currentfile /ASCII85Decode filter /DCTDecode filter >> image\n"
    )


def _text(jpeg: bytes) -> str:
    text = base64.a85encode(jpeg).decode("ascii")
    lines = (text[start : start + LINE_LENGTH] for start in range(0, len(text), LINE_LENGTH))
    # A line that began with % could be taken for a comment of the structure; blanks do not count.
    return "\n".join(f" {line}" if line.startswith("%") else line for line in lines) + "~>"
