"""rembg's session names, and what answers to each of them here. Pure.

This server runs one network. A general session is answered by it; one for people asks it for persons; what no
network of ours can stand in for (clothes, drawings, prompts, a caller's own weights) is refused. rembg's two remote
sessions, which send pictures to other servers, do not exist here.
"""

from media.removal.stand_ins import objects_in_place_of

#: Session → the objects it keeps; none: whatever is in front.
SUBSTITUTED: dict[str, tuple[str, ...]] = {
    "u2net": (),
    "u2netp": (),
    "silueta": (),
    "isnet-general-use": (),
    "birefnet-general": (),
    "birefnet-general-lite": (),
    "birefnet-general-fp16": (),
    "birefnet-dis": (),
    "birefnet-hrsod": (),
    "birefnet-cod": (),
    "birefnet-massive": (),
    "bria-rmbg": (),
    "u2net_human_seg": ("person",),
    "birefnet-portrait": ("person",),
}
#: Session → why nothing stands in for it.
REFUSED: dict[str, str] = {
    "isnet-anime": "drawings need that very network",
    "u2net_cloth_seg": "it cuts out clothes, not subjects",
    "u2net_custom": "it names weights of the caller's",
    "dis_custom": "it names weights of the caller's",
    "ben_custom": "it names weights of the caller's",
    "sam": "it needs prompts",
}


def objects_of(name: str, *, network: str, substitutes: bool) -> tuple[str, ...]:
    """What a session keeps. ``network`` is the configured one: its own name, like no name, always works.

    Raises UnsupportedOperation for what is not available here.
    """
    return objects_in_place_of(
        name, SUBSTITUTED, network=network, substitutes=substitutes, refused=REFUSED, known=(network, *SUBSTITUTED)
    )
