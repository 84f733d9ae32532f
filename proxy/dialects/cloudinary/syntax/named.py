"""Named transformations: every ``t_a.b`` is replaced by the components of its definitions."""

from collections.abc import Callable, Sequence

from media.errors import BadTransformation
from proxy.dialects.cloudinary.syntax import grammar
from proxy.dialects.cloudinary.syntax.grammar import Component, Parameter

MAX_DEPTH = 5
#: The definition of a named transformation, None if there is none of that name.
Definitions = Callable[[str], str | None]
#: Answered by request headers, which a stored definition cannot know.
_NEGOTIATED = (("f", "auto"), ("dpr", "auto"), ("w", "auto"))
_ELSE, _END = Component((Parameter("if", "else"),)), Component((Parameter("if", "end"),))


def no_definitions(name: str) -> str | None:
    return None


def expand(components: Sequence[Component], named: Definitions, *, depth: int = 0) -> tuple[Component, ...]:
    """Definitions act after the assignments of their component and before the rest of it.

    Raises BadTransformation for an unknown name, or names that contain each other too deeply.
    """
    if depth > MAX_DEPTH:
        raise BadTransformation(f"Named transformations contain each other more than {MAX_DEPTH} deep")
    found: list[Component] = []
    for component in _in_blocks(components):
        found.extend(_expanded(component, named, depth))
        grammar.check_count(len(found))
    return tuple(found)


def _expanded(component: Component, named: Definitions, depth: int) -> Sequence[Component]:
    names = component.get("t")
    if names is None:
        return [component]
    definitions = [expand(_definition(name, named), named, depth=depth + 1) for name in names.split(".")]
    rest = component.without("t", *(each.key for each in component.assignments))
    whole = [Component(component.assignments), *(each for definition in definitions for each in definition), rest]
    return [each for each in whole if each.parameters]


def _definition(name: str, named: Definitions) -> tuple[Component, ...]:
    text = named(name)
    if text is None:
        raise BadTransformation(f"Unknown transformation {name}")
    return tuple(_without_negotiation(component) for component in grammar.parse(text))


def _without_negotiation(component: Component) -> Component:
    kept = (each for each in component.parameters if (each.key, each.value.partition(":")[0]) not in _NEGOTIATED)
    return Component(tuple(kept))


def _in_blocks(components: Sequence[Component]) -> Sequence[Component]:
    """``if_x,t_a/if_else,t_b`` as a block, so that the condition holds for all components of the definitions."""
    found: list[Component] = []
    position = 0
    while position < len(components):
        component = components[position]
        following = components[position + 1] if position + 1 < len(components) else None
        position += 1
        otherwise = following if following and following.get("if") == "else" and len(following.parameters) > 1 else None
        names = "t" in component or (otherwise is not None and "t" in otherwise)
        if not names or "if" not in component:
            found.append(component)
            continue
        found += [_only_condition(component), component.without("if")]
        if component.get("if") == "else":
            continue  # Its block is open already.
        if otherwise is not None:
            found += [_ELSE, otherwise.without("if")]
            position += 1
        found.append(_END)
    return [each for each in found if each.parameters]


def _only_condition(component: Component) -> Component:
    return Component(tuple(each for each in component.parameters if each.key == "if"))
