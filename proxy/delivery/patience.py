"""How long a request waits for what a worker makes, by what its client can do with "pending"."""

from collections.abc import Mapping
from dataclasses import dataclass

from media.config import Delivery
from media.integers import is_natural

#: What a browser says that it loads (https://www.w3.org/TR/fetch-metadata/), and how its Accept begins if a cache in
#: front of us forwards no more than that.
DESTINATION, IMAGE, IMAGES = "sec-fetch-dest", "image", "image/"
#: What an answer depends on that only a client gets which does not wait.
VARY = ("Sec-Fetch-Dest", "Accept")


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for all cutouts, and for a scene, which ``delivery.look_wait_seconds`` gives time in any case."""

    cutout: float = 0.0
    scene: float = 0.0


IMPATIENT = Patience()


def both(seconds: float) -> Patience:
    return Patience(seconds, seconds)


def patience_of(headers: Mapping[str, str], settings: Delivery) -> Patience:
    """``Prefer: wait=N`` (RFC 7240) within the configured bound. Without it a client that can ask again waits for
    ``wait_seconds``; a browser that loads an image cannot, and shows a broken one in place of a cutout."""
    for preference in headers.get("prefer", "").split(","):
        name, _, value = preference.strip().partition("=")
        if name.lower() == "wait" and is_natural(value.strip('" ')):
            return both(min(float(value.strip('" ')), settings.max_wait_seconds))
    least, longest = settings.wait_seconds, min(settings.image_wait_seconds, settings.max_wait_seconds)
    # No longer for a scene: without it there is a picture, too.
    return Patience(max(least, longest) if loads_image(headers) else least, least)


def loads_image(headers: Mapping[str, str]) -> bool:
    """Whether a browser loads an image; ``fetch()`` says ``empty``, an API client nothing."""
    destination = headers.get(DESTINATION)
    return destination == IMAGE if destination else headers.get("accept", "").strip().lower().startswith(IMAGES)
