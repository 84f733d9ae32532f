"""Letters by Pango: in this process with fonts that all may use, in a child process with one that was uploaded."""

from dataclasses import asdict, dataclass
from typing import Any

import pyvips

from media.errors import BadTransformation
from media.geometry import Size
from media.isolation.children import children
from media.isolation.messages import Message
from media.language.params import Color
from media.operations.arguments import MAX_SIDE
from media.raster.pixels import Image, solid
from media.typography import fonts, typeface
from media.typography.typeface import FontFile

DOTS_PER_INCH = 72
RGBA_BANDS = 4
ALIGNMENTS = {"left": "low", "start": "low", "center": "centre", "right": "high", "end": "high", "justify": "low"}


@dataclass(frozen=True, slots=True)
class Line:
    """What Pango is asked to draw. ``width`` is where lines break, in pixels; None for nowhere."""

    markup: str
    family: str
    size: float
    align: str
    line_spacing: float
    width: int | None


def drawn(line: Line, *, font_path: str = "") -> Image:
    """The letters on nothing. Raises BadTransformation for a text that cannot be drawn."""
    fonts.register_bundled()
    options: dict[str, Any] = {"width": min(line.width, MAX_SIDE), "wrap": "word-char"} if line.width else {}
    if font_path:
        options["fontfile"] = font_path
    try:
        return pyvips.Image.text(
            line.markup, font=f"{line.family} {line.size:g}", dpi=DOTS_PER_INCH, rgba=True,
            align=ALIGNMENTS[line.align], justify=line.align == "justify", spacing=round(line.line_spacing), **options,
        ).copy(interpretation="srgb")  # fmt: skip
    except pyvips.Error as error:
        if "no text to render" in str(error):
            return solid(Size(1, max(1, round(line.size))), Color(0, 0, 0, 0))
        raise BadTransformation("the text cannot be drawn: it is too large or not readable") from error


def drawn_apart(line: Line, file: FontFile, name: str) -> Image:
    """The letters of an uploaded font, drawn in a child process that serves this font alone.

    Fontconfig never forgets a file, and takes any font it knows for letters that the one asked for lacks: in this
    process one client's font would stand in for all other clients' missing letters. ``name`` is for messages.
    """
    arguments = {"line": asdict(line), "digest": file.digest, "name": name}
    answer = children().run("text", arguments, [file.body], key=f"font:{file.digest}")
    head, (body,) = answer.head, answer.blobs
    return pyvips.Image.new_from_memory(body, head["width"], head["height"], RGBA_BANDS, "uchar").copy(
        interpretation="srgb"
    )


def answer_text(message: Message) -> Message:
    """In the child: see :func:`drawn_apart`."""
    head = message.head
    face = typeface.install(FontFile(message.blobs[0], head["digest"]), head["name"])
    line = Line(**{**head["line"], "family": face.family})
    letters = drawn(line, font_path=face.path)
    body = letters.cast("uchar").write_to_memory()
    return Message({"width": letters.width, "height": letters.height}, [body])
