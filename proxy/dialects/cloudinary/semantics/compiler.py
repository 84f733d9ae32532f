"""The walk over components, layers and conditions that turns them into steps, variables known from left to right."""

from collections.abc import Iterator, Sequence

from media.errors import Forbidden, UnsupportedOperation
from media.language.chain import Output, Step
from media.language.expression import Expression, is_true
from media.operations import step
from media.operations.background_removal import arranged
from media.operations.control import output_step
from media.render.binding import referenced
from proxy.dialects.cloudinary.semantics import effects, output
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
#: Keys of what may be left out: an effect, a generated background.
_CAN_BE_MISSING = frozenset({"e", "b"})


class Compiler:
    """Turns components into steps, from left to right.

    ``scope`` and ``delivery`` are what components before the present one have decided, ``done`` their steps.

    ``skip_unavailable`` leaves out what is not available here; ``full_size_cutout``: the picture's own is as large.
    ``current`` is the source of the delivered picture itself, for layers that show it (``$img_current``, ``l_$img``).
    """

    def __init__(
        self,
        scope: Scope | None = None,
        *,
        current: str = "",
        is_conditional: bool = False,
        skip_unavailable: bool = False,
        full_size_cutout: bool = True,
    ) -> None:
        self.scope = scope or Scope()
        self.delivery = Delivery()
        self.done: list[Step] = []
        self.current = current
        self.is_conditional = is_conditional
        self.skip_unavailable = skip_unavailable
        self.full_size_cutout = full_size_cutout

    def run(self, nodes: Sequence[Node]) -> tuple[Step, ...]:
        for node in nodes:
            self.done += self._node(node)
        steps = tuple(self.done)
        return arranged(_pruned(steps, referenced(steps)), of_equal_size=self.full_size_cutout)

    def steps(self, nodes: Sequence[Node]) -> tuple[Step, ...]:
        return tuple(each for node in nodes for each in self._node(node))

    def _node(self, node: Node) -> Sequence[Step]:
        if isinstance(node, Condition):
            return self._condition(node)
        if isinstance(node, Layer):
            return self._layer(node)
        return self._component(node)

    def _component(self, component: Component) -> Sequence[Step]:
        assignments = [self._assign(each) for each in component.assignments]
        missing = dict(self._missing(component))
        available = Component(tuple(each for each in component.parameters if each not in missing))
        for parameter in available.parameters:
            _check_available(parameter)
        cropped = self._with_crop(available)
        left_out = [step("left_out", effect=name) for name in missing.values()]
        return [*assignments, *left_out, *steps_of(cropped, self.scope), *self._output(cropped)]

    def _missing(self, component: Component) -> Iterator[tuple[Parameter, str]]:
        """What is to be left out, and its name. A blend is a matter of its layer."""
        for each in component.parameters if self.skip_unavailable else ():
            if each.key in _CAN_BE_MISSING:
                name = self.scope.mention(_name(each))
                if isinstance(name, str) and effects.is_unavailable(name) and name not in effects.BLENDS:
                    yield each, name

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
        if output.is_auto(chosen.output):
            # Headers are read before there is a picture to decide by: f_auto holds either way.
            self.delivery = output.with_auto(self.delivery, chosen.output)
            chosen = output.without_format(chosen)
        return [] if chosen.output == Output() else [output_step(chosen.output)]

    def _layer(self, layer: Layer) -> Sequence[Step]:
        declaration = layer.declaration
        assignments = [self._assign(each) for each in declaration.assignments]
        bare = Layer(declaration.without(*(each.key for each in declaration.assignments)), layer.nodes, layer.placement)
        missing = [each for part in (declaration, layer.placement) if part for each in self._missing_blends(part)]
        # A format or a quality beside a layer concerns the whole result.
        outputs = [each for part in (declaration, layer.placement) if part for each in self._output(part)]
        if missing:
            # Shown in the ordinary way it would hide the picture.
            return [*assignments, *(step("left_out", effect=name) for name in missing), *outputs]
        return [*assignments, compile_layer(bare, self.scope, self.steps, self.current), *outputs]

    def _missing_blends(self, part: Component) -> list[str]:
        names = [_name(each) for each in part.parameters if each.key == "e"]
        return [each for each in names if self.skip_unavailable and each in effects.BLENDS & effects.REFUSED.keys()]

    def _way(self) -> "Compiler":
        return Compiler(
            self.scope.branch(),
            current=self.current,
            is_conditional=True,
            skip_unavailable=self.skip_unavailable,
        )

    def _condition(self, condition: Condition) -> Sequence[Step]:
        value = self.scope.condition(condition.text)
        if not isinstance(value, Expression):
            return self.steps(condition.then if is_true(value) else condition.otherwise)
        ways = [self._way() for _ in range(2)]
        steps, otherwise = (
            way.steps(nodes) for way, nodes in zip(ways, (condition.then, condition.otherwise), strict=True)
        )
        self.scope.join(*(way.scope for way in ways))
        for way in ways:
            if output.is_auto(way.delivery.output):
                self.delivery = output.with_auto(self.delivery, way.delivery.output)
        return [step("when", condition=value, steps=steps, otherwise=otherwise)]


def _name(parameter: Parameter) -> str:
    return parameter.value.partition(":")[0]


def _check_available(parameter: Parameter) -> None:
    if parameter.key in UNAVAILABLE:
        raise UnsupportedOperation(f"{UNAVAILABLE[parameter.key]} are not available here: {parameter}")
    if parameter.key == "b" and _name(parameter) == "gen_fill":
        raise Forbidden("Background gen_fill needs a generative model and is not available here")


def _pruned(steps: tuple[Step, ...], read: frozenset[str]) -> tuple[Step, ...]:
    return tuple(_without_unread(each, read) for each in steps if each.operation != "assign" or each["name"] in read)


def _without_unread(each: Step, read: frozenset[str]) -> Step:
    return Step(
        each.operation,
        tuple((name, _pruned(value, read) if _is_steps(value) else value) for name, value in each.arguments),
    )


def _is_steps(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], Step)
