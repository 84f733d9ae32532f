"""Requests signed as the vendors' SDKs sign them."""

import time

from proxy.dialects.cloudinary.signature import sign_request


def signed(
    fields: dict[str, str], key: str = "demo-key", secret: str = "demo-secret", *, version: int = 2
) -> dict[str, str]:
    stamped = {"timestamp": str(int(time.time())), **fields}
    return {**stamped, "api_key": key, "signature": sign_request(stamped, secret, version=version)}
