"""What was written, on an asset, for a client → a concrete chain: compiled and negotiated. Pure, and remembered.

A chain is looked up by the text it was compiled from, never by itself: the lengths 1 (a pixel) and 1.0 (the whole side)
are equal numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from media.derived.keys import ConcreteChain, concrete
from media.memo import memoised
from proxy.dialects.cloudimage import output, vocabulary
from proxy.dialects.cloudimage.grammar import Parameters
from proxy.dialects.cloudimage.vocabulary import Compiled, Facts
from proxy.http.negotiation import negotiate

#: How many results are remembered, and of how long texts.
REMEMBERED, SMALL = 1024, 512

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Negotiated:
    """A request after negotiation.

    ``compiled`` with nothing left to choose, and the headers that chose.
    """

    compiled: Compiled
    chain: ConcreteChain
    vary: tuple[str, ...]


def negotiate_on(facts: Facts, parameters: Parameters, headers: Mapping[str, str]) -> Negotiated:
    pairs = tuple(parameters.items())
    return _negotiate(facts, pairs, headers.get("accept", ""), headers.get("save-data", ""))


def _is_small(_: Facts, parameters: Pairs, accept: str, save_data: str) -> bool:
    return sum(len(text) for _, text in parameters) + len(accept) + len(save_data) <= SMALL


@memoised(REMEMBERED, _is_small)
def _negotiate(facts: Facts, parameters: Pairs, accept: str, save_data: str) -> Negotiated:
    compiled = vocabulary.compile(dict(parameters), facts)
    found = negotiate(compiled.chain, {"accept": accept, "save-data": save_data}, compiled.formats.modern)
    chain = output.with_plain_formats(found.chain, compiled.formats)
    return Negotiated(compiled, concrete(chain), found.vary)
