"""Access to assets: signatures, tokens, and what a cloud asks to be signed (spec 1.3)."""

import time

from starlette.requests import Request

from media.config import Cloud
from media.errors import BadSignature
from media.operations.needs import Needs
from media.records.asset import Asset
from proxy.dialects.cloudinary import access_token, signature
from proxy.dialects.cloudinary.access_token import Use
from proxy.dialects.cloudinary.syntax.url import DeliveryUrl


def authorize(cloud: Cloud, url: DeliveryUrl, request: Request, *, is_allowed: bool = False) -> bool:
    """Whether the request proved that it comes from the cloud's owner; raises BadSignature if it must and did not.

    A signature that is present must be valid, even if none is required. ``is_allowed``: the transformation needs no
    signature even if the cloud is strict.
    """
    if url.signature is not None and not signature.verify(url, cloud.keys.values()):
        raise BadSignature("Invalid signature")
    token = access_token.find(request.scope["query_string"].decode("latin-1"))
    if token is not None and cloud.token_key:
        path = request.scope["raw_path"].partition(b"?")[0].decode("utf-8", "replace")
        address = request.client.host if request.client else None
        access_token.verify(token, Use(path, time.time(), address), cloud.token_key)
        return True
    if url.signature is None:
        _check_unsigned(cloud, url, is_allowed=is_allowed)
    return url.signature is not None


def _check_unsigned(cloud: Cloud, url: DeliveryUrl, *, is_allowed: bool) -> None:
    is_derived = bool(url.components)
    if url.delivery_type == "authenticated" or (url.delivery_type == "private" and not is_derived):
        raise BadSignature(f"Resource of type {url.delivery_type} needs a signed URL")
    if cloud.strict and is_derived and not is_allowed:
        raise BadSignature(f"Transformation {url.transformation}/ is not allowed")


def check_access_control(asset: Asset, *, is_signed: bool, now: float) -> None:
    """An asset with rules needs a signature, except while an ``anonymous`` rule's time runs."""
    if not asset.access_control or is_signed:
        return
    instant = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    for rule in asset.access_control:
        begins, ends = str(rule.get("start") or ""), str(rule.get("end") or "9999")
        if rule.get("access_type") == "anonymous" and begins <= instant <= ends:
            return
    raise BadSignature(f"Access to {asset.public_id} is restricted: deny or ACL failure")


def check_chain(cloud: Cloud, needs: Needs, *, is_signed: bool) -> None:
    """Judged on the chain: a named transformation may hold what the URL does not show."""
    if is_signed:
        return
    if not cloud.unsigned_removal and needs.cutout is not None:
        raise BadSignature("Can't generate images using add-ons if URL isn't signed")
    if any(source.startswith(("image/private/", "image/authenticated/")) for source in needs.sources):
        raise BadSignature("A private layer needs a signed URL")
