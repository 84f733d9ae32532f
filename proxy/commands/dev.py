"""`cutout dev`: embedded Redis, one worker, the proxy and a folder as store, stopped together."""

import contextlib
import json
import os
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from rich.console import Console
from starlette.applications import Starlette

from media.config import Cloud, ConfigError, Project, RedisSettings, Settings, Token, load
from media.integers import is_natural
from proxy.app import create_app
from proxy.commands.check import DEVELOPMENT_PROJECT_SECRET, DEVELOPMENT_SECRET, check
from proxy.commands.child_process import Child
from proxy.commands.embedded_redis import embedded_redis
from proxy.commands.samples import CLOUD, register_samples
from proxy.commands.serve import bind, run_server
from proxy.dialects import SETTINGS
from proxy.dialects.cloudimage.settings import Cloudimage
from proxy.services import open_services

#: The worker's way to say "do not start me again": its sentence stands on stderr already.
REFUSED = 78
#: Read from the working folder if no other file is named.
CONFIG = "config.yaml"
RESTART_PAUSE_SECONDS = 0.5
#: Long enough for the job under way on a slow machine.
WORKER_STOP_SECONDS = 15.0

#: /v7/_demo_/cat.png needs no other server to try the Cloudimage surface.
DEMO_ALIAS = {CLOUD: f"cloud://{CLOUD}"}

DEMO = Cloud(
    keys={"demo-key": DEVELOPMENT_SECRET},
    projects={"demopublickey": Project((DEVELOPMENT_PROJECT_SECRET,), name="demo")},
    tokens={
        "demo-token": Token(("demo-token",), ("remove_bg", "rembg", "cloudimage", "background_remover")),
        "test_demo": Token(("test_demo",), ("img_processing",)),
        "live_demo": Token(("live_demo",), ("img_processing",)),
    },
    presets={
        "playground": {"unsigned": True, "folder": "playground"},
        "eager-cutout": {"unsigned": True, "eager": "e_background_removal/png", "eager_async": "true"},
    },
)


def settings_for(config: str | None, environment: Mapping[str, str]) -> Settings:
    """The configured settings with what `cutout dev` fixes: HOST, PORT, DATA_DIR, the cloud ``demo``.

    Raises ConfigError, also if the data folder cannot be written.
    """
    settings = load(config, environment, SETTINGS)
    data = Path(environment.get("DATA_DIR") or "./data").absolute()
    _check_writable(data)
    port = environment.get("PORT") or "8000"
    if not is_natural(port) or int(port) > 65535:
        raise ConfigError(f"PORT must be 0..65535, got {port!r}.")
    cloudimage = settings.vendor(Cloudimage)
    return replace(
        settings,
        server=replace(settings.server, host=environment.get("HOST") or "127.0.0.1", port=int(port), drain_seconds=0),
        store=replace(settings.store, kind="filesystem", path=str(data / "store")),
        vendors={**settings.vendors, Cloudimage: replace(cloudimage, aliases={**DEMO_ALIAS, **cloudimage.aliases})},
        clouds={CLOUD: DEMO, **settings.clouds},
    )


def _check_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise ConfigError(f"The data folder {folder} cannot be written: {error.strerror}; set DATA_DIR.") from error


def run(config: str | None) -> int:
    """Serve until Ctrl-C or SIGTERM. Raises ConfigError with one sentence if it cannot start."""
    if config is None and Path(CONFIG).is_file():
        config = CONFIG
    settings = settings_for(config, os.environ)
    check(settings)
    listener = bind(settings.server.host, settings.server.port)
    address = f"http://{_shown(settings.server.host)}:{listener.getsockname()[1]}"
    with embedded_redis() as url:
        # Nothing else of the section: this server has no users and no certificate.
        settings = replace(settings, redis=RedisSettings(url, timeout_seconds=settings.redis.timeout_seconds))
        with supervised_worker(config, settings) as worker:

            @contextlib.asynccontextmanager
            async def lifespan(app: Starlette) -> AsyncIterator[None]:
                async with open_services(settings) as services:
                    app.state.services = services
                    await register_samples(services)
                    _greet(address)
                    yield

            run_server(create_app(settings, lifespan), settings, listener, should_stop=worker.has_refused)
            return 1 if worker.has_refused() else 0


class Supervisor:
    """Starts the worker again whenever it dies, unless it refused to work at all."""

    def __init__(self, command: list[str], environment: Mapping[str, str]) -> None:
        self._command, self._environment = command, environment
        self._stopping, self._refused = threading.Event(), threading.Event()
        self._child = Child(command, environment)
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._thread.start()

    def has_refused(self) -> bool:
        return self._refused.is_set()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        self._child.stop(seconds=WORKER_STOP_SECONDS)

    def _watch(self) -> None:
        while not self._stopping.wait(RESTART_PAUSE_SECONDS):
            status = self._child.exit_status
            if status == REFUSED:
                self._refused.set()
                return
            if status is not None:
                self._child = Child(self._command, self._environment)


@contextlib.contextmanager
def supervised_worker(config: str | None, settings: Settings) -> Iterator[Supervisor]:
    command = [sys.executable, "-m", "worker", *(["--config", config] if config else [])]
    environment = {
        **os.environ,
        "CUTOUT_STORE__KIND": settings.store.kind,
        "CUTOUT_STORE__PATH": settings.store.path,
        **{f"CUTOUT_REDIS__{name.upper()}": str(value) for name, value in asdict(settings.redis).items()},
        # It signs notifications, so it must know the secrets of the cloud that only `cutout dev` has.
        f"CUTOUT_CLOUDS__{CLOUD.upper()}": json.dumps({"keys": dict(settings.clouds[CLOUD].keys)}),
    }
    supervisor = Supervisor(command, environment)
    try:
        yield supervisor
    finally:
        supervisor.stop()


def _shown(host: str) -> str:
    """The address to print: a wildcard is no address to visit."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)


def _greet(address: str) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"\n[bold]Cutout[/bold] serves on {address} (playground). Ctrl-C stops it.\n")
    source = f"{address}/{CLOUD}/image/upload"
    console.print(f"  cut-out          {source}/e_background_removal/cat.png")
    console.print(f"  on a colour      {source}/e_background_removal/c_pad,w_400,h_400,b_coral/f_webp/cat")
    console.print(f"  other photo      {source}/e_background_removal:fineedges_y/c_limit,w_600/f_auto/astronaut\n")
