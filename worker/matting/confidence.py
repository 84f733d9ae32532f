"""How far a cutout can be trusted, 0…1."""

import numpy as np
import numpy.typing as npt

#: The answer for a cutout in which nothing was found.
NOTHING_FOUND = 0.02
#: Share of the picture below which a subject is too small to be judged.
SMALLEST_SUBJECT = 0.002


def confidence(saliency: npt.NDArray[np.float32], *, found: bool = True) -> float:
    """The intersection over union that the network itself expects of its thresholded answer.

    With every pixel's saliency read as a probability, the expected intersection of the subject (saliency ≥ 0.5) with
    the truth is the sum of saliency inside it, the expected union adds what is left outside.
    """
    subject = saliency >= 0.5
    if not found or subject.mean() < SMALLEST_SUBJECT:
        return NOTHING_FOUND
    expected = float(saliency[subject].sum() / (subject.sum() + saliency[~subject].sum()))
    return round(expected, 3)
