"""Identities: the only place that hashes.

Derived keys are content-addressed: a new upload has a new digest, so stale answers are unreachable by
construction. Signatures and versions are not in them, so rotating a secret keeps the cache.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from media.cutout import CutoutOptions
from media.language.chain import Chain, canonical, format_output, walk
from media.operations import OPERATIONS, format_steps
from media.operations.needs import Needs, needs_of

#: Raise when all chains would give other pixels; old derived assets are then unreachable. If those of one operation
#: would, raise its ``revision``.
RENDER_VERSION = 3
#: Raise when the same network answer would give another cutout.
MATTING_VERSION = 4


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@dataclass(frozen=True, slots=True)
class ConcreteChain:
    """A chain that leaves nothing to choose, with what is read off it: its needs, and its part of derived keys."""

    chain: Chain
    needs: Needs
    text: str


def concrete(chain: Chain) -> ConcreteChain:
    parts: list[Any] = [format_steps(chain.steps), format_output(chain.output)]
    revised = {step.operation: OPERATIONS[step.operation].revision for step in walk(chain.steps)}
    # One that was never revised is not named: the keys of chains without stay as they were.
    if revised := {name: revision for name, revision in revised.items() if revision > 1}:
        parts.append(revised)
    return ConcreteChain(chain, needs_of(chain), ",".join(map(canonical, parts)))


def derived_key(source_digest: str, chain: ConcreteChain, layers: Mapping[str, str], matting: str) -> str:
    """The identity of a derived asset: 64 hex digits.

    ``layers`` gives the digest behind every layer source of the chain; ``matting`` names the network
    (:func:`matting_identity`) and counts only if the chain needs a cutout or a scene.
    """
    network = matting if chain.needs.removes or chain.needs.scene else ""
    before, after = canonical([RENDER_VERSION, source_digest]), canonical([sorted(layers.items()), network])
    return digest(f"{before[:-1]},{chain.text},{after[1:]}".encode())


def matting_identity(model: str) -> str:
    return f"{MATTING_VERSION}/{model}"


def maps_key(source_digest: str, matting: str) -> str:
    """The network's raw answer on a source: does not depend on hints nor edges."""
    return digest(canonical(["maps", matting, source_digest]).encode())


def cutout_key(source_digest: str, matting: str, options: CutoutOptions) -> str:
    return digest(canonical(["cutout", matting, source_digest, options.to_json()]).encode())
