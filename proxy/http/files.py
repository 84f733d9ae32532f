"""Uploaded files that are no pictures, as answers: nothing that a browser could run as a part of our pages.

A sandbox keeps a file from being a page, but not from being a script or a style of one: for that it must be of another
type, or of another origin (``server.files_host``).
"""

import mimetypes

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from proxy.http.responses import attachment

UNKNOWN = "application/octet-stream"
#: Types that no browser runs, by their first part, and some by name. All others are saved, not shown.
PASSIVE_KINDS = ("image", "audio", "video", "font")
PASSIVE = frozenset({UNKNOWN, "text/plain", "text/csv", "application/pdf", "application/json", "application/zip"})
#: A picture by its name, a page by what it can hold.
ACTIVE = frozenset({"image/svg+xml"})


def type_of(extension: str) -> str:
    return mimetypes.guess_type(f"x.{extension}")[0] or UNKNOWN


def is_passive(mime: str) -> bool:
    return mime in PASSIVE or (mime.partition("/")[0] in PASSIVE_KINDS and mime not in ACTIVE)


def sent_as(extension: str, name: str, *, has_own_host: bool) -> tuple[str, dict[str, str]]:
    """Type and headers of a file: what a browser could run is saved as ``name``, unless its host is its own."""
    mime = type_of(extension)
    return (mime, {}) if has_own_host or is_passive(mime) else (UNKNOWN, attachment(name))


def to_files_host(request: Request, files_host: str, extension: str) -> Response | None:
    """A redirect of what a browser could run to the host of files, if there is one and this is another."""
    if not files_host or is_at(request, files_host) or is_passive(type_of(extension)):
        return None
    return RedirectResponse(str(request.url.replace(netloc=files_host)), headers={"Cache-Control": "no-store"})


def is_at(request: Request, host: str) -> bool:
    return bool(host) and request.headers["host"] == host
