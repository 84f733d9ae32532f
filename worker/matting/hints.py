"""Hints: of what the network found, keep what belongs to the classes that were asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage  # type: ignore[import-untyped]

from worker.matting.maps import Maps
from worker.matting.raster import Bools, Floats, resize

VOC = (
    "background", "airplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "dining-table",
    "dog", "horse", "motorbike", "person", "potted-plant", "sheep", "sofa", "train", "tv",
)  # fmt: skip
PERSON = "person"

#: A pixel belongs to a class from this probability on.
MEMBER = 0.5
#: An asked class is in the picture when it is more probable than every other over this share of it.
PRESENT_SHARE = 0.001
#: A salient component is the asked object as a whole from this share of its class evidence on.
WHOLE_SHARE = 0.6
#: … provided that at least this share of its area is of an asked class.
WHOLE_COVER = 0.15


@dataclass(frozen=True, slots=True)
class Selection:
    """``saliency`` of what is kept, 0…1 (h×w). ``found`` is False when no asked class is in the picture."""

    saliency: Floats
    found: bool


def select(maps: Maps, hints: Sequence[str]) -> Selection:
    """Restrict the salient subject to the union of ``hints`` (names of OBJECTS, with '-' or '_').

    * No hints, or a network without a class head: the salient subject as it is.
    * An asked class overlaps the salient subject: of every connected component of the subject, what is of the asked
      classes; the whole component where they dominate it.
    * An asked class lies apart from the salient subject: the class region itself.
    * No asked class is in the picture: nothing, and ``found`` is False.
    """
    classes = maps.classes
    if not hints or classes is None:
        return Selection(maps.saliency, found=True)
    asked, rival = _evidence(classes, hints, maps.saliency.shape)
    members = (asked > rival) & (asked > MEMBER)
    if members.mean() < PRESENT_SHARE:
        return Selection(np.zeros_like(maps.saliency), found=False)
    subject = maps.saliency > MEMBER
    if (members & subject).sum() < WHOLE_COVER * members.sum():
        return Selection(np.where(members, asked, 0).astype(np.float32), found=True)
    return Selection(maps.saliency * _belonging(subject, asked, rival), found=True)


def class_region(maps: Maps, name: str) -> Floats:
    """The probability of one class, 0…1, at the size of the saliency map; zero without a class head."""
    classes = maps.classes
    if classes is None:
        return np.zeros_like(maps.saliency)
    return _evidence(classes, (name,), maps.saliency.shape)[0]


def _evidence(classes: Floats, hints: Sequence[str], shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Probability of the asked classes together, and of the other objects together, at ``shape``."""
    chosen = sorted({VOC.index(name.replace("_", "-")) for name in hints})
    asked = classes[..., chosen].sum(axis=-1)
    rival = classes[..., 1:].sum(axis=-1) - asked
    height, width = shape
    return resize(asked, width, height), resize(rival, width, height)


def _belonging(subject: Bools, asked: Floats, rival: Floats) -> Floats:
    """0…1 per pixel: how far the salient pixel belongs to the asked classes."""
    share = asked / (asked + rival + 0.05)
    belonging = np.clip((share - 0.3) / 0.4, 0, 1).astype(np.float32)
    labels, count = ndimage.label(subject)
    if not count:
        return belonging
    index = np.arange(1, count + 1)
    asked_sum, rival_sum = ndimage.sum(asked, labels, index), ndimage.sum(rival, labels, index)
    area = ndimage.sum(subject, labels, index)
    whole = (asked_sum >= WHOLE_SHARE * (asked_sum + rival_sum)) & (asked_sum >= WHOLE_COVER * area)
    reach = max(2, min(subject.shape) // 32)
    kept = ndimage.binary_dilation(np.isin(labels, index[whole]), iterations=reach) & ~_other(labels, index[~whole])
    taken = np.clip((rival - asked - 0.3) / 0.4, 0, 1)
    return np.where(kept, 1 - taken, belonging).astype(np.float32)


def _other(labels: npt.NDArray[np.int32], rest: npt.NDArray[np.int_]) -> Bools:
    return np.isin(labels, rest)


def heads(maps: Maps, saliency: Floats) -> Bools:
    """The upper part of every person among what is kept, with room for hair (h×w).

    Of a person's component the head is the top quarter, or more where the person is broad: a portrait is mostly head
    and shoulders, a standing figure is about four times as high as its shoulders are wide.
    """
    region = np.zeros(saliency.shape, np.bool_)
    labels, _ = ndimage.label((saliency > MEMBER) & (class_region(maps, PERSON) > MEMBER))
    for rows, columns in ndimage.find_objects(labels):
        height, width = rows.stop - rows.start, columns.stop - columns.start
        if height * width < PRESENT_SHARE * saliency.size:
            continue
        head = min(height, round(max(height / 4, 0.9 * width)))
        room = max(2, round(0.15 * head))
        top, left = max(0, rows.start - room), max(0, columns.start - room)
        region[top : rows.start + head, left : columns.stop + room] = True
    return region
