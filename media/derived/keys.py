"""Identities: the only place that hashes.

Derived keys are content-addressed: a new upload has a new digest, so stale answers are unreachable by
construction. Signatures and versions are not in them, so rotating a secret keeps the cache.
"""

import hashlib
from collections.abc import Mapping

from media.cutout import CutoutOptions
from media.language.chain import Chain, canonical, format_output
from media.operations import format_steps
from media.operations.needs import is_cut_out, looks

#: Raise when the same chain would give other pixels; old derived assets are then unreachable.
RENDER_VERSION = 3
#: Raise when the same network answer would give another cutout.
MATTING_VERSION = 3


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def derived_key(source_digest: str, chain: Chain, layers: Mapping[str, str], matting: str) -> str:
    """The identity of a derived asset: 64 hex digits.

    ``layers`` gives the digest behind every layer source of the chain; ``matting`` names the network
    (:func:`matting_identity`) and counts only where the chain has a cutout or looks for something.
    """
    document = [
        RENDER_VERSION,
        source_digest,
        format_steps(chain.steps),
        format_output(chain.output),
        sorted(layers.items()),
        matting if is_cut_out(chain) or looks(chain) else "",
    ]
    return digest(canonical(document).encode())


def matting_identity(model: str) -> str:
    return f"{MATTING_VERSION}/{model}"


def maps_key(source_digest: str, matting: str) -> str:
    """The network's raw answer on a source: does not depend on hints nor edges."""
    return digest(canonical(["maps", matting, source_digest]).encode())


def cutout_key(source_digest: str, matting: str, options: CutoutOptions) -> str:
    return digest(canonical(["cutout", matting, source_digest, options.to_json()]).encode())
