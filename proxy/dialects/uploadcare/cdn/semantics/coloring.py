"""Directives that change colours and sharpness."""

from media.language.params import Gravity
from media.operations import step
from media.operations.grading.looks import LOOKS
from proxy.dialects.uploadcare.cdn.semantics.state import Arguments, Meaning, State
from proxy.dialects.uploadcare.cdn.syntax import values

#: Ranges, and the value that changes nothing.
ADJUSTMENTS: dict[str, tuple[int, int, int]] = {
    "brightness": (-100, 100, 0), "exposure": (-500, 500, 0), "gamma": (0, 1000, 100), "contrast": (-100, 500, 0),
    "saturation": (-100, 500, 0), "vibrance": (-100, 500, 0), "warmth": (-100, 100, 0),
}  # fmt: skip
FACES = Gravity(("faces",))
MAX_BLUR = 5000
#: Up to here the common blur is as wide; it counts twentieths of a pixel, this language tenths.
MAX_COMMON_BLUR, COMMON_BLUR_PER_STRENGTH = 1000, 2
MAX_SHARPNESS, COMMON_SHARPNESS_PER_LEVEL = 20, 10


def _adjustment(name: str) -> Meaning:
    low, high, neutral = ADJUSTMENTS[name]

    def adjust(state: State, arguments: Arguments) -> State:
        level = values.whole(arguments[0], low, high) if arguments else neutral
        return state if level == neutral else state.drawing(step("grade", **{name: level}))

    adjust.__doc__ = f"Values {low}..{high}; {neutral} changes nothing."
    return adjust


def _enhance(state: State, arguments: Arguments) -> State:
    """Improve levels, contrast and colours; 0..100, 50 unless given."""
    strength = values.whole(arguments[0], 0, 100) if arguments else 50
    return state.drawing(*([step("improve", blend=strength)] if strength else []))


def _grayscale(state: State, arguments: Arguments) -> State:
    """Take the colours away."""
    return state.drawing(step("grayscale"))


def _invert(state: State, arguments: Arguments) -> State:
    """Exchange every colour for its opposite."""
    return state.drawing(step("negate"))


def _filter(state: State, arguments: Arguments) -> State:
    """A named look, by -100..200 percent, 100 unless given; below zero its opposite."""
    name = values.choice(arguments[0], tuple(LOOKS))
    amount = values.whole(arguments[1], -100, 200) if len(arguments) > 1 else 100
    return state.drawing(*([step("look", name=name, amount=amount)] if amount else []))


def _blur(state: State, arguments: Arguments) -> State:
    """Gaussian blur, its deviation ten times in pixels (0..5000, 10 unless given); -200..100 percent of it."""
    strength = values.whole(arguments[0], 0, MAX_BLUR) if arguments else 10
    amount = values.whole(arguments[1], -200, 100) if len(arguments) > 1 else 100
    if not strength or not amount:
        return state
    if amount == 100 and strength <= MAX_COMMON_BLUR:
        return state.drawing(step("blur", strength=strength * COMMON_BLUR_PER_STRENGTH))
    return state.drawing(step("soften", strength=strength, amount=amount))


def _blur_region(state: State, arguments: Arguments) -> State:
    """Blur a window at coordinates, or every face; how much depends on its size unless given."""
    what, *rest = arguments
    if what == "faces":
        strength = _strength(rest)
        return state if strength == 0 else state.drawing(step("soften_part", gravity=FACES, strength=strength))
    width, height = values.both_sides(what)
    x, y = values.place(rest[0]) if rest else (0, 0)
    strength = _strength(rest[1:])
    region = {"x": x, "y": y, "width": width, "height": height}
    return state if strength == 0 else state.drawing(step("soften_part", strength=strength, **region))


def _strength(rest: list[str]) -> int | None:
    if len(rest) > 1:
        values.whole("/".join(rest), 0, MAX_BLUR)
    return values.whole(rest[0], 0, MAX_BLUR) if rest else None


def _sharp(state: State, arguments: Arguments) -> State:
    """Make edges crisper; 0..20, 5 unless given."""
    level = values.whole(arguments[0], 0, MAX_SHARPNESS) if arguments else 5
    return state.drawing(*([step("sharpen", strength=level * COMMON_SHARPNESS_PER_LEVEL)] if level else []))


COLORING: dict[str, Meaning] = {
    **{name: _adjustment(name) for name in ADJUSTMENTS},
    "enhance": _enhance, "grayscale": _grayscale, "invert": _invert, "filter": _filter, "blur": _blur,
    "blur_region": _blur_region, "sharp": _sharp,
}  # fmt: skip
