"""Settings: frozen values, one dataclass per component.

``load()`` joins the defaults below, ``config.yaml`` and environment variables named
``CUTOUT_<SECTION>__<FIELD>`` (the environment wins). Lists are comma-separated there, mappings are YAML.
A dialect declares its own section beside itself and the caller hands it in; here only its name is known.
Every field has one commented line in ``config.yaml``; a test compares the two lists.
"""

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import yaml

ENVIRONMENT_PREFIX = "CUTOUT_"
#: The sections of dialects. A caller that hands in no row for one of them (the worker) accepts it unread.
VENDOR_SECTIONS = (
    "cloudinary", "cloudimage", "uploadcare", "remove_bg", "rembg", "img_processing", "background_remover",
)  # fmt: skip
#: Settings of older files: section and field → the section that has the field now, and wins if both are given.
MOVED = {("server", "admin_calls_per_hour"): "cloudinary", ("delivery", "removal_first"): "cloudinary"}
MIB = 1024 * 1024
GIB = 1024 * MIB
DAY_SECONDS = 86_400
BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}

T = TypeVar("T")


class ConfigError(Exception):
    """A sentence for the operator: which setting, which value, what was expected."""


@dataclass(frozen=True, slots=True)
class Server:
    host: str = "127.0.0.1"
    port: int = 8000
    environment: str = "development"
    apis: tuple[str, ...] = (
        "cloudinary", "cloudinary_api", "cloudimage", "uploadcare", "uploadcare_upload", "uploadcare_cdn", "remove_bg",
        "rembg", "img_processing", "background_remover", "playground",
    )  # fmt: skip
    open_to_all: tuple[str, ...] = ()
    public_url: str = ""
    trusted_proxies: tuple[str, ...] = ("127.0.0.1",)
    max_body_bytes: int = 100 * MIB
    max_bytes_in_flight: int = 512 * MIB
    temporary_folder: str = ""
    max_connections: int = 0
    max_header_bytes: int = 32 * 1024
    header_timeout_seconds: float = 10.0
    transfer_timeout_seconds: float = 10.0
    min_bytes_per_second: int = 1024
    idle_timeout_seconds: int = 30
    metrics_port: int = 0
    files_host: str = ""
    request_deadline_seconds: float = 60.0
    drain_seconds: float = 2.0
    shutdown_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class StoreSettings:
    kind: str = "filesystem"
    path: str = "./data/store"
    endpoint: str = ""
    bucket: str = ""
    prefix: str = ""
    region: str = "us-east-1"
    path_style: bool = True
    access_key: str = ""
    secret_key: str = ""
    derived_max_bytes: int = 10 * GIB
    derived_max_age_seconds: int = 90 * DAY_SECONDS
    guest_max_bytes: int = 10 * GIB
    unsigned_max_bytes: int = 10 * GIB
    fetched_max_age_seconds: int = 30 * DAY_SECONDS
    chunks_max_age_seconds: int = 3600
    results_max_age_seconds: int = DAY_SECONDS
    grace_seconds: int = 900
    sweep_seconds: int = 3600


@dataclass(frozen=True, slots=True)
class RedisSettings:
    url: str = "redis://127.0.0.1:6379/0"
    username: str = ""
    password: str = ""
    tls_ca_file: str = ""
    tls_cert_file: str = ""
    tls_key_file: str = ""
    timeout_seconds: float = 2.0


@dataclass(frozen=True, slots=True)
class Queue:
    job_timeout_seconds: int = 120
    lease_seconds: int = 6
    max_attempts: int = 3
    max_length: int = 10_000
    max_waiting_per_source: int = 200
    max_waiting_per_cloud: int = 2000
    outcome_ttl_seconds: int = 60
    failure_ttl_seconds: int = 60


@dataclass(frozen=True, slots=True)
class Worker:
    health_host: str = "127.0.0.1"
    health_port: int = 0


@dataclass(frozen=True, slots=True)
class Matting:
    model: str = "cutout"
    model_dir: str = ""
    device: str = "auto"
    providers: tuple[str, ...] = ()
    threads: int = 1
    max_input_pixels: int = 36_000_000
    fine_edges_max_pixels: int = 262_144
    max_batch: int = 1


