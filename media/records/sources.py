"""Sources in the store: bytes under their digest, shared by every record that names it.

Bytes that no record names are deleted (:mod:`media.retention.sources`), by any sweep, on any machine. What keeps
a record's bytes, at whatever moment the record is written:

* A writer puts the bytes, there or not, so that they are young, then writes the record, and only if they still lie
  there (:func:`check_source`). A record that takes its digest from another one (a rename) makes them young first.
* A sweep takes bytes away only if a walk through all records found none that names them **and** they were last put a
  grace before that walk began. A record that the walk missed, since it was written or renamed meanwhile, has young
  bytes: the grace is longer than any request.
* Taking away is a move to where :func:`load_source` still finds them. The next sweep that a grace has passed puts back
  what a record names by then; only what stayed unnamed is deleted. That is for S3, whose move is not one act.
"""

from media.errors import Unavailable
from media.stores.store import Store

#: Two letters of fan-out keep folders and S3 listings even.
SOURCES = "sources/"
#: Those that no record named, on their way out.
RETIRED = "retired/"
#: Pieces of large uploads that are not whole yet.
PIECES = "chunks/"


def source_path(digest: str) -> str:
    return f"{SOURCES}{digest[:2]}/{digest}"


def retired_path(digest: str) -> str:
    return f"{RETIRED}{digest[:2]}/{digest}"


def save_source(store: Store, digest: str, body: bytes) -> None:
    store.put(source_path(digest), body)


def renew_source(store: Store, digest: str) -> None:
    """Make the bytes as young as if they were saved now."""
    if not store.touch(source_path(digest)) and (retired := store.get(retired_path(digest))):
        save_source(store, digest, retired.body)


def load_source(store: Store, digest: str) -> bytes | None:
    """The bytes, or None if they are gone."""
    blob = store.get(source_path(digest)) or store.get(retired_path(digest))
    return blob.body if blob else None


def check_source(store: Store, digest: str) -> None:
    """To be called before a record is written that names ``digest``. Raises Unavailable if its bytes are gone."""
    if store.stat(source_path(digest)) is None:
        raise Unavailable("The file was removed before it was recorded; send it again.", retry_after=1)
