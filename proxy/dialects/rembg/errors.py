"""What rembg's server refuses beyond our own tree. Pure."""

from dataclasses import dataclass

from media.errors import Forbidden, RequestError


@dataclass(frozen=True, slots=True)
class Fault:
    """One parameter that cannot be read, as FastAPI tells it: ``place`` is query or body."""

    place: str
    name: str
    kind: str
    message: str
    value: str | None


class Invalid(RequestError):
    """Parameters that cannot be read."""

    status = 422
    code = "invalid_parameters"

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.name}: {fault.message}" for fault in faults))
        self.faults = faults


class KeyNeeded(Forbidden):
    """Not an address that is refused (400) but a caller (403)."""
