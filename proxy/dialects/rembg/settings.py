"""The section ``rembg`` of config.yaml."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rembg:
    cloud: str = "demo"
    needs_key: bool = False
    substitutes: bool = True
