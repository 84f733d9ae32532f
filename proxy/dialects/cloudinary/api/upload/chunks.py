"""Large uploads in pieces (``X-Unique-Upload-Id``, ``Content-Range``): kept in the store until all are there.

Pieces may come in any order, to any proxy. Each is an object of its own whose name says where it belongs; the piece
that closes the last gap puts the file together.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from media.errors import LimitExceeded, RequestError
from media.integers import is_natural
from media.records.sources import PIECES
from media.stores.store import PreconditionFailed, Store

_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/(-1|\*|[0-9]{1,15})")
_UPLOAD_ID = re.compile(r"[\w.~-]{1,200}", re.ASCII)
#: More pieces than any SDK makes of the largest file.
MAX_PIECES = 2000
DONE = "done"


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes ``start`` … ``end - 1`` of a file of ``total`` bytes (None: not known yet)."""

    upload_id: str
    start: int
    end: int
    total: int | None


def read_piece(headers: Mapping[str, str]) -> Piece | None:
    """None for an upload in one go. Raises RequestError for headers that contradict themselves."""
    written, upload_id = headers.get("content-range"), headers.get("x-unique-upload-id")
    if written is None or upload_id is None:
        return None
    match = _RANGE.fullmatch(written.strip())
    if match is None or int(match.group(1)) > int(match.group(2)):
        raise RequestError(f"Invalid Content-Range {written}: expected bytes <first>-<last>/<total or -1>")
    if not _UPLOAD_ID.fullmatch(upload_id):
        raise RequestError("Invalid X-Unique-Upload-Id: expected up to 200 letters, digits, dots, dashes")
    start, end = int(match.group(1)), int(match.group(2)) + 1
    total = int(match.group(3)) if is_natural(match.group(3)) else None
    if total is not None and end > total:
        raise RequestError(f"Invalid Content-Range {written}: it ends behind the file")
    return Piece(upload_id, start, end, total)


def add_piece(store: Store, cloud: str, piece: Piece, body: bytes, *, max_bytes: int) -> bytes | None:
    """Keep a piece; the whole file if this one closed the last gap, else None.

    Raises LimitExceeded for a file that is too large, RequestError for a piece whose length is not what it says.
    """
    if max(piece.end, piece.total or 0) > max_bytes:
        raise LimitExceeded(f"File size too large. Got {max(piece.end, piece.total or 0)}. Maximum is {max_bytes}.")
    if len(body) != piece.end - piece.start:
        raise RequestError(f"Invalid chunk: Content-Range says {piece.end - piece.start} bytes, got {len(body)}")
    folder = f"{PIECES}{hashlib.sha256(f'{cloud}/{piece.upload_id}'.encode()).hexdigest()}/"
    total = piece.total if piece.total is not None else ""
    store.put(f"{folder}{piece.start:015}-{piece.end:015}-{total}", body)
    names = [key for key in store.keys(folder, limit=MAX_PIECES) if not key.endswith(DONE)]
    if not _is_whole([key.removeprefix(folder) for key in names]):
        return None
    try:
        # Two pieces may both find the file whole: one of them puts it together.
        store.put(folder + DONE, b"", if_match="")
    except PreconditionFailed:
        return None
    parts = [store.get(key) for key in names]
    for key in (*names, folder + DONE):
        store.delete(key)
    if any(part is None for part in parts):
        raise RequestError("A chunk of this upload is missing; upload again with another X-Unique-Upload-Id")
    return b"".join(part.body for part in parts if part)


def _is_whole(names: Sequence[str]) -> bool:
    """Whether the pieces, in order, leave no gap and reach a total that one of them knew."""
    spans = [name.split("-") for name in names]
    totals = {int(total) for *_, total in spans if total}
    reached = 0
    for start, end, _ in spans:
        if int(start) != reached:
            return False
        reached = int(end)
    return reached in totals
