"""The table of the REST API. A request is taken by the first row that matches it."""

from proxy.dialect import Dialect, Path
from proxy.dialects.uploadcare import paths  # noqa: F401  (registers what templates use)
from proxy.dialects.uploadcare.rest import (
    addons,
    attributes,
    convert,
    copies,
    files,
    groups,
    listing,
    project,
    search,
    webhooks,
)
from proxy.dialects.uploadcare.rest.call import endpoint, nowhere
from proxy.dialects.uploadcare.rest.envelope import envelope
from proxy.dialects.uploadcare.settings import Uploadcare

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
#: First segments of our paths.
ROOTS = ("files", "groups", "project", "webhooks", "addons", "convert")
_FILE, _GROUP = "/files/{uuid:uuid36}", "/groups/{uuid:uuid36}~{count:int}"
#: Method, path, action.
ROWS = (
    ("GET", "/project", project.show),
    ("GET", "/files", listing.list_files),
    ("PUT", "/files/storage", files.store_all),
    ("DELETE", "/files/storage", files.delete_all),
    ("POST", "/files/search", search.search),
    ("POST", "/files/local_copy", copies.local_copy),
    ("POST", "/files/remote_copy", copies.remote_copy),
    ("GET", _FILE, files.show),
    # The form of earlier versions, which clients still write.
    ("DELETE", _FILE, files.delete),
    ("PUT", f"{_FILE}/storage", files.store),
    ("DELETE", f"{_FILE}/storage", files.delete),
    ("GET", f"{_FILE}/metadata", attributes.show_metadata),
    ("GET", f"{_FILE}/metadata/{{key}}", attributes.show_value),
    ("PUT", f"{_FILE}/metadata/{{key}}", attributes.set_value),
    ("DELETE", f"{_FILE}/metadata/{{key}}", attributes.delete_value),
    ("GET", f"{_FILE}/tags", attributes.show_tags),
    ("PUT", f"{_FILE}/tags", attributes.set_tags),
    ("PATCH", f"{_FILE}/tags", attributes.change_tags),
    ("GET", "/groups", groups.list_groups),
    ("GET", _GROUP, groups.show),
    ("DELETE", _GROUP, groups.delete),
    ("GET", "/webhooks", webhooks.list_hooks),
    ("POST", "/webhooks", webhooks.create),
    ("DELETE", "/webhooks/unsubscribe", webhooks.unsubscribe),
    ("PUT", "/webhooks/{id}", webhooks.update),
    ("DELETE", "/webhooks/{id}", webhooks.delete),
    ("POST", "/addons/{name}/execute", addons.execute),
    ("GET", "/addons/{name}/execute/status", addons.status),
    ("GET", "/convert/document/{uuid:uuid36}", convert.formats),
    ("GET", "/convert/{kind}/status/{token}", convert.status),
    ("POST", "/convert/{kind}", convert.convert),
)

UPLOADCARE = Dialect(
    "uploadcare",
    (
        *(Path(f"{path}{{end:slashes}}", (method,), endpoint(action)) for method, path, action in ROWS),
        *(Path(f"/{root}/{{rest:unknown}}", METHODS, endpoint(nowhere)) for root in ROOTS),
    ),
    envelope,
    settings=Uploadcare,
)
