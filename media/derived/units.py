"""What is kept of a source beside its bytes, thing by thing: the objects that make it up and the key that names it.

The first object of a unit announces the others, so it is deleted first. An entry below ``made/`` says which cutouts and
network answers belong to a source: their keys are hashes and do not tell.
"""

from collections.abc import Callable, Mapping

from media.derived.paths import cutout_colour_path, cutout_matte_path, derived_path, faces_path, maps_path, video_path
from media.stores.store import Store

#: Shelf → key → the objects of a unit.
UNITS: Mapping[str, Callable[[str], tuple[str, ...]]] = {
    "derived": lambda key: (derived_path(key),),
    "cutouts": lambda key: (cutout_matte_path(key), cutout_colour_path(key)),
    "maps": lambda key: (faces_path(key), maps_path(key)),
    "faces": lambda key: (faces_path(key),),
    "videos": lambda key: (video_path(key),),
}
MADE = "made/"


def key_of(path: str) -> str:
    """The key in the path of one of a unit's objects."""
    return path.rpartition("/")[2].partition(".")[0]


def made_path(source_digest: str, shelf: str, key: str) -> str:
    return f"{MADE}{source_digest[:2]}/{source_digest}/{shelf}-{key}"


def read_made_path(path: str) -> tuple[str, str, str]:
    """Source digest, shelf and key."""
    digest, _, name = path.removeprefix(MADE).partition("/")[2].partition("/")
    shelf, _, key = name.partition("-")
    return digest, shelf, key


def note_made(store: Store, source_digest: str, shelf: str, key: str) -> None:
    """Before it is stored, so that it is found when its source is gone."""
    store.put(made_path(source_digest, shelf, key), b"")