@dataclass(frozen=True, slots=True)
class Limits:
    max_source_bytes: int = 100 * MIB
    max_text_bytes: int = MIB
    max_source_pixels: int = 100_000_000
    max_video_bytes: int = 2 * GIB
    max_video_pixels: int = 8_912_896
    max_video_frames: int = 216_000
    max_output_pixels: int = 50_000_000
    max_output_side: int = 16_384
    max_url_bytes: int = 8192
    max_steps: int = 200
    max_cost: float = 4000.0
    derivations_per_minute_client: int = 3000
    derivations_per_minute_cloud: int = 12_000


@dataclass(frozen=True, slots=True)
class Rendering:
    threads: int = 0
    queue: int = 256
    hot_cache_bytes: int = 64 * MIB
    font_folder: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    wait_seconds: float = 0.0
    max_wait_seconds: float = 30.0
    image_wait_seconds: float = 10.0
    max_waiting_requests: int = 2000
    skip_unavailable: bool = False
    synchronous_wait_seconds: float = 30.0
    look_wait_seconds: float = 3.0
    retry_after_seconds: int = 1
    pending_max_age_seconds: int = 5
    max_age_seconds: int = 2_592_000
    error_max_age_seconds: int = 0
    auto_formats: tuple[str, ...] = ("avif", "webp")


@dataclass(frozen=True, slots=True)
class Origin:
    allow_private: bool = False
    allowed_hosts: tuple[str, ...] = ()
    s3_buckets: tuple[str, ...] = ()
    connect_timeout_seconds: float = 5.0
    total_timeout_seconds: float = 20.0
    max_redirects: int = 4
    max_age_seconds: int = 3600


@dataclass(frozen=True, slots=True)
class Webhooks:
    allow_private: bool = False
    timeout_seconds: float = 5.0
    max_attempts: int = 4


@dataclass(frozen=True, slots=True)
class Token:
    """What opens APIs by itself. ``secrets`` are tokens or their hashes (``sha256:…``), several while one is replaced;
    ``apis`` are those that it opens."""

    secrets: tuple[str, ...] = ()
    apis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """What Uploadcare's APIs know a cloud by. Each of ``secrets`` signs, as it is, several while one is replaced;
    ``subdomain`` is the first label of the host that delivers its files ("": made of the public key). If there are
    ``delivery_secrets`` (hexadecimal), files are delivered with a token signed by one of them alone."""

    secrets: tuple[str, ...] = ()
    name: str = ""
    subdomain: str = ""
    autostore: bool = True
    signed_uploads: bool = False
    delivery_secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cloud:
    """One tenant. ``keys`` maps ids of Cloudinary's APIs, which are public, to their secrets; several may be valid at
    once (rotation). ``tokens`` are those of APIs that know secrets alone, by names that may be shown; ``projects`` are
    Uploadcare's, by their public keys."""

    keys: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, Token] = field(default_factory=dict)
    projects: Mapping[str, Project] = field(default_factory=dict)
    strict: bool = False
    signature_algorithm: str = "sha1"
    signature_v2_only: bool = False
    token_key: str = ""
    unsigned_removal: bool = True
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    server: Server = Server()
    store: StoreSettings = StoreSettings()
    redis: RedisSettings = RedisSettings()
    queue: Queue = Queue()
    worker: Worker = Worker()
    matting: Matting = Matting()
    limits: Limits = Limits()
    rendering: Rendering = Rendering()
    delivery: Delivery = Delivery()
    origin: Origin = Origin()
    webhooks: Webhooks = Webhooks()
    clouds: Mapping[str, Cloud] = field(default_factory=dict)
    #: The sections of dialects, by the dataclass that a dialect declares.
    vendors: Mapping[type[Any], Any] = field(default_factory=dict)

    def vendor(self, kind: type[T]) -> T:
        """The section that a dialect declares as ``kind``; its defaults if none is set."""
        return self.vendors[kind] if kind in self.vendors else kind()


