"""The saliency map made up its mind: no islands, no pinholes, no ghosts."""

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from worker.matting.raster import Bools, Floats

#: What is less salient than this is background.
FAINT = 0.2
MEMBER, OPAQUE = 0.5, 0.8
#: A component whose most salient pixel stays below this is noise.
LEAST_PEAK = 0.6
#: A component smaller than this share of the largest is an island.
ISLAND_SHARE = 0.015
#: A hole of less than this share of the subject, through which at least FAINT saliency shines, is a slip.
PINHOLE_SHARE = 0.03
#: So many map pixels from the edge a subject is opaque, where the network is this undecided about it.
DEEP_MAP_PIXELS = 3
UNDECIDED_FROM, UNDECIDED_TO = 0.35, 0.65


def settled(saliency: Floats) -> Floats:
    """``saliency`` (h×w, 0…1) without islands and pinholes, opaque away from its edges.

    Where nothing reaches ``LEAST_PEAK`` the scene is empty: all zero.
    """
    kept = np.where(_islands(saliency), 0, saliency)
    kept = np.where(_pinholes(kept), np.maximum(kept, OPAQUE), kept)
    deep = ndimage.distance_transform_cdt(kept >= MEMBER) > DEEP_MAP_PIXELS
    return np.where(deep, _decided(kept), kept).astype(np.float32)


def unveiled(saliency: Floats) -> Floats:
    """``saliency`` without the faint veil that a network's doubt leaves beside its subject."""
    deep = ndimage.distance_transform_cdt(saliency < MEMBER) > DEEP_MAP_PIXELS
    return np.where(deep, _decided(saliency), saliency).astype(np.float32)


def _decided(saliency: Floats) -> Floats:
    return np.clip((saliency - UNDECIDED_FROM) / (UNDECIDED_TO - UNDECIDED_FROM), 0, 1)


def _islands(saliency: Floats) -> Bools:
    labels, count = ndimage.label(saliency > FAINT)
    if not count:
        return np.ones(saliency.shape, np.bool_)
    index = np.arange(1, count + 1)
    area = ndimage.sum(saliency >= MEMBER, labels, index)
    peak = ndimage.maximum(saliency, labels, index)
    kept = (peak >= LEAST_PEAK) & (area >= ISLAND_SHARE * area.max())
    return ~np.isin(labels, index[kept])


def _pinholes(saliency: Floats) -> Bools:
    subject = saliency >= MEMBER
    labels, count = ndimage.label(~subject)
    index = np.arange(1, count + 1)
    border = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    area = ndimage.sum(~subject, labels, index)
    level = ndimage.mean(saliency, labels, index)
    filled = (area < PINHOLE_SHARE * subject.sum()) & (level > FAINT) & ~np.isin(index, border)
    return np.isin(labels, index[filled])
