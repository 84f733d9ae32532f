"""The saliency of a clip without flicker: each frame's answer is mixed with the one before, carried along the motion.

Bonneel, Tompkin, Sunkavalli, Sun, Paris, Pfister: Blind Video Temporal Consistency (ACM TOG 34(6), SIGGRAPH Asia 2015),
without its gradient term, which saliency maps do not need: every pixel is ``(P + w·warp(O)) / (1 + w)``, where P is
the network's answer, O the last result, and w falls as the colours of the warped last frame differ from this one's. So
what moves, is uncovered or enters trusts the network; what stands still, or moves as a whole, is averaged over about
nine frames. Motion is dense inverse search (Kroeger, Timofte, Dai, Van Gool: Fast Optical Flow using Dense Inverse
Search, ECCV 2016), from this frame to the last one, on the squeezed square that the network sees.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np

from worker.matting.raster import Bytes, Floats, Pixels, resize

#: Pixels of the square in which colours are compared and answers mixed.
SIDE = 256
#: The share of the network's new answer where the colours agree wholly.
LEAST_SHARE = 0.2
#: The same where something moves: there flow may be wrong by a pixel, and an edge is a pixel.
MOVING_SHARE = 0.6
#: Colours that differ by so much (0…255) more than the noise of the clip are another thing's.
COLOUR_TOLERANCE = 4.0
#: Differences are averaged over windows of this side: noise is no motion.
WINDOW = 5
#: Motion of less than this many pixels is none: warping would only blur.
STILL = 0.35
#: A frame in which less than this share agrees with the last one begins another scene.
LEAST_AGREEMENT = 0.35


NO_MATTE = np.zeros((0, 0), np.uint8)


@dataclass(frozen=True, slots=True)
class Memory:
    """What a frame leaves to the next one: its colours (256×256×3), and answers by layer (n×256×256, 0…1).

    ``stillness`` 256×256: how sure it is that a pixel shows what it showed in the frame before, 0…1. ``matte`` H×W is
    the finished one, empty until it is.
    """

    colours: Bytes
    answers: Floats
    stillness: Floats
    matte: Bytes = field(default_factory=lambda: NO_MATTE)


@dataclass(frozen=True, slots=True)
class Settled:
    memory: Memory
    is_cut: bool


def settle(memory: Memory | None, rgb: Bytes, answers: Floats) -> Settled:
    """``answers`` n×256×256 of the frame ``rgb`` (H×W×3), settled by the frame before; a cut begins anew."""
    colours = resize(rgb, SIDE, SIDE)
    if memory is None:
        return Settled(_begun(colours, answers), is_cut=True)
    flow = _motion(colours, memory.colours)
    trust = _trust(colours, _warped(memory.colours, flow))
    if trust.mean() < LEAST_AGREEMENT:
        return Settled(_begun(colours, answers), is_cut=True)
    moving = cv2.dilate((np.abs(flow).max(axis=-1) > 0).astype(np.float32), np.ones((WINDOW, WINDOW), np.uint8))
    share = 1 - (1 - np.where(moving, MOVING_SHARE, LEAST_SHARE)) * trust
    before = np.stack([_warped(each, flow) for each in memory.answers])
    mixed = np.clip(before + share * (answers - before), 0, 1).astype(np.float32)
    return Settled(Memory(colours, mixed, trust * (1 - moving)), is_cut=False)


def settle_matte(before: Bytes, matte: Bytes, memory: Memory) -> Bytes:
    """A frame's matte (H×W), mixed with that of the frame before where the film stands still.

    Edges are found anew in each frame's colours, so noise moves them although the answers hold still.
    """
    if before.shape != matte.shape:
        return matte
    height, width = matte.shape
    still = (1 - LEAST_SHARE) * resize(memory.stillness, width, height)
    return np.asarray(np.rint(matte + still * (before.astype(np.float32) - matte)), np.uint8)


def _begun(colours: Bytes, answers: Floats) -> Memory:
    return Memory(colours, answers, np.zeros((SIDE, SIDE), np.float32))


def _motion(colours: Bytes, before: Bytes) -> Floats:
    """For each pixel where it was in the frame before, in pixels from here."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    grey = [cv2.cvtColor(each, cv2.COLOR_RGB2GRAY) for each in (colours, before)]
    flow = search.calc(grey[0], grey[1], np.zeros((SIDE, SIDE, 2), np.float32))
    flow[np.hypot(flow[..., 0], flow[..., 1]) < STILL] = 0
    return np.asarray(flow, np.float32)


def _warped(picture: "np.ndarray", flow: Floats) -> "np.ndarray":
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    return cv2.remap(
        picture, columns + flow[..., 0], rows + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def _trust(colours: Bytes, before: Pixels) -> Floats:
    """0…1: how far the colours agree, beyond what the clip's noise explains."""
    difference = colours.astype(np.float32) - before.astype(np.float32)
    square = cv2.blur((difference**2).mean(axis=-1), (WINDOW, WINDOW))
    noise = min(float(np.median(square)), COLOUR_TOLERANCE**2)
    return np.exp(-np.maximum(square - 1.5 * noise, 0) / (2 * COLOUR_TOLERANCE**2)).astype(np.float32)
