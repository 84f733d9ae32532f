"""``wat=1`` → layers: a picture by address, a text, or the account's own; several by index (``wat_url[1]``).

A watermark is never larger than the picture. What an index does not say, the parameter without an index does.
"""

import re

from media.geometry import Length
from media.language.chain import Step
from media.language.params import BLACK, CENTER, Gravity
from media.operations import step
from media.operations.arguments import MAX_SIDE
from proxy.dialects.cloudimage import arguments
from proxy.dialects.cloudimage.grammar import Parameters, is_true
from proxy.dialects.cloudimage.sizing import COMPASS, LEAST_FRACTION

#: The layer source of a remote picture is its address behind this marker.
REMOTE = "fetch:"
MAX_WATERMARKS = 10
_CONTENT = ("wat_url", "wat_text")
_STYLE = (
    "wat_gravity", "wat_pos", "wat_pad", "wat_scale", "wat_opacity", "wat_font", "wat_fontsize", "wat_color",
)  # fmt: skip
DEFAULT_FONT = "DejaVu Sans"
DEFAULT_FONT_SIZE = 24
MAX_FONT_SIZE = 500
MAX_TEXT_LENGTH = 500
MAX_LINE_WIDTH = 8000
MAX_NAME_LENGTH = 100
_LENGTH = re.compile(r"(\d{1,6}(?:\.\d{0,6})?)(p?)\Z", re.ASCII)


def compile_watermarks(parameters: Parameters, static_url: str) -> list[Step]:
    """``static_url`` is the account's own watermark, empty if it has none."""
    if not is_true(parameters.get("wat")):
        return []
    marks = [_own(parameters, index) for index in _indexes(parameters)]
    return [step for mark in marks for step in _layer(mark, static_url)]


def _indexes(parameters: Parameters) -> list[str]:
    """The suffixes of every watermark with a content of its own; the plain one if there is none."""
    suffixes = {key[len(name) :] for key in parameters for name in _CONTENT if key.partition("[")[0] == name}
    return sorted(suffixes or {""}, key=lambda suffix: (len(suffix), suffix))[:MAX_WATERMARKS]


def _own(parameters: Parameters, index: str) -> Parameters:
    content = {key: parameters[key + index] for key in _CONTENT if key + index in parameters}
    style = {key: text for key in _STYLE if (text := parameters.get(key + index, parameters.get(key))) is not None}
    return content | style


def _layer(mark: Parameters, static_url: str) -> list[Step]:
    words = "" if "wat_url" in mark else mark.get("wat_text", "")
    address = mark.get("wat_url", static_url)
    if not words and not address:
        return []
    opacity = arguments.decimal(mark.get("wat_opacity"), 0, 1)
    gravity, x, y = _place(mark)
    drawn = [_text(words, mark)] if words else []
    return [
        step(
            "layer",
            source="" if words else REMOTE + address,
            steps=(*drawn, *_scaled(mark.get("wat_scale", ""))),
            gravity=gravity,
            x=x,
            y=y,
            opacity=100 if opacity is None else round(opacity * 100),
            no_overflow=True,
        )
    ]


def _text(words: str, mark: Parameters) -> Step:
    """``wat_fontsize`` is in pixels; ``Nmax`` only caps it, which the picture's own size does as well.

    A letter is about as wide as high at most, so a long text gets the size at which its line can still be drawn.
    """
    words = words[:MAX_TEXT_LENGTH]
    chosen = arguments.side(mark.get("wat_fontsize", "").removesuffix("max"), MAX_FONT_SIZE) or DEFAULT_FONT_SIZE
    paint = arguments.color(mark.get("wat_color"))
    return step(
        "text",
        text=words,
        font=mark.get("wat_font", "")[:MAX_NAME_LENGTH] or DEFAULT_FONT,
        size=float(min(chosen, MAX_LINE_WIDTH // len(words))),
        color=paint or BLACK,
    )


def _scaled(text: str) -> tuple[Step, ...]:
    """``30`` percent of its own size, ``30p`` of the picture's, ``30p,10p`` within a box."""
    within = step("limit", width=1.0, height=1.0, relative=True)
    lengths = [_LENGTH.match(part.strip()) for part in text.split(",")]
    shares = [min(float(match.group(1)) / 100, 100.0) for match in lengths if match]
    if len(shares) != len(lengths) or len(shares) > 2 or min(shares) < LEAST_FRACTION:
        return (within,)
    if not text.rstrip().endswith("p"):
        return step("scale", width=shares[0]), within
    across, down = min(shares[0], 1.0), min(shares[-1], 1.0)
    return (step("fit", width=across, height=down, relative=True),)


def _place(mark: Parameters) -> tuple[Gravity, Length, Length]:
    """Compass with padding inward, ``absolute`` (the top left corner stands at ``wat_pos``) or ``relative`` (the
    centre does)."""
    name = mark.get("wat_gravity", "").lower()
    if name in ("absolute", "relative"):
        x, y = _pair(mark.get("wat_pos", ""))
        return Gravity(("north_west" if name == "absolute" else "xy_center",)), x, y
    gravity = Gravity((COMPASS[name],)) if name in COMPASS else CENTER
    x, y = _pair(mark.get("wat_pad", ""))
    anchor = gravity.targets[0]
    # Padding keeps a distance from an edge; a watermark in the middle of an axis has none there.
    is_aside, is_at_end = "west" in anchor or "east" in anchor, "north" in anchor or "south" in anchor
    return gravity, x if is_aside else 0, y if is_at_end else 0


def _pair(text: str) -> tuple[Length, Length]:
    """``X[p][,Y[p]]``: pixels, or percent as fractions; one counts for both."""
    lengths = [_length(part.strip()) for part in text.split(",")]
    return lengths[0], lengths[-1]


def _length(text: str) -> Length:
    match = _LENGTH.match(text)
    if match is None:
        return 0
    value = float(match.group(1))
    if not match.group(2):
        return min(round(value), MAX_SIDE)
    return min(value / 100, 100.0) if value / 100 >= LEAST_FRACTION else 0.0
