"""Who may have a file: everybody, unless its projects sign their delivery; then who brings a token for it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from media.config import Cloud
from media.errors import BadSignature
from proxy.dialects.uploadcare.cdn import token
from proxy.dialects.uploadcare.cdn.token import Token


@dataclass(frozen=True, slots=True)
class Visit:
    """A request as signatures see it. ``path`` and ``query`` as sent; ``host`` is what it came to; ``now`` in unix
    seconds."""

    path: str
    query: str
    host: str
    now: float


def secrets_of(clouds: Mapping[str, Cloud], cloud: str) -> tuple[str, ...]:
    """The files of a cloud are those of all its projects, so the secrets are, too."""
    projects = clouds[cloud].projects.values() if cloud in clouds else ()
    return tuple(secret for project in projects for secret in project.delivery_secrets)


def find_token(visit: Visit, secrets: Sequence[str]) -> Token | None:
    """None if delivery is not signed. Raises BadSignature."""
    if not secrets:
        return None
    tokens, _ = token.take(visit.query)
    origins = [f"{scheme}://{visit.host}" for scheme in ("https", "http")]
    return token.verify(tokens, visit.path, origins, secrets, visit.now)


def check_beside(found: Token | None, file: str) -> None:
    """A token opens what its path shows: another file only if its owner wrote the whole path, or it covers that one."""
    if found is not None and not found.is_exact and not found.covers(f"/{file}/"):
        raise BadSignature("The token does not cover the overlay.")
