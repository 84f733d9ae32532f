"""Image ids: ``image_`` and 24 letters or digits, the first nine of which count time backwards. Pure.

So the newest image sorts first, which is the order of the vendor's list, and the id tells when it was made.
"""

import re
import secrets
from datetime import UTC, datetime

PREFIX = "image_"
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
RANDOM_LENGTH = 15
TIME_LENGTH = 9
_LAST = len(ALPHABET) ** TIME_LENGTH - 1
_ID = re.compile(r"image_[0-9a-z]{24}\Z", re.ASCII)
_MIRROR = str.maketrans(ALPHABET, ALPHABET[::-1])


def new_id(now: float) -> str:
    """``now`` in unix seconds; two ids of one millisecond differ by chance."""
    left = _LAST - int(now * 1000)
    digits = []
    for _ in range(TIME_LENGTH):
        left, digit = divmod(left, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return PREFIX + "".join(reversed(digits)) + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))


def is_id(text: str) -> bool:
    return _ID.match(text) is not None


def created_at(image_id: str) -> str:
    """ISO 8601 in UTC with milliseconds and Z."""
    milliseconds = _LAST - int(image_id.removeprefix(PREFIX)[:TIME_LENGTH], len(ALPHABET))
    instant = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def mirrored(image_id: str) -> str:
    """A name that sorts the other way around: the oldest first."""
    return image_id.removeprefix(PREFIX).translate(_MIRROR)
