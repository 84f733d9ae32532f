"""The table of operations: an operation is one function in one place.

::

    @operation(price=12)
    def blur(image: Image, strength: Annotated[int, Int(1, 2000)] = 100) -> Image:
        "Blur the whole picture."
        return image.gaussblur(strength / 10)

The signature is the specification. The first parameter is the picture; a parameter annotated with a
:class:`media.language.params.Kind` is an argument a client chooses; one annotated with :class:`Prepared` is made ready
by the renderer before the call (a layer's picture, the size a fraction refers to).
"""

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from media.cutout import CutoutOptions
from media.errors import BadTransformation, UnsupportedOperation
from media.geometry import Size
from media.language.chain import Chain, Step, canonical, format_output, parse_output
from media.language.expression import Expression, Facts
from media.language.params import Kind
from media.raster.picture import Picture

REQUIRED = inspect.Parameter.empty

#: (size before, the step's arguments and the ``base`` size) → size after, or None if only pixels can tell.
SizeAfter = Callable[[Size, Mapping[str, Any]], Size | None]
#: (size before, the step's arguments) → its price per pixel of the larger picture, before or after.
Weight = Callable[[Size, Mapping[str, Any]], float]


@dataclass(frozen=True, slots=True)
class Timing:
    """An animation's frames, and how long each is shown (milliseconds)."""

    frames: int
    delay: int


