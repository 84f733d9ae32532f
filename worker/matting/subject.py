"""Clean a saliency map: drop small components, fill holes, harden the interior."""

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from worker.matting.raster import Bools, Floats, Pixels

#: What is less salient than this is background.
FAINT = 0.2
MEMBER, OPAQUE = 0.5, 0.8
#: A component whose most salient pixel stays below this is noise.
LEAST_PEAK = 0.7
#: A component smaller than this share of the largest is an island …
ISLAND_SHARE = 0.015
#: … and so is one whose mean saliency stays below this, if the largest is surer …
SURE_ISLAND = 0.85
#: … unless no more than this many map pixels part it from the rest, like the tip of a hair.
BRIDGE_MAP_PIXELS = 4
#: A hole of less than this share of the subject, through which FAINT saliency shines, is a slip …
PINHOLE_SHARE = 0.03
#: … where the subject around it is beyond doubt.
SURE_RIM = 0.8
#: Further from its edge than this share of the map's longer side a subject is opaque; blur and hair reach that far.
DEEP_SHARE = 0.05
#: The same for edges that do not ask the colours, and so would show every doubt as a ghost.
GHOST_SHARE = 0.02
#: What a network says deep inside counts as half a doubt between these, and as none beyond.
UNDECIDED_FROM, UNDECIDED_TO = 0.35, 0.65


def cleaned(saliency: Floats) -> Floats:
    """``saliency`` (h×w, 0…1) without islands, opaque away from its edges.

    If nothing reaches ``LEAST_PEAK`` the scene is empty: all zero.
    """
    kept = np.where(_islands(saliency), 0, saliency)
    return np.where(_deep(kept >= MEMBER, DEEP_SHARE), _contrasted(kept), kept).astype(np.float32)


def with_solid_areas(saliency: Floats) -> Floats:
    """A cleaned ``saliency`` for edges that are not solved by colour: holes filled, half-transparent areas decided."""
    closed = np.where(_pinholes(saliency), np.maximum(saliency, OPAQUE), saliency)
    subject = closed >= MEMBER
    deep = _deep(subject, GHOST_SHARE) | _deep(~subject, GHOST_SHARE)
    return np.where(deep, _contrasted(closed), closed).astype(np.float32)


def _contrasted(saliency: Floats) -> Floats:
    return np.clip((saliency - UNDECIDED_FROM) / (UNDECIDED_TO - UNDECIDED_FROM), 0, 1)


def _deep(region: Bools, share: float) -> Bools:
    return np.asarray(ndimage.distance_transform_cdt(region) > share * max(region.shape))


def _islands(saliency: Floats) -> Bools:
    labels, count = ndimage.label(ndimage.maximum_filter(saliency > FAINT, BRIDGE_MAP_PIXELS + 1))
    if not count:
        return np.ones(saliency.shape, np.bool_)
    index = np.arange(1, count + 1)
    members = saliency >= MEMBER
    area = ndimage.sum(members, labels, index)
    peak = ndimage.maximum(saliency, labels, index)
    sureness = ndimage.sum(saliency * members, labels, index) / np.maximum(area, 1)
    is_sure = sureness >= min(SURE_ISLAND, sureness[area.argmax()])
    kept = is_sure & (peak >= LEAST_PEAK) & (area >= ISLAND_SHARE * area.max())
    return ~np.isin(labels, index[kept])


def _pinholes(saliency: Floats) -> Bools:
    subject = saliency >= MEMBER
    labels, count = ndimage.label(~subject)
    index = np.arange(1, count + 1)
    rims = np.where(subject, ndimage.maximum_filter(labels, 5), 0)
    border = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    small = ndimage.sum(~subject, labels, index) < PINHOLE_SHARE * subject.sum()
    shining = _means(saliency, labels, index) > FAINT
    enclosed = _means(saliency, rims, index) > SURE_RIM
    return np.isin(labels, index[small & shining & enclosed & ~np.isin(index, border)])


def _means(values: Floats, labels: Pixels, index: Pixels) -> Floats:
    """Like ndimage.mean, but 0 if a label has no pixels."""
    counts = ndimage.sum(np.ones_like(values), labels, index)
    return np.asarray(ndimage.sum(values, labels, index) / np.maximum(counts, 1))
