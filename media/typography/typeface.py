"""A font out of bytes that a client uploaded: checked, and given a name of its own.

Fontconfig knows fonts by family name and for the life of the process, so a font that called itself Arial would stand in
for every client's Arial. It is therefore entered under a name made of its digest, in a process of its own
(:func:`media.operations.lettering.drawn_apart`). File structure: OpenType 1.9, "Organization of an OpenType Font" and
"name".
"""

import io
import struct
from dataclasses import dataclass

from PIL import ImageFont

from media.errors import BadTransformation
from media.typography.fonts import keep

SUFFIXES = (".ttf", ".otf")
MAX_BYTES = 32 << 20
_SIGNATURES = (b"\x00\x01\x00\x00", b"OTTO", b"true")
_HEADER, _RECORD = struct.Struct(">4sHHHH"), struct.Struct(">4sLLL")
_NAMES_HEADER, _NAME = struct.Struct(">HHH"), struct.Struct(">6H")
#: Family, style, unique, full and PostScript name, for Windows in American English: what Fontconfig reads first.
_NAME_NUMBERS, _WINDOWS, _UNICODE, _ENGLISH = (1, 2, 3, 4, 6), 3, 1, 0x409
_DIGEST_LENGTH = 32


@dataclass(frozen=True, slots=True)
class FontFile:
    """A font as it was uploaded; ``digest`` is the SHA-256 that it is stored under."""

    body: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Typeface:
    """What Pango is asked for, and the file that libvips enters under this name."""

    family: str
    path: str


def install(file: FontFile, name: str) -> Typeface:
    """``name`` is for messages. Raises BadTransformation if the bytes are no TrueType or OpenType font."""
    family = f"cutout-{file.digest[:_DIGEST_LENGTH]}"
    return Typeface(family, str(keep(f"{family}.ttf", lambda: _checked(file.body, family, name))))


def _checked(body: bytes, family: str, name: str) -> bytes:
    if len(body) > MAX_BYTES:
        raise BadTransformation(f"the font {name} must have at most {MAX_BYTES} bytes, got {len(body)}")
    try:
        renamed_body = renamed(body, family)
        # Fontconfig passes over a file it cannot read, and another font would be drawn: FreeType is asked before.
        ImageFont.truetype(io.BytesIO(renamed_body), layout_engine=ImageFont.Layout.BASIC)
    except (ValueError, struct.error, OSError) as error:
        raise BadTransformation(f"the font {name} cannot be read: it must be a TrueType or OpenType file") from error
    return renamed_body


def renamed(body: bytes, family: str) -> bytes:
    """The font with all its names replaced. Raises ValueError or struct.error if its structure is broken."""
    signature, count, *_ = _HEADER.unpack_from(body)
    if signature not in _SIGNATURES:
        raise ValueError(signature)
    records = [_RECORD.unpack_from(body, _HEADER.size + index * _RECORD.size) for index in range(count)]
    # Tables that overlap could stand for many times the file.
    if any(start + length > len(body) for _, _, start, length in records) or _total(records) > len(body):
        raise ValueError("tables outside the file")
    tables = {tag: body[start : start + length] for tag, _, start, length in records}
    return _joined(signature, {**tables, b"name": _names(family)})


def _total(records: list[tuple[bytes, int, int, int]]) -> int:
    return sum(length for _, _, _, length in records)


def _names(family: str) -> bytes:
    text = family.encode("utf-16-be")
    start = _NAMES_HEADER.size + _NAME.size * len(_NAME_NUMBERS)
    entries = (_NAME.pack(_WINDOWS, _UNICODE, _ENGLISH, number, len(text), 0) for number in _NAME_NUMBERS)
    return _NAMES_HEADER.pack(0, len(_NAME_NUMBERS), start) + b"".join(entries) + text


def _joined(signature: bytes, tables: dict[bytes, bytes]) -> bytes:
    """Tables in the order of their tags, each on a multiple of four; nothing here reads the checksums."""
    start = _HEADER.size + _RECORD.size * len(tables)
    power = len(tables).bit_length() - 1
    search = 16 << power
    directory, bodies = [_HEADER.pack(signature, len(tables), search, power, len(tables) * 16 - search)], []
    for tag in sorted(tables):
        table = tables[tag]
        directory.append(_RECORD.pack(tag, 0, start, len(table)))
        bodies.append(table + bytes(-len(table) % 4))
        start += len(bodies[-1])
    return b"".join((*directory, *bodies))
