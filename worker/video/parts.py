"""Segments of a video that is not whole yet, in the store: what a killed worker leaves to the next one.

A segment is two objects: its frames, then what it leaves to the next segment. The second one announces both.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from media.derived.paths import parts_prefix
from media.stores.store import Store, copy
from worker.video.stability import Memory

FRAMES, AFTER = "frames", "after"
#: Fields of a :class:`Memory`, in order.
REMEMBERED = ("colours", "answers", "stillness", "matte")


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a video is: whole ``segments``, ``frames`` in them, and what the last frame leaves to the next one."""

    segments: int = 0
    frames: int = 0
    memory: Memory | None = None


def reached(store: Store, key: str) -> Reached:
    prefix = parts_prefix(key)
    done = [name for name in _names(store, prefix) if name.endswith(AFTER)]
    blob = store.get(f"{prefix}{done[-1]}") if done else None
    if blob is None:
        return Reached()
    with np.load(io.BytesIO(blob.body)) as arrays:
        memory = Memory(*(arrays[name] for name in REMEMBERED)) if REMEMBERED[0] in arrays else None
        return Reached(len(done), int(arrays["frames"]), memory)


def save(store: Store, key: str, segment: Path, after: Reached) -> None:
    """``after`` is how far the video is with this segment."""
    memory = after.memory
    left = {} if memory is None else {name: getattr(memory, name) for name in REMEMBERED}
    packed, name = io.BytesIO(), f"{parts_prefix(key)}{after.segments:06d}"
    np.savez_compressed(packed, frames=np.array(after.frames), **left)
    with segment.open("rb") as file:
        store.put_file(f"{name}-{FRAMES}", file)
    store.put(f"{name}-{AFTER}", packed.getvalue())


def load_all(store: Store, key: str, folder: Path) -> list[Path]:
    """The segments as files of ``folder``, in order."""
    prefix, paths = parts_prefix(key), []
    for name in _names(store, prefix):
        if name.endswith(FRAMES):
            paths.append(folder / name)
            with paths[-1].open("wb") as file:
                copy(store, f"{prefix}{name}", file)
    return paths


def delete_all(store: Store, key: str) -> None:
    """What announces a segment goes first."""
    prefix = parts_prefix(key)
    for name in sorted(_names(store, prefix)):
        store.delete(f"{prefix}{name}")


def _names(store: Store, prefix: str) -> list[str]:
    """Sorted; ``000001-after`` before ``000001-frames``."""
    names: list[str] = []
    after = ""
    while page := store.keys(prefix, after=after):
        names += [key.removeprefix(prefix) for key in page]
        after = page[-1]
    return names
