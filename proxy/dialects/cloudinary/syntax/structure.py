"""The brackets of a transformation: layers and conditions.

``l_logo/…/fl_layer_apply`` encloses what happens to the layer, ``if_…/…/if_else/…/if_end`` what depends on
a condition; both nest. Two short forms need no closing: ``l_logo,w_100`` is a whole layer, ``if_w_gt_200,c_fill,w_80``
is a condition on one component (an ``if_else,…`` may follow).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from media.errors import BadTransformation
from proxy.dialects.cloudinary.syntax.grammar import Component

MAX_DEPTH = 8
#: Parameters that say what a layer is, not where it goes or what is done to it.
_DESCRIBING = frozenset({"l", "u", "co", "b", "bo", "if"})


@dataclass(frozen=True, slots=True)
class Layer:
    """The components of one layer.

    ``declaration`` names it, ``nodes`` act on it, ``placement`` says where it goes (None: as declared).
    """

    declaration: Component
    nodes: tuple["Node", ...]
    placement: Component | None


@dataclass(frozen=True, slots=True)
class Condition:
    text: str
    then: tuple["Node", ...]
    otherwise: tuple["Node", ...]


Node = Component | Layer | Condition


def is_layer(component: Component) -> bool:
    return "l" in component or "u" in component


def _applies(component: Component) -> bool:
    return "layer_apply" in component.flags


def _opens_block(component: Component) -> bool:
    return len(component.parameters) == 1 and component.get("if") not in (None, "else", "end")


def nest(components: Sequence[Component]) -> tuple[Node, ...]:
    """Raises BadTransformation for a condition that is not closed, and for too deep nesting."""
    parser = _Parser(tuple(components), _match_layers(components))
    nodes = parser.nodes(len(components), depth=0)
    if parser.position < len(components):
        raise BadTransformation(
            f"Invalid condition in transformation: {components[parser.position]} without an if_ before it"
        )
    return nodes


def _match_layers(components: Sequence[Component]) -> dict[int, int]:
    """Index of a layer's declaration → index of the component that applies it. Absent: nothing does."""
    open_brackets: list[int | None] = []
    closed: dict[int, int] = {}
    for index, component in enumerate(components):
        condition = component.get("if")
        if condition in ("else", "end"):
            while open_brackets and open_brackets[-1] is not None:
                open_brackets.pop()
            if condition == "end" and open_brackets:
                open_brackets.pop()
        elif _opens_block(component):
            open_brackets.append(None)
        if is_layer(component) and _applies(component):
            closed[index] = index
        elif is_layer(component):
            open_brackets.append(index)
        elif _applies(component) and open_brackets and (opener := open_brackets[-1]) is not None:
            closed[opener] = index
            open_brackets.pop()
    return closed


def _stands_alone(component: Component) -> bool:
    """The old style: placed or sized in the declaring component, so the layer ends with it."""
    return any(not each.is_assignment and each.key not in _DESCRIBING for each in component.parameters)


class _Parser:
    """Walks the components once; ``position`` is the next one to read."""

    def __init__(self, components: tuple[Component, ...], closed: dict[int, int]) -> None:
        self.components = components
        self.closed = closed
        self.position = 0

    def nodes(self, end: int, *, depth: int) -> tuple[Node, ...]:
        """Nodes up to ``end`` or to an ``if_else`` or ``if_end`` that belongs to an outer condition."""
        if depth > MAX_DEPTH:
            raise BadTransformation(f"Invalid transformation: layers and conditions nest at most {MAX_DEPTH} deep")
        found: list[Node] = []
        while self.position < end and self._condition() not in ("else", "end"):
            found.append(self._node(end, depth=depth))
        return tuple(found)

    def _condition(self) -> str | None:
        return self.components[self.position].get("if")

    def _node(self, end: int, *, depth: int) -> Node:
        component = self.components[self.position]
        condition = component.get("if")
        if condition is None:
            return self._action(component, end, depth=depth)
        if _opens_block(component):
            self.position += 1
            return self._block(condition, end, depth=depth)
        then = (self._action(component.without("if"), end, depth=depth),)
        return Condition(condition, then, self._otherwise(end, depth=depth))

    def _block(self, condition: str, end: int, *, depth: int) -> Condition:
        then = self.nodes(end, depth=depth + 1)
        if self.position == end:
            raise BadTransformation(f"Invalid condition in transformation: if_{condition} is not closed by if_end")
        if self._condition() == "end":
            self.position += 1
            return Condition(condition, then, ())
        leading = self._parameters_beside_else()
        self.position += 1
        # SDKs leave a last if_else block open: the end of the transformation closes it.
        otherwise = (*leading, *self.nodes(end, depth=depth + 1))
        if self.position < end:
            if self._condition() == "else":
                raise BadTransformation("Invalid condition in transformation: a second if_else for one if_")
            self.position += 1
        return Condition(condition, then, otherwise)

    def _otherwise(self, end: int, *, depth: int) -> tuple[Node, ...]:
        """What follows a condition on one component: ``if_else,c_fill,…`` or a bare ``if_else`` with a block."""
        if self.position == end or self._condition() != "else":
            return ()
        component = self.components[self.position]
        if len(component.parameters) > 1:
            return (self._action(component.without("if"), end, depth=depth),)
        if depth > 0:
            return ()  # A bare if_else belongs to the block around.
        self.position += 1
        nodes = self.nodes(end, depth=depth + 1)
        if self.position < end:
            self.position += 1
        return nodes

    def _end_of_open(self, index: int) -> int:
        """A layer that nothing applies ends where the next such layer begins: both lie on the same picture."""
        following = range(index + 1, len(self.components))
        opens = (each for each in following if is_layer(self.components[each]) and each not in self.closed)
        return next(opens, len(self.components))

    def _parameters_beside_else(self) -> tuple[Component, ...]:
        component = self.components[self.position].without("if")
        return (component,) if component.parameters else ()

    def _action(self, component: Component, end: int, *, depth: int) -> Node:
        index = self.position
        self.position += 1
        if not is_layer(component):
            return component
        last = self.closed.get(index)
        if last == index or (last is None and _stands_alone(component)):
            return Layer(component, (), None)
        inner_end = min(self._end_of_open(index) if last is None else last, end)
        nodes = self.nodes(inner_end, depth=depth + 1)
        if last is None:
            return Layer(component, nodes, Component(()))
        self.position = last + 1
        return Layer(component, nodes, self.components[last])