#: (size of its frames, a step's arguments) → the timing of the animation that it makes of a still picture.
Animates = Callable[[Size, Mapping[str, Any]], Timing]
#: (the picture with its new frames, the step's arguments) → the picture as the step leaves it.
Leaves = Callable[[Picture, Mapping[str, Any]], Picture]
#: (a step of control, the facts before it) → the facts after it, and the steps to take before the rest.
Control = Callable[[Step, Facts], tuple[Facts, tuple[Step, ...]]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Marks a parameter that the renderer fills. ``what`` is one of:

    ``size`` of the picture as the chain sees it; ``base``: the :class:`Size` of the picture under a layer, or the
    picture's own; ``overlay``: a function from the size that a layer's fractions refer to, to its pixels, which are
    those of the file after the argument ``steps``; ``font``: the :class:`media.typography.typeface.FontFile`, None
    without one; ``first``: the first frame (what an operation decides by looking, it decides there, so that all frames
    of an animation agree); ``frames``: all of them; ``moment``: the share (0…1)
    that has passed of an animation made here; ``scene``: the
    :class:`media.operations.tracking.TrackedScene`, where things are in the picture.
    """

    what: str


@dataclass(frozen=True, slots=True)
class Argument:
    name: str
    kind: Kind
    default: Any

    def parse(self, operation: str, text: str) -> Any:
        try:
            return self.kind.parse(text)
        except ValueError as error:
            raise BadTransformation(f"{operation} {self.name} must be {self.kind.expected}, got {text}") from error


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    function: Callable[..., Any]
    arguments: tuple[Argument, ...]
    prepared: tuple[tuple[str, str], ...]
    size_after: SizeAfter
    reads: SizeAfter | None
    moves: bool
    scales: bool
    control: Control | None
    cutout: Callable[[Mapping[str, Any]], CutoutOptions] | None
    file: str
    needs_still: bool
    weight: Weight
    grows: SizeAfter
    revision: int
    leaves: Leaves | None
    animates: Animates | None

    def price(self, before: Size, after: Size | None, arguments: Mapping[str, Any]) -> float:
        """What it costs on one frame, in megapixels negated; ``arguments`` hold ``base``, too.

        ``after`` is None if only pixels can tell: then as large as the picture may become.
        """
        end = after or self.grows(before, arguments) or before
        return self.weight(before, arguments) * max(before.pixels, end.pixels) / 1_000_000

    @property
    def has_layer(self) -> bool:
        """Whether its nested steps work on a picture of their own."""
        return any(what == "overlay" for _, what in self.prepared)

    @property
    def sentence(self) -> str:
        return (inspect.getdoc(self.function) or "").split("\n\n")[0].replace("\n", " ")

    def step(self, values: Mapping[str, Any]) -> Step:
        """A complete step from ``values``: texts are parsed, the rest are taken as values, defaults filled.

        Raises BadTransformation naming the argument, its value and the expectation.
        """
        names = {argument.name for argument in self.arguments}
        if unknown := sorted(set(values) - names):
            raise BadTransformation(f"{self.name} has no parameter {unknown[0]}; it takes {', '.join(sorted(names))}")
        complete = {argument.name: self._value(argument, values) for argument in self.arguments}
        return Step(self.name, tuple(sorted(complete.items())))

    def _value(self, argument: Argument, values: Mapping[str, Any]) -> Any:
        value = values.get(argument.name, argument.default)
        if value is REQUIRED:
            raise BadTransformation(f"{self.name} needs {argument.name}: {argument.kind.expected}")
        is_text = isinstance(value, str) and argument.name in values
        return argument.parse(self.name, value) if is_text else value


OPERATIONS: dict[str, Operation] = {}


def operation(
    function: Callable[..., Any] | None = None,
    *,
    price: float | Weight,
    size_after: SizeAfter | None = None,
    reads: SizeAfter | None = None,
    moves: bool = False,
    scales: bool = False,
    control: Control | None = None,
    cutout: Callable[[Mapping[str, Any]], CutoutOptions] | None = None,
    file: str = "",
    needs_still: bool = False,
    grows: SizeAfter | None = None,
    revision: int = 1,
    leaves: Leaves | None = None,
    animates: Animates | None = None,
) -> Any:
    """Enter a function into :data:`OPERATIONS` under its name.

    ``price`` is what a pixel costs, measured against the operation ``negate`` (``tests/benchmarks/prices.py``):
    a number, or arithmetic if arguments decide. ``grows`` is the largest size it may leave if only pixels can tell
    (absent: it does not grow). ``size_after`` is its arithmetic (absent: the size stays). ``reads`` is for an operation
    that only looks at a scaled version of its whole input, so that the decoder may shrink on load: its size
    (:func:`unchanged` for one that looks at single pixels), None for one that needs them all. ``moves``: it only puts
    pixels elsewhere, by geometry alone, so that applied to a map it tells where everything went. ``scales``: it shows
    the whole picture at another size. ``control`` is what it does to the chain instead of touching a picture.
    ``cutout``: it exchanges the source for its cutout, and this reads its options off the arguments. ``file`` is the
    argument that names a file it needs. ``needs_still``: it cannot be applied to an animation. ``revision`` is to be
    raised if the same arguments give other pixels than they did: derived keys of chains with this operation then move.
    ``leaves`` is what it changes of the picture besides the pixels of its frames. ``animates``: it is called once for
    each frame of an animation that it makes.
    """

    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        name = function.__name__.rstrip("_")
        hints = get_type_hints(function, include_extras=True)
        arguments, prepared = [], []
        for parameter in list(inspect.signature(function).parameters.values())[1:]:
            mark = _mark(hints[parameter.name])
            if isinstance(mark, Prepared):
                prepared.append((parameter.name, mark.what))
            else:
                arguments.append(Argument(parameter.name, mark, parameter.default))
        OPERATIONS[name] = Operation(
            name,
            function,
            tuple(arguments),
            tuple(prepared),
            # A large source is scaled down on the way to its cutout.
            size_after=unknown if control or cutout else size_after or unchanged,
            reads=reads,
            moves=moves,
            scales=scales,
            control=control,
            cutout=cutout,
            file=file,
            needs_still=needs_still,
            weight=price if callable(price) else lambda size, arguments: price,
            grows=grows or unchanged,
            revision=revision,
            leaves=leaves,
            animates=animates,
        )
        return function

    return enter if function is None else enter(function)


def _mark(hint: Any) -> Any:
    if get_origin(hint) is not Annotated:
        # Annotated[int, …] | None arrives as a union: take the annotated member.
        hint = next(member for member in get_args(hint) if get_origin(member) is Annotated)
    return get_args(hint)[1]


def unchanged(size: Size, arguments: Mapping[str, Any]) -> Size:
    """The arithmetic of an operation that keeps the size."""
    return size


def unknown(size: Size, arguments: Mapping[str, Any]) -> None:
    """The arithmetic of an operation whose result only pixels can measure."""


def step(name: str, /, **values: Any) -> Step:
    """``step("blur", strength="300")``: a checked, complete step of the operation called ``name``."""
    if name not in OPERATIONS:
        raise UnsupportedOperation(f"there is no operation {name}")
    return OPERATIONS[name].step(values)


def format_steps(steps: tuple[Step, ...]) -> list[Any]:
    """Steps as JSON values: arguments in canonical text, absent ones left out, layers nested."""
    return [[each.operation, _format_arguments(each)] for each in steps]


def _format_arguments(each: Step) -> dict[str, Any]:
    kinds = {argument.name: argument.kind for argument in OPERATIONS[each.operation].arguments}
    return {name: _format_value(kinds[name], value) for name, value in each.arguments if value is not None}


def _format_value(kind: Kind, value: Any) -> Any:
    """Text of its kind; an expression, whose value the picture gives, as a JSON object."""
    return value.to_json() if isinstance(value, Expression) else kind.format(value)


def _parse_value(value: Any) -> Any:
    return Expression.from_json(value) if isinstance(value, dict) else value


def parse_steps(document: list[Any]) -> tuple[Step, ...]:
    """The inverse of :func:`format_steps`."""
    return tuple(
        step(name, **{argument: _parse_value(value) for argument, value in values.items()}) for name, values in document
    )


def format_chain(chain: Chain) -> str:
    """The one text of a chain (JSON); ``parse_chain`` reads it back."""
    return canonical([format_steps(chain.steps), format_output(chain.output)])


def parse_chain(text: str) -> Chain:
    steps, output = json.loads(text)
    return Chain(parse_steps(steps), parse_output(output))
