"""The formats whose bytes libvips does not save itself, and who writes them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyvips

from media.formats import ico, pdf, pillow, postscript
from media.formats.table import FORMATS
from media.geometry import Size

Frames = Sequence[pyvips.Image]


@dataclass(frozen=True, slots=True)
class Writer:
    """``write`` takes frames of one size and a quality (0: the default). ``size`` tells what was written where the
    format itself is not read."""

    write: Callable[[Frames, int], bytes]
    size: Callable[[bytes], Size] | None = None


WRITERS: Mapping[str, Writer] = {
    "bmp": Writer(lambda frames, quality: pillow.bmp(frames[0])),
    "ico": Writer(lambda frames, quality: ico.written(frames[0])),
    "tga": Writer(lambda frames, quality: pillow.tga(frames[0])),
    "jp2": Writer(lambda frames, quality: pillow.jpeg2000(frames[0], quality, boxed=True)),
    "jpc": Writer(lambda frames, quality: pillow.jpeg2000(frames[0], quality, boxed=False)),
    "pdf": Writer(lambda frames, quality: pdf.written(frames, _jpegs(frames, quality)), pdf.size),
    "eps": Writer(
        lambda frames, quality: postscript.written(frames[:1], _jpegs(frames[:1], quality), encapsulated=True),
        postscript.size,
    ),
    "ps": Writer(
        lambda frames, quality: postscript.written(frames, _jpegs(frames, quality), encapsulated=False), postscript.size
    ),
}


def _jpegs(frames: Frames, quality: int) -> list[bytes]:
    """The colours alone: where there is alpha, the format keeps it elsewhere."""
    options = {**FORMATS["jpg"].options, "keep": "none", **({"Q": quality} if quality else {})}
    colours = (frame[: frame.bands - 1] if frame.hasalpha() else frame for frame in frames)
    return [bytes(each.write_to_buffer(".jpg", **options)) for each in colours]
