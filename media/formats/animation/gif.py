"""Whether a GIF is whole. libvips plays what it got of a half one; a half upload must not be stored as good.

The block structure is that of the GIF89a specification (CompuServe, 1990), sections 15-27.
"""

HEADER_LENGTH = 13
EXTENSION, PICTURE, TRAILER = 0x21, 0x2C, 0x3B


def is_whole(body: bytes) -> bool:
    """Walk the blocks up to the trailer; linear in the number of blocks, pixels are skipped."""
    try:
        place = HEADER_LENGTH + _table_length(body[10])
        while body[place] != TRAILER:
            place = _after_block(body, place)
    except (IndexError, ValueError):
        return False
    return True


def _after_block(body: bytes, place: int) -> int:
    if body[place] == EXTENSION:
        return _after_chunks(body, place + 2)
    if body[place] == PICTURE:
        return _after_chunks(body, place + 11 + _table_length(body[place + 9]))
    raise ValueError(body[place])


def _table_length(flags: int) -> int:
    """Bytes of a colour table, 0 where the flags say there is none."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_chunks(body: bytes, place: int) -> int:
    while length := body[place]:
        place += length + 1
    return place + 1
