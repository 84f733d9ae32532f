"""Text as a picture: the layer ``l_text`` draws with Pango, so every script that a font covers is shaped.

Sizes are pixels: Pango lays out at 72 dots per inch, where a point is a pixel. The words of the client are escaped; the
only markup is ours.
"""

import math
from collections.abc import Mapping
from html import escape
from typing import Annotated, Any

from media.errors import BadTransformation, NotFound
from media.geometry import Length, Size
from media.language.params import BLACK, Choice, Color, Float, Text
from media.operations.alpha import grown
from media.operations.arguments import BaseSize, Flag, MaybePaint, Paint, Width
from media.operations.lettering import ALIGNMENTS, Line, drawn, drawn_apart
from media.operations.registry import Prepared, operation, unknown
from media.raster.pixels import Image, flatten, join, size_of, solid, to_uint8
from media.typography.typeface import FontFile

PANGO_UNITS = 1024
#: Room around text that is not trimmed to its ink, as a share of the font size.
PADDING_SHARE = 4

WEIGHTS = {
    "thin": 100, "hairline": 100, "extralight": 200, "ultralight": 200, "light": 300, "book": 380, "normal": 400,
    "regular": 400, "medium": 500, "semibold": 600, "demibold": 600, "bold": 700, "extrabold": 800, "ultrabold": 800,
    "black": 900, "heavy": 900, **{str(weight): weight for weight in range(100, 1000, 100)},
}  # fmt: skip
ANTIALIAS = ("none", "gray", "subpixel", "fast", "good", "best")
HINTING = ("none", "slight", "medium", "full")


#: The widest letters, and a line, in shares of the size.
_WIDEST, _LINE = 1.0, 1.5


def ink(size: Size, arguments: Mapping[str, Any]) -> Size:
    """As large as the text may become, at most."""
    letter = arguments["size"] * _WIDEST + max(0.0, arguments["letter_spacing"])
    line = arguments["size"] * _LINE + max(0.0, arguments["line_spacing"])
    room = 2 * (arguments["stroke_width"] + arguments["size"] / PADDING_SHARE)
    words, width = arguments["text"], _pixels(arguments["width"], arguments["base"])
    rows = words.split("\n")
    across = max(len(each) for each in rows) * letter
    lines = len(rows)
    if width is not None:
        lines = sum(max(1, math.ceil(len(each) * letter / max(letter, width))) for each in rows)
        across = min(across, max(letter, width))
    return Size(math.ceil(across + room), math.ceil(lines * line + room))


def _weight(size: Size, arguments: Mapping[str, Any]) -> float:
    return 30 if arguments["stroke_width"] else 12


@operation(price=_weight, grows=ink, size_after=unknown, file="font_source")
def text(
    image: Image,
    text: Annotated[str, Text()],
    font: Annotated[str, Text(200)] = "Arial",
    size: Annotated[float, Float(1, 2000)] = 16,
    weight: Annotated[str, Choice(tuple(WEIGHTS))] = "normal",
    style: Annotated[str, Choice(("normal", "italic", "oblique"))] = "normal",
    decoration: Annotated[str, Choice(("none", "normal", "underline", "strikethrough"))] = "none",
    align: Annotated[str, Choice(tuple(ALIGNMENTS))] = "left",
    stroke_width: Annotated[float, Float(0, 200)] = 0.0,
    stroke_color: Paint = BLACK,
    letter_spacing: Annotated[float, Float(-200, 1000)] = 0.0,
    line_spacing: Annotated[float, Float(-500, 1000)] = 0.0,
    antialias: Annotated[str, Choice(ANTIALIAS)] = "good",
    hinting: Annotated[str, Choice(HINTING)] = "slight",
    color: Paint = BLACK,
    background: MaybePaint = None,
    width: Width = None,
    no_trim: Flag = False,
    no_overflow: Flag = False,
    font_source: Annotated[str | None, Text()] = None,
    *,
    base: BaseSize,
    font_file: Annotated[FontFile | None, Prepared("font")],
) -> Image:
    """Draw a text; the picture is as large as its ink.

    Lines break at ``width`` pixels and at line breaks. ``hinting`` is left to the font. With ``no_overflow`` a text
    larger than the picture under it is refused. ``font`` is a family name, or that of the file ``font_source``.
    """
    if font_source and font_file is None:
        raise NotFound(f"the font {font} does not exist")
    spelled = markup(text, size=size, weight=weight, style=style, decoration=decoration,
                     letter_spacing=letter_spacing, color=color)  # fmt: skip
    line = Line(spelled, _family(font), size, align, line_spacing, _pixels(width, base))
    letters = drawn_apart(line, font_file, font) if font_file else drawn(line)
    if antialias == "none":
        letters = join(letters[:3], letters[3] >= 128)
    margin = round(size / PADDING_SHARE) if no_trim else 0
    letters = _stroked(letters, stroke_width, stroke_color, margin)
    if no_overflow and (letters.width > base.width or letters.height > base.height):
        shape = f"{letters.width}×{letters.height}"
        raise BadTransformation(f"the text must fit the {base.width}×{base.height} picture, got {shape}")
    return flatten(letters, background) if background else letters


def _pixels(width: Length | None, base: Size) -> int | None:
    return width if width is None or isinstance(width, int) else max(1, round(width * base.width))


def _family(font: str) -> str:
    """A family name; Google's ``Roboto@google`` and file names keep their stem."""
    return font.partition("@")[0].rpartition("/")[2].rpartition(":")[2].split(".ttf")[0].split(".otf")[0]


def markup(
    words: str, *, size: float, weight: str, style: str, decoration: str, letter_spacing: float, color: Color,
    behind: Color | None = None,
) -> str:  # fmt: skip
    """Pango's text of ``words`` in one style; ``behind`` is what each line is marked with."""
    attributes = {
        "foreground": f"#{bytes(color.rgb).hex()}",
        "fgalpha": f"{max(1, round(color.alpha / 255 * 65535))}",
        "weight": str(WEIGHTS[weight]),
        "style": style,
        "size": str(round(size * PANGO_UNITS)),
    }
    if behind:
        attributes["background"] = f"#{bytes(behind.rgb).hex()}"
    if decoration in ("underline", "strikethrough"):
        attributes[decoration] = "single" if decoration == "underline" else "true"
    if letter_spacing:
        attributes["letter_spacing"] = str(round(letter_spacing * PANGO_UNITS))
    # Pango reads no control characters but line breaks and tabs.
    readable = "".join(each for each in words if each in "\n\t" or ord(each) >= 32) or " "
    spelled = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    return f"<span {spelled}>{escape(readable, quote=False)}</span>"


def _stroked(drawn: Image, width: float, color: Color, margin: int) -> Image:
    """The letters on a line around them; the picture grows by the line."""
    room = round(width) + margin
    if room:
        drawn = drawn.embed(room, room, drawn.width + 2 * room, drawn.height + 2 * room, extend="black")
    if not width:
        return drawn
    line = to_uint8(grown(drawn[3], width) * color.alpha)
    return join(solid(size_of(drawn), Color(*color.rgb)), line).composite2(drawn, "over").cast("uchar")
