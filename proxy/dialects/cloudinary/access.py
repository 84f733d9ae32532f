"""What a delivery URL proves: signatures, tokens, and what a cloud asks to be signed (spec 1.3)."""

import contextlib
import time
from collections.abc import Iterator
from urllib.parse import quote

from starlette.requests import Request

from media.config import Cloud
from media.errors import BadSignature, BadTransformation
from media.operations.needs import Needs
from media.records.asset import Asset
from proxy.delivery.gate import NOT_ALLOWED, Grant
from proxy.dialects.cloudinary import access_token, signature
from proxy.dialects.cloudinary.access_token import Token, Use
from proxy.dialects.cloudinary.syntax.url import DeliveryUrl


def authorize(cloud: Cloud, url: DeliveryUrl, request: Request, *, is_allowed: bool = False) -> Grant:
    """What the request proved; raises BadSignature if it must prove more.

    A signature or token that is present must be valid, even if none is required. ``is_allowed``: the transformation
    needs no signature even if the cloud is strict.
    """
    if url.signature is not None and not signature.verify(url, cloud.keys.values()):
        raise BadSignature("Invalid signature")
    token = _token(cloud, request)
    if url.signature is not None:
        return Grant(is_owner=True, until=token.until if token else None)
    if token is not None:
        return Grant(is_owner=True, until=token.until, covers=lambda asset: token.covers(_paths(asset)))
    _check_unsigned(cloud, url, is_allowed=is_allowed)
    return Grant(is_allowed=is_allowed)


@contextlib.contextmanager
def told_to_the_owner(cloud: Cloud, grant: Grant) -> Iterator[None]:
    """What is wrong with a transformation is not told to a stranger to whom a strict cloud is closed anyway."""
    try:
        yield
    except BadTransformation as error:
        if cloud.strict and not (grant.is_owner or grant.is_allowed):
            raise BadSignature(NOT_ALLOWED) from error
        raise


def check_addons(cloud: Cloud, needs: Needs, grant: Grant) -> None:
    """Judged on the chain: a named transformation may hold what the URL does not show."""
    if needs.removes and not (cloud.unsigned_removal or grant.is_owner):
        raise BadSignature("Can't generate images using add-ons if URL isn't signed")


def _token(cloud: Cloud, request: Request) -> Token | None:
    token = access_token.find(request.scope["query_string"].decode("latin-1"))
    if token is None or not cloud.token_key:
        return None
    path = request.scope["raw_path"].partition(b"?")[0].decode("utf-8", "replace")
    address = request.client.host if request.client else None
    return access_token.verify(token, Use(path, time.time(), address), cloud.token_key)


def _paths(asset: Asset) -> Iterator[str]:
    """The paths that deliver an asset as it is: an access list that names one of them speaks of the asset."""
    for version in ("", "v1/", f"v{asset.version}/"):
        for public_id in (asset.public_id, quote(asset.public_id)):
            for extension in ("", f".{asset.format}"):
                yield f"/{asset.cloud}/{asset.resource_type}/{asset.type}/{version}{public_id}{extension}"


def _check_unsigned(cloud: Cloud, url: DeliveryUrl, *, is_allowed: bool) -> None:
    """What :mod:`proxy.delivery.gate` would refuse anyway, before anything is looked up."""
    is_derived = bool(url.components)
    if url.delivery_type == "authenticated" or (url.delivery_type == "private" and not is_derived):
        raise BadSignature(f"Resource of type {url.delivery_type} needs a signed URL")
    if cloud.strict and is_derived and not is_allowed and url.remote is not None:
        raise BadSignature(f"Transformation {url.transformation}/ is not allowed")
