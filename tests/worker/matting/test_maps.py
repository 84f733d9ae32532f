import numpy as np
import pytest

from media.errors import DerivationFailed
from worker.matting.maps import Maps, maps_of
from worker.matting.session import Answer

RANDOM = np.random.default_rng(1)
ROWS = [
    Maps(RANDOM.integers(0, 256, (144, 144), dtype=np.uint8), None),
    Maps(RANDOM.integers(0, 256, (144, 96), dtype=np.uint8), RANDOM.integers(0, 256, (18, 12, 21), dtype=np.uint8)),
    Maps(np.zeros((1, 1), np.uint8), None),
]


@pytest.mark.parametrize("maps", ROWS)
def test_maps_come_back_from_the_store_as_they_went(maps: Maps) -> None:
    back = Maps.unpack(maps.pack())
    assert np.array_equal(back.saliency_bytes, maps.saliency_bytes)
    assert np.array_equal(back.classes, maps.classes) if maps.classes is not None else back.classes is None


@pytest.mark.parametrize("packed", [b"", b"junk", ROWS[0].pack()[:40], ROWS[0].pack()[:-9], b"x" + ROWS[0].pack()])
def test_damaged_maps_are_refused(packed: bytes) -> None:
    with pytest.raises(DerivationFailed, match="damaged"):
        Maps.unpack(packed)


def test_class_logits_become_probabilities() -> None:
    logits = np.zeros((21, 3, 4), np.float32)
    logits[8] = 9
    maps = maps_of(Answer(np.ones((6, 8), np.float32), logits), stretches=False)
    assert maps.classes is not None
    assert maps.classes.shape == (3, 4, 21)
    assert np.allclose(maps.classes.sum(axis=-1), 1, atol=0.05)
    assert (maps.classes.argmax(axis=-1) == 8).all()
