"""Hints: of what the network found, keep what belongs to the classes that were asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from media.scene.classes import CLASSES, GROUPS
from worker.matting.maps import Maps
from worker.matting.raster import Bools, Floats, resize

PERSON = "person"
BODIES = (PERSON, *GROUPS["animal"])

#: The salient subject, and a person, are where the probability exceeds this.
MEMBER = 0.5
#: A pixel is of an asked class from this probability on, where no other object is more probable.
ASKED_FROM = 0.25
#: An asked class is in the picture when its pixels cover this share of it.
PRESENT_SHARE = 0.001
#: A region of the class takes the salient subject's outline when the subject covers this share of it.
AGREEMENT = 0.8
#: Such an outline may leave the region by this share of the map's longer side: class maps are coarse.
OUTLINE_REACH = 0.03
#: A region that the subject does not touch (covers less than this share) counts …
TOUCH_SHARE = 0.02
#: … only if it has this share of the largest region's area.
COMPARABLE_SHARE = 0.25
#: A salient component is the asked object as a whole from this share of its class evidence on …
WHOLE_SHARE = 0.6
#: … provided that at least this share of its area is of an asked class.
WHOLE_COVER = 0.3
#: Between these shares of the evidence a pixel passes gradually from rival objects to the asked ones.
RIVAL_UNTIL, ASKED_AT = 0.3, 0.7
#: A body of which at least this share is kept is kept whole …
KEPT_SHARE = 0.5
#: … where the class map is sure between these, this share of the map's longer side away from the body's outline.
WHOLE_FROM, WHOLE_AT, INSIDE_SHARE = 0.5, 0.9, 0.01
#: What is added to a subject is a hole of it if the subject is this share of the pixels so far around it.
SURROUNDED_SHARE, RIM_MAP_PIXELS = 0.65, 2
#: A subject of which other classes have more than this on average has another name.
NAMED_FROM = 0.15
#: Evidence below this says nothing.
LITTLE_EVIDENCE = 0.05


@dataclass(frozen=True, slots=True)
class Selection:
    """The saliency of what hints keep.

    ``saliency`` of what is kept, 0…1 (h×w), and its ``probability`` (h×w), which is lower where a class map alone
    says what is kept. ``found`` is False when no asked class is in the picture; ``named`` is False when what is kept is
    the salient subject though the class map does not name it.
    """

    saliency: Floats
    probability: Floats
    found: bool = True
    named: bool = True


def select(maps: Maps, hints: Sequence[str]) -> Selection:
    """Restrict the salient subject to the union of ``hints`` (names of OBJECTS, with '-' or '_').

    * No hints, or a network without a class head: the salient subject as it is.
    * No asked class is in the class map, and no other class is where the subject is: the subject, not ``named``.
    * No asked class is in the picture: nothing, and ``found`` is False.
    * A region of an asked class that the salient subject covers: the subject there, with its outline.
    * A region that the subject touches but does not cover, or one as large as the largest: the region itself.
    * Small regions apart from the subject, and salient things of other classes: dropped.
    """
    classes = maps.classes
    if not hints or classes is None:
        return Selection(maps.saliency, maps.saliency)
    asked, rival = _evidence(classes, hints, maps.saliency.shape)
    members = (asked > rival) & (asked > ASKED_FROM)
    if members.mean() < PRESENT_SHARE:
        return _only_candidate(maps.saliency, asked, rival)
    return _kept(maps.saliency, asked, rival, members)


def _only_candidate(saliency: Floats, asked: Floats, rival: Floats) -> Selection:
    """The salient subject if the class map has no better name for it, else nothing."""
    subject = saliency > MEMBER
    if not subject.any() or rival[subject].mean() > max(NAMED_FROM, asked[subject].mean()):
        nothing = np.zeros_like(saliency)
        return Selection(nothing, nothing, found=False)
    return Selection(saliency, saliency, named=False)


def _kept(saliency: Floats, asked: Floats, rival: Floats, members: Bools) -> Selection:
    subject = saliency > MEMBER
    labels, count = ndimage.label(members)
    index = np.arange(1, count + 1)
    area = ndimage.sum(members, labels, index)
    cover = ndimage.sum(members & subject, labels, index) / area
    chosen = (cover > TOUCH_SHARE) | (area >= COMPARABLE_SHARE * area.max())
    agreed, apart = np.isin(labels, index[cover >= AGREEMENT]), np.isin(labels, index[chosen & (cover < AGREEMENT)])
    reach = 2 * max(1, round(OUTLINE_REACH * max(members.shape))) + 1
    near = ndimage.maximum_filter(agreed, reach) | apart
    outlined = np.where(near, saliency * _belonging(subject, asked, rival), 0)
    # The least member is as probable as the least subject, so that both are cut at the same level later.
    region = np.where(apart, np.minimum(1, asked * (MEMBER / ASKED_FROM)), 0)
    probable = np.maximum(outlined, np.where(apart, asked, 0))
    return Selection(np.maximum(outlined, region).astype(np.float32), probable.astype(np.float32))


def class_region(maps: Maps, name: str) -> Floats:
    """The probability of one class, 0…1, at the size of the saliency map; zero without a class head."""
    if maps.class_bytes is None:
        return np.zeros_like(maps.saliency)
    height, width = maps.saliency_bytes.shape
    return resize(maps.class_bytes[..., CLASSES.index(name)].astype(np.float32) / 255, width, height)


def _evidence(classes: Floats, hints: Sequence[str], shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Probability of the asked classes together, and of the other objects together, at ``shape``."""
    chosen = sorted({CLASSES.index(name.replace("_", "-")) for name in hints})
    asked = classes[..., chosen].sum(axis=-1)
    rival = classes[..., 1:].sum(axis=-1) - asked
    height, width = shape
    return resize(asked, width, height), resize(rival, width, height)


