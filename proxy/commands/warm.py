"""`cutout warm`: ask for a list of URLs, so that no visitor has to wait for them first.

It is a client like any other: what it waits for is done by the proxy and the workers it asks.
"""

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from media.integers import is_natural

#: Not ready yet, or too busy: asked again.
PENDING = frozenset({420, 423, 429, 503})
#: How long one request asks to be held (RFC 7240).
WAIT_SECONDS = 20
REQUEST_TIMEOUT_SECONDS = 60
MAX_PAUSE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Warmed:
    """What became of one URL.

    ``status`` is the last answer's, 0 if there was none; ``reason`` says why it is no success.
    """

    url: str
    status: int
    reason: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


def read_urls(lines: Iterable[str], base: str) -> list[str]:
    """One URL or path per line, ``#`` comments and empty lines left out, each once."""
    stripped = (line.strip() for line in lines)
    wanted = (line for line in stripped if line and not line.startswith("#"))
    return list(dict.fromkeys(base.rstrip("/") + line if line.startswith("/") else line for line in wanted))


def warm(urls: Iterable[str], *, at_once: int, patience: float) -> Iterator[Warmed]:
    """Each URL's end, as they come in; ``patience`` in seconds per URL."""
    with ThreadPoolExecutor(at_once) as pool:
        for done in as_completed([pool.submit(_warm, url, patience, time.sleep) for url in urls]):
            yield done.result()


def _warm(url: str, patience: float, sleep: Callable[[float], None]) -> Warmed:
    deadline = time.monotonic() + patience
    while True:
        warmed, retry_after = _ask(url)
        if warmed.status not in PENDING or time.monotonic() + retry_after > deadline:
            return warmed
        sleep(retry_after)


def _ask(url: str) -> tuple[Warmed, float]:
    """One answer, and how long to leave it alone if it is not ready."""
    if not url.startswith(("http://", "https://")):
        return Warmed(url, 0, "it is no http(s) URL; give --base for paths"), 0
    request = urllib.request.Request(url, headers={"Prefer": f"wait={WAIT_SECONDS}", "User-Agent": "cutout warm"})
    try:
        with urllib.request.urlopen(request, timeout=REQUEST_TIMEOUT_SECONDS) as answer:
            answer.read()
            return Warmed(url, answer.status), 0
    except urllib.error.HTTPError as error:
        with error:
            reason = error.headers.get("X-Cld-Error") or error.reason
            pause = error.headers.get("Retry-After") or "1"
        return Warmed(url, error.code, reason), min(float(pause) if is_natural(pause) else 1.0, MAX_PAUSE_SECONDS)
    except (OSError, ValueError) as error:
        return Warmed(url, 0, str(error)), 0
