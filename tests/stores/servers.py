"""S3 servers to test against: two that come from PyPI, and the one that the environment names."""

import logging
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from media.config import StoreSettings

START_SECONDS = 20
BUCKET = "cutout-test"
KEYS = {"access_key": "test-key", "secret_key": "test-secret"}
#: CUTOUT_TEST_S3_ENDPOINT names a server; beside it _BUCKET, _ACCESS_KEY, _SECRET_KEY, _REGION and _PATH_STYLE.
ENVIRONMENT = "CUTOUT_TEST_S3_"


@contextmanager
def moto() -> Iterator[StoreSettings]:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield _settings(endpoint="http://{}:{}".format(*server.get_host_and_port()), **KEYS)
    finally:
        server.stop()


@contextmanager
def rclone(folder: Path) -> Iterator[StoreSettings]:
    (folder / BUCKET).mkdir(exist_ok=True)
    port = free_port()
    server = subprocess.Popen(
        [
            Path(sys.executable).with_name("rclone"), "serve", "s3", folder, "--addr", f"127.0.0.1:{port}",
            "--auth-key", ",".join(KEYS.values()), "--config", os.devnull, "--log-level", "ERROR",
        ],
    )  # fmt: skip
    try:
        _wait_for(port)
        yield _settings(endpoint=f"http://127.0.0.1:{port}", **KEYS)
    finally:
        server.terminate()
        server.wait()


def given() -> StoreSettings | None:
    """The server of the environment, None if there is none."""
    named = {
        name: os.environ.get(f"{ENVIRONMENT}{name.upper()}", "") for name in ("endpoint", "access_key", "secret_key")
    }
    if not named["endpoint"]:
        return None
    return _settings(
        **named,
        bucket=os.environ.get(f"{ENVIRONMENT}BUCKET", BUCKET),
        region=os.environ.get(f"{ENVIRONMENT}REGION", "us-east-1"),
        path_style=os.environ.get(f"{ENVIRONMENT}PATH_STYLE", "true").lower() == "true",
    )


class TestBucket:
    """The bucket behind a store, made if it is missing and emptied below the store's prefix."""

    __test__ = False

    def __init__(self, settings: StoreSettings) -> None:
        resource = boto3.resource(
            "s3",
            endpoint_url=settings.endpoint,
            region_name=settings.region,
            aws_access_key_id=settings.access_key,
            aws_secret_access_key=settings.secret_key,
            config=Config(s3={"addressing_style": "path"}),
        )
        self._bucket: Any = resource.Bucket(settings.bucket)
        self._prefix = f"{settings.prefix}/"
        with suppress(ClientError):
            self._bucket.create()

    def empty(self) -> None:
        self._bucket.objects.filter(Prefix=self._prefix).delete()


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _settings(**chosen: Any) -> StoreSettings:
    return StoreSettings(kind="s3", prefix=f"test {secrets.token_hex(4)}/a+b", **{"bucket": BUCKET, **chosen})


def _wait_for(port: int) -> None:
    for _ in range(START_SECONDS * 50):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise TimeoutError(f"The server on port {port} did not start.")
