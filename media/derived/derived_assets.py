"""Derived assets in the store: encoded bytes, and what is told with them."""

from dataclasses import dataclass

from media.derived.paths import derived_path
from media.stores.store import Store


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived asset's bytes. ``confidence`` is that of the cutout underneath, None if there is none.

    One that is not final was made before its source's scene was known: it is answered, never kept.
    """

    body: bytes
    confidence: float | None = None
    is_final: bool = True


def save_derived(store: Store, key: str, derived: Derived) -> None:
    metadata = {} if derived.confidence is None else {"confidence": f"{derived.confidence:.3f}"}
    store.put(derived_path(key), derived.body, metadata=metadata)


def load_derived(store: Store, key: str) -> Derived | None:
    blob = store.get(derived_path(key))
    if blob is None:
        return None
    confidence = blob.stat.metadata.get("confidence")
    return Derived(blob.body, float(confidence) if confidence else None)
