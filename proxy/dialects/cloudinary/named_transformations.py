"""What the catalog knows of named transformations (``t_name``), read before a chain is compiled."""

from collections.abc import Sequence

from media.errors import BadTransformation
from proxy.dialects.cloudinary.syntax import grammar
from proxy.dialects.cloudinary.syntax.grammar import Component
from proxy.dialects.cloudinary.syntax.named import MAX_DEPTH, Definitions, no_definitions
from proxy.services import Services


def kind(cloud: str) -> str:
    """The kind of record that holds a cloud's transformations."""
    return f"transformations/{cloud}"


async def definitions(services: Services, cloud: str, components: Sequence[Component]) -> Definitions:
    """The definitions of every name in ``components`` and in each other, as the compiler looks them up."""
    known: dict[str, str] = {}
    wanted = names_in(components)
    for _ in range(MAX_DEPTH + 1):
        missing = [name for name in dict.fromkeys(wanted) if name not in known]
        if not missing:
            break
        records = [await services.io.run(services.catalog.records(kind(cloud)).get, name) for name in missing]
        found = {record["name"]: record["definition"] for record in records if record}
        known |= found
        wanted = [name for text in found.values() for name in _names_in_text(text)]
    return known.get if known else no_definitions


async def is_allowed_for_strict(services: Services, cloud: str, components: Sequence[Component]) -> bool:
    """Whether the Admin API allowed a transformation, by its names or as a whole, to be used without a signature."""
    is_named = all(component.get("t") and not component.without("t").parameters for component in components)
    wanted = names_in(components) if is_named else [grammar.format_components(components)]
    records = [await services.io.run(services.catalog.records(kind(cloud)).get, name) for name in wanted]
    return bool(records) and all(record and record["allowed_for_strict"] for record in records)


def names_in(components: Sequence[Component]) -> list[str]:
    return [name for component in components for name in (component.get("t") or "").split(".") if name]


def _names_in_text(text: str) -> list[str]:
    try:
        return names_in(grammar.parse(text))
    except BadTransformation:
        # The compiler will say what is wrong with it.
        return []
