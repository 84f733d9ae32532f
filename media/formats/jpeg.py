"""JPEG by libvips, but for files of very many scans: each is one more walk over all coefficients, for a few bytes.

A progressive file may have hundreds of valid ones (ITU T.81, annex G): a hundred kilobytes would keep a thread for
minutes. Encoders write up to about fifteen.
"""

import re

from media.errors import LimitExceeded
from media.formats import libvips
from media.formats.codec import Opened
from media.formats.table import Format

MAX_SCANS = 100
SCAN, END = b"\xff\xda", b"\xff\xd9"
#: What ends a scan's data: a marker that is no restart, no stuffed byte and no fill.
_NEXT = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def open_file(body: bytes, row: Format) -> Opened:
    """Raises LimitExceeded for too many scans."""
    if body.count(SCAN) > MAX_SCANS and scans(body) > MAX_SCANS:
        raise LimitExceeded(f"The image has more than {MAX_SCANS} scans.")
    return libvips.open_file(body, row)


def scans(body: bytes) -> int:
    """How many there are before the end of the picture, counted up to one more than may be."""
    count, marker = 0, _NEXT.search(body, 2)
    while marker and marker[0] != END and count <= MAX_SCANS:
        count += marker[0] == SCAN
        length = int.from_bytes(body[marker.end() : marker.end() + 2])
        marker = _NEXT.search(body, marker.end() + length)
    return count
