"""A store in a bucket of S3 or of a server that speaks its language (MinIO, Ceph, R2, rclone)."""

import contextlib
import logging
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    IncompleteReadError,
    NoCredentialsError,
    ResponseStreamingError,
)

from media.config import ConfigError, StoreSettings
from media.errors import Unavailable
from media.stores.store import PROBES, Blob, Entry, PreconditionFailed, Stat, check_key, check_prefix

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_SECONDS = 3
READ_TIMEOUT_SECONDS = 10
#: One try and two more, with jittered back-off (botocore's "standard" mode).
ATTEMPTS = 3
POOL_CONNECTIONS = 64
#: S3 gives at most this many keys in one answer.
PAGE_KEYS = 1000
#: A remover that takes longer from judging an object to removing it must look again: it may be written meanwhile.
MOVE_SECONDS = 60.0
PROBE_KEY = f"{PROBES}conditional-write"

#: botocore repeats requests, but not the reading of a body that broke off.
BROKEN_BODY = (IncompleteReadError, ResponseStreamingError)
#: A range that begins behind the end.
BEHIND = {"InvalidRange", "416"}
ABSENT = {"NoSuchKey", "404", "NotFound"}
#: 409: S3's answer if two conditional writes of one key meet.
CONFLICT = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}
SENTENCES = {
    "NoSuchBucket": "The bucket does not exist",
    "AccessDenied": "The credentials do not permit this",
    "403": "The credentials do not permit this",
    "InvalidAccessKeyId": "The access key is unknown",
    "SignatureDoesNotMatch": "The secret key is wrong",
    "RequestTimeTooSkewed": "The clocks of this machine and the store differ too much",
    "SlowDown": "The store asks to slow down",
}


class S3Store:
    def __init__(self, settings: StoreSettings) -> None:
        """Reach the bucket, and find out whether its server honours conditional writes.

        Raises ConfigError for settings that name no bucket, Unavailable if it cannot be written.
        """
        if not settings.bucket:
            raise ConfigError("store.bucket must name a bucket if store.kind is s3.")
        self._bucket = settings.bucket
        self._prefix = f"{settings.prefix.strip('/')}/" if settings.prefix.strip("/") else ""
        self._client = _client(settings)
        self.conditional = self._probe()
        if not self.conditional:
            log.warning(
                "The S3 server at %s ignores conditional writes; catalog changes take a lock in Redis instead.",
                settings.endpoint or "AWS",
            )

    def get(self, key: str) -> Blob | None:
        name = self._name(key)
        with _translated("read", key), _absent_as_none():
            with contextlib.suppress(*BROKEN_BODY):
                return self._get(name)
            return self._get(name)
        return None

    def stat(self, key: str) -> Stat | None:
        name = self._name(key)
        with _translated("read", key), _absent_as_none():
            return _stat(self._client.head_object(Bucket=self._bucket, Key=name))
        return None

    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str] | None = None, if_match: str | None = None
    ) -> Stat:
        name = self._name(key)
        if if_match is None:
            return self._put(key, name, body, metadata, {})
        if self.conditional:
            return self._put(key, name, body, metadata, _condition(if_match))
        # The caller holds a lock; this still tells it of what was there before.
        found = self.stat(key)
        if if_match != (found.etag if found else ""):
            raise PreconditionFailed(key)
        return self._put(key, name, body, metadata, {})

    def read(self, key: str, start: int, size: int) -> bytes | None:
        name, wanted = self._name(key), f"bytes={start}-{start + size - 1}"
        with _translated("read", key), _absent_as_none():
            try:
                with contextlib.suppress(*BROKEN_BODY):
                    return self._read(name, wanted)
                return self._read(name, wanted)
            except ClientError as error:
                if _code(error) not in BEHIND:
                    raise
                return b""
        return None

    def _read(self, name: str, wanted: str) -> bytes:
        body: bytes = self._client.get_object(Bucket=self._bucket, Key=name, Range=wanted)["Body"].read()
        return body

    def put_file(self, key: str, file: IO[bytes], *, metadata: Mapping[str, str] | None = None) -> Stat:
        """In parts, in as many threads as boto3 likes; the object is there once the last one is."""
        name = self._name(key)
        file.seek(0)
        with _translated("written", key):
            # boto3 closes what it is given.
            self._client.upload_fileobj(
                _Unclosed(file), self._bucket, name, ExtraArgs={"Metadata": dict(metadata or {})}
            )
        return self.stat(key) or Stat(0, "", {})

    def delete(self, key: str) -> None:
        name = self._name(key)
        with _translated("deleted", key), _absent_as_none():
            self._client.delete_object(Bucket=self._bucket, Key=name)

    def touch(self, key: str) -> bool:
        # By reading and writing: what a copy of an object onto itself changes differs from server to server.
        blob = self.get(key)
        if blob:
            self.put(key, blob.body, metadata=blob.stat.metadata)
        return blob is not None

    def move(self, key: str, to: str, *, written_before: float) -> bool:
        check_key(key), check_key(to)
        started = time.monotonic()
        found = [entry for entry in self.entries(key, limit=1) if entry.key == key]
        blob = self.get(key) if found and found[0].modified < written_before else None
        if blob is None:
            return False
        self.put(to, blob.body, metadata=blob.stat.metadata)
        if time.monotonic() - started > MOVE_SECONDS:
            raise Unavailable(f"The store is too slow: {key} was copied to {to}, not moved.", retry_after=5)
        self.delete(key)
        return True

    def keys(self, prefix: str, *, after: str = "", limit: int = PAGE_KEYS) -> Sequence[str]:
        return [entry.key for entry in self.entries(prefix, after=after, limit=limit)]

    def entries(self, prefix: str, *, after: str = "", limit: int = PAGE_KEYS) -> Sequence[Entry]:
        check_prefix(prefix)
        found: list[Entry] = []
        with _translated("listed", prefix):
            while len(found) < limit:
                page = self._list(prefix, found[-1].key if found else after, min(limit - len(found), PAGE_KEYS))
                found += [self._entry(row) for row in page.get("Contents", ())]
                if not page.get("IsTruncated"):
                    break
        return found

    def _entry(self, row: Mapping[str, Any]) -> Entry:
        return Entry(row["Key"].removeprefix(self._prefix), int(row["Size"]), row["LastModified"].timestamp())

    def _name(self, key: str) -> str:
        return self._prefix + check_key(key)

    def _get(self, name: str) -> Blob:
        answer = self._client.get_object(Bucket=self._bucket, Key=name)
        with contextlib.closing(answer["Body"]) as stream:
            return Blob(stream.read(), _stat(answer))

    def _put(
        self, key: str, name: str, body: bytes, metadata: Mapping[str, str] | None, condition: Mapping[str, str]
    ) -> Stat:
        with _translated("written", key):
            answer = self._client.put_object(
                Bucket=self._bucket, Key=name, Body=body, Metadata=dict(metadata or {}), **condition
            )
        return Stat(len(body), answer["ETag"].strip('"'), dict(metadata or {}))

    def _list(self, prefix: str, after: str, limit: int) -> Any:
        start = {"StartAfter": self._prefix + after} if after else {}
        return self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix + prefix, MaxKeys=limit, **start)

    def _probe(self) -> bool:
        """Whether a write is refused whose condition does not hold: both kinds, some servers know one."""
        key = f"{PROBE_KEY}-{secrets.token_hex(4)}"
        name = self._name(key)
        self._put(key, name, b"", None, {})
        try:
            return all(self._refuses(key, condition) for condition in (_condition(""), _condition("0" * 32)))
        finally:
            self.delete(key)

    def _refuses(self, key: str, condition: Mapping[str, str]) -> bool:
        try:
            self._put(key, self._name(key), b"", None, condition)
        except PreconditionFailed:
            return True
        except Unavailable as error:
            # "Not implemented" is an answer too: this server has no conditions.
            if isinstance(error.__cause__, ClientError):
                return False
            raise
        return False


