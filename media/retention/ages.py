"""How many bytes are how old: enough to know which age goes, without holding a list of what there is."""

import math
from collections import Counter

BUCKET_SECONDS = 600
#: What a disk takes for the smallest file.
BLOCK_BYTES = 4096


def weight(size: int) -> int:
    """Bytes on disk of an object and of the entry that lists it, so that a flood of tiny ones is one, too."""
    return (math.ceil(size / BLOCK_BYTES) + 1) * BLOCK_BYTES


class Ages:
    def __init__(self) -> None:
        self._bytes: Counter[int] = Counter()
        self.total = 0

    def add(self, moment: float, size: int) -> None:
        self._bytes[int(moment // BUCKET_SECONDS)] += size
        self.total += size

    def cutoff(self, excess: int) -> float:
        """The moment before which at least ``excess`` bytes lie, if there are as many."""
        found = 0
        for bucket in sorted(self._bytes):
            if found >= excess:
                return bucket * BUCKET_SECONDS
            found += self._bytes[bucket]
        return math.inf
