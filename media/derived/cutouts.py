"""Cutouts in the store: the colours, then the matte, whose presence announces the whole."""

from media.cutout import StoredCutout
from media.derived.paths import cutout_colour_path, cutout_matte_path
from media.geometry import Size
from media.stores.store import Store


def save_cutout(store: Store, key: str, cutout: StoredCutout) -> None:
    """Store both parts; the matte goes last, so that its presence announces the whole."""
    store.put(cutout_colour_path(key), cutout.colour)
    size = cutout.scaled_from
    scaled = {"scaled-from": f"{size.width}x{size.height}"} if size else {}
    store.put(cutout_matte_path(key), cutout.matte, metadata={"confidence": f"{cutout.confidence:.3f}", **scaled})


def has_cutout(store: Store, key: str) -> bool:
    """Whether :func:`load_cutout` will find it."""
    return store.stat(cutout_matte_path(key)) is not None


def load_cutout(store: Store, key: str) -> StoredCutout | None:
    """The stored cutout, or None if it has not been made (or not wholly)."""
    matte = store.get(cutout_matte_path(key))
    if matte is None:
        return None
    colour = store.get(cutout_colour_path(key))
    if colour is None:
        # A sweep deleted the colours beside a worker that made the cutout anew: what announces them must not stay.
        store.delete(cutout_matte_path(key))
        return None
    facts = matte.stat.metadata
    return StoredCutout(
        colour.body, matte.body, float(facts.get("confidence", "0")), _size(facts.get("scaled-from", ""))
    )


def _size(text: str) -> Size | None:
    width, _, height = text.partition("x")
    return Size(int(width), int(height)) if height else None
