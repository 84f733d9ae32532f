"""POST /files/search/: conditions on files that are there. No index: the newest files are looked at, one by one."""

from itertools import islice
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from media.integers import is_natural
from media.records.asset import Asset
from media.records.catalog import Catalog
from proxy.dialects.uploadcare.document import file_document
from proxy.dialects.uploadcare.files import FILES, find_all
from proxy.dialects.uploadcare.rest.auth import Invalid
from proxy.dialects.uploadcare.rest.call import Call, answer, read_document, wants_appdata
from proxy.dialects.uploadcare.rest.conditions import SORTS, Search, read_search
from proxy.dialects.uploadcare.timeline import Timeline
from proxy.services import Services

DEFAULT_LIMIT, MOST_ROWS, MOST_WINDOW = 20, 100, 1000
#: More files are not searched.
MOST_FILES, CHUNK = 20_000, 500


async def search(services: Services, call: Call) -> Response:
    limit, offset = _number(call, "limit", DEFAULT_LIMIT, 1, MOST_ROWS), _number(call, "offset", 0, 0, MOST_WINDOW)
    if limit + offset > MOST_WINDOW:
        raise Invalid({"offset": [f"offset + limit must not exceed {MOST_WINDOW}."]})
    wanted = read_search(await read_document(services, call))
    found = await services.io.run(_find, services.catalog, call.cloud, wanted)
    with_appdata = wants_appdata(call)
    shown = found[offset : offset + limit]
    return answer(
        {
            "next": _address(call, limit, offset + limit) if offset + limit < min(len(found), MOST_WINDOW) else None,
            "previous": _address(call, limit, max(0, offset - limit)) if offset else None,
            "total": len(found),
            "per_page": limit,
            "results": [
                {**file_document(asset, call.bases, with_appdata=with_appdata), "highlight": {}} for asset in shown
            ],
        }
    )


def _find(catalog: Catalog, cloud: str, wanted: Search) -> list[Asset]:
    names = islice(Timeline(catalog, FILES, cloud).each("", descending=True), MOST_FILES)
    scored: list[tuple[Asset, float]] = []
    while chunk := list(islice(names, CHUNK)):
        scored += [(asset, score) for asset in find_all(catalog, cloud, chunk) if (score := wanted.score(asset))]
    # Sorts are stable: the least important first.
    for name, descends in reversed(wanted.sorts):
        scored.sort(key=lambda pair, of=SORTS[name]: of(*pair), reverse=descends)  # type: ignore[misc]
    return [asset for asset, _ in scored]


def _number(call: Call, name: str, default: int, low: int, high: int) -> int:
    written = call.query.get(name) or str(default)
    if not is_natural(written) or not low <= int(written) <= high:
        raise Invalid({name: [f"Must be a whole number {low}..{high}."]})
    return int(written)


def _address(call: Call, limit: int, offset: int) -> str:
    pairs: dict[str, Any] = {"limit": limit, "offset": offset}
    include = {"include": call.query["include"]} if call.query.get("include") else {}
    return f"{call.base}/files/search/?{urlencode({**pairs, **include})}"
