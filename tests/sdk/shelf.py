"""Assets put into a running server's catalog from beside it, as a restored backup would be."""

import json
from pathlib import Path

from media.records.paths import asset_path, marker_path
from media.stores.store import Stat
from media.stores.trailer import trailer
from tests.media.records.test_catalog import asset


def stock(data: Path, folder: str, number: int) -> None:
    """``number`` records without bytes, tagged ``stock``, as files: the store would sync each to the disk."""
    for each in range(number):
        record = asset(f"{folder}/{each:05}", tags=("stock",), asset_id=f"{each:032x}")
        _lay(data / "store" / asset_path(record.ref), json.dumps(record.to_document()).encode())
        _lay(data / "store" / marker_path("tags", record.ref, "stock"), b"")


def _lay(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body + trailer(Stat(len(body), "etag")))
