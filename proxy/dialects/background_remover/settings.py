"""The section ``background_remover`` of config.yaml."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BackgroundRemover:
    max_files: int = 20
    substitutes: bool = True
    server_cloud: str = "demo"