def _belonging(subject: Bools, asked: Floats, rival: Floats) -> Floats:
    """0…1 per pixel: how far a salient pixel belongs to the asked classes."""
    pixelwise = np.clip((asked / (asked + rival + LITTLE_EVIDENCE) - RIVAL_UNTIL) / (ASKED_AT - RIVAL_UNTIL), 0, 1)
    labels, count = ndimage.label(subject)
    index = np.arange(1, count + 1)
    ours, theirs, area = (ndimage.sum(values, labels, index) for values in (asked, rival, subject))
    whole = np.isin(labels, index[(ours >= WHOLE_SHARE * (ours + theirs)) & (ours >= WHOLE_COVER * area)])
    reach = 2 * max(1, round(OUTLINE_REACH * max(subject.shape))) + 1
    around = ndimage.maximum_filter(whole, reach) & (whole | ~subject)
    clearly_rival = np.clip((rival - asked - RIVAL_UNTIL) / (ASKED_AT - RIVAL_UNTIL), 0, 1)
    return np.where(around, 1 - clearly_rival, pixelwise)


def with_whole_bodies(maps: Maps, saliency: Floats) -> Floats:
    """``saliency`` (h×w) without holes in persons and animals: an eye, a sequined dress or a helmet is doubtful to the
    eye, not by name. What a body has beside the subject is not a hole but a bystander, and stays out."""
    if maps.class_bytes is None:
        return saliency
    subject = saliency > MEMBER
    peaks = maps.class_bytes.max(axis=(0, 1)) / 255
    for name in BODIES:
        if peaks[CLASSES.index(name)] > MEMBER:  # a class map is enlarged linearly, which raises no peak
            sure = _sure_inside(class_region(maps, name), subject)
            saliency = np.where(_beside((sure > MEMBER) & ~subject, subject), saliency, np.maximum(saliency, sure))
    return saliency.astype(np.float32)


def _beside(added: Bools, subject: Bools) -> Bools:
    """The components of ``added``, with a margin, that the ``subject`` does not surround."""
    labels, count = ndimage.label(added)
    index = np.arange(1, count + 1)
    rims = np.where(added, 0, ndimage.maximum_filter(labels, 2 * RIM_MAP_PIXELS + 1))
    surrounded = index[ndimage.mean(subject, rims, index) >= SURROUNDED_SHARE]
    outside = added & ~np.isin(labels, surrounded)
    return np.asarray(ndimage.maximum_filter(outside, 2 * RIM_MAP_PIXELS + 1) & ~np.isin(labels, surrounded))


def _sure_inside(region: Floats, subject: Bools) -> Floats:
    """0…1 where the class map is sure of a body, away from its outline, if most of the body is of the ``subject``."""
    labels, count = ndimage.label(region > MEMBER)
    index = np.arange(1, count + 1)
    kept = np.isin(labels, index[ndimage.mean(subject, labels, index) > KEPT_SHARE])
    inside = ndimage.minimum_filter(region, 2 * max(1, round(INSIDE_SHARE * max(region.shape))) + 1)
    return np.where(kept, np.clip((inside - WHOLE_FROM) / (WHOLE_AT - WHOLE_FROM), 0, 1), 0).astype(np.float32)
