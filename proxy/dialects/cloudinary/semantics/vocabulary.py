"""Components → chain: from here on no vendor exists.

Walk::

    compile
      ├ expand            named transformations become their components
      ├ resolve           dpr, w_auto and client hints become numbers
      ├ check_position    if configured: the background removal comes first
      ├ nest              layers and conditions become brackets
      └ Compiler.run      each component: variables, actions in their fixed order, format, quality, flags
"""

from collections.abc import Sequence
from dataclasses import dataclass

from media.formats.automatic.choice import settled
from media.language.chain import Chain
from media.memo import memoised
from proxy.dialects.cloudinary.semantics import output, removal
from proxy.dialects.cloudinary.semantics.compiler import Compiler
from proxy.dialects.cloudinary.semantics.responsive import ClientHints, resolve
from proxy.dialects.cloudinary.syntax import grammar
from proxy.dialects.cloudinary.syntax.grammar import Component
from proxy.dialects.cloudinary.syntax.named import Definitions, expand, no_definitions
from proxy.dialects.cloudinary.syntax.structure import nest

__all__ = ["ClientHints", "Compiled", "Definitions", "canonical_text", "compile"]

#: Chains that are remembered, if they have at most this many components and characters.
REMEMBERED, SMALL_CHAIN, SMALL_TEXT = 1024, 16, 512


@dataclass(frozen=True, slots=True)
class Compiled:
    """A chain, and what the transformation asks of its answer.

    ``chain.output.candidates == ("auto",)`` leaves the format to the request headers. ``attachment`` is a file name
    (empty: the default one) or None; ``default_image`` the public id to serve instead of a missing asset.
    """

    chain: Chain
    attachment: str | None = None
    immutable: bool = False
    wants_info: bool = False
    default_image: str | None = None
    vary: tuple[str, ...] = ()


def compile(  # noqa: A001 (the same role has the same name in every dialect)
    components: Sequence[Component],
    *,
    extension: str | None = None,
    hints: ClientHints = ClientHints(),  # noqa: B008 (a frozen value)
    named: Definitions = no_definitions,
    removal_first: bool = False,
    skip_unavailable: bool = False,
    full_size_cutout: bool = True,
    current: str = "",
) -> Compiled:
    """The chain of ``components``, and what concerns only the answer.

    ``extension`` is the one cut off the public id; ``removal_first`` holds background removals to the first component,
    as a page of 2024 does; ``skip_unavailable`` leaves out what would be Forbidden; ``full_size_cutout``: that of the
    asset is as large as it; ``current`` is the layer source of the asset itself (``image/upload/<public id>``).

    Raises BadTransformation, UnsupportedOperation, UnsupportedFormat or Forbidden, naming what it is about.
    """
    expanded = expand(components, named)
    # Few chains show their own asset; all others are one for every asset.
    shown = current if any(each.value.startswith("current") for one in expanded for each in one.parameters) else ""
    return _compiled(expanded, extension, hints, removal_first, skip_unavailable, full_size_cutout, shown)


def is_small(components: tuple[Component, ...], *_: object) -> bool:
    """Whether a chain of these is worth remembering: a client can write many large ones."""
    lengths = (len(each.value) for component in components for each in component.parameters)
    return len(components) <= SMALL_CHAIN and sum(lengths) <= SMALL_TEXT


@memoised(REMEMBERED, is_small)
def _compiled(
    components: tuple[Component, ...],
    extension: str | None,
    hints: ClientHints,
    removal_first: bool,
    skip_unavailable: bool,
    full_size_cutout: bool,
    current: str,
) -> Compiled:
    resolved = resolve(components, hints)
    if removal_first:
        removal.check_position(resolved.components)
    compiler = Compiler(current=current, skip_unavailable=skip_unavailable, full_size_cutout=full_size_cutout)
    steps = compiler.run(nest(resolved.components))
    delivery = output.with_extension(compiler.delivery, extension)
    output.check_traced(delivery.output, steps)
    return Compiled(
        chain=Chain(steps, settled(delivery.output)),
        attachment=delivery.attachment,
        immutable=delivery.immutable,
        wants_info=delivery.wants_info,
        default_image=delivery.default_image,
        vary=resolved.vary,
    )


def canonical_text(transformation: str) -> str:
    """A transformation in one spelling: sorted parameters, canonical escapes. Raises BadTransformation."""
    return grammar.format_components(grammar.parse(transformation))
