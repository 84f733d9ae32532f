"""The sound of a source: carried over packet by packet if the container holds it as it is, else encoded anew."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from media.video.formats import VideoFormat
from media.video.probe import opened

#: What libopus, and every browser, plays.
SAMPLE_RATE = 48_000


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a source in seconds."""

    start: float
    end: float


def tracks_of(path: Path, max_pixels: int) -> int:
    with opened(str(path), max_pixels) as container:
        return len(container.streams.audio)


def add_track(output: Any, row: VideoFormat, path: Path, number: int, max_pixels: int) -> tuple[Any, bool]:
    """A stream of ``output`` for one track of the source, and whether packets are carried over."""
    with opened(str(path), max_pixels) as container:
        track = container.streams.audio[number]
        if track.codec_context.name in row.passes:
            stream = output.add_stream_from_template(track)
            is_carried = True
        else:
            stream = output.add_stream(row.audio, rate=SAMPLE_RATE)
            stream.codec_context.layout = "stereo" if track.codec_context.channels != 1 else "mono"
            is_carried = False
        if track.language:
            stream.metadata["language"] = track.language
        return stream, is_carried


def packets(
    stream: Any, path: Path, number: int, span: Span, max_pixels: int, *, is_carried: bool
) -> Iterator[tuple[float, Any]]:
    """Packets of ``stream`` with their times in seconds from the beginning of ``span``, in order."""
    with opened(str(path), max_pixels) as container:
        track = container.streams.audio[number]
        if span.start > 0:
            container.seek(max(0, int(span.start / track.time_base)), stream=track, backward=True)
        make = _carried if is_carried else _encoded
        yield from make(stream, container, track, span)


def _carried(stream: Any, container: Any, track: Any, span: Span) -> Iterator[tuple[float, Any]]:
    shift = round(span.start / track.time_base)
    for packet in container.demux(track):
        if packet.pts is None or packet.pts < shift:
            continue
        moment = float((packet.pts - shift) * track.time_base)
        if moment >= span.end - span.start:
            return
        packet.pts -= shift
        packet.dts = packet.pts
        packet.stream = stream
        yield moment, packet


def _encoded(stream: Any, container: Any, track: Any, span: Span) -> Iterator[tuple[float, Any]]:
    context = stream.codec_context
    resampler = av.AudioResampler(format=context.format or "fltp", layout=context.layout, rate=SAMPLE_RATE)
    fifo, size, position = av.AudioFifo(), 1024 if context.name == "aac" else 960, 0
    for frame in _within(container, track, span):
        for each in resampler.resample(frame):
            each.pts = None
            fifo.write(each)
            while (piece := fifo.read(size)) is not None:
                piece.pts, piece.time_base = position, Fraction(1, SAMPLE_RATE)
                position += piece.samples
                yield from _timed(stream.encode(piece))
    last = fifo.read(partial=True)
    if last is not None:
        last.pts, last.time_base = position, Fraction(1, SAMPLE_RATE)
        yield from _timed(stream.encode(last))
    yield from _timed(stream.encode())


def _within(container: Any, track: Any, span: Span) -> Iterator[Any]:
    for frame in container.decode(track):
        moment = float(frame.pts * frame.time_base) if frame.pts is not None else 0.0
        if moment >= span.end:
            return
        if moment + frame.samples / frame.sample_rate > span.start:
            yield frame


def _timed(encoded: list[Any]) -> Iterator[tuple[float, Any]]:
    for packet in encoded:
        yield float(packet.dts * packet.time_base), packet
