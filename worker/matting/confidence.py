"""How far a cutout can be trusted, 0…1."""

import numpy as np

from worker.matting.hints import Selection
from worker.matting.raster import Bytes, Floats

#: The answer for a cutout in which nothing was found.
NOTHING_FOUND = 0.02
#: Share of the picture below which a subject is too small to be judged.
SMALLEST_SUBJECT = 0.002
#: A pixel is taken for subject from this saliency on.
MEMBER = 0.5
#: What remains of the confidence if the class map does not name the subject.
UNNAMED_TRUST = 0.8
#: Edges alone make a matte and its map differ by this overlap.
USUAL_AGREEMENT = 0.9
#: Expected → reached intersection over union: eight equal groups of 303 questions about photographs held out of
#: training, studio pictures and COCO's, half of which were trained on (``python -m worker.training.calibrate``).
EXPECTED = (0.0, 0.751, 0.849, 0.893, 0.918, 0.943, 0.956, 0.973, 0.984, 1.0)
REACHED = (0.0, 0.608, 0.775, 0.802, 0.867, 0.913, 0.915, 0.954, 0.965, 1.0)


def confidence(kept: Selection) -> float:
    """The intersection over union with the truth that a cutout of what is ``kept`` is likely to reach.

    The expected intersection of the subject (saliency ≥ 0.5) with the truth is the sum of its probability, and the
    expected union adds the probability that is left outside. Networks are too sure of themselves, so the quotient is
    corrected by what such quotients reached on photographs with true masks. It ranks cutouts by their real intersection
    over union; from about 0.9 a cutout can be used unseen, below 0.7 a person should look at it.

    An empty scene, and hints that are not in the picture, give ``NOTHING_FOUND``; a subject that the class map does not
    name as what was asked for is trusted less.
    """
    if not kept.found or (kept.saliency >= MEMBER).mean() < SMALLEST_SUBJECT:
        return NOTHING_FOUND
    return float(np.interp(expected_overlap(kept), EXPECTED, REACHED)) * (1 if kept.named else UNNAMED_TRUST)


def expected_overlap(kept: Selection) -> float:
    """The quotient of expectations, 0…1, of a selection with a subject."""
    subject = kept.saliency >= MEMBER
    outside = kept.probability[~subject].sum()
    return float(kept.probability[subject].sum() / (subject.sum() + outside))


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
