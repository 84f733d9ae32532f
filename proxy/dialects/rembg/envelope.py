"""How errors look to rembg's clients: FastAPI's ``{"detail": …}``, a list of faults for parameters (422)."""

import json
from typing import Any

from media.errors import Forbidden, MediaError, Retryable
from proxy.dialects.rembg.errors import Fault, Invalid

#: rembg answers 400 where its guard refuses an address.
_STATUSES: dict[type[MediaError], int] = {Forbidden: 400}

Answer = tuple[int, dict[str, str], bytes]


def envelope(error: MediaError) -> Answer:
    """Status, headers and body."""
    headers = {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "Retry-After, X-Request-Id",
    }
    if isinstance(error, Retryable):
        headers["Retry-After"] = str(error.retry_after)
    body = json.dumps({"detail": _detail(error)}).encode()
    return _STATUSES.get(type(error), error.status), headers, body


def _detail(error: MediaError) -> Any:
    if isinstance(error, Invalid):
        return [_fault(fault) for fault in error.faults]
    return str(error) if error.public else "Internal Server Error"


def _fault(fault: Fault) -> dict[str, Any]:
    return {"type": fault.kind, "loc": [fault.place, fault.name], "msg": fault.message, "input": fault.value}
