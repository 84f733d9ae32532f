"""POST /invalidate: fetch again what an origin has changed.

::

    X-Client-Key: <key>
    {"scope": "original" | "urls" | "all", "urls": ["/v7/https://host/p.jpg?w=400", …]}

Derived assets are content-addressed, so there is nothing to purge: a source that is fetched anew and differs has new
ones. The old copy stays until then, in case its origin is down.
"""

from collections.abc import Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from media.errors import Forbidden, NotFound, RequestError
from media.json_text import read_json
from media.records.asset import Asset, SourceRef
from proxy.delivery.assets import FETCH
from proxy.dialects.cloudimage import grammar
from proxy.dialects.cloudimage.settings import Cloudimage, CloudimageToken
from proxy.dialects.cloudimage.tenant import find_token, locate
from proxy.http.forms import read_body
from proxy.runtime.accounts import find_account
from proxy.runtime.secret_tokens import is_one_of
from proxy.services import Services

#: Before any age limit: the next request fetches again.
LONG_AGO = "1970-01-01T00:00:00Z"
SCOPES = ("original", "urls", "all")
MAX_URLS = 1000
API = "cloudimage"
CREATED = 201


async def invalidate(services: Services, request: Request) -> Response:
    token = find_token(services.settings.vendor(Cloudimage), request.headers.get("host", ""))
    _authorize(services, token, request.headers.get("x-client-key", ""))
    urls = await services.io.run(read_order, await read_body(services, request))
    refs = [SourceRef(token.cloud, "image", FETCH, name) for url in urls for name in _addresses(url, token)]
    if refs:
        count = await services.io.run(_age, services, refs)
    else:
        count = await services.io.run(_age_all, services, token.cloud)
    return JSONResponse({"status": "success", "invalidated": count}, status_code=CREATED)


def read_order(body: bytes) -> tuple[str, ...]:
    """The paths of the document above, none for the scope ``all``. Raises RequestError for anything else."""
    try:
        document = read_json(body)
    except ValueError as error:
        raise RequestError(f"The body must be a JSON object with scope and urls, it {error}.") from error
    scope, urls = (document.get("scope"), document.get("urls", [])) if isinstance(document, dict) else (None, [])
    if scope not in SCOPES:
        raise RequestError(f"scope must be one of {', '.join(SCOPES)}, got {str(scope)[:80]!r}.")
    if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls) or len(urls) > MAX_URLS:
        raise RequestError(f"urls must be a list of at most {MAX_URLS} paths.")
    if scope != "all" and not urls:
        raise RequestError(f"urls must name at least one path for the scope {scope}.")
    return () if scope == "all" else tuple(urls)


def _authorize(services: Services, token: CloudimageToken, given: str) -> None:
    if token.client_keys:
        is_known = is_one_of(given, token.client_keys)
    else:
        is_known = find_account(services.settings.clouds, API, given).cloud == token.cloud
    if not is_known:
        raise Forbidden("The X-Client-Key header must hold a key of the account.")


def _addresses(url: str, token: CloudimageToken) -> tuple[str, ...]:
    path, _, query = url.partition("?")
    return locate(grammar.parse("/" + path.lstrip("/"), query, token.presets), token)


def _age(services: Services, refs: Sequence[SourceRef]) -> int:
    return sum(_age_one(services, ref) for ref in refs)


def _age_one(services: Services, ref: SourceRef) -> bool:
    try:
        services.catalog.update(ref, _aged)
    except NotFound:
        return False
    return True


def _age_all(services: Services, cloud: str) -> int:
    cursor, count = "", 0
    while True:
        page = services.catalog.list_assets(cloud, "image", FETCH, cursor=cursor)
        count += _age(services, [asset.ref for asset in page.assets])
        cursor = page.cursor
        if not cursor:
            return count


def _aged(asset: Asset) -> Asset:
    return replace(asset, uploaded_at=LONG_AGO)
