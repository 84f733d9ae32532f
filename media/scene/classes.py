"""The classes that the network tells apart, and the words by which gravities name them."""

OBJECTS = (
    "airplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
    "dining-table", "dog", "horse", "motorbike", "person", "potted-plant", "sheep", "sofa", "train", "tv",
)  # fmt: skip
#: In the order of the network's class maps, which is PASCAL VOC's.
CLASSES = ("background", *OBJECTS)

#: Gravity's spelling of a class, if it differs, and the groups it knows.
SPELLINGS = {"aeroplane": "airplane", "tvmonitor": "tv", "pottedplant": "potted-plant", "diningtable": "dining-table"}
GROUPS = {
    "vehicle": ("airplane", "bicycle", "boat", "bus", "car", "motorbike", "train"),
    "animal": ("bird", "cat", "cow", "dog", "horse", "sheep"),
    "furniture": ("chair", "dining-table", "sofa"),
    "electronic": ("tv",),
    "kitchen": ("bottle",),
    "body": ("person",),
    "object": OBJECTS,
}
#: Gravities that mean faces, which are found by detectors of their own.
FACES = ("face", "faces", "adv_face", "adv_faces")


def objects_of(target: str) -> tuple[str, ...]:
    """The network's classes that a gravity names; empty if it knows none of that name."""
    name = SPELLINGS.get(target, target)
    return GROUPS.get(name, (name,) if name in OBJECTS else ())