def load(
    path: str | Path | None = None,
    environment: Mapping[str, str] | None = None,
    vendors: Mapping[str, type[Any]] | None = None,
) -> Settings:
    """Read settings from ``path`` (YAML; defaults if None) and the environment.

    ``vendors`` maps sections of dialects to what they are read as. Raises :class:`ConfigError` for an unreadable
    file, an unknown setting or a value of the wrong kind.
    """
    document = _read_yaml(Path(path)) if path else {}
    _move(document)
    _overlay(document, os.environ if environment is None else environment)
    kinds = {**get_type_hints(Settings), **dict.fromkeys(VENDOR_SECTIONS, Any), **(vendors or {})}
    del kinds["vendors"]
    values = _read(kinds, document, "")
    read = {kind: values[name] for name, kind in (vendors or {}).items() if name in values}
    return Settings(**{name: value for name, value in values.items() if name not in VENDOR_SECTIONS}, vendors=read)


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text()) or {}
    except OSError as error:
        raise ConfigError(f"The configuration file {path} cannot be read: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"The configuration file {path} is not YAML: {error}.") from error
    if not isinstance(document, dict):
        raise ConfigError(f"The configuration file {path} must hold sections, got {type(document).__name__}.")
    return document


def _overlay(document: dict[str, Any], environment: Mapping[str, str]) -> None:
    for name, text in environment.items():
        section, separator, setting = name.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
        if name.startswith(ENVIRONMENT_PREFIX) and separator:
            _section(document, MOVED.get((section, setting), section))[setting] = text


def _move(document: dict[str, Any]) -> None:
    for (section, setting), owner in MOVED.items():
        if setting in _section(document, section):
            _section(document, owner).setdefault(setting, document[section].pop(setting))


def _section(document: dict[str, Any], name: str) -> dict[str, Any]:
    """The section itself, to be changed; an empty one if there is none."""
    section = document.setdefault(name, {})
    if section is None:
        section = document[name] = {}
    if not isinstance(section, dict):
        raise ConfigError(f"{name} must be a section, got {section!r}.")
    return section


def _read(kinds: Mapping[str, Any], values: Any, where: str) -> dict[str, Any]:
    """``values`` by the kind that each name has."""
    if not isinstance(values, Mapping):
        raise ConfigError(f"{where.rstrip('.')} must be a section, got {values!r}.")
    unknown = sorted(set(values) - set(kinds))
    if unknown:
        raise ConfigError(f"{where}{unknown[0]} is not a setting; expected one of: {', '.join(sorted(kinds))}.")
    return {name: _value(kinds[name], value, f"{where}{name}") for name, value in values.items()}


def _value(kind: Any, value: Any, where: str) -> Any:
    if is_dataclass(kind):
        document = yaml.safe_load(value) if isinstance(value, str) else value
        made: Any = kind
        return made(**_read(get_type_hints(kind), document or {}, f"{where}."))
    if get_origin(kind) is tuple:
        return tuple(str(item).strip() for item in (value.split(",") if isinstance(value, str) else value) if item)
    if get_origin(kind) is not None:
        document = yaml.safe_load(value) if isinstance(value, str) else value
        if not isinstance(document, Mapping):
            raise ConfigError(f"{where} must be a mapping, got {value!r}.")
        item = get_args(kind)[1]
        return {str(name): _value(item, entry, f"{where}.{name}") for name, entry in document.items()}
    return _scalar(kind, value, where)


def _scalar(kind: Any, value: Any, where: str) -> Any:
    if kind is Any:
        return value
    if kind is str and value is None:
        return ""
    if kind is bool:
        if str(value).lower() in BOOLEANS:
            return BOOLEANS[str(value).lower()]
        raise ConfigError(f"{where} must be true or false, got {value!r}.")
    try:
        return kind(value)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{where} must be {kind.__name__}, got {value!r}.") from error


def setting_names(sections: Mapping[str, type[Any]]) -> list[str]:
    """Every ``section.field`` there is, for the test that compares them with ``config.yaml``."""
    own = {entry.name: type(entry.default) for entry in fields(Settings) if entry.default is not MISSING}
    kinds = {**own, **sections}
    return ["clouds", *(f"{name}.{entry.name}" for name, kind in kinds.items() for entry in fields(kind))]
