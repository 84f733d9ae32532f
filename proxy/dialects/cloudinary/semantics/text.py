"""Text layers: ``l_text:Arial_40_bold_stroke_letter_spacing_2:Hello%20$(name)``.

The style's words stand in any order behind the size. The text is decoded a second time here (spec 1.7). A font that was
uploaded is named by its public id, with extension and ``:`` for folders: ``l_text:fonts:ours.ttf_40:Hello``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from media.errors import BadTransformation, UnsupportedOperation
from media.integers import is_natural
from media.language.chain import Step
from proxy.dialects.cloudinary.semantics.arguments import Given, build, find_operation, given, pixel_ratio, read
from proxy.dialects.cloudinary.semantics.scope import Scope
from proxy.dialects.cloudinary.syntax.grammar import Component, decode
from proxy.dialects.cloudinary.syntax.sources import file_source_of

MAX_TEXT_LENGTH = 2000
_FONT_FILE = re.compile(r".+\.(?:ttf|otf|woff2?)", re.DOTALL | re.IGNORECASE)
_FONT_SIZE = re.compile(r"\.(?:ttf|otf|woff2?)_[0-9]", re.IGNORECASE)
#: A font file may have ``_2`` in its name; what follows a family name is the size.
_SIZE = re.compile(r"(.+?\.(?:ttf|otf|woff2?)|.+?)_([0-9]+(?:\.[0-9]+)?)(?:_(.*))?", re.DOTALL | re.IGNORECASE)
#: Fonts are compressed for browsers; FreeType is given the font itself.
_COMPRESSED = (".woff", ".woff2")
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
#: A word of the style → the argument it settles.
_WORDS = {
    "weight": (
        "normal", "bold", "thin", "light", "medium", "extralight", "ultralight", "semibold", "demibold", "extrabold",
        "ultrabold", "black", "heavy", "book", "hairline", "regular",
    ),
    "style": ("italic", "oblique"),
    "decoration": ("underline", "strikethrough"),
    "align": ("left", "center", "right", "start", "end", "justify"),
}  # fmt: skip
_ARGUMENT_OF = {word: name for name, words in _WORDS.items() for word in words}
#: Cloudinary's own editors write ``style_light_align_center`` where the page has ``light_center``.
_ANNOUNCING = frozenset({"style", "align"})
#: Words that are followed by a value.
_VALUED = {
    "letter_spacing": "letter_spacing", "line_spacing": "line_spacing", "antialias": "antialias", "hinting": "hinting",
}  # fmt: skip
_VALUE = re.compile(r"(letter_spacing|line_spacing|antialias|hinting)_([^_]+)(?:_(.*))?", re.DOTALL)
_STROKE = re.compile(r"stroke(?:_bo_([0-9]+(?:\.[0-9]+)?)px_solid_([^_]+))?(?:_(.*))?", re.DOTALL)
_BORDER = re.compile(r"(.+)px_solid_(.+)")


@dataclass(frozen=True, slots=True)
class TextLayer:
    """A text layer taken apart.

    ``style`` is what stands before the last colon: font and size, or the public id of a text asset.
    """

    style: str
    text: str


def split_text(value: str, scope: Scope) -> TextLayer | None:
    """``value`` behind ``text:``; None if there is no text of its own, only the name of a text asset."""
    style, colon, text = value.partition(":")
    style = scope.constant(style, "text style")
    if colon and _SIZE.fullmatch(style):
        return TextLayer(style, text)
    return _split_behind_folders(value)


def _split_behind_folders(value: str) -> TextLayer | None:
    """The folders of a font file are joined by colons, too: the style ends at the first one behind the size."""
    file = _FONT_SIZE.search(value)
    end = value.find(":", file.end()) if file else -1
    return TextLayer(value[:end], value[end + 1 :]) if end > 0 and _SIZE.fullmatch(value[:end]) else None


def compile_text(layer: TextLayer, component: Component, scope: Scope) -> Step:
    """The step that makes a picture of the text; ``component`` has its colour, box, border and wrapping width."""
    match = _SIZE.fullmatch(layer.style)
    if match is None:
        raise BadTransformation(f"Invalid text style in transformation: {layer.style}; expected <font>_<size>")
    font, size, rest = match.groups()
    words = _style(rest or "", layer.style)
    texts = {
        name: read("l", value, scope) for name, value in words.items() if name not in ("stroke_width", "stroke_color")
    }
    stroke = _stroke(words, component, scope)
    wraps = {"w": "width"} if component.get("c") == "fit" else {}
    qualifiers = given(component, {"co": "color", "b": "background", **wraps}, scope)
    ratio = pixel_ratio(component)
    texts |= {
        **_font(font),
        "size": Given("l", size, f"{float(size) * ratio:g}"),
        "text": Given("l", layer.text, scope.fill(read_text(layer.text))),
    }
    flags = {"no_trim": "text_no_trim" in component.flags, "no_overflow": "text_disallow_overflow" in component.flags}
    return build(find_operation("text", "A text layer"), {**texts, **stroke, **qualifiers}, **flags)


def _font(written: str) -> dict[str, Given]:
    """A family that the server knows, or a file that was uploaded."""
    name = decode_again(written)
    if not _FONT_FILE.fullmatch(name):
        return {"font": Given("l", name, name)}
    if name.lower().endswith(_COMPRESSED):
        raise UnsupportedOperation(f"The font {name} cannot be used: upload it as a .ttf or .otf file")
    source = file_source_of(written)
    return {"font": Given("l", name, name.replace(":", "/")), "font_source": Given("l", name, source)}


def read_text(text: str) -> str:
    decoded = decode_again(text)
    if len(decoded) > MAX_TEXT_LENGTH:
        raise BadTransformation(
            f"Invalid text in transformation: at most {MAX_TEXT_LENGTH} characters, got {len(decoded)}"
        )
    if "\0" in decoded:
        raise BadTransformation("Invalid text in transformation: it contains a null character")
    return decoded


def decode_again(text: str) -> str:
    return decode(text) if _ESCAPED.search(text) else text


def _style(text: str, whole: str) -> dict[str, str]:
    """Argument name → text, for every word behind the size."""
    found: dict[str, str] = {}
    while text:
        if match := _VALUE.fullmatch(text):
            name, value, text = match.group(1), match.group(2), match.group(3) or ""
            found[_VALUED[name]] = value
        elif match := _STROKE.fullmatch(text):
            found["stroke_width"], found["stroke_color"] = match.group(1) or "", match.group(2) or ""
            text = match.group(3) or ""
        else:
            word, _, text = text.partition("_")
            if not (text and word in _ANNOUNCING):
                found[_argument(word, whole)] = word
    return found


def _argument(word: str, whole: str) -> str:
    if is_natural(word):
        return "weight"
    if word == "none":
        return "decoration"
    if word not in _ARGUMENT_OF:
        raise BadTransformation(
            f"Invalid text style in transformation: {whole}; {word} is no weight, style or alignment"
        )
    return _ARGUMENT_OF[word]


def _stroke(words: Mapping[str, str], component: Component, scope: Scope) -> dict[str, Given]:
    """``stroke`` alone takes the component's border, ``stroke_bo_2px_solid_white`` brings its own."""
    if "stroke_width" not in words:
        return {}
    width, color = words["stroke_width"], words["stroke_color"]
    if not width:
        match = _BORDER.fullmatch(component.get("bo") or "1px_solid_black")
        if match is None:
            raise BadTransformation(
                f"Invalid border in transformation: {component.get('bo')}; expected <width>px_solid_<color>"
            )
        width, color = match.groups()
    ratio = pixel_ratio(component)
    return {"stroke_width": read("bo", width, scope, ratio), "stroke_color": read("co", color, scope)}
