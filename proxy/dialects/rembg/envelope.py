"""How errors look to rembg's clients: FastAPI's ``{"detail": …}``, a list of faults for parameters (422)."""

from typing import Any

from media.error_answer import ErrorAnswer, json_answer
from media.errors import Forbidden, MediaError
from proxy.dialects.rembg.errors import Fault, Invalid

#: rembg answers 400 if its guard refuses an address.
_STATUSES: dict[type[MediaError], int] = {Forbidden: 400}

_HEADERS = {"Content-Type": "application/json", "Access-Control-Expose-Headers": "Retry-After, X-Request-Id"}


def envelope(error: MediaError) -> ErrorAnswer:
    return json_answer(error, _STATUSES.get(type(error), error.status), {"detail": _detail(error)}, _HEADERS)


def _detail(error: MediaError) -> Any:
    if isinstance(error, Invalid):
        return [_fault(fault) for fault in error.faults]
    return str(error) if error.public else "Internal Server Error"


def _fault(fault: Fault) -> dict[str, Any]:
    return {"type": fault.kind, "loc": [fault.place, fault.name], "msg": fault.message, "input": fault.value}
