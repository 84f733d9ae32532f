"""The section ``img_processing`` of config.yaml."""

from dataclasses import dataclass

from media.config import MIB


@dataclass(frozen=True, slots=True)
class ImgProcessing:
    max_source_bytes: int = 20 * MIB
    test_requests_per_minute: int = 0
    live_requests_per_minute: int = 0
    links_origin: str = ""
