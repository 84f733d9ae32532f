"""What was written, on an asset, for a client → a concrete chain: compiled, bound, negotiated. Pure, and remembered.

A chain is looked up by the text it was compiled from, never by itself: the lengths 1 (a pixel) and 1.0 (the whole side)
are equal numbers.
"""

from dataclasses import dataclass, replace

from media.derived.keys import ConcreteChain, concrete
from media.formats.table import FORMATS
from media.language.chain import walk
from media.language.expression import Facts
from media.memo import memoised
from media.operations.background_removal import arranged
from media.records.asset import Asset
from media.render.binding import bind_recorded, recorded_facts
from proxy.delivery.assets import FETCH
from proxy.dialects.cloudinary.semantics import vocabulary
from proxy.dialects.cloudinary.semantics.vocabulary import ClientHints, Compiled
from proxy.dialects.cloudinary.syntax.grammar import Component
from proxy.dialects.cloudinary.syntax.named import Definitions, no_definitions
from proxy.http.negotiation import negotiate

#: Results that are remembered, if no more facts (tags, context) are on record and Accept is no longer (browsers send
#: some 100 characters).
REMEMBERED, MAX_FACTS, MAX_ACCEPT = 1024, 64, 256


@dataclass(frozen=True, slots=True)
class Terms:
    """All that a chain depends on before headers are negotiated; see :func:`vocabulary.compile`."""

    components: tuple[Component, ...]
    extension: str | None
    current: str
    facts: Facts
    removal_first: bool
    hints: ClientHints
    named: Definitions
    skip_unavailable: bool = False
    full_size_cutout: bool = True


def terms_on(
    asset: Asset,
    components: tuple[Component, ...],
    extension: str | None,
    hints: ClientHints = ClientHints(),  # noqa: B008 (a frozen value)
    named: Definitions = no_definitions,
    *,
    removal_first: bool,
    skip_unavailable: bool = False,
    cutout_max_pixels: int = 0,
) -> Terms:
    """What its record says (size, tags, context) is among the terms, and so in the key.

    The cutout of an asset with more than ``cutout_max_pixels`` (0: any number) is smaller.
    """
    current = f"fetch:{asset.public_id}" if asset.type == FETCH else f"image/{asset.type}/{asset.public_id}"
    is_full = not cutout_max_pixels or _fits(asset, cutout_max_pixels)
    extension = None if not components and _is_its_own(asset, extension) else extension
    facts = recorded_facts(asset)
    return Terms(components, extension, current, facts, removal_first, hints, named, skip_unavailable, is_full)


def compile_on(terms: Terms) -> Compiled:
    """The chain of ``terms``, bound to the record. Raises what :func:`vocabulary.compile` raises."""
    compiled = vocabulary.compile(
        terms.components,
        extension=terms.extension,
        hints=terms.hints,
        named=terms.named,
        removal_first=terms.removal_first,
        skip_unavailable=terms.skip_unavailable,
        full_size_cutout=terms.full_size_cutout,
        current=terms.current,
    )
    bound = bind_recorded(compiled.chain, terms.facts)
    # What is computed from sizes is known by now, and no longer in a removal's way.
    steps = arranged(bound.steps, of_equal_size=terms.full_size_cutout)
    return replace(compiled, chain=replace(bound, steps=steps))


@dataclass(frozen=True, slots=True)
class Negotiated:
    """A request after negotiation.

    ``compiled`` with nothing left to choose, and the headers that chose; ``left_out``: effects that it does without.
    """

    compiled: Compiled
    chain: ConcreteChain
    vary: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def _is_small(terms: Terms, accept: str, *_: object) -> bool:
    said = len(terms.facts.tags) + len(terms.facts.context) + len(terms.facts.metadata)
    is_plain = terms.named is no_definitions and said <= MAX_FACTS and len(accept) <= MAX_ACCEPT
    return is_plain and vocabulary.is_small(terms.components)


@memoised(REMEMBERED, _is_small)
def negotiate_on(terms: Terms, accept: str, save_data: str, auto_formats: tuple[str, ...]) -> Negotiated:
    """``accept`` and ``save_data`` are request headers; see :func:`proxy.http.negotiation.negotiate`."""
    compiled = compile_on(terms)
    found = negotiate(compiled.chain, {"accept": accept, "save-data": save_data}, auto_formats)
    left_out = (each["effect"] for each in walk(found.chain.steps) if each.operation == "left_out")
    vary = dict.fromkeys((*found.vary, *compiled.vary))
    return Negotiated(compiled, concrete(found.chain), tuple(vary), tuple(dict.fromkeys(left_out)))


def _fits(asset: Asset, max_pixels: int) -> bool:
    """Whether its cutout, whose colours are a JPEG, is as large."""
    return asset.width * asset.height <= max_pixels and max(asset.width, asset.height) <= FORMATS["jpg"].max_side


def _is_its_own(asset: Asset, extension: str | None) -> bool:
    """Whether the extension is that of an asset in a format that is never written: its original is all there is."""
    row = FORMATS.get(asset.format)
    return row is not None and not row.writable and extension in row.extensions
