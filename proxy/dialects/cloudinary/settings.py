"""The section ``cloudinary`` of config.yaml."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cloudinary:
    admin_calls_per_hour: int = 100_000
    removal_first: bool = False
