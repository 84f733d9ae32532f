"""The table of both APIs. A request is taken by the first row that matches it."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from media.errors import NotFound
from proxy.dialect import Dialect, Path
from proxy.dialects.cloudinary.api.admin import (
    account,
    assets,
    deletions,
    download,
    folders,
    lists,
    presets,
    relations,
    search,
    transformations,
    triggers,
    versions,
)
from proxy.dialects.cloudinary.api.call import NO_STORE, Call, admin, public, raw
from proxy.dialects.cloudinary.api.upload import batches, edits
from proxy.dialects.cloudinary.api.upload.upload import check_early, upload
from proxy.dialects.cloudinary.envelope import api_envelope
from proxy.services import Services

ROOT = "/v1_1/{cloud}"


async def archive(services: Services, call: Call) -> Response:
    made = await download.archive(services, call)
    return made if isinstance(made, Response) else JSONResponse(made, headers=NO_STORE)


#: Method, path below the cloud, action. Admin calls need Basic credentials and count against the quota.
ADMIN = (
    ("GET", "/ping", account.ping),
    ("GET", "/config", account.config),
    ("GET", "/usage", account.usage),
    ("GET", "/usage/{date}", account.usage),
    ("GET", "/tags/{resource_type}", account.tags),
    ("GET", "/resources", assets.resource_types),
    ("DELETE", "/resources", deletions.delete_by_asset_ids),
    ("GET", "/resources/search", search.search),
    ("POST", "/resources/search", search.search),
    ("GET", "/resources/by_asset_ids", lists.by_asset_ids),
    ("GET", "/resources/by_asset_folder", lists.list_folder),
    ("POST", "/resources/restore", versions.restore),
    ("DELETE", "/resources/backup/{asset_id}", versions.delete_backups),
    ("POST", "/resources/related_assets/{asset_id}", relations.relate),
    ("DELETE", "/resources/related_assets/{asset_id}", relations.unrelate),
    ("POST", "/resources/related_assets/{resource_type}/{type}/{public_id:anything}", relations.relate),
    ("DELETE", "/resources/related_assets/{resource_type}/{type}/{public_id:anything}", relations.unrelate),
    ("GET", "/resources/{resource_type}", assets.one_asset),
    ("GET", "/resources/{resource_type}/tags/{tag:anything}", lists.list_tagged),
    ("DELETE", "/resources/{resource_type}/tags/{tag:anything}", deletions.delete_tagged),
    ("GET", "/resources/{resource_type}/context", lists.list_by_context),
    ("GET", "/resources/{resource_type}/moderations/{kind}/{status}", lists.list_moderated),
    ("GET", "/resources/{resource_type}/{type}", lists.list_assets),
    ("DELETE", "/resources/{resource_type}/{type}", deletions.delete_assets),
    ("POST", "/resources/{resource_type}/{type}/restore", versions.restore),
    ("GET", "/resources/{resource_type}/{type}/{public_id:anything}", assets.show),
    ("POST", "/resources/{resource_type}/{type}/{public_id:anything}", assets.update),
    ("DELETE", "/derived_resources", deletions.delete_derived),
    ("GET", "/transformations", transformations.list_transformations),
    ("POST", "/transformations", transformations.create),
    ("PUT", "/transformations", transformations.update),
    ("DELETE", "/transformations", transformations.delete),
    ("GET", "/transformations/{name:anything}", transformations.show),
    ("PUT", "/transformations/{name:anything}", transformations.update),
    ("DELETE", "/transformations/{name:anything}", transformations.delete),
    ("GET", "/upload_presets", presets.list_presets),
    ("POST", "/upload_presets", presets.create),
    ("GET", "/upload_presets/{name:anything}", presets.show),
    ("PUT", "/upload_presets/{name:anything}", presets.update),
    ("DELETE", "/upload_presets/{name:anything}", presets.delete),
    ("GET", "/folders", folders.list_folders),
    ("GET", "/folders/{folder:anything}", folders.list_folders),
    ("POST", "/folders/{folder:anything}", folders.create_folder),
    ("PUT", "/folders/{folder:anything}", folders.rename_folder),
    ("DELETE", "/folders/{folder:anything}", folders.delete_folder),
    ("GET", "/triggers", triggers.list_triggers),
    ("POST", "/triggers", triggers.create),
    ("PUT", "/triggers/{id}", triggers.update),
    ("DELETE", "/triggers/{id}", triggers.delete),
    ("POST", "/triggers/{id}/test", triggers.test),
)
#: Upload calls look to their own admission: a signature in the form, a preset, a token.
UPLOAD = (
    ("/{resource_type}/explicit", edits.explicit),
    ("/{resource_type}/rename", edits.rename),
    ("/{resource_type}/destroy", edits.destroy),
    ("/{resource_type}/tags", edits.tags),
    ("/{resource_type}/context", edits.context),
    ("/{resource_type}/metadata", edits.update_metadata),
    ("/delete_by_token", edits.delete_by_token),
    ("/{resource_type}/delete_by_token", edits.delete_by_token),
    *((f"/{{resource_type}}/{name}", edits.refusal(name)) for name in edits.NOT_MADE),
)
FILES = (
    (("GET",), "/{resource_type}/download", download.download),
    (("GET",), "/download_backup", download.download_backup),
    (("GET", "POST"), "/{resource_type}/generate_archive", archive),
    (("GET",), "/batches/{batch_id}", batches.progress),
)


async def unknown(services: Services, request: Request) -> Response:
    raise NotFound(f"There is no call {request.method} /{request.path_params['rest']} here")


CLOUDINARY_API = Dialect(
    "cloudinary_api",
    (
        *(Path(ROOT + path, (method,), admin(action)) for method, path, action in ADMIN),
        *(Path(ROOT + path, methods, raw(answer)) for methods, path, answer in FILES),
        Path(f"{ROOT}/{{resource_type}}/upload", ("POST",), public(upload, check_early)),
        *(Path(ROOT + path, ("POST",), public(action)) for path, action in UPLOAD),
        Path(f"{ROOT}/{{rest:anything}}", ("GET", "POST", "PUT", "DELETE"), unknown),
    ),
    api_envelope,
)
