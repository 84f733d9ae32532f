"""The section ``remove_bg`` of config.yaml."""

from dataclasses import dataclass

from media.config import MIB


@dataclass(frozen=True, slots=True)
class RemoveBg:
    max_source_bytes: int = 22 * MIB
    max_source_pixels: int = 50_000_000
    credits: int = 0
    megapixels_per_minute: int = 500
