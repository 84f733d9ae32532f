"""Uuids of files: version 7 of RFC 9562, which tells when the file came to the microsecond. Pure.

So uuids sort by time, which is the order of the vendor's lists, and tell ``datetime_uploaded``; 62 random bits keep
them from being guessed. The 12 bits behind the milliseconds hold the microseconds (the RFC's method 3).
"""

import re
import secrets
import uuid
from datetime import UTC, datetime

RANDOM_BITS = 62
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z", re.ASCII)
_HEXADECIMAL = "0123456789abcdef"
_MIRROR = str.maketrans(_HEXADECIMAL, _HEXADECIMAL[::-1])


def new_uuid(now: float) -> str:
    """``now`` in unix seconds; two uuids of one microsecond differ by chance."""
    return str(uuid.UUID(int=_head(now) | secrets.randbits(RANDOM_BITS)))


def first_uuid(moment: float) -> str:
    """Sorts before every uuid that was made at ``moment`` (unix seconds) or later."""
    return str(uuid.UUID(int=_head(moment)))


def last_uuid(moment: float) -> str:
    """Sorts behind every uuid that was made at ``moment`` (unix seconds) or earlier."""
    return str(uuid.UUID(int=_head(moment) | (1 << RANDOM_BITS) - 1))


def _head(moment: float) -> int:
    milliseconds, microseconds = divmod(round(moment * 1_000_000), 1000)
    return milliseconds << 80 | 7 << 76 | microseconds << 64 | 2 << RANDOM_BITS


def is_uuid(text: str) -> bool:
    return _UUID.match(text) is not None


def made_at(file_uuid: str) -> float:
    """Unix seconds, exact to the microsecond; of a uuid of another version nothing is known, and anything said."""
    number = uuid.UUID(file_uuid).int
    return ((number >> 80) * 1000 + (number >> 64 & 0xFFF)) / 1_000_000


def asset_id(file_uuid: str) -> str:
    """The immutable id of a file's asset. Its random digits stand in front: ids lie in folders by their first two."""
    return file_uuid.replace("-", "")[::-1]


def mirrored(file_uuid: str) -> str:
    """A name that sorts the other way around: the newest first. Mirroring twice gives the uuid."""
    return file_uuid.translate(_MIRROR)


def instant(moment: float) -> str:
    """ISO 8601 in UTC with microseconds and Z."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
