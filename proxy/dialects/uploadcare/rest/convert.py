"""/convert/: documents and videos are not converted here, and every path of a request is told so."""

from starlette.responses import Response

from media.errors import NotFound
from proxy.dialects.uploadcare import files
from proxy.dialects.uploadcare.rest.auth import Refused
from proxy.dialects.uploadcare.rest.call import Call, answer, read_document
from proxy.services import Services

NOT_MADE = "This server converts no {kind}s."
JSON = "application/json"


async def convert(services: Services, call: Call) -> Response:
    document = await read_document(services, call)
    paths = document.get("paths") if isinstance(document, dict) else None
    if not isinstance(paths, list) or not paths or not all(isinstance(each, str) for each in paths):
        raise Refused(400, "“paths” parameter is required.")
    problem = NOT_MADE.format(kind=call.path["kind"])
    return answer({"problems": {each[:500]: problem for each in paths[:100]}, "result": []}, media_type=JSON)


async def status(services: Services, call: Call) -> Response:
    raise NotFound("Not found.")


async def formats(services: Services, call: Call) -> Response:
    asset = await files.find(services, call.cloud, call.path["uuid"])
    name = asset.display_name.rpartition(".")[2].lower()[:20]
    shown = {"name": name, "conversion_formats": [], "converted_groups": {}}
    return answer({"error": NOT_MADE.format(kind="document"), "format": shown}, media_type=JSON)
