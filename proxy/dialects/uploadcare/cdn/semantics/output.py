"""Directives about the file that is answered, and the output that they make."""

from dataclasses import replace

from media.language.chain import Output
from proxy.dialects.uploadcare.cdn.semantics.state import Arguments, Meaning, State
from proxy.dialects.uploadcare.cdn.syntax import values

#: What negotiation replaces by the formats a client accepts.
AUTO = "auto"
FORMATS = {"jpeg": "jpg", "png": "png", "webp": "webp"}
#: Formats that ``preserve`` leaves as they are.
PRESERVED = ("jpg", "png")
#: The vendor publishes no numbers.
QUALITIES: dict[str, int | str] = {
    "lightest": 45, "lighter": 60, "normal": 76, "better": 86, "best": 94,
    "smart": "auto:good", "smart_retina": "auto:eco",
}  # fmt: skip
EXIF = {"all": "", "none": "all", "sensitive": "shareable"}
MAX_ICC_KILOBYTES = 100_000
MAX_COLORS = 256


def _format(state: State, arguments: Arguments) -> State:
    """jpeg, png, webp; auto: what the client accepts, the default; preserve: as the original if JPEG or PNG."""
    name = "jpeg" if arguments[0] == "jpg" else values.choice(arguments[0], (*FORMATS, AUTO, "preserve"))
    return replace(state, form=replace(state.form, format=name))


def _quality(state: State, arguments: Arguments) -> State:
    """lightest, lighter, normal, better, best; smart: by content, smart_retina: for screens of high density."""
    return replace(state, form=replace(state.form, quality=QUALITIES[values.choice(arguments[0], tuple(QUALITIES))]))


def _progressive(state: State, arguments: Arguments) -> State:
    """Several scans if it becomes a JPEG."""
    return replace(state, form=replace(state.form, progressive=values.is_yes(arguments[0])))


def _strip_meta(state: State, arguments: Arguments) -> State:
    """Which metadata goes: all, sensitive (EXIF stays without places, serial numbers and names), none."""
    kept = EXIF[values.choice(arguments[0], tuple(EXIF))] if arguments else ""
    return replace(state, form=replace(state.form, exif=kept))


def _srgb(state: State, arguments: Arguments) -> State:
    """Pixels are sRGB in any case; keep_profile says so in the file."""
    mode = values.choice(arguments[0], ("fast", "icc", "keep_profile"))
    return replace(state, form=replace(state.form, keep_profile=mode == "keep_profile"))


def _max_icc_size(state: State, arguments: Arguments) -> State:
    """The largest profile that is kept, in kilobytes; at 0 none is."""
    return replace(state, form=replace(state.form, icc_limit=values.whole(arguments[0], 0, MAX_ICC_KILOBYTES)))


def _inline(state: State, arguments: Arguments) -> State:
    """Whether browsers show the file or save it."""
    return replace(state, inline=values.is_yes(arguments[0]))


def _json(state: State, arguments: Arguments) -> State:
    """What the file is, as JSON."""
    return replace(state, document="json")


def _jsonp(state: State, arguments: Arguments) -> State:
    """The same as a call of ``uploadcare_callback``."""
    return replace(state, document="jsonp")


def _main_colors(state: State, arguments: Arguments) -> State:
    """The main colours of the picture so far, as JSON: 1..256 of them, 4 unless given."""
    return replace(state, document="main_colors", colors=values.whole(arguments[0], 1, MAX_COLORS) if arguments else 4)


def _rasterize(state: State, arguments: Arguments) -> State:
    """Nothing: there are no vector pictures here."""
    return state


OUTPUT: dict[str, Meaning] = {
    "format": _format, "quality": _quality, "progressive": _progressive, "strip_meta": _strip_meta, "srgb": _srgb,
    "max_icc_size": _max_icc_size, "rasterize": _rasterize,
}  # fmt: skip
#: They say how to answer and process nothing.
ANSWERS: dict[str, Meaning] = {"inline": _inline, "json": _json, "jsonp": _jsonp, "main_colors": _main_colors}


def format_of(state: State, source_format: str) -> str:
    """The name of the one format, or ``auto``."""
    name = state.form.format
    if name == "preserve":
        return source_format if source_format in PRESERVED else AUTO
    return FORMATS.get(name, AUTO)


def output(state: State, source_format: str) -> Output:
    form = state.form
    return Output(
        candidates=(format_of(state, source_format),),
        quality=form.quality,
        progressive=form.progressive,
        keep_profile=form.keep_profile and form.icc_limit > 0,
        exif=form.exif,
    )
