"""Directives that lay something over the picture: another picture, a rectangle, a text."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from media.errors import BadTransformation
from media.geometry import Length
from media.integers import is_natural
from media.language.chain import Step
from media.language.params import TRANSPARENT, Gravity
from media.operations import step
from proxy.dialects.uploadcare.cdn.semantics.state import Arguments, Lettering, Meaning, State
from proxy.dialects.uploadcare.cdn.syntax import values
from proxy.dialects.uploadcare.cdn.syntax.url import is_uuid

#: The layer source that stands for the request's own file, and what marks another file's uuid.
SELF, FILE = "self", "file:"
FAMILIES = {
    "DejaVu": "DejaVu Sans", "DejaVuMono": "DejaVu Sans Mono", "DejaVuSerif": "DejaVu Serif",
    "Noto": "Noto Sans", "NotoMono": "Noto Sans Mono", "NotoSerif": "Noto Serif",
}  # fmt: skip
#: What a word of ``font`` chooses.
WORDS: dict[str, dict[str, Any]] = {
    "bold": {"weight": "bold"}, "regular": {"weight": "normal"},
    "italic": {"style": "italic"}, "normal": {"style": "normal"},
    **{word: {"family": family} for word, family in FAMILIES.items()},
}  # fmt: skip
RESET = "reset"
MAX_FONT_SIZE = 2000
MAX_PADDING = 500
MAX_TEXT_LENGTH = 2000
#: An overlay fills the picture unless said otherwise, and stands in its corner.
WHOLE: Length = 1.0
TOP_LEFT: values.Place = (0, 0)
_NORTH_WEST = Gravity(("north_west",))
_PLAIN = Lettering()


def _overlay(state: State, arguments: Arguments) -> State:
    """Lay another file, or the file itself, over the picture: within a box, at a place, with an opacity."""
    source, *rest = arguments
    if source != SELF and not is_uuid(source):
        raise BadTransformation(f"expected self or the uuid of a file, got {source[:80]!r}")
    width, height, opacity = WHOLE, WHOLE, 100
    x, y = TOP_LEFT
    for text in _in_order(rest):
        if values.is_place(text):
            x, y = values.place(text)
        elif "x" in text:
            width, height = values.both_sides(text)
        else:
            opacity = values.percent(text)
    fitted = step("fit", width=width, height=height, relative=True)
    corner = {"x": _away(x), "y": _away(y)}
    canvas = step("window", width=WHOLE, height=WHOLE, background=TRANSPARENT, relative=True, **corner)
    name = SELF if source == SELF else FILE + source.lower()
    steps = (fitted, canvas)
    return state.drawing(
        step("layer", source=name, steps=steps, gravity=_NORTH_WEST, no_overflow=True, opacity=opacity)
    )


def _in_order(rest: Sequence[str]) -> Sequence[str]:
    """Box, place, opacity: any may be missing, none may stand behind a later one."""
    ranks = [1 if values.is_place(text) else 0 if "x" in text else 2 for text in rest]
    if ranks != sorted(set(ranks)):
        raise BadTransformation(f"expected dimensions, coordinates, opacity in this order, got {'/'.join(rest)[:80]!r}")
    return rest


def _away(offset: Length) -> Length:
    """The canvas as the overlay sees it: moved the other way by pixels; shares of what is left over are the same."""
    return -offset if isinstance(offset, int) else offset


def _rect(state: State, arguments: Arguments) -> State:
    """Lay a rectangle of one colour over the picture."""
    return state.drawing(step("draw_rectangle", color=values.color(arguments[0]), **_area(*arguments[1:])))


def _area(dimensions: str, coordinates: str) -> dict[str, Length]:
    (width, height), (x, y) = values.both_sides(dimensions), values.place(coordinates)
    return {"width": width, "height": height, "x": x, "y": y}


def _text(state: State, arguments: Arguments) -> State:
    """Write a text into an area of the picture, as ``font``, ``text_align`` and ``text_box`` said before."""
    area, words = _area(*arguments[:2]), values.text(arguments[2])
    if len(words) > MAX_TEXT_LENGTH:
        raise BadTransformation(f"expected a text of at most {MAX_TEXT_LENGTH} characters, got {len(words)}")
    return state.drawing(_caption(words, state.lettering, area)) if words.strip() else state


def _caption(words: str, written: Lettering, area: dict[str, Length]) -> Step:
    return step(
        "caption", text=words, font=written.family, size=float(written.size), weight=written.weight,
        style=written.style, color=written.color, align=written.align, rise=written.rise,
        box=written.box, box_color=written.box_color, padding=written.padding, **area,
    )  # fmt: skip


def _text_align(state: State, arguments: Arguments) -> State:
    """Where texts stand in their areas: left, center or right; top, center or bottom."""
    align = values.choice(arguments[0], ("left", "center", "right"))
    rise = values.choice(arguments[1], ("top", "center", "bottom"))
    return replace(state, lettering=replace(state.lettering, align=align, rise=rise))


def _text_box(state: State, arguments: Arguments) -> State:
    """What lies behind texts: nothing, a box around all (fit) or each line, or the whole area (fill)."""
    mode, color, padding = (*arguments, "", "")[:3]
    written = replace(state.lettering, box=values.choice(mode, ("none", "fit", "line", "fill")))
    if color:
        written = replace(written, box_color=values.color(color))
    if padding:
        written = replace(written, padding=values.whole(padding, 0, MAX_PADDING))
    return replace(state, lettering=written)


def _font(state: State, arguments: Arguments) -> State:
    """How texts are written: reset, weight, style, size in pixels, colour, family; what is not said stays."""
    chosen, has_size = state.lettering, False
    for text in arguments:
        if text == RESET:
            chosen = replace(chosen, family=_PLAIN.family, weight=_PLAIN.weight, style=_PLAIN.style)
            chosen = replace(chosen, size=_PLAIN.size, color=_PLAIN.color)
        elif text in WORDS:
            chosen = replace(chosen, **WORDS[text])
        elif is_natural(text) and 1 <= int(text) <= MAX_FONT_SIZE and not has_size:
            chosen, has_size = replace(chosen, size=int(text)), True
        elif values.is_color(text):
            chosen = replace(chosen, color=values.color(text))
        else:
            words = ", ".join((RESET, *WORDS))
            raise BadTransformation(f"expected any of {words}, a size 1..{MAX_FONT_SIZE}, a colour, got {text[:80]!r}")
    return replace(state, lettering=chosen)


OVERLAYS: dict[str, Meaning] = {
    "overlay": _overlay, "rect": _rect, "text": _text, "text_align": _text_align, "text_box": _text_box, "font": _font,
}  # fmt: skip
