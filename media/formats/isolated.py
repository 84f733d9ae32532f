"""The codec of formats that are decoded or written in a child process, and what the child answers.

Isolated are all formats but JPEG, still PNG and WebP, whose decoders are small, fuzzed for a decade and on the ordinary
path: those whose structure is parsed here in Python (GIF, animated PNG, ICO, PSD), by Pillow (BMP, TGA, JPEG 2000), by
libheif (AVIF, HEIC) or by libtiff. So is what takes long to decode or to write in one call that ends for nobody: a
child can be killed at the deadline. A picture crosses as bytes.
"""

import secrets
from dataclasses import dataclass, replace
from typing import Any

import pyvips

from media.deadline import checkpoint
from media.errors import DerivationFailed, SourceError
from media.formats.codec import Codec, Extent, Opened, Options, blank, decode, open_whole
from media.formats.codecs import codec_of
from media.formats.table import FORMATS, LONG, Format
from media.geometry import Size
from media.isolation.children import children
from media.isolation.messages import Message
from media.raster.picture import Picture

#: How a header's fields cross: kinds of values that JSON keeps apart, and as what libvips takes them.
FIELD_TYPES = {str: "gstr", int: "gint", float: "gdouble"}
#: Fields that belong to every picture's shape.
SHAPE_FIELDS = {"width", "height", "bands", "format", "coding", "interpretation", "xoffset", "yoffset", "filename"}
#: Metadata that a result may keep.
DATA_FIELDS = ("exif-data", "xmp-data", "iptc-data", "icc-profile-data")
#: What a child keeps opened for the request that follows.
KEPT_BYTES = 32 << 20


def is_isolated(row: Format, body: bytes) -> bool:
    """Whether its bytes tell that it is one of the formats above."""
    if row.isolated:
        return row.readable
    # What tells a moving picture from a still one stands in front of the pixels.
    return bool(row.isolated_mark) and body.find(row.isolated_mark, 0, max(0, body.find(b"IDAT"))) >= 0


def open_isolated(body: bytes, row: Format) -> Opened:
    """Raises SourceError also if the child crashes or takes too long."""
    name = secrets.token_hex(8)
    head = children().run("open", {"format": row.name, "name": name}, [body]).head
    try:
        layers = tuple(tuple(map(str, names)) for names in head["layers"])
        sizes = tuple(Size(int(width), int(height)) for width, height in head["sizes"])
        return Opened(row, body, _blank(head), max(1, int(head["pages"])), layers, sizes, structure=name)
    except (KeyError, TypeError, ValueError, pyvips.Error) as error:
        raise SourceError("The image cannot be read: its decoder said nothing sensible of it.") from error


def _blank(head: Any) -> pyvips.Image:
    header = blank(int(head["width"]), int(head["height"]), int(head["bands"]), str(head["interpretation"]))
    return _labelled(header, head["fields"])


def _labelled(image: pyvips.Image, fields: Any) -> pyvips.Image:
    for name, value in dict(fields).items():
        image.set_type(getattr(pyvips.GValue, f"{FIELD_TYPES[type(value)]}_type"), str(name), value)
    return image


def apart(opened: Opened) -> Opened:
    """What was opened here, to be decoded by a child."""
    return replace(opened, structure=secrets.token_hex(8))


def pixels_isolated(opened: Opened, extent: Extent) -> Picture:
    arguments = {
        "format": opened.row.name,
        "name": opened.structure,
        "target": [extent.target.width, extent.target.height] if extent.target else None,
        "pages": list(extent.pages),
        "max_pixels": extent.max_pixels,
    }
    answer = children().run("pixels", arguments)
    if answer.head.get("is_forgotten"):
        answer = children().run("pixels", arguments, [opened.body])
    try:
        return _picture(answer)
    except (KeyError, TypeError, ValueError, ArithmeticError, IndexError, pyvips.Error) as error:
        raise SourceError("The image cannot be read: its decoder said nothing sensible of it.") from error


def _message(picture: Picture, **head: Any) -> Message:
    """The picture as it crosses, to :func:`_picture` on the other side."""
    first = picture.frames[0]
    names = [name for name in DATA_FIELDS if first.get_typeof(name)]
    said = {
        "width": first.width, "height": first.height, "interpretation": first.interpretation,
        "delays": picture.delays, "loop": picture.loop, "is_cmyk": picture.cmyk is not None,
        "fields": _fields(first), "data": names,
    }  # fmt: skip
    blobs = [_pixels(frame) for frame in picture.frames]
    blobs += [first.get(name) for name in reversed(names)]
    return Message(head | said, blobs if picture.cmyk is None else [*blobs, picture.cmyk])


