"""Where bytes are kept: one port (``store.py``), one file per medium, and the table of kinds."""

from collections.abc import Callable

from media.config import ConfigError, StoreSettings
from media.stores.filesystem import FilesystemStore
from media.stores.memory import MemoryStore
from media.stores.s3 import S3Store
from media.stores.store import Store

KINDS: dict[str, Callable[[StoreSettings], Store]] = {
    "memory": lambda settings: MemoryStore(),
    "filesystem": lambda settings: FilesystemStore(settings.path),
    "s3": S3Store,
}


def open_store(settings: StoreSettings) -> Store:
    """The store that ``settings.kind`` names.

    Raises :class:`ConfigError` for an unknown kind and :class:`media.errors.Unavailable` if the folder or the
    bucket cannot be used.
    """
    if settings.kind not in KINDS:
        raise ConfigError(f"store.kind must be one of {', '.join(KINDS)}, got {settings.kind!r}.")
    return KINDS[settings.kind](settings)
