"""A file without what it says about its making: EXIF, XMP, IPTC, comments, what lies behind its end.

Pixels and what their colours mean (ICC profiles, gamma) stay byte for byte, and which side is up if the picture is
stored turned. JPEG: ITU T.81 annex B; PNG: third edition; WebP: RFC 9649; the block of EXIF is TIFF 6.0.
"""

import re
import struct
from collections.abc import Callable, Iterator, Mapping

from media.formats import png

#: Chunks of a PNG that are no pixels and yet say how they look.
PNG_KEPT = frozenset({
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"acTL", b"fcTL", b"fdAT",
})  # fmt: skip
ICC_MARK, ADOBE, ICC = b"ICC_PROFILE\x00", 0xEE, 0xE2
START_OF_SCAN, END, APPLICATION, COMMENT = 0xDA, 0xD9, range(0xE0, 0xF0), 0xFE
JFIF = 0xE0
#: The next marker behind compressed data: no stuffed zero, no restart.
_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
WEBP_EXIF, WEBP_EXIF_FLAG, WEBP_XMP_FLAG = b"EXIF", 0x08, 0x04
#: What metadata is recognised by in files that are not taken apart here.
SAID = (b"Exif", b"rdf+xml", b"<x:xmpmeta", b"XMP Data")


def bare(body: bytes, name: str, orientation: int) -> bytes | None:
    """The file of the format ``name``; None if it cannot be told or taken out what else it says."""
    strip = STRIPPERS.get(name)
    if strip is None:
        return None if any(mark in body for mark in SAID) else body
    try:
        return strip(body, _turned(orientation) if orientation > 1 else b"")
    except (ValueError, LookupError, struct.error):
        return None


def _turned(orientation: int) -> bytes:
    """A block of EXIF with the orientation (tag 0x0112) and nothing else."""
    return b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def _jpeg(body: bytes, exif: bytes) -> bytes:
    said = b"\xff\xe1" + struct.pack(">H", len(exif) + 8) + b"Exif\x00\x00" + exif if exif else b""
    return b"\xff\xd8" + said + b"".join(_jpeg_parts(body))


def _jpeg_parts(body: bytes) -> Iterator[bytes]:
    place = 2
    while True:
        match = _MARKER.match(body, place)
        if match is None:
            raise ValueError("no marker")
        marker, start = match[1][0], match.end()
        if marker == END:
            yield b"\xff\xd9"
            return
        end = start + struct.unpack_from(">H", body, start)[0]
        if marker == START_OF_SCAN:
            following = _MARKER.search(body, end)
            if following is None:
                raise ValueError("no end")
            end = following.start()
        if _is_kept(marker, body[start + 2 : end]):
            yield b"\xff" + body[start - 1 : end]
        place = end


def _is_kept(marker: int, content: bytes) -> bool:
    if marker == ICC:
        return content.startswith(ICC_MARK)
    return marker in (JFIF, ADOBE) or (marker not in APPLICATION and marker != COMMENT)


def _png(body: bytes, exif: bytes) -> bytes:
    kept = []
    for kind, content in png.chunks(body):
        kept += [(kind, content)] if kind in PNG_KEPT else []
        kept += [(b"eXIf", exif)] if kind == b"IHDR" and exif else []
        if kind == b"IEND":
            return png.joined(kept)
    raise ValueError("no end")


def _webp(body: bytes, exif: bytes) -> bytes:
    chunks = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
    kept = [(kind, content) for kind, content in _riff(body) if kind in chunks]
    if kept[0][0] == b"VP8X":
        flags = kept[0][1][0] & ~(WEBP_EXIF_FLAG | WEBP_XMP_FLAG) | (WEBP_EXIF_FLAG if exif else 0)
        kept[0] = b"VP8X", bytes([flags]) + kept[0][1][1:]
        kept += [(WEBP_EXIF, exif)] if exif else []
    parts = b"".join(kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
                     for kind, content in kept)  # fmt: skip
    return b"RIFF" + struct.pack("<I", len(parts) + 4) + b"WEBP" + parts


def _riff(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    place, end = 12, struct.unpack_from("<I", body, 4)[0] + 8
    while place < min(end, len(body)):
        length = struct.unpack_from("<I", body, place + 4)[0]
        yield body[place : place + 4], body[place + 8 : place + 8 + length]
        place += 8 + length + length % 2


STRIPPERS: Mapping[str, Callable[[bytes, bytes], bytes]] = {"jpg": _jpeg, "png": _png, "webp": _webp}
