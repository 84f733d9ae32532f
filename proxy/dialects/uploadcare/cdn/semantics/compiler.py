"""Directives → a chain of canonical operations, in the order of the address.

Some only say how those behind them are drawn, how the picture is encoded, or that JSON is wanted instead of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from media.errors import BadTransformation
from media.formats.table import FORMATS
from media.language.chain import Chain, Step
from media.operations import step
from proxy.dialects.uploadcare.cdn.semantics import output
from proxy.dialects.uploadcare.cdn.semantics.coloring import COLORING
from proxy.dialects.uploadcare.cdn.semantics.output import ANSWERS, OUTPUT
from proxy.dialects.uploadcare.cdn.semantics.overlays import OVERLAYS
from proxy.dialects.uploadcare.cdn.semantics.sizing import SIZING
from proxy.dialects.uploadcare.cdn.semantics.state import Arguments, Meaning, State
from proxy.dialects.uploadcare.cdn.syntax.directives import SYNTAX, Directive
from proxy.dialects.uploadcare.cdn.syntax.url import read_directives

Presets: TypeAlias = Mapping[str, str]

#: The steps that put an upright picture back as its pixels lay, by EXIF orientation.
_LYING: dict[int, tuple[Step, ...]] = {
    2: (step("flip", axis="horizontal"),),
    3: (step("rotate", angle=180.0),),
    4: (step("flip", axis="vertical"),),
    5: (step("flip", axis="horizontal"), step("rotate", angle=270.0)),
    6: (step("rotate", angle=270.0),),
    7: (step("flip", axis="horizontal"), step("rotate", angle=90.0)),
    8: (step("rotate", angle=90.0),),
}


def _remove_bg(state: State, arguments: Arguments) -> State:
    """Remove the background. The vendor does this by its REST API alone; here an address can."""
    return state.drawing(step("background_removal"))


#: The oldest spelling: ``-/effect/flip/``.
EFFECTS = ("flip", "mirror", "grayscale", "invert", "enhance", "sharp")


def _effect(state: State, arguments: Arguments) -> State:
    """The old spelling of operations without arguments."""
    if arguments[0] not in EFFECTS:
        raise BadTransformation(f"expected one of {', '.join(EFFECTS)}, got {arguments[0][:80]!r}")
    return MEANINGS[arguments[0]](state, ())


MEANINGS: Mapping[str, Meaning] = {
    **SIZING, **COLORING, **OVERLAYS, **OUTPUT, **ANSWERS, "remove_bg": _remove_bg, "effect": _effect,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What a chain depends on beside its text: the source's format, and its EXIF orientation."""

    format: str
    orientation: int = 1


@dataclass(frozen=True, slots=True)
class Compiled:
    """A chain, and what the address asks of its answer.

    Without ``is_processed`` it is the file as it is. ``inline`` is None if nothing is said; ``document`` is the JSON
    that is wanted (``json``, ``jsonp``, ``main_colors`` with so many ``colors``), empty for a picture.
    """

    chain: Chain
    is_processed: bool
    inline: bool | None
    document: str
    colors: int


def compile(directives: tuple[Directive, ...], facts: Facts, presets: Presets) -> Compiled:  # noqa: A001
    """Raises BadTransformation, naming the directive, for what has no meaning."""
    state = _read(directives, State(), presets)
    state.check_sides()
    chain = Chain(_steps(state, facts), output.output(state, facts.format))
    return Compiled(chain, state.is_processed, state.inline, state.document, state.colors)


def _read(directives: tuple[Directive, ...], state: State, presets: Presets) -> State:
    for directive in directives:
        if directive.name == "preset":
            state = _read(_preset(directive, presets), state, {})
        else:
            state = _meant(directive, state)
    return state


def _preset(directive: Directive, presets: Presets) -> tuple[Directive, ...]:
    name = directive.arguments[0] if directive.arguments else ""
    if name not in presets or len(directive.arguments) != 1:
        raise BadTransformation(f"{directive}: there is no such preset")
    return read_directives(presets[name])


def _meant(directive: Directive, state: State) -> State:
    name, arguments = directive.name, directive.arguments
    if name not in MEANINGS:
        raise BadTransformation(f"{directive}: there is no operation {name[:40]}")
    syntax = SYNTAX[name]
    if not syntax.least <= len(arguments) <= syntax.most:
        raise BadTransformation(f"{directive}: expected -/{syntax.text}")
    try:
        meant = MEANINGS[name](state, arguments)
    except BadTransformation as error:
        raise BadTransformation(f"{directive}: {error}") from error
    return meant if name in ANSWERS else replace(meant, is_processed=True)


def _steps(state: State, facts: Facts) -> tuple[Step, ...]:
    """Of an animation the first frame alone, as at the vendor."""
    row = FORMATS.get(facts.format)
    still = [step("page", page="1")] if row is not None and row.frames else []
    lying = () if state.is_upright else _LYING.get(facts.orientation, ())
    is_jpeg = output.format_of(state, facts.format) == "jpg"
    laid = [step("background", color=state.fill)] if is_jpeg and state.fill else []
    return (*still, *lying, *state.steps, *laid)
