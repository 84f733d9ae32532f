"""Uuids of files: version 7 of RFC 9562, whose first 48 bits are when the file came. Pure.

So uuids sort by time, which is the order of the vendor's lists, and tell ``datetime_uploaded``; 74 random bits keep
them from being guessed.
"""

import re
import secrets
import uuid
from datetime import UTC, datetime

RANDOM_A_BITS, RANDOM_B_BITS = 12, 62
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z", re.ASCII)
_HEXADECIMAL = "0123456789abcdef"
_MIRROR = str.maketrans(_HEXADECIMAL, _HEXADECIMAL[::-1])


def new_uuid(now: float) -> str:
    """``now`` in unix seconds; two uuids of one millisecond differ by chance."""
    return str(uuid.UUID(int=_head(now) | secrets.randbits(RANDOM_A_BITS) << 64 | secrets.randbits(RANDOM_B_BITS)))


def first_uuid(moment: float) -> str:
    """Sorts before every uuid that was made at ``moment`` (unix seconds) or later."""
    return str(uuid.UUID(int=_head(moment)))


def _head(moment: float) -> int:
    return int(moment * 1000) << 80 | 7 << 76 | 2 << 62


def is_uuid(text: str) -> bool:
    return _UUID.match(text) is not None


def made_at(file_uuid: str) -> float:
    """Unix seconds, exact to the millisecond."""
    return (uuid.UUID(file_uuid).int >> 80) / 1000


def asset_id(file_uuid: str) -> str:
    """The immutable id of a file's asset. Its random digits stand in front: ids lie in folders by their first two."""
    return file_uuid.replace("-", "")[::-1]


def mirrored(file_uuid: str) -> str:
    """A name that sorts the other way around: the newest first. Mirroring twice gives the uuid."""
    return file_uuid.translate(_MIRROR)


def instant(moment: float) -> str:
    """ISO 8601 in UTC with microseconds and Z."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