def _pixels(frame: pyvips.Image) -> Any:
    checkpoint()
    return frame.write_to_memory()


def _picture(answer: Message) -> Picture:
    head, blobs = answer.head, list(answer.blobs)
    profile = blobs.pop() if head["is_cmyk"] else None
    data = {name: bytes(blobs.pop()) for name in head["data"] if name in DATA_FIELDS}
    size, space = Size(int(head["width"]), int(head["height"])), str(head["interpretation"])
    frames = tuple(_frame(blob, size).copy(interpretation=space) for blob in blobs)
    frames[0].getpoint(0, 0)
    for name, value in data.items():
        frames[0].set_type(pyvips.GValue.blob_type, name, value)
    _labelled(frames[0], head["fields"])
    return Picture(frames, tuple(int(delay) for delay in head["delays"]), int(head["loop"]), profile)


def _frame(blob: bytes, size: Size) -> pyvips.Image:
    """Each frame has alpha or has none."""
    return pyvips.Image.new_from_memory(blob, size.width, size.height, len(blob) // size.pixels, "uchar")


def write(picture: Picture, row: Format, options: Options, *, price: float) -> bytes:
    """The picture as a file. Raises DerivationFailed if it cannot be written."""
    if not (row.is_written_apart or (price > LONG and not row.is_stoppable(options))):
        return codec_of(row).write(picture, row, options)
    message = _message(picture, format=row.name, options=dict(options))
    try:
        return bytes(children().run("write", dict(message.head), message.blobs).blobs[0])
    except SourceError as error:
        raise DerivationFailed(f"{row.name} cannot be written") from error


ISOLATED = Codec(open_isolated, pixels_isolated)


@dataclass(slots=True)
class _Kept:
    """What was opened last, under its parent's name for it: megabytes cross once for a source, not at each decoding."""

    name: str = ""
    opened: Opened | None = None


_KEPT = _Kept()


def ready(message: Message) -> Message:
    return Message({})


def answer_open(message: Message) -> Message:
    """In the child: what the format's own codec says of the bytes."""
    row, body = FORMATS[message.head["format"]], message.blobs[0]
    opened = open_whole(codec_of(row), body, row)
    _keep(message.head["name"], opened)
    header = opened.header
    head = {
        "width": header.width, "height": header.height, "bands": header.bands,
        "interpretation": header.interpretation, "pages": opened.pages,
        "layers": [[_whole(name) for name in names] for names in opened.layers],
        "sizes": [[size.width, size.height] for size in opened.sizes],
        "fields": _fields(header),
    }  # fmt: skip
    return Message(head)


def _keep(name: str, opened: Opened) -> None:
    _KEPT.name, _KEPT.opened = name, opened if len(opened.body) <= KEPT_BYTES else None


def _kept(name: str) -> Opened | None:
    return _KEPT.opened if _KEPT.name == name else None


def _fields(header: pyvips.Image) -> dict[str, Any]:
    values = {name: header.get(name) for name in header.get_fields() if name not in SHAPE_FIELDS}
    texts = {name: _whole(value) for name, value in values.items() if isinstance(value, str)}
    return {name: value for name, value in values.items() if type(value) in FIELD_TYPES} | texts


def _whole(text: str) -> str:
    """Half of a surrogate pair cannot cross, nor be stored."""
    return text.encode("utf-8", "replace").decode()


def answer_pixels(message: Message) -> Message:
    """In the child: the decoded frames, or that the bytes are needed again, as another child opened them."""
    head, row = message.head, FORMATS[message.head["format"]]
    opened = open_whole(codec_of(row), message.blobs[0], row) if message.blobs else _kept(head["name"])
    if opened is None:
        return Message({"is_forgotten": True})
    _keep(head["name"], opened)
    extent = Extent(Size(*head["target"]) if head["target"] else None, tuple(head["pages"]), head["max_pixels"])
    return _message(decode(codec_of(row), opened, extent))


def answer_write(message: Message) -> Message:
    """In the child: the file."""
    row = FORMATS[message.head["format"]]
    return Message({}, [codec_of(row).write(_picture(message), row, message.head["options"])])
