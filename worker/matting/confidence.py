"""How far a cutout can be trusted, 0…1."""

import numpy as np

from worker.matting.raster import Bytes, Floats

#: The answer for a cutout in which nothing was found.
NOTHING_FOUND = 0.02
#: Share of the picture below which a subject is too small to be judged.
SMALLEST_SUBJECT = 0.002
#: A pixel is taken for subject from this saliency on.
MEMBER = 0.5
#: Edges alone make a matte and its map differ by this overlap.
USUAL_AGREEMENT = 0.9
#: Expected → reached intersection over union: eight equal groups of 256 questions about photographs with true masks
#: (``python -m worker.training.calibrate``).
EXPECTED = (0.0, 0.739, 0.859, 0.908, 0.931, 0.95, 0.96, 0.973, 0.983, 1.0)
REACHED = (0.0, 0.576, 0.741, 0.835, 0.835, 0.917, 0.929, 0.969, 0.969, 1.0)


def confidence(saliency: Floats, *, found: bool = True) -> float:
    """The intersection over union with the truth that a cutout from ``saliency`` (h×w, 0…1) is likely to reach.

    Read every pixel's saliency as a probability. Then the expected intersection of the subject (saliency ≥ 0.5) with
    the truth is the sum of saliency inside it, and the expected union adds the saliency that is left outside. Networks
    are too sure of themselves, so the quotient is corrected by what such quotients reached on photographs with true
    masks. It ranks cutouts by their real intersection over union (Spearman's rank correlation 0.79 there); from about
    0.9 a cutout can be used unseen, below 0.7 a person should look at it.

    An empty scene, and hints that are not in the picture, give ``NOTHING_FOUND``.
    """
    if not found or (saliency >= MEMBER).mean() < SMALLEST_SUBJECT:
        return NOTHING_FOUND
    return round(float(np.interp(expected_overlap(saliency), EXPECTED, REACHED)), 3)


def expected_overlap(saliency: Floats) -> float:
    """The quotient of expectations, 0…1, of a saliency with a subject."""
    subject = saliency >= MEMBER
    return float(saliency[subject].sum() / (subject.sum() + saliency[~subject].sum()))


def agreement(matte: Bytes, saliency: Floats) -> float:
    """1 if ``matte`` (H×W, 0…255) follows its map ``saliency`` (h×w) as far as edges let it, less if it lost or won a
    region: then it is no longer what the network's confidence was about."""
    rows, columns = (
        ((np.arange(small) + 0.5) * (large / small)).astype(np.intp)
        for small, large in zip(saliency.shape, matte.shape, strict=True)
    )
    drawn, mapped = matte[np.ix_(rows, columns)] >= 128, saliency >= MEMBER
    union = (drawn | mapped).sum()
    return min(1.0, float((drawn & mapped).sum() / union) / USUAL_AGREEMENT) if union else 1.0