class _Unclosed:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)


def _client(settings: StoreSettings) -> Any:
    try:
        return _connect(settings)
    except ValueError as error:
        raise ConfigError(f"store.endpoint must be a URL, got {settings.endpoint!r}.") from error


def _connect(settings: StoreSettings) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=settings.endpoint or None,
        region_name=settings.region or None,
        # None leaves the choice to boto3's own chain: environment, profile, instance role.
        aws_access_key_id=settings.access_key or None,
        aws_secret_access_key=settings.secret_key or None,
        config=Config(
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            read_timeout=READ_TIMEOUT_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            max_pool_connections=POOL_CONNECTIONS,
            tcp_keepalive=True,
            signature_version="s3v4",
            s3={"addressing_style": "path" if settings.path_style else "virtual"},
            # Many servers do not know the checksums that boto3 adds of itself since 1.36.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


def _condition(if_match: str) -> Mapping[str, str]:
    return {"IfMatch": f'"{if_match}"'} if if_match else {"IfNoneMatch": "*"}


def _stat(answer: Mapping[str, Any]) -> Stat:
    # Header names have no case: rclone gives them back with capitals.
    metadata = {name.lower(): value for name, value in answer.get("Metadata", {}).items()}
    return Stat(int(answer["ContentLength"]), answer["ETag"].strip('"'), metadata)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


@contextlib.contextmanager
def _absent_as_none() -> Iterator[None]:
    """Leave the block, to the ``return None`` behind it, if the server knows no such object."""
    try:
        yield
    except ClientError as error:
        if _code(error) not in ABSENT:
            raise


@contextlib.contextmanager
def _translated(verb: str, what: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = _code(error)
        # If-Match on an object that is gone is "no such key".
        if code in CONFLICT or (verb == "written" and code in ABSENT):
            raise PreconditionFailed(what) from error
        raise _unavailable(SENTENCES.get(code, f"The store answered {code}"), verb, what, error) from error
    except NoCredentialsError as error:
        raise _unavailable("There are no S3 credentials (store.access_key)", verb, what, error) from error
    except BotoCoreError as error:
        raise _unavailable("The store cannot be reached", verb, what, error) from error


def _unavailable(sentence: str, verb: str, what: str, error: Exception) -> Unavailable:
    log.warning("%s: %r could not be %s: %s", sentence, what, verb, error)
    return Unavailable(f"{sentence}: {what} could not be {verb}.", retry_after=2)
