"""How Redis is reached: the settings as arguments of its client, the same for proxy and worker. No I/O."""

from typing import Any
from urllib.parse import urlsplit

from media.config import ConfigError, RedisSettings

SCHEMES = ("redis", "rediss", "unix")
TLS = "rediss"


def redis_options(settings: RedisSettings) -> dict[str, Any]:
    """Arguments of ``Redis.from_url`` beside the URL. What the URL says of user and password wins.

    Raises ConfigError for a URL that is none, and for certificates that a connection without TLS would not use.
    """
    scheme = urlsplit(settings.url).scheme
    if scheme not in SCHEMES:
        expected = ", ".join(f"{name}://" for name in SCHEMES)
        raise ConfigError(f"redis.url must begin with {expected}, got {settings.url.partition(':')[0]!r}.")
    files = {
        "ssl_ca_certs": settings.tls_ca_file,
        "ssl_certfile": settings.tls_cert_file,
        "ssl_keyfile": settings.tls_key_file,
    }
    given = {name: value for name, value in files.items() if value}
    if given and scheme != TLS:
        raise ConfigError(f"redis.tls_… files are used by rediss:// only, and redis.url begins with {scheme}://.")
    who = {"username": settings.username, "password": settings.password}
    # The server's certificate and name are verified; nothing here switches that off.
    return {name: value for name, value in who.items() if value} | given
