"""The walk over components, layers and conditions that turns them into steps, variables known from left to right."""

from collections.abc import Sequence

from media.errors import Forbidden, UnsupportedOperation
from media.language.chain import Output, Step
from media.language.expression import Expression, is_true
from media.operations import step
from media.operations.background_removal import arranged
from media.operations.control import output_step
from media.render.binding import referenced
from proxy.dialects.cloudinary.semantics import output
from proxy.dialects.cloudinary.semantics.actions import steps_of
from proxy.dialects.cloudinary.semantics.layers import compile_layer
from proxy.dialects.cloudinary.semantics.output import Delivery
from proxy.dialects.cloudinary.semantics.scope import Scope
from proxy.dialects.cloudinary.syntax.grammar import Component, Parameter
from proxy.dialects.cloudinary.syntax.structure import Condition, Layer, Node

#: Keys that are understood and ask for something that is not here.
UNAVAILABLE = {
    "fn": "Custom functions", "sp": "Streaming profiles", "vc": "Video codecs", "ac": "Audio codecs",
    "af": "Audio frequencies", "br": "Bit rates", "bl": "Baseline transformations",
}  # fmt: skip


class Compiler:
    """Turns components into steps, from left to right.

    ``scope`` and ``delivery`` are what components before the present one have decided, ``done`` their steps.

    ``current`` is the source of the delivered picture itself, for layers that show it (``$img_current``, ``l_$img``).
    """

    def __init__(self, scope: Scope | None = None, *, current: str = "", is_conditional: bool = False) -> None:
        self.scope = scope or Scope()
        self.delivery = Delivery()
        self.done: list[Step] = []
        self.current = current
        self.is_conditional = is_conditional

    def run(self, nodes: Sequence[Node]) -> tuple[Step, ...]:
        for node in nodes:
            self.done += self._node(node)
        return arrange(tuple(self.done))

    def steps(self, nodes: Sequence[Node]) -> tuple[Step, ...]:
        return tuple(each for node in nodes for each in self._node(node))

    def _node(self, node: Node) -> Sequence[Step]:
        if isinstance(node, Condition):
            return self._condition(node)
        if isinstance(node, Layer):
            return self._layer(node)
        return self._component(node)

    def _component(self, component: Component) -> Sequence[Step]:
        for parameter in component.parameters:
            _check_available(parameter)
        assignments = [self._assign(each) for each in component.assignments]
        cropped = self._with_crop(component)
        return [*assignments, *steps_of(cropped, self.scope), *self._output(cropped)]

    def _with_crop(self, component: Component) -> Component:
        """``c_$mode``: which resize it is must be known before its arguments are read."""
        crop = component.get("c")
        if crop is None or "$" not in crop:
            return component
        mode = Parameter("c", self.scope.constant(crop, "crop"))
        return Component((*component.without("c").parameters, mode))

    def _assign(self, parameter: Parameter) -> Step:
        if parameter.value == "current":
            self.scope.pictures[parameter.key] = tuple(self.done)
        elif parameter.value == "current:public_id":
            self.scope.pictures[parameter.key] = ()
            return self.scope.assign(Parameter(parameter.key, f"!{self.current.split('/', 2)[-1]}!"))
        return self.scope.assign(parameter)

    def _output(self, component: Component) -> Sequence[Step]:
        """Inside a condition the choice of an output is a step like any other."""
        if not self.is_conditional:
            self.delivery = output.read(self.delivery, component, self.scope)
            return []
        chosen = output.read(Delivery(), component, self.scope)
        if chosen.output.candidates == output.AUTO:
            # Headers are read before there is a picture to decide by: f_auto holds either way.
            self.delivery = output.with_auto(self.delivery)
            chosen = output.without_format(chosen)
        return [] if chosen.output == Output() else [output_step(chosen.output)]

    def _layer(self, layer: Layer) -> Sequence[Step]:
        declaration = layer.declaration
        assignments = [self._assign(each) for each in declaration.assignments]
        bare = Layer(declaration.without(*(each.key for each in declaration.assignments)), layer.nodes, layer.placement)
        # A format or a quality beside a layer concerns the whole result.
        outputs = [each for part in (declaration, layer.placement) if part for each in self._output(part)]
        return [*assignments, compile_layer(bare, self.scope, self.steps, self.current), *outputs]

    def _condition(self, condition: Condition) -> Sequence[Step]:
        value = self.scope.condition(condition.text)
        if not isinstance(value, Expression):
            return self.steps(condition.then if is_true(value) else condition.otherwise)
        ways = [Compiler(self.scope.branch(), current=self.current, is_conditional=True) for _ in range(2)]
        steps, otherwise = (
            way.steps(nodes) for way, nodes in zip(ways, (condition.then, condition.otherwise), strict=True)
        )
        self.scope.join(*(way.scope for way in ways))
        if any(way.delivery.output.candidates == output.AUTO for way in ways):
            self.delivery = output.with_auto(self.delivery)
        return [step("when", condition=value, steps=steps, otherwise=otherwise)]


def _check_available(parameter: Parameter) -> None:
    if parameter.key in UNAVAILABLE:
        raise UnsupportedOperation(f"{UNAVAILABLE[parameter.key]} are not available here: {parameter}")
    if parameter.key == "b" and parameter.value.startswith("gen_fill"):
        raise Forbidden("Background gen_fill needs a generative model and is not available here")


def arrange(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Background removals as far ahead as they may be, and no variable that nothing reads."""
    return arranged(_pruned(steps, referenced(steps)))


def _pruned(steps: tuple[Step, ...], read: frozenset[str]) -> tuple[Step, ...]:
    return tuple(_without_unread(each, read) for each in steps if each.operation != "assign" or each["name"] in read)


def _without_unread(each: Step, read: frozenset[str]) -> Step:
    return Step(
        each.operation,
        tuple((name, _pruned(value, read) if _is_steps(value) else value) for name, value in each.arguments),
    )


def _is_steps(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], Step)
