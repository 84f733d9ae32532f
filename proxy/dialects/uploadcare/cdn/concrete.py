"""What was written, on a file, for a client → a concrete chain: compiled and negotiated. Pure, and remembered."""

from collections.abc import Mapping
from dataclasses import dataclass

from media.derived.keys import ConcreteChain, concrete
from media.memo import memoised
from proxy.dialects.uploadcare.cdn.semantics import compiler
from proxy.dialects.uploadcare.cdn.semantics.compiler import Compiled, Facts, Presets
from proxy.dialects.uploadcare.cdn.syntax.directives import Directive
from proxy.http.negotiation import negotiate

#: How many results are remembered, and of how long texts.
REMEMBERED, SMALL = 1024, 512


@dataclass(frozen=True, slots=True)
class Negotiated:
    """Directives after negotiation: their meaning, with nothing left to choose, and the headers that chose."""

    compiled: Compiled
    chain: ConcreteChain
    vary: tuple[str, ...]


def negotiate_on(
    facts: Facts,
    directives: tuple[Directive, ...],
    presets: Presets,
    headers: Mapping[str, str],
    auto_formats: tuple[str, ...],
) -> Negotiated:
    pairs = tuple(presets.items())
    return _negotiate(facts, directives, pairs, headers.get("accept", ""), headers.get("save-data", ""), auto_formats)


def _is_small(
    facts: Facts,
    directives: tuple[Directive, ...],
    presets: tuple[tuple[str, str], ...],
    accept: str,
    save_data: str,
    auto_formats: tuple[str, ...],
) -> bool:
    written = sum(len(text) for each in directives for text in (each.name, *each.arguments))
    return written + len(accept) + len(save_data) <= SMALL


@memoised(REMEMBERED, _is_small)
def _negotiate(
    facts: Facts,
    directives: tuple[Directive, ...],
    presets: tuple[tuple[str, str], ...],
    accept: str,
    save_data: str,
    auto_formats: tuple[str, ...],
) -> Negotiated:
    compiled = compiler.compile(directives, facts, dict(presets))
    found = negotiate(compiled.chain, {"accept": accept, "save-data": save_data}, auto_formats)
    return Negotiated(compiled, concrete(found.chain), found.vary)
