"""``e_background_removal`` in all the spellings that Cloudinary's pages and SDKs use.

::

    e_background_removal[:fineedges_y|n][:hints_cat | :hints_(cat;dog)]     in any order, joined by ";" or ":"

The upload parameter says the same in other words: ``cloudinary_ai:dog:fine_edges``.
"""

from collections.abc import Iterable

from media.errors import BadTransformation
from media.language.chain import Step
from media.operations import step
from media.scene.classes import OBJECTS
from proxy.dialects.cloudinary.syntax.grammar import Component, split_outside_parentheses
from proxy.dialects.cloudinary.syntax.structure import is_layer

_EFFECT = "background_removal"
#: Keys that do nothing to the picture.
_LEADING_KEYS = frozenset({"if", "d", "dpr", "f", "q"})


def is_removal(component: Component) -> bool:
    """Of several effects in one component only the last one counts."""
    return (component.get("e") or "").partition(":")[0] == _EFFECT


def compile_removal(value: str) -> Step:
    """``value`` is what follows ``e_``. Raises BadTransformation for an unknown hint or option."""
    hints: set[str] = set()
    fine_edges = False
    options = value.removeprefix(_EFFECT).removeprefix(":")
    for option in _options(options):
        name, _, argument = option.partition("_")
        if name == "fineedges" and argument in ("y", "n"):
            fine_edges = argument == "y"
        elif name == "hints" and argument:
            hints |= {_object(word) for word in _list(argument)}
        else:
            expected = "fineedges_y, fineedges_n or hints_(…)"
            raise BadTransformation(f"Invalid background_removal in transformation: {option}; expected {expected}")
    return step(_EFFECT, hints=tuple(sorted(hints)), fine_edges=fine_edges)


def _options(text: str) -> list[str]:
    return [
        option
        for part in split_outside_parentheses(text, ";")
        for option in split_outside_parentheses(part, ":")
        if option
    ]


def _list(argument: str) -> list[str]:
    return argument.removeprefix("(").removesuffix(")").split(";")


def _object(word: str) -> str:
    """SDKs write ``dining_table`` for what the page calls ``dining-table``."""
    name = word.strip().replace("_", "-")
    if name not in OBJECTS:
        raise BadTransformation(
            f"Invalid background_removal hint in transformation: {word}; expected one of {', '.join(OBJECTS)}"
        )
    return name


def check_position(components: Iterable[Component]) -> None:
    """The removal must stand in the first component that does anything, and not in a layer: the rule of the product
    page of 2024 (``removal_first``). Since May 2025 it may stand anywhere.

    Components of variables, conditions, a format or a quality before it do nothing to the picture.
    """
    has_started = False
    for component in components:
        if is_removal(component) and (has_started or is_layer(component)):
            raise BadTransformation("Background removal must be in the first component of the transformation")
        has_started = has_started or not _only_leads(component)


def _only_leads(component: Component) -> bool:
    return all(each.is_assignment or each.key in _LEADING_KEYS for each in component.parameters)


def parse_upload_parameter(text: str) -> Step | None:
    """``background_removal=cloudinary_ai[:object…][:fine_edges]`` of an upload; None for another service's name.

    Raises BadTransformation for a value that is not offered.
    """
    service, *options = text.split(":")
    if service != "cloudinary_ai":
        raise BadTransformation(f"Background removal is invalid: {text}; expected cloudinary_ai[:object][:fine_edges]")
    fine_edges = "fine_edges" in options
    hints = sorted({_object(option) for option in options if option != "fine_edges"})
    return step(_EFFECT, hints=tuple(hints), fine_edges=fine_edges)
