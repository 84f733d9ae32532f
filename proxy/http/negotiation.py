"""Request headers → a concrete output, before the derived key is computed. Pure.

The headers that were looked at become ``Vary``. A choice is made by ``Accept`` alone: sniffing user agents
breaks behind caches and in emulated browsers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from media.formats.table import FORMATS
from media.language.chain import Chain

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Negotiated:
    chain: Chain
    vary: tuple[str, ...]


def negotiate(chain: Chain, headers: Mapping[str, str], auto_formats: Sequence[str]) -> Negotiated:
    """Resolve ``f_auto`` and the effect of ``Save-Data``.

    ``auto_formats`` is the configured allow-list in order of preference; what is named beside ``auto`` stands last.
    What a client does not accept falls away; an empty rest leaves JPEG and PNG. Which of them it is to be is chosen by
    the picture (:mod:`media.formats.automatic.choice`).
    """
    output, vary = chain.output, []
    if AUTO in output.candidates:
        vary.append("Accept")
        named = tuple(name for name in output.candidates if name != AUTO)
        candidates = _candidates(headers.get("accept", ""), auto_formats) + named
        output = replace(output, candidates=candidates, smallest=True)
    if isinstance(output.quality, str):
        vary.append("Save-Data")
        if headers.get("save-data", "").lower() == "on" and not output.quality.endswith("low"):
            output = replace(output, quality="auto:eco")
    return Negotiated(replace(chain, output=output), tuple(vary))


def _candidates(accept: str, auto_formats: Sequence[str]) -> tuple[str, ...]:
    # A wildcard is no promise: browsers send */* for formats they cannot show.
    accepted = {media_type for media_type, quality in map(_read, accept.split(",")) if quality > 0}
    return (*(name for name in auto_formats if FORMATS[name].mime in accepted), "jpg", "png")


def _read(part: str) -> tuple[str, float]:
    """One element of Accept: media type and weight (RFC 9110 12.5.1); a weight that is none counts as 1."""
    media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
    weights = [value for name, _, value in (each.partition("=") for each in parameters) if name == "q"]
    try:
        return media_type, float(weights[0]) if weights else 1.0
    except ValueError:
        return media_type, 1.0
