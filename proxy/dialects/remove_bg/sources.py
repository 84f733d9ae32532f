"""The pictures of a request: from a file, base64 or an address to a stored source, faults in the vendor's codes."""

from dataclasses import dataclass

from starlette.requests import Request

from media.errors import (
    Forbidden,
    LimitExceeded,
    NotFound,
    OriginError,
    RequestError,
    SourceError,
    UnsupportedFormat,
)
from media.records.asset import Asset, SourceRef
from proxy.delivery.ingest import keep_guest, open_address
from proxy.dialects.remove_bg.errors import Refused
from proxy.dialects.remove_bg.settings import RemoveBg
from proxy.http.collector import Source
from proxy.http.forms import Form, read_form
from proxy.http.syntax.base64_text import NotBase64
from proxy.http.uploads import Arrival
from proxy.services import Services

#: The delivery type that names these sources; they have no record, so no URL leads to them.
TYPE = "remove_bg"


@dataclass(frozen=True, slots=True)
class Role:
    """What a picture is for: the codes of its address."""

    invalid_url: str
    failed_download: str


#: The fields that hold a picture themselves.
FIELDS = {
    "image_file": Source.FILE,
    "image_file_b64": Source.BASE64,
    "bg_image_file": Source.FILE,
}
SOURCE = Role("invalid_image_url", "failed_image_download")
BACKGROUND = Role("invalid_bg_image_url", "failed_bg_download")


async def read_fields(services: Services, request: Request) -> Form:
    """Raises Refused for pictures that are too large or no base64."""
    try:
        return await read_form(
            services, request, FIELDS, file_bytes=services.settings.vendor(RemoveBg).max_source_bytes
        )
    except NotBase64 as error:
        raise Refused("failed_to_read_image", str(error)) from error


async def receive_source(services: Services, cloud: str, fields: Form, name: str) -> Asset:
    """``name`` is the field that holds the picture. Raises Refused."""
    return await _keep(services, cloud, await open_source(services, fields, name))


async def receive_background(services: Services, cloud: str, fields: Form) -> Asset | None:
    """The picture to lay under the subject, if one is given. Raises Refused."""
    if "bg_image_file" in fields.files:
        return await _keep(services, cloud, await open_source(services, fields, "bg_image_file"))
    if "bg_image_url" in fields.texts:
        return await _keep(services, cloud, await _fetch(services, fields.texts["bg_image_url"], BACKGROUND))
    return None


async def open_source(services: Services, fields: Form, name: str) -> Arrival:
    """The bytes of the source, not yet judged. Raises Refused."""
    if name in fields.files:
        return await services.io.run(fields.files[name].read)
    if name == "image_url":
        return await _fetch(services, fields.texts[name], SOURCE)
    raise Refused("invalid_file_type", f"{name} must be a file, got text.")


async def _fetch(services: Services, url: str, role: Role) -> Arrival:
    if not url.startswith(("http://", "https://")):
        raise Refused(role.invalid_url, f"The URL must begin with http:// or https://, got {url[:80]!r}.")
    try:
        return await open_address(services, url)
    except LimitExceeded as error:
        raise Refused("file_too_large", str(error)) from error
    except (NotFound, OriginError) as error:
        raise Refused(role.failed_download, str(error)) from error
    except (Forbidden, RequestError) as error:
        raise Refused(role.invalid_url, str(error)) from error


async def _keep(services: Services, cloud: str, arrival: Arrival) -> Asset:
    settings = services.settings.vendor(RemoveBg)
    if len(arrival.body) > settings.max_source_bytes:
        raise Refused("file_too_large", f"The file must have at most {settings.max_source_bytes} bytes.")
    try:
        asset = await keep_guest(services, arrival, SourceRef(cloud, "image", TYPE, arrival.filename))
    except UnsupportedFormat as error:
        raise Refused("invalid_file_type", str(error)) from error
    except LimitExceeded as error:
        raise Refused("resolution_too_high", str(error)) from error
    except SourceError as error:
        raise Refused("failed_to_read_image", str(error)) from error
    if asset.width * asset.height > settings.max_source_pixels:
        size = f"{asset.width}×{asset.height}"
        raise Refused(
            "resolution_too_high", f"The image must have at most {settings.max_source_pixels} pixels, got {size}."
        )
    return asset
