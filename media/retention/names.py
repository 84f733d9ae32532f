"""A set of names in fixed memory, however many they are: a Bloom filter (Bloom, CACM 13(7), 1970).

It may take a stranger for a member, never a member for a stranger: what is deleted for not being one, is none. Every
set has a salt of its own, so that what one sweep keeps by mistake the next one finds.
"""

import mmap
import secrets
import struct
from collections.abc import Iterator
from hashlib import blake2b

#: 8 MiB: with four bits a name, a stranger in 400 passes for one of five million members.
BITS = 1 << 26
_FOUR_PLACES = struct.Struct("<4Q")


class Names:
    def __init__(self, bits: int = BITS) -> None:
        self._bits = bits
        # Memory that is taken page by page as names come, not at once as a bytearray's.
        self._field = mmap.mmap(-1, bits // 8)
        self._salt = secrets.token_bytes(blake2b.SALT_SIZE)

    def add(self, name: str) -> None:
        for place in self._places(name):
            self._field[place // 8] |= 1 << place % 8

    def __contains__(self, name: str) -> bool:
        return all(self._field[place // 8] >> place % 8 & 1 for place in self._places(name))

    def _places(self, name: str) -> Iterator[int]:
        hashed = blake2b(name.encode(), digest_size=_FOUR_PLACES.size, salt=self._salt).digest()
        return (number % self._bits for number in _FOUR_PLACES.unpack(hashed))
