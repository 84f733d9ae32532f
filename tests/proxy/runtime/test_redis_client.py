"""Redis behind a password, a user, TLS and client certificates; and what happens without them."""

import asyncio
import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from media.config import ConfigError, Queue, RedisSettings, Settings
from media.errors import Unavailable
from media.work.redis_options import redis_options
from proxy.commands.embedded_redis import embedded_redis
from proxy.runtime.pool import Pool
from proxy.runtime.queue import JobQueue
from tests.fakes import services_of
from tests.pictures import photo
from tests.stage import open_stage
from worker.services import connect
from worker.upkeep.janitor import Janitor

SECURITY = Path(__file__).parents[3] / "docs/security.md"

BAD = [
    (RedisSettings("http://127.0.0.1"), r"redis\.url must begin with redis://, rediss://, unix://, got 'http'"),
    (RedisSettings("127.0.0.1:6379"), r"redis\.url must begin"),
    (RedisSettings("redis://h", tls_ca_file="ca.pem"), r"used by rediss:// only, and redis\.url begins with redis://"),
    (RedisSettings("unix:///s", tls_key_file="key.pem"), "used by rediss:// only"),
]


@pytest.mark.parametrize(("settings", "words"), BAD)
def test_settings_that_reach_no_redis_are_one_sentence(settings: RedisSettings, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        redis_options(settings)


def reaches(settings: RedisSettings) -> bool:
    """Whether both connections of the proxy and the worker's own get an answer."""

    async def run() -> bool:
        pool = Pool(1)
        queue = JobQueue(settings, Queue(), pool)
        try:
            await queue.ping()
            with queue.lock("x"):
                return True
        except Unavailable:
            return False
        finally:
            await queue.close()
            pool.close()

    with connect(replace(settings)) as client:
        try:
            answers = bool(client.ping())
        except (redis.exceptions.RedisError, OSError):
            answers = False
    assert asyncio.run(run()) is answers
    return answers


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    """A Redis that asks for a user."""
    with embedded_redis() as url, redis.Redis.from_url(url) as client:
        client.acl_setuser("cutout", enabled=True, passwords=["+p:w@1"], categories=["+@all"], keys=["*"])
        client.acl_setuser("default", enabled=False)
        yield url


@pytest.mark.parametrize(
    ("username", "password", "expected"),
    [("cutout", "p:w@1", True), ("cutout", "wrong", False), ("", "p:w@1", False), ("", "", False)],
)
def test_a_user_and_a_password_are_sent(guarded: str, username: str, password: str, expected: bool) -> None:
    assert reaches(RedisSettings(guarded, username=username, password=password)) is expected


def test_the_documented_user_may_do_all_that_proxy_and_worker_do(settings: Settings) -> None:
    line = next(line for line in SECURITY.read_text().splitlines() if line.startswith("user cutout on"))
    _, name, *rules = line.split()
    with embedded_redis() as url, redis.Redis.from_url(url) as client:
        client.execute_command("ACL", "SETUSER", name, *rules)
        client.acl_setuser("default", enabled=False)
        user = RedisSettings(url, username=name, password="a-long-password")
        with open_stage(replace(settings, redis=user)) as stage:
            stage.upload(photo(), "shoe")
            cutout = "/demo/image/upload/e_background_removal/shoe.png"
            assert stage.client.get(cutout).status_code == 423
            stage.work()
            assert stage.client.get(cutout).status_code == 200
            assert Janitor(services_of(stage.settings, stage.store, stage.matter)).sweep_if_due() is not None
            assert "cutout_jobs_enqueued_total 1.0" in stage.client.get("/metrics").text


class Authority:
    """Certificates of its own, as files."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.file = str(folder / f"{name}.pem")
        self._write(self.file, self._sign(self._name, self._key, is_authority=True))

    def issue(self, name: str) -> tuple[str, str]:
        """Paths of a certificate for 127.0.0.1 and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate, key_file = str(self._folder / f"{name}.crt"), str(self._folder / f"{name}.key")
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._write(certificate, self._sign(subject, key, is_authority=False))
        pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        Path(key_file).write_bytes(key.private_bytes(*pem))
        return certificate, key_file

    def _sign(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, is_authority: bool) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=1))
        builder = builder.not_valid_after(now + datetime.timedelta(days=1))
        builder = builder.add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        builder = builder.add_extension(address, critical=False)
        signer = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(signer), critical=False
        )
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        builder = builder.add_extension(own, critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def _write(self, path: str, certificate: x509.Certificate) -> None:
        Path(path).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


@contextlib.contextmanager
def tls_in_front(socket_path: str, context: ssl.SSLContext) -> Iterator[int]:
    """The port of a server that speaks TLS and hands everything on to a Redis."""

    def copy(one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := one.recv(65536):
                other.sendall(part)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def serve(plain: socket.socket) -> None:
        with contextlib.suppress(OSError, ssl.SSLError):
            secure = context.wrap_socket(plain, server_side=True)
            inner = socket.socket(socket.AF_UNIX)
            inner.connect(socket_path)
            threading.Thread(target=copy, args=(inner, secure), daemon=True).start()
            copy(secure, inner)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield int(listener.getsockname()[1])


def test_tls_verifies_the_server_and_shows_our_certificate(tmp_path: Path, redis_url: str) -> None:
    ours, others = Authority(tmp_path, "ours"), Authority(tmp_path, "others")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*ours.issue("server"))
    context.load_verify_locations(ours.file)
    context.verify_mode = ssl.CERT_REQUIRED
    certificate, key = ours.issue("client")
    foreign, foreign_key = others.issue("stranger")
    with tls_in_front(redis_url.partition("//")[2].partition("?")[0], context) as port:
        good = RedisSettings(
            f"rediss://127.0.0.1:{port}/0", tls_ca_file=ours.file, tls_cert_file=certificate, tls_key_file=key
        )
        assert reaches(good)
        assert not reaches(replace(good, tls_ca_file=others.file))
        assert not reaches(replace(good, tls_ca_file=""))
        assert not reaches(replace(good, tls_cert_file="", tls_key_file=""))
        assert not reaches(replace(good, tls_cert_file=foreign, tls_key_file=foreign_key))
        assert not reaches(RedisSettings(f"redis://127.0.0.1:{port}/0"))
