import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from media.config import ConfigError, StoreSettings
from media.errors import Unavailable
from media.stores import open_store
from media.stores.s3 import S3Store
from media.stores.store import PreconditionFailed
from tests.stores import servers
from tests.stores.contract import StoreContract


class S3Contract(StoreContract):
    many = 1200

    @pytest.fixture(scope="class")
    def opened(self, server: StoreSettings) -> tuple[S3Store, servers.TestBucket]:
        bucket = servers.TestBucket(server)
        return S3Store(server), bucket

    @pytest.fixture
    def store(self, opened: tuple[S3Store, servers.TestBucket]) -> Iterator[S3Store]:
        store, bucket = opened
        yield store
        bucket.empty()


class TestMoto(S3Contract):
    @pytest.fixture(scope="class")
    def server(self) -> Iterator[StoreSettings]:
        with servers.moto() as settings:
            yield settings


class TestRclone(S3Contract):
    conditional = False

    @pytest.fixture(scope="class")
    def server(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreSettings]:
        with servers.rclone(tmp_path_factory.mktemp("rclone")) as settings:
            yield settings


@pytest.mark.skipif(servers.given() is None, reason="CUTOUT_TEST_S3_ENDPOINT names no server")
class TestGivenServer(S3Contract):
    @pytest.fixture(scope="class")
    def server(self) -> StoreSettings:
        settings = servers.given()
        assert settings is not None
        return settings
