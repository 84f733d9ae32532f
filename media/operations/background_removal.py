"""Background removal: the step that exchanges a picture for its stored cutout, and where in a chain it may be done.

It is done on the source itself as far as that makes no difference, so that all chains share one cutout. A removal moves
past what acts on the picture alone: crops, sizes, turns, colours. What looks at the picture to decide (``g_auto``, a
trim) is looked at with its background, so it stays in front and decides for the cutout, too. Past all else (layers,
backgrounds, text, blurs) a removal cannot go: there the picture as it is by then is cut.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from media.cutout import CutoutOptions
from media.language.chain import Step, nested
from media.language.expression import Expression
from media.language.params import Color, Gravity, Int, Names
from media.operations import focus
from media.operations.arguments import Flag
from media.operations.registry import OPERATIONS, operation
from media.raster.pixels import Image
from media.scene.classes import OBJECTS

#: They change each pixel by itself, whatever stands beside it.
PIXELWISE = frozenset({
    "assist_colorblind", "auto_brightness", "auto_color", "auto_contrast", "blackwhite", "blue", "brightness",
    "brightness_hsb", "colorize", "contrast", "exposure", "fill_light", "gamma", "grayscale", "green", "hue", "improve",
    "left_out", "modulate", "negate", "opacity", "red", "replace_color", "saturation", "sepia", "simulate_colorblind",
    "theme", "tint", "vibrance",
})  # fmt: skip
#: They take away what is outside a shape.
CUTTING = frozenset({"trim", "round_corners"})
#: What is prepared for those that look at the picture to decide.
LOOKING = frozenset({"first", "frames"})

Threshold = Annotated[int | None, Int(0, 255)]


def options(arguments: Mapping[str, Any]) -> CutoutOptions:
    """What a ``background_removal`` step asks of the worker."""
    return CutoutOptions(**arguments)


@operation(price=30, cutout=options)
def background_removal(
    image: Image,
    hints: Annotated[tuple[str, ...], Names(OBJECTS)] = (),
    fine_edges: Flag = False,
    foreground_threshold: Threshold = None,
    background_threshold: Threshold = None,
    erode: Annotated[int | None, Int(0, 1000)] = None,
    base_size: Annotated[int, Int(0, 100_000)] = 0,
    semitransparency: Flag = True,
) -> Image:
    """Remove the background: what is not the subject becomes transparent.

    The renderer exchanges the picture for its cutout, which a worker makes: there is nothing left to do here.
    """
    return image


def is_removal(step: Step) -> bool:
    return OPERATIONS[step.operation].cutout is not None


def hoisted(steps: tuple[Step, ...]) -> int | None:
    """Where the removal stands that is done on the source itself; None if there is none."""
    for index, each in enumerate(steps):
        if is_removal(each):
            return index
        if not _acts_alone(each):
            return None
    return None


def arranged(steps: tuple[Step, ...], *, of_equal_size: bool = True) -> tuple[Step, ...]:
    """Each removal as far ahead as it may be without a look at the picture; the same removal twice is one.

    ``of_equal_size``: the cutout is as large as its source. A place in a smaller one is another.
    """
    done: list[Step] = []
    for each in steps:
        place = len(done)
        while is_removal(each) and place and _lets_pass(done[place - 1], of_equal_size=of_equal_size):
            place -= 1
        if not (is_removal(each) and place and done[place - 1] == each):
            done.insert(place, each)
    return tuple(done)


def _acts_alone(step: Step) -> bool:
    operation = OPERATIONS[step.operation]
    if operation.control:
        return all(_acts_alone(each) for each in nested(step))
    if operation.moves or operation.scales:
        return _is_clear(dict(step.arguments).get("background"))
    return step.operation in PIXELWISE | CUTTING


def _is_clear(background: object) -> bool:
    """Whether what a step uncovers is left transparent (of an opaque picture: white, which a removal takes away)."""
    return background is None or (isinstance(background, Color) and background.alpha == 0)


def _looks(step: Step) -> bool:
    operation = OPERATIONS[step.operation]
    gravities = [value for _, value in step.arguments if isinstance(value, Gravity)]
    return any(what in LOOKING for _, what in operation.prepared) or any(map(focus.seeks, gravities))


def _lets_pass(step: Step, *, of_equal_size: bool) -> bool:
    """What is computed from the picture's size is computed first."""
    if OPERATIONS[step.operation].control:
        return all(_lets_pass(each, of_equal_size=of_equal_size) for each in nested(step))
    is_computed = any(isinstance(value, Expression) for _, value in step.arguments)
    return of_equal_size and _acts_alone(step) and not _looks(step) and not is_computed
