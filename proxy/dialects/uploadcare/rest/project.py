"""GET /project/: the project of the keys."""

from starlette.responses import Response

from proxy.dialects.uploadcare.rest.call import Call, answer
from proxy.services import Services


async def show(services: Services, call: Call) -> Response:
    tenant = call.tenant
    return answer(
        {
            "name": tenant.project.name or tenant.public_key,
            "pub_key": tenant.public_key,
            "collaborators": [],
            "autostore_enabled": tenant.project.autostore,
        }
    )
