"""The sample photographs of `cutout dev`: freely licensed pictures inside the scikit-image wheel."""

import importlib.util
from pathlib import Path

from media.records.asset import SourceRef
from proxy.delivery.assets import find_asset
from proxy.delivery.ingest import receive
from proxy.http.uploads import Arrival
from proxy.services import Services

CLOUD = "demo"
#: public id → file in skimage/data.
SAMPLES = {"cat": "chelsea.png", "coffee": "coffee.png", "astronaut": "astronaut.png", "rocket": "rocket.jpg"}


async def register_samples(services: Services) -> tuple[str, ...]:
    """Put the samples into the cloud ``demo`` unless they are there; returns the ids that can be used."""
    folder = _folder()
    registered = []
    for public_id, name in SAMPLES.items():
        ref = SourceRef(CLOUD, "image", "upload", public_id)
        if await find_asset(services, ref) is None:
            if folder is None or not (folder / name).is_file():
                continue
            await receive(services, Arrival((folder / name).read_bytes(), name), ref)
        registered.append(public_id)
    return tuple(registered)


def _folder() -> Path | None:
    # Found, not imported: importing scikit-image costs more than serving a picture.
    spec = importlib.util.find_spec("skimage")
    locations = list(spec.submodule_search_locations or []) if spec else []
    return Path(locations[0]) / "data" if locations else None
