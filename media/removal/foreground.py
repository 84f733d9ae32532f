"""What kind of thing was cut out: the network's objects in remove.bg's words. Pure.

Level 1 knows person, product, animal, car and other; level 2 adds transportation (its car_interior, car_part and
graphics are beyond the 20 objects our network knows).
"""

from collections.abc import Sequence

from media.scene.labels import Label

ANIMALS = ("bird", "cat", "cow", "dog", "horse", "sheep")
VEHICLES = ("airplane", "bicycle", "boat", "bus", "motorbike", "train")
PRODUCTS = ("bottle", "chair", "dining-table", "potted-plant", "sofa", "tv")
#: Object → its type at level 1 and at level 2.
TYPES: dict[str, tuple[str, str]] = {
    "person": ("person", "person"),
    "car": ("car", "car"),
    **dict.fromkeys(ANIMALS, ("animal", "animal")),
    **dict.fromkeys(VEHICLES, ("other", "transportation")),
    **dict.fromkeys(PRODUCTS, ("product", "product")),
}
#: An object must fill this much of the subject to name it.
LEAST_SCORE = 0.3


def foreground_type(labels: Sequence[Label], level: str) -> str:
    """The value of ``X-Type``; "" if none is wanted."""
    if level == "none":
        return ""
    first = next((label for label in labels if label.score >= LEAST_SCORE), None)
    return "other" if first is None else TYPES[first.name][level != "1"]
