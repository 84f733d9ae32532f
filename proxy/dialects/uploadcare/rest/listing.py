"""GET /files/: a page of what is there, or of what was deleted.

Files that are not stored are young: who asks for them alone need not walk through all that is stored.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from starlette.responses import Response

from media.records import expiry
from media.records.catalog import Catalog
from proxy.dialects.uploadcare import identity
from proxy.dialects.uploadcare.document import Removed, file_document, is_stored
from proxy.dialects.uploadcare.files import FILES, REMOVED, as_removed, find_all
from proxy.dialects.uploadcare.rest.call import Call, answer, wants_appdata
from proxy.dialects.uploadcare.rest.page import Question, address, read_flag, read_question
from proxy.dialects.uploadcare.settings import Uploadcare
from proxy.dialects.uploadcare.timeline import Timeline
from proxy.services import Services

FIELD = "datetime_uploaded"
#: Names that are looked at together.
CHUNK = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """``stored`` None is both; unstored files are younger than ``youngest`` (unix seconds)."""

    cloud: str
    removed: bool
    stored: bool | None
    youngest: float


@dataclass(frozen=True, slots=True)
class Found:
    """``next`` and ``previous`` are the uuids that begin the pages beside these rows."""

    rows: list[Removed]
    next: str | None
    previous: str | None
    total: int
    totals: dict[str, int]


async def list_files(services: Services, call: Call) -> Response:
    removed, stored = read_flag(call.query, "removed"), read_flag(call.query, "stored")
    shared = {name: call.query[name] for name in ("removed", "stored", "include") if call.query.get(name)}
    question = read_question(call.query, FIELD, shared)
    youngest = time.time() - services.settings.vendor(Uploadcare).unstored_seconds
    wanted = Wanted(call.cloud, bool(removed), stored, youngest)
    found = await services.io.run(_find, services.catalog, wanted, question)
    with_appdata, base = wants_appdata(call), f"{call.base}/files/"
    rows = [
        file_document(row.asset, call.bases, with_appdata=with_appdata, removed=row.moment or None)
        for row in found.rows
    ]
    return answer(
        {
            "next": address(base, question, found.next),
            "previous": address(base, question, found.previous),
            "total": found.total,
            "totals": found.totals,
            "per_page": question.limit,
            "results": rows,
        }
    )


def _find(catalog: Catalog, wanted: Wanted, question: Question) -> Found:
    rows = list(islice(_rows(catalog, wanted, question.first_name(), question.is_descending), question.limit + 1))
    shown, behind = rows[: question.limit], rows[question.limit :]
    before: list[str] = []
    if question.start is not None and shown:
        first = shown[0].asset.public_id
        back = _rows(catalog, wanted, first, not question.is_descending)
        before = [row.asset.public_id for row in islice(back, question.limit + 1) if row.asset.public_id != first]
    totals = _totals(catalog, wanted.cloud)
    kept = totals["stored"] + totals["unstored"]
    total = {None: kept, True: totals["stored"], False: totals["unstored"]}[wanted.stored]
    return Found(
        shown, behind[0].asset.public_id if behind else None, before[-1] if before else None,
        totals["removed"] if wanted.removed else total, totals,
    )  # fmt: skip


def _totals(catalog: Catalog, cloud: str) -> dict[str, int]:
    unstored = expiry.count(catalog, cloud)
    kept = Timeline(catalog, FILES, cloud).count()
    return {
        "removed": Timeline(catalog, REMOVED, cloud).count(), "stored": max(0, kept - unstored), "unstored": unstored,
    }  # fmt: skip


def _rows(catalog: Catalog, wanted: Wanted, start: str, is_descending: bool) -> Iterator[Removed]:
    """From ``start`` on, as ``wanted``; of files that are there ``moment`` is 0."""
    timeline = Timeline(catalog, REMOVED if wanted.removed else FILES, wanted.cloud)
    seeks_young = wanted.stored is False and not wanted.removed
    if seeks_young and not is_descending:
        start = max(start, identity.first_uuid(wanted.youngest))
    for names in timeline.chunks(start, CHUNK, descending=is_descending):
        if seeks_young and is_descending and identity.made_at(names[0]) < wanted.youngest:
            return
        found = _removed(timeline, names) if wanted.removed else _there(catalog, wanted.cloud, names)
        yield from (row for row in found if wanted.stored in (None, is_stored(row.asset)))


def _removed(timeline: Timeline, names: list[str]) -> Iterator[Removed]:
    yield from (as_removed(document) for name in names if (document := timeline.get(name)))


def _there(catalog: Catalog, cloud: str, names: list[str]) -> Iterator[Removed]:
    yield from (Removed(asset, 0) for asset in find_all(catalog, cloud, names))
