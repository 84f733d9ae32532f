"""The format table: what is read and written, and how.

``magic`` is matched at ``offset`` of the bytes; ``suffix`` picks libvips' saver. Saver options follow the
measurements in docs/architecture.md: AVIF at effort 0 is fifteen times faster than the library's default.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Format:
    name: str
    mime: str
    extensions: tuple[str, ...]
    magic: tuple[bytes, ...]
    offset: int = 0
    alpha: bool = True
    frames: bool = False
    lossy: bool = True
    writable: bool = True
    quality: str | None = "Q"
    options: Mapping[str, object] = field(default_factory=dict)
    #: Kinds of colour spaces that can be written with their profile.
    spaces: tuple[str, ...] = ("rgb",)


FORMATS: dict[str, Format] = {
    row.name: row
    for row in (
        Format(
            "jpg", "image/jpeg", ("jpg", "jpeg", "jpe"), (b"\xff\xd8\xff",), alpha=False,
            options={"optimize_coding": True}, spaces=("rgb", "gray", "cmyk"),
        ),
        Format(
            "png", "image/png", ("png",), (b"\x89PNG\r\n\x1a\n",), frames=True, lossy=False, quality=None,
            options={"compression": 6}, spaces=("rgb", "gray"),
        ),
        Format("webp", "image/webp", ("webp",), (b"WEBP",), offset=8, frames=True, options={"effort": 2}),
        Format(
            "avif", "image/avif", ("avif",), (b"ftypavif", b"ftypavis"), offset=4,
            options={"effort": 0, "compression": "av1"},
        ),
        Format(
            "gif", "image/gif", ("gif",), (b"GIF87a", b"GIF89a"), frames=True, lossy=False, quality=None,
            options={"effort": 4}, spaces=(),
        ),
        Format(
            "tiff", "image/tiff", ("tiff", "tif"), (b"II*\x00", b"MM\x00*"), lossy=False, quality=None,
            options={"compression": "lzw"}, spaces=("rgb", "gray", "cmyk"),
        ),
        Format(
            "heic", "image/heic", ("heic", "heif"), (b"ftypheic", b"ftypheix", b"ftypmif1"), offset=4, writable=False,
        ),
    )
}  # fmt: skip

EXTENSIONS: dict[str, Format] = {extension: row for row in FORMATS.values() for extension in row.extensions}


def sniff(body: bytes) -> Format | None:
    """The format the bytes really have, whatever their name says; None for anything we do not read."""
    for row in FORMATS.values():
        if any(body[row.offset : row.offset + len(magic)] == magic for magic in row.magic):
            return row
    return None
