"""The table of the REST API. A request is taken by the first row that matches it."""

from proxy.dialect import Dialect, Path
from proxy.dialects.uploadcare import paths  # noqa: F401  (registers what templates use)
from proxy.dialects.uploadcare.envelope import envelope
from proxy.dialects.uploadcare.rest import project
from proxy.dialects.uploadcare.rest.call import endpoint, nowhere
from proxy.dialects.uploadcare.settings import Uploadcare

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
#: First segments of our paths.
ROOTS = ("files", "groups", "project", "webhooks", "addons", "convert")
#: Method, path, action.
ROWS = (("GET", "/project", project.show),)

UPLOADCARE = Dialect(
    "uploadcare",
    (
        *(Path(f"{path}{{end:slashes}}", (method,), endpoint(action)) for method, path, action in ROWS),
        *(Path(f"/{root}/{{rest:unknown}}", METHODS, endpoint(nowhere)) for root in ROOTS),
    ),
    envelope,
    settings=Uploadcare,
)
