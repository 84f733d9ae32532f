"""Read a whole number that a client wrote: ASCII digits, and few of them.

``str.isdigit`` calls ``²`` a digit, which ``int`` refuses; ``int`` reads ``٣``, and refuses 5,000 digits. So only
this module asks a text whether it is a number (a test reads the code).
"""

import re

#: As many as a float holds exactly: no size, time or count of ours is longer.
MAX_DIGITS = 15
LARGEST = 10**MAX_DIGITS - 1
_INTEGER = re.compile(r"-?[0-9]{1,15}\Z")


def is_integer(text: str) -> bool:
    """Whether :func:`read_integer` can read it."""
    return _INTEGER.match(text) is not None


def is_natural(text: str) -> bool:
    """Whether it is an integer without a sign."""
    return is_integer(text) and text[0] != "-"


def read_integer(text: str, low: int = 0, high: int = LARGEST) -> int:
    """Raises ValueError for anything but a whole number of ``low`` … ``high``."""
    if not is_integer(text) or not low <= int(text) <= high:
        raise ValueError(f"must be a whole number {low}..{high}, got {text[:40]!r}")
    return int(text)
