"""Where clients reach the APIs and the files: as configured, else as the request came."""

from starlette.requests import Request

from proxy.dialects.uploadcare.document import Bases
from proxy.dialects.uploadcare.settings import Uploadcare
from proxy.http.hosts import own_address
from proxy.services import Services


def bases_of(services: Services, request: Request) -> Bases:
    address = own_address(services.settings.server.public_url, request)
    return Bases(address, services.settings.vendor(Uploadcare).cdn_base.rstrip("/") or address)
