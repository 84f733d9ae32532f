"""The formats that a video can be made in: one row each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VideoFormat:
    """``container`` and ``codec`` are FFmpeg's names, ``pixels`` its pixel format; ``audio`` is the codec for sound
    that the container does not hold as it is (it holds what ``passes`` names), "" for none. ``has_alpha``: the
    background stays transparent. ``even``: sides must be even. ``shows_matte``: the alpha as a grey picture."""

    name: str
    extension: str
    mime: str
    container: str
    codec: str
    pixels: str
    options: tuple[tuple[str, str], ...] = ()
    audio: str = ""
    passes: tuple[str, ...] = ()
    has_alpha: bool = False
    even: bool = False
    shows_matte: bool = False


#: One segment after the other is joined without encoding anew: no frame refers to one behind it.
_X264 = (("crf", "18"), ("preset", "veryfast"), ("bf", "0"))
_VP9 = (("crf", "24"), ("b", "0"), ("deadline", "good"), ("cpu-used", "5"), ("row-mt", "1"), ("auto-alt-ref", "0"))
_MP4 = {
    "extension": "mp4", "mime": "video/mp4", "container": "mp4", "codec": "libx264", "pixels": "yuv420p",
    "options": _X264, "audio": "aac", "passes": ("aac", "mp3", "ac3"), "even": True,
}  # fmt: skip
_GIF = {"extension": "gif", "mime": "image/gif", "container": "gif", "codec": "gif", "pixels": "pal8"}

_ROWS = (
    VideoFormat(
        "mov", "mov", "video/quicktime", "mov", "prores_ks", "yuva444p10le", (("profile", "4"), ("alpha_bits", "16")),
        audio="aac", passes=("aac", "mp3", "alac", "pcm_s16le", "pcm_s24le"), has_alpha=True,
    ),
    VideoFormat(
        "webm", "webm", "video/webm", "webm", "libvpx-vp9", "yuva420p", _VP9, audio="libopus",
        passes=("opus", "vorbis"), has_alpha=True,
    ),
    VideoFormat("gif", has_alpha=True, **_GIF),  # type: ignore[arg-type]
    VideoFormat("mp4", **_MP4),  # type: ignore[arg-type]
    VideoFormat("mattekey", **{**_MP4, "audio": "", "passes": (), "shows_matte": True}),  # type: ignore[arg-type]
    VideoFormat("gif_on", **_GIF),  # type: ignore[arg-type]
)  # fmt: skip
VIDEO_FORMATS = {row.name: row for row in _ROWS}
