"""Scenes in the store: the network's maps, and beside them the faces, which go last and so announce the whole."""

import json
from collections.abc import Iterable

from media.derived.keys import maps_key
from media.derived.paths import faces_path, maps_path
from media.scene import maps
from media.scene.scene import Area, Scene, extent
from media.stores.store import Store


def has_scene(store: Store, source_digest: str, matting: str) -> bool:
    """Whether :func:`load_scene` will find the scene."""
    return store.stat(faces_path(maps_key(source_digest, matting))) is not None


def save_faces(store: Store, source_digest: str, matting: str, faces: Iterable[Area]) -> None:
    """Say where faces are; the maps are stored already."""
    document = json.dumps([[round(side, 4) for side in face] for face in faces])
    store.put(faces_path(maps_key(source_digest, matting)), document.encode())


def load_scene(store: Store, source_digest: str, matting: str) -> Scene | None:
    """None if the network has not seen the source yet. Raises DerivationFailed for damaged maps."""
    key = maps_key(source_digest, matting)
    faces = store.get(faces_path(key))
    packed = store.get(maps_path(key)) if faces else None
    if faces is None or packed is None:
        return None
    saliency, *rest = maps.unpack(packed.body)
    found: list[Area] = [(left, top, right, bottom) for left, top, right, bottom in json.loads(faces.body)]
    return Scene(saliency, rest[0] if rest else None, tuple(sorted(found, key=extent, reverse=True)))
