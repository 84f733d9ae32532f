"""``l_`` and ``u_``: what lies over or under the picture, and where.

The declaring component names the source and, in the old style, also sizes and places it; the component with
``fl_layer_apply`` places it and may size it once more.
"""

from collections.abc import Callable, Collection, Sequence

from media.errors import BadTransformation, UnsupportedOperation
from media.language.chain import Step
from media.operations.registry import Operation
from proxy.dialects.cloudinary.semantics import effects
from proxy.dialects.cloudinary.semantics.arguments import Given, build, find_operation, given
from proxy.dialects.cloudinary.semantics.scope import Scope
from proxy.dialects.cloudinary.semantics.text import TextLayer, compile_text, split_text
from proxy.dialects.cloudinary.syntax.grammar import Component
from proxy.dialects.cloudinary.syntax.sources import source_of
from proxy.dialects.cloudinary.syntax.structure import Layer, Node, is_layer

_PLACES = {"g": "gravity", "x": "x", "y": "y"}
_PLACING_FLAGS = ("tiled", "no_overflow", "text_disallow_overflow")
_BY_REGION = "region_relative"
#: Keys that name a layer or concern the whole result.
_NAMING_KEYS = ("l", "u", "f", "q", "d")
#: Keys that a text takes for itself.
_TEXT_KEYS = ("co", "b", "bo")

#: Turns nodes into the steps of a layer.
Compile = Callable[[Sequence[Node]], tuple[Step, ...]]


def compile_layer(layer: Layer, scope: Scope, compile_nodes: Compile, current: str) -> Step:
    """``current`` is the source of the delivered picture itself."""
    declaration = layer.declaration
    placement = declaration if layer.placement is None else layer.placement
    parts = [declaration] if layer.placement is None else [declaration, placement]
    _refuse_auto(placement)
    is_under = "u" in declaration
    name = declaration.get("u" if is_under else "l") or ""
    kept = scope.pictures.get(name)
    written = name if kept is not None else scope.constant(name, "overlay source")
    text = split_text(written.removeprefix("text:"), scope) if written.startswith("text:") else None
    places = {key: name for key, name in _PLACES.items() if not _crops_by(placement, key)}
    changes = [_change(part, text, places if part is placement else ()) for part in parts]
    nodes = (changes[0], *layer.nodes, *changes[1:])
    steps = (
        *(kept or ()),
        *([compile_text(text, declaration, scope)] if text else []),
        *compile_nodes(nodes),
    )
    operation = find_operation("layer", "A layer")
    flags = {name: True for name in _PLACING_FLAGS if any(name in part.flags for part in parts)}
    arguments = {**given(placement, places, scope), **_blend(parts, operation)}
    source = "" if text else source_of(written) if kept is None else _own(current, name)
    by_region = any(isinstance(node, Component) and _BY_REGION in node.flags for node in nodes)
    return build(operation, arguments, source=source, steps=steps, under=is_under, by_region=by_region, **flags)


def _own(current: str, name: str) -> str:
    if not current:
        raise UnsupportedOperation(f"A layer of the picture itself ({name}) is not available here")
    return current


def _crops_by(placement: Component, key: str) -> bool:
    """Auto gravity finds a window for a crop; it never places a layer."""
    return key == "g" and "c" in placement and _is_auto(placement)


def _change(component: Component, text: TextLayer | None, places: Collection[str]) -> Component:
    """What the component does to the layer itself. A text takes its colours, and the width it wraps at (``c_fit``)."""
    kept = component.without(*_NAMING_KEYS, *places)
    if text and is_layer(component):
        taken = [key for key in _TEXT_KEYS if key != "co" or not _paints(component)]
        kept = kept.without(*taken, *(("c", "w", "h") if component.get("c") == "fit" else ()))
    return Component(tuple(each for each in kept.parameters if not (each.key == "e" and _is_blend(each.value))))


def _paints(component: Component) -> bool:
    """``e_colorize,co_white`` beside a text: letters and effect have the one colour."""
    return (component.get("e") or "").partition(":")[0] == "colorize"


def _is_blend(effect: str) -> bool:
    return effect.partition(":")[0] in effects.BLENDS


def _blend(parts: Sequence[Component], operation: Operation) -> dict[str, Given]:
    """How the layer meets the picture: the last blend among the parts, or ``fl_cutter``."""
    if any("cutter" in part.flags for part in parts):
        return {"blend": Given("fl", "cutter", "cutter")}
    effect = next((each for part in reversed(parts) if (each := part.get("e")) and _is_blend(each)), None)
    if effect is None:
        return {}
    name, _, text = effect.partition(":")
    effects.refuse(name)
    kinds = {argument.name: argument.kind for argument in operation.arguments}
    try:
        kinds["blend"].parse(name)
    except ValueError as error:
        raise UnsupportedOperation(f"Effect {name} is not available here yet") from error
    return {"blend": Given("e", name, name), **({"strength": Given("e", text, text)} if text else {})}


def _refuse_auto(placement: Component) -> None:
    if _is_auto(placement) and "c" not in placement:
        raise BadTransformation("Use auto gravity only with crop, fill, lfill, fill_pad or thumb, not to place a layer")


def _is_auto(component: Component) -> bool:
    return (component.get("g") or "").partition(":")[0] == "auto"
