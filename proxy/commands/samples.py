"""The sample photographs of `cutout dev`, put into its cloud; NOTICE names their rights."""

from pathlib import Path

import proxy
from media.records.asset import SourceRef
from proxy.delivery.assets import find_asset
from proxy.delivery.ingest import receive
from proxy.http.uploads import Arrival
from proxy.services import Services

CLOUD = "demo"
FOLDER = Path(proxy.__path__[0]) / "photographs"
#: public id → file.
SAMPLES = {"cat": "cat.png", "coffee": "coffee.png", "astronaut": "astronaut.png", "rocket": "rocket.jpg"}


async def register_samples(services: Services) -> None:
    """Put the samples into the cloud ``demo`` unless they are there."""
    for public_id, name in SAMPLES.items():
        ref = SourceRef(CLOUD, "image", "upload", public_id)
        if await find_asset(services, ref) is None:
            await receive(services, Arrival((FOLDER / name).read_bytes(), name), ref)
