"""Folders as records of their own, so that listing them reads no assets."""

from collections.abc import Iterator

from media.records.catalog import Catalog
from proxy.services import Services


async def remember(services: Services, cloud: str, folder: str) -> None:
    """A folder and those it lies in exist from now on."""
    if folder:
        await services.io.run(write_folder, services.catalog, cloud, folder)


def write_folder(catalog: Catalog, cloud: str, folder: str) -> None:
    records = catalog.records(kind(cloud))
    for path in lineage(folder):
        if records.get(path) is not None:
            return
        records.put(path, {"path": path, "name": path.rpartition("/")[2]})


def kind(cloud: str) -> str:
    return f"folders/{cloud}"


def lineage(folder: str) -> Iterator[str]:
    """The folder, the one it lies in, and so on."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
