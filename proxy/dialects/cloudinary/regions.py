"""``fl_region_relative``: a layer measured by a place in the picture under it (spec 3.1, 3.12).

The places are those that the asset's record knows: for ``g_custom`` its custom coordinates, for ``g_face`` and
``g_faces`` its faces, each of which gets a layer. They are told in fractions of the picture and so hold as long as it
is only scaled. Where none is known, the whole picture is measured.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from media.chain import Step
from media.geometry import Size
from media.operations import OPERATIONS
from media.operations.registry import unchanged
from proxy.dialects.cloudinary.arguments import pixel_ratio
from proxy.dialects.cloudinary.grammar import Component, Parameter
from proxy.dialects.cloudinary.structure import Layer, Node

_FLAG, _RELATIVE = "region_relative", "relative"
_FRACTION = re.compile(r"-?\d*\.\d+")
#: Steps that give another size and yet show the whole picture; a layer within the picture's bounds is one.
_SCALING = frozenset({"scale", "fit", "limit", "mfit", "layer", "assign", "output"})
#: Steps that keep the size and yet put things elsewhere.
_MOVING = frozenset({"flip", "place_subject"})


@dataclass(frozen=True, slots=True)
class Region:
    """Fractions of the picture's sides."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Regions:
    custom: tuple[Region, ...] = ()
    faces: tuple[Region, ...] = ()

    def find(self, gravity: str) -> tuple[Region, ...]:
        """Of ``custom:face`` the first that is known."""
        known = {"custom": self.custom[:1], "face": _largest(self.faces), "faces": self.faces}
        return next((known[target] for target in gravity.split(":") if known.get(target)), ())


NOWHERE = Regions()
_WHOLE = Region(0.0, 0.0, 1.0, 1.0)


def regions_of(size: Size, *, custom: Iterable[Sequence[int]], faces: Iterable[Sequence[int]]) -> Regions:
    """Rectangles ``x, y, width, height`` in pixels of a source of ``size``."""
    return Regions(_fractions(size, custom), _fractions(size, faces))


def keeps_places(steps: Iterable[Step]) -> bool:
    """Whether every point is still at the same fraction of the picture."""
    names = {step.operation for step in steps} - _SCALING
    return not names & _MOVING and all(OPERATIONS[name].size_after is unchanged for name in names)


def measured(layer: Layer, regions: Regions) -> tuple[Layer, ...]:
    """``layer`` without ``fl_region_relative``: once for every region that its gravity finds."""
    placement = layer.declaration if layer.placement is None else layer.placement
    parts = [layer.declaration, placement, *(node for node in layer.nodes if isinstance(node, Component))]
    if not any(_FLAG in part.flags for part in parts):
        return (layer,)
    found = regions.find(placement.get("g") or "")
    return tuple(_put(_within(layer, region), region) for region in found) or (_within(layer, _WHOLE),)


def _within(layer: Layer, region: Region) -> Layer:
    nodes = tuple(_sized_node(node, region) for node in layer.nodes)
    placement = layer.placement and _sized(layer.placement, region)
    return Layer(_sized(layer.declaration, region), nodes, placement)


def _put(layer: Layer, region: Region) -> Layer:
    if layer.placement is None:
        return Layer(_placed(layer.declaration, region), layer.nodes, None)
    return Layer(layer.declaration, layer.nodes, _placed(layer.placement, region))


def _sized_node(node: Node, region: Region) -> Node:
    return _sized(node, region) if isinstance(node, Component) else node


def _sized(component: Component, region: Region) -> Component:
    if _FLAG not in component.flags:
        return component
    shares = {"w": region.width, "h": region.height}
    return Component(tuple(_measured(each, shares) for each in component.parameters))


def _measured(parameter: Parameter, shares: dict[str, float]) -> Parameter:
    if parameter.key == "fl":
        flags = (_RELATIVE if flag == _FLAG else flag for flag in parameter.value.split("."))
        return Parameter("fl", ".".join(flags))
    if parameter.key in shares and _FRACTION.fullmatch(parameter.value):
        return Parameter(parameter.key, _spelled(float(parameter.value) * shares[parameter.key]))
    return parameter


def _placed(component: Component, region: Region) -> Component:
    ratio = pixel_ratio(component)
    x = _offset(component.get("x"), region.left, region.width, f"w_mul_{_spelled(_center(region)[0] / ratio)}")
    y = _offset(component.get("y"), region.top, region.height, f"h_mul_{_spelled(_center(region)[1] / ratio)}")
    moved = (Parameter("g", "xy_center"), Parameter("x", x), Parameter("y", y))
    return Component((*component.without("g", "x", "y").parameters, *moved))


def _offset(text: str | None, start: float, extent: float, center: str) -> str:
    """From the region's centre: fractions are the region's own, anything else is pixels."""
    if text is None or _FRACTION.fullmatch(text):
        return _spelled(start + extent / 2 + float(text or 0) * extent)
    return f"{text}_add_{center}"


def _center(region: Region) -> tuple[float, float]:
    return region.left + region.width / 2, region.top + region.height / 2


def _spelled(value: float) -> str:
    """With a point: a whole number would be pixels."""
    return repr(round(value, 6))


def _fractions(size: Size, rectangles: Iterable[Sequence[int]]) -> tuple[Region, ...]:
    return tuple(
        Region(left / size.width, top / size.height, width / size.width, height / size.height)
        for left, top, width, height in rectangles
        if width > 0 and height > 0
    )


def _largest(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    return tuple(sorted(regions, key=lambda region: region.width * region.height)[-1:])
