"""The table of the Upload API."""

from starlette.requests import Request
from starlette.responses import Response

from media.errors import NotFound
from proxy.dialect import Dialect, Path
from proxy.dialects.uploadcare import paths  # noqa: F401  (registers what templates use)
from proxy.dialects.uploadcare.upload import direct, from_url, groups, multipart
from proxy.dialects.uploadcare.upload.call import endpoint
from proxy.dialects.uploadcare.upload.errors import as_text, envelope_for
from proxy.services import Services

METHODS = ("GET", "POST", "PUT", "DELETE")
#: First segments of our paths.
ROOTS = ("base", "from_url", "multipart", "group", "info")
ROWS = (
    ("POST", "/base", endpoint(direct.upload, takes_files=True)),
    ("GET", "/info", endpoint(direct.info, needs_signature=False)),
    ("POST", "/from_url", endpoint(from_url.begin)),
    ("GET", "/from_url/status", from_url.status),
    ("POST", "/multipart/start", endpoint(multipart.start)),
    ("PUT", "/multipart/parts/{uuid:uuid36}/{number}", multipart.put_part),
    ("POST", "/multipart/complete", endpoint(multipart.complete, needs_signature=False)),
    ("POST", "/group", endpoint(groups.create)),
    ("GET", "/group/info", endpoint(groups.info, needs_signature=False)),
)


async def nowhere(services: Services, request: Request) -> Response:
    raise NotFound("Not found.")


UPLOADCARE_UPLOAD = Dialect(
    "uploadcare_upload",
    (
        *(Path(f"{path}{{end:slashes}}", (method,), answered) for method, path, answered in ROWS),
        *(Path(f"/{root}/{{rest:unknown}}", METHODS, nowhere) for root in ROOTS),
    ),
    as_text,
    envelope_for=envelope_for,
)
