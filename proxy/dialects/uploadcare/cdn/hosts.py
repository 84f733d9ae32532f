"""Which project a Host header names: ``<subdomain>.ucarecd.net``, ``<subdomain>.s.ucarecd.net`` for signed delivery,
``<public key>.ucr.io`` for proxied pictures. Pure."""

from collections.abc import Iterable, Mapping

from media.config import Cloud
from media.errors import NotFound
from proxy.dialects.uploadcare.projects import Tenant, subdomain_of, tenants

#: What stands in front of the zone on hosts of signed delivery.
SIGNED = ".s"


def tenant_at(host: str, clouds: Mapping[str, Cloud], zones: Iterable[str]) -> Tenant | None:
    """None for a host outside the zones, which serves the files of all projects. Raises NotFound for a subdomain of
    none."""
    name = host.lower().partition(":")[0]
    zone = next((zone for zone in zones if name.endswith(f".{zone}")), None)
    if zone is None:
        return None
    label = name.removesuffix(f".{zone}").removesuffix(SIGNED)
    for tenant in tenants(clouds):
        if label in (subdomain_of(tenant).lower(), tenant.public_key.lower()):
            return tenant
    raise NotFound("There is no project of this host.")
