"""BackgroundRemover's models, and what answers to each of them here. Pure.

This server runs one network: it stands in for those of general use, and is asked for persons in place of the one for
people. The weights of the vendor's own are pulled by `cutout models pull` and then named by ``matting.model``.
"""

from media.removal.stand_ins import objects_in_place_of

#: Model → the objects it keeps; none: whatever is in front.
SUBSTITUTED: dict[str, tuple[str, ...]] = {"u2net": (), "u2netp": (), "u2net_human_seg": ("person",)}


def objects_of(name: str, *, network: str, substitutes: bool) -> tuple[str, ...]:
    """What a model keeps; ``network`` is the configured one, whose own name always works, and so does no name.

    Raises UnsupportedOperation for what is not available here.
    """
    return objects_in_place_of(
        name, SUBSTITUTED, network=network, substitutes=substitutes, refused={}, known=(*SUBSTITUTED, network)
    )
