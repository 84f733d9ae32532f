"""How far a cutout can be trusted, 0…1."""

import numpy as np

from worker.matting.raster import Floats

#: The answer for a cutout in which nothing was found.
NOTHING_FOUND = 0.02
#: Share of the picture below which a subject is too small to be judged.
SMALLEST_SUBJECT = 0.002
#: A pixel is taken for subject from this saliency on.
MEMBER = 0.5
#: Expected → reached intersection over union: means of eight equal groups of 213 photographs with true masks.
EXPECTED = (0.0, 0.74, 0.84, 0.88, 0.915, 0.935, 0.96, 1.0)
REACHED = (0.0, 0.57, 0.71, 0.81, 0.85, 0.92, 0.965, 1.0)


def confidence(saliency: Floats, *, found: bool = True) -> float:
    """The intersection over union with the truth that a cutout from ``saliency`` (h×w, 0…1) is likely to reach.

    Read every pixel's saliency as a probability. Then the expected intersection of the subject (saliency ≥ 0.5) with
    the truth is the sum of saliency inside it, and the expected union adds the saliency that is left outside. Networks
    are too sure of themselves, so the quotient is corrected by what such quotients reached on photographs with true
    masks. It ranks cutouts by their real intersection over union (Spearman's rank correlation 0.9 there); from about
    0.9 a cutout can be used unseen, below 0.7 a person should look at it.

    An empty scene, and hints that are not in the picture, give ``NOTHING_FOUND``.
    """
    subject = saliency >= MEMBER
    if not found or subject.mean() < SMALLEST_SUBJECT:
        return NOTHING_FOUND
    expected = saliency[subject].sum() / (subject.sum() + saliency[~subject].sum())
    return round(float(np.interp(expected, EXPECTED, REACHED)), 3)
