"""Components → chain: from here on no vendor exists.

Walk::

    compile
      ├ expand            named transformations become their components
      ├ resolve           dpr, w_auto and client hints become numbers
      ├ check_position    the background removal comes first
      ├ nest              layers and conditions become brackets
      └ Compiler.run      each component: variables, actions in their fixed order, format, quality, flags
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from media.chain import Chain
from media.errors import BadTransformation
from proxy.dialects.cloudinary import grammar, output, removal
from proxy.dialects.cloudinary.compiler import Compiler
from proxy.dialects.cloudinary.grammar import Component
from proxy.dialects.cloudinary.responsive import ClientHints, resolve
from proxy.dialects.cloudinary.structure import nest

__all__ = ["ClientHints", "Compiled", "Definitions", "canonical_text", "compile"]

MAX_NAMED_DEPTH = 5
#: The definition of a named transformation, None where there is none of that name.
Definitions = Callable[[str], str | None]
#: Answered by request headers, which a stored definition cannot know.
_IGNORED_WHEN_NAMED = (("f", "auto"), ("dpr", "auto"), ("w", "auto"))


@dataclass(frozen=True, slots=True)
class Compiled:
    """``chain.output.candidates == ("auto",)`` leaves the format to the request headers. ``attachment`` is a file name
    (empty: the default one) or None; ``default_image`` the public id to serve instead of a missing asset."""

    chain: Chain
    attachment: str | None = None
    immutable: bool = False
    wants_info: bool = False
    default_image: str | None = None
    vary: tuple[str, ...] = ()


def no_definitions(name: str) -> str | None:
    return None


def compile(  # noqa: A001 (the same role has the same name in every dialect)
    components: Sequence[Component],
    *,
    extension: str | None = None,
    hints: ClientHints = ClientHints(),  # noqa: B008 (a frozen value)
    named: Definitions = no_definitions,
    removal_first: bool = True,
    current: str = "",
) -> Compiled:
    """The chain of ``components``, and what concerns only the answer.

    ``extension`` is the one cut off the public id; ``removal_first`` holds background removals to the first component;
    ``current`` is the layer source of the asset itself (``image/upload/<public id>``). Raises BadTransformation,
    UnsupportedOperation, UnsupportedFormat or Forbidden, naming what it is about.
    """
    expanded = expand(components, named)
    resolved = resolve(expanded, hints)
    if removal_first:
        removal.check_position(resolved.components)
    compiler = Compiler(current=current)
    steps = compiler.run(nest(resolved.components))
    delivery = output.with_extension(compiler.delivery, extension)
    return Compiled(
        chain=Chain(steps, delivery.output),
        attachment=delivery.attachment,
        immutable=delivery.immutable,
        wants_info=delivery.wants_info,
        default_image=delivery.default_image,
        vary=resolved.vary,
    )


def expand(components: Sequence[Component], named: Definitions, *, depth: int = 0) -> tuple[Component, ...]:
    """Every ``t_a.b`` replaced by the definitions, which act before the rest of their component."""
    if depth > MAX_NAMED_DEPTH:
        raise BadTransformation(f"Named transformations contain each other more than {MAX_NAMED_DEPTH} deep")
    found: list[Component] = []
    for component in components:
        names = component.get("t")
        if names is None:
            found.append(component)
            continue
        assignments = tuple(each for each in component.parameters if each.is_assignment)
        if assignments:
            found.append(Component(assignments))
        for name in names.split("."):
            found.extend(expand(_definition(name, named), named, depth=depth + 1))
        rest = tuple(each for each in component.without("t").parameters if not each.is_assignment)
        if rest:
            found.append(Component(rest))
        grammar.check_count(len(found))
    return tuple(found)


def _definition(name: str, named: Definitions) -> tuple[Component, ...]:
    text = named(name)
    if text is None:
        raise BadTransformation(f"Unknown transformation {name}")
    return tuple(_without_negotiation(component) for component in grammar.parse(text))


def _without_negotiation(component: Component) -> Component:
    kept = (
        each for each in component.parameters if (each.key, each.value.partition(":")[0]) not in _IGNORED_WHEN_NAMED
    )
    return Component(tuple(kept))


def canonical_text(transformation: str) -> str:
    """A transformation in one spelling: sorted parameters, canonical escapes. Raises BadTransformation."""
    return grammar.format_components(grammar.parse(transformation))
