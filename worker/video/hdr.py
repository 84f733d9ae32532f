"""High dynamic range → SDR: PQ (SMPTE ST 2084) and HLG (ARIB STD-B67) in BT.2020 → 8-bit BT.709.

Light is decoded by a table, brought to BT.709's primaries, and compressed by luminance with Reinhard's extended curve
(Reinhard et al.: Photographic Tone Reproduction for Digital Images, SIGGRAPH 2002), so that hues stay.
"""

from functools import lru_cache

import numpy as np

from worker.matting.raster import Bytes, Floats, Pixels

PQ, HLG = 16, 18
TRANSFERS = (PQ, HLG)
#: What counts as paper white in PQ's absolute scale, and the light at which everything is white, in its multiples.
WHITE_NITS, PEAK = 203.0, 5.0
TABLE = 4096
#: BT.2020 → BT.709 (ITU-R BT.2087).
TO_709 = np.array(
    [[1.660491, -0.587641, -0.072850], [-0.124550, 1.132900, -0.008349], [-0.018151, -0.100579, 1.118730]], np.float32
)
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)


def to_sdr(deep: Pixels, transfer: int) -> Bytes:
    """H×W×3 16-bit signal → 8-bit sRGB."""
    light = _decoding(transfer)[deep >> 4] @ TO_709.T
    luminance = np.maximum(light @ LUMINANCE, 1e-6)
    mapped = luminance * (1 + luminance / PEAK**2) / (1 + luminance)
    # Reinhard's curve darkens paper white to a half; this brings it back to where SDR has it.
    shown = np.clip(light * (1.6 * mapped / luminance)[..., None], 0, 1)
    return _encoding()[(shown * (TABLE - 1)).astype(np.uint16)]


@lru_cache(2)
def _decoding(transfer: int) -> Floats:
    signal = np.linspace(0, 1, TABLE, dtype=np.float64)
    return (_pq(signal) if transfer == PQ else _hlg(signal)).astype(np.float32)


def _pq(signal: Floats) -> Floats:
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = signal ** (1 / m2)
    return 10_000 / WHITE_NITS * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)


def _hlg(signal: Floats) -> Floats:
    """Scene light, with the system gamma of a display of 1,000 nits left out; paper white is at 75 % signal."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    light = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    return light / 0.265


@lru_cache(1)
def _encoding() -> Bytes:
    light = np.linspace(0, 1, TABLE)
    signal = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.rint(signal * 255).astype(np.uint8)
