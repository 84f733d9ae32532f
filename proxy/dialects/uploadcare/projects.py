"""Projects: which public key belongs to which cloud, with which secrets and which host. Pure.

The files of a cloud are those of all its projects; clouds of their own keep projects apart.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from media.config import Cloud, Project

SUBDOMAIN_LENGTH = 10
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Tenant:
    """A project by its public key, and the cloud that its files belong to."""

    public_key: str
    cloud: str
    project: Project


def tenants(clouds: Mapping[str, Cloud]) -> list[Tenant]:
    return [Tenant(key, name, project) for name, cloud in clouds.items() for key, project in cloud.projects.items()]


def find_tenant(clouds: Mapping[str, Cloud], public_key: str) -> Tenant | None:
    """Public keys are public: they are looked up, not compared in constant time."""
    return next((each for each in tenants(clouds) if each.public_key == public_key), None)


def subdomain_of(tenant: Tenant) -> str:
    """The host that delivers a project's files begins so: as configured, else as the vendor makes it of the key
    (SHA-256, read as one number in base 36, its first ten digits; clients compute the same)."""
    return tenant.project.subdomain or _base36(int(hashlib.sha256(tenant.public_key.encode()).hexdigest(), 16))


def _base36(number: int) -> str:
    digits = []
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))[:SUBDOMAIN_LENGTH]
