"""The section ``uploadcare`` of config.yaml; keys are those of the clouds' ``projects``."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from media.config import DAY_SECONDS, GIB, MIB


@dataclass(frozen=True, slots=True)
class Uploadcare:
    cdn_base: str = ""
    zones: tuple[str, ...] = ("ucarecd.net", "ucr.io")
    presets: Mapping[str, str] = field(default_factory=dict)
    simple_over_http: bool = True
    max_direct_bytes: int = 100 * MIB
    max_multipart_bytes: int = 5 * GIB
    unstored_seconds: int = DAY_SECONDS
    removed_seconds: int = 30 * DAY_SECONDS
    removal_max_bytes: int = 12 * MIB
    storages: Mapping[str, str] = field(default_factory=dict)
    rest_requests_per_minute: int = 0
    upload_requests_per_minute: int = 0
