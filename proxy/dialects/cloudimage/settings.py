"""The section ``cloudimage`` of config.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CloudimageToken:
    """One Cloudimage account. Salts switch signatures on; several may be valid at once (rotation)."""

    cloud: str = "demo"
    aliases: Mapping[str, str] = field(default_factory=dict)
    origin_prefix: str = ""
    default_scheme: str = "https"
    sign_salts: tuple[str, ...] = ()
    seal_salts: tuple[str, ...] = ()
    min_signature_length: int = 8
    presets: Mapping[str, str] = field(default_factory=dict)
    watermark_url: str = ""
    client_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cloudimage(CloudimageToken):
    """The account of every host that ``hosts`` does not map to one of ``tokens``."""

    hosts: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, CloudimageToken] = field(default_factory=dict)
