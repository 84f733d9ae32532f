"""``force_format``, ``q``, ``optipress`` → what to encode, before and after the request's ``Accept`` is known."""

from dataclasses import dataclass, replace

from media.formats.automatic.choice import settled
from media.formats.table import EXTENSIONS, FORMATS
from media.language.chain import Chain, Output
from proxy.dialects.cloudimage import arguments
from proxy.dialects.cloudimage.grammar import Parameters

#: Formats that every client shows, whatever its ``Accept`` says.
PLAIN = frozenset({"jpg", "png", "gif"})
#: What ``force_format`` may name: pictures for web pages, not everything that could be written.
NAMED = frozenset({"jpg", "png", "webp", "avif", "gif", "tiff"})
#: If the result is transparent and no format was asked for.
TRANSPARENT = ("webp",)
#: What negotiation replaces by the formats a client accepts.
UNDECIDED = ("auto",)
_LEVELS = {"1": "auto:best", "2": "auto:good", "3": "auto:eco"}


@dataclass(frozen=True, slots=True)
class Formats:
    """Names in order of preference: ``modern`` only for clients that accept them, ``plain`` for all others."""

    modern: tuple[str, ...]
    plain: tuple[str, ...]


def formats(parameters: Parameters, source_format: str, *, is_transparent: bool) -> Formats:
    """``force_format`` names one format, or several in order of preference; ``_webp`` means webp even if larger.

    Without it the source's format stays, unless it cannot hold the transparency that was asked for.
    """
    text = parameters.get("force_format", "")
    names = [name for part in text.lower().split(",") if (name := _known(part)) is not None]
    if len(names) == 1 and "," not in text:
        return Formats((), (names[0],))
    kept = _kept(source_format, is_transparent=is_transparent)
    if not names:
        keeps_source = not is_transparent or text == "original"
        return Formats(() if keeps_source else TRANSPARENT, kept)
    first_plain = next((index for index, name in enumerate(names) if name in PLAIN), len(names))
    return Formats(tuple(names[:first_plain]), tuple(names[first_plain:]) or kept)


def _known(text: str) -> str | None:
    row = EXTENSIONS.get(text.strip().lstrip("_"))
    return row.name if row is not None and row.name in NAMED else None


def _kept(source_format: str, *, is_transparent: bool) -> tuple[str, ...]:
    row = FORMATS[source_format]
    if is_transparent and not row.alpha:
        return ("png",)
    return (source_format,) if row.writable else ()


def output(parameters: Parameters, choice: Formats) -> Output:
    """Candidates are left to negotiation if the choice depends on the client."""
    quality = arguments.whole(parameters.get("q"), 1, 100)
    level = _LEVELS.get(parameters.get("optipress", ""))
    is_automatic = bool(level) and not quality
    candidates = UNDECIDED if choice.modern else choice.plain
    return settled(Output(candidates, quality or level or 0, smallest=is_automatic or len(candidates) > 1))


def with_plain_formats(chain: Chain, choice: Formats) -> Chain:
    """A negotiated chain with our plain formats in place of negotiation's own."""
    if not choice.modern:
        return chain
    modern = tuple(name for name in choice.modern if name in chain.output.candidates)
    return replace(chain, output=settled(replace(chain.output, candidates=modern + choice.plain)))
