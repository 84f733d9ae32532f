"""A file that a request may have, and how that request is answered."""

from dataclasses import dataclass, replace

from starlette.requests import Request

from media.records.asset import Asset
from proxy.delivery.gate import ANYBODY, Grant
from proxy.dialects.uploadcare.cdn.syntax.directives import Directive
from proxy.dialects.uploadcare.cdn.token import Token
from proxy.dialects.uploadcare.document import is_image
from proxy.http.responses import Caching
from proxy.services import Services

#: Scripts of any page may read the sides of a picture.
EXPOSED = "X-Image-Width, X-Image-Height, ETag, Content-Length, Retry-After, X-Background-Removal-Confidence"


@dataclass(frozen=True, slots=True)
class Opened:
    """``path`` as sent; ``file_name`` is what the address calls the file, empty for its own name."""

    asset: Asset
    token: Token | None
    directives: tuple[Directive, ...]
    file_name: str
    path: str
    request: Request

    @property
    def grant(self) -> Grant:
        return grant_of(self.token)

    @property
    def name(self) -> str:
        return self.file_name or self.asset.display_name or self.asset.public_id

    @property
    def is_image(self) -> bool:
        return is_image(self.asset)


def grant_of(token: Token | None) -> Grant:
    return ANYBODY if token is None else replace(ANYBODY, is_owner=True, until=token.until)


def caching(services: Services, vary: tuple[str, ...] = ()) -> Caching:
    return Caching(services.settings.delivery.max_age_seconds, vary=vary)
