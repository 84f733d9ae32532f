"""Which network answers where a client names another: this server runs one, and it stands in for those of its kind."""

from collections.abc import Iterable, Mapping

from media.errors import UnsupportedOperation

#: Network → the objects that are asked for in its place; none: whatever is in front.
StandIns = Mapping[str, tuple[str, ...]]


def objects_in_place_of(
    name: str, stand_ins: StandIns, *, network: str, substitutes: bool, refused: Mapping[str, str], known: Iterable[str]
) -> tuple[str, ...]:
    """What is kept where ``name`` is asked for. ``network`` is the configured one: its own name, like no name, always
    works. ``refused`` says why nothing stands in for a name; ``known`` is what the refusal of an unknown one lists.

    Raises UnsupportedOperation for what is not available here.
    """
    if name in ("", network):
        return ()
    if name in stand_ins and substitutes:
        return stand_ins[name]
    if name in stand_ins:
        raise UnsupportedOperation(f"The model {name} is not loaded; this server runs {network}.")
    if name in refused:
        raise UnsupportedOperation(f"The model {name} is not available here: {refused[name]}.")
    names = ", ".join(dict.fromkeys(known))
    raise UnsupportedOperation(f"There is no model {name[:60]!r}; known are {names}.")
