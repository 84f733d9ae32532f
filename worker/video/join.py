"""Segments and sound → one file, without encoding anew. A GIF is encoded here: its palette is of all frames."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from media.video.formats import VideoFormat
from worker.video.audio import Span, add_track, packets, tracks_of
from worker.video.encode import mark_alpha

#: A viewer shows a GIF's frame for at least this many hundredths of a second.
GIF_MOST_RATE = 50
GIF_CENTISECONDS = Fraction(1, 100)


@dataclass(frozen=True, slots=True)
class Sound:
    """Where sound is taken from, and what part of it; None: there is none."""

    path: Path
    span: Span
    max_pixels: int


def join(
    parts: Sequence[Path], row: VideoFormat, rate: Fraction, sound: Sound | None, path: Path, tick: Callable[[], object]
) -> None:
    """Write ``path``; ``tick`` is called with every frame."""
    if row.codec == "gif":
        _join_gif(parts, row, rate, path, tick)
        return
    options = {"movflags": "+faststart"} if row.container in ("mp4", "mov") else {}
    with av.open(str(path), "w", format=row.container, options=options) as output, av.open(str(parts[0])) as first:
        stream = output.add_stream_from_template(first.streams.video[0])
        stream.time_base = 1 / rate
        # What tells the profiles of ProRes apart.
        stream.codec_context.codec_tag = first.streams.video[0].codec_context.codec_tag
        mark_alpha(stream, row.pixels)
        merged = heapq.merge(
            _pictures(parts, stream, rate, tick), *_sounds(output, row, sound), key=lambda each: each[0]
        )
        for _, packet in merged:
            output.mux(packet)


def _pictures(
    parts: Sequence[Path], stream: Any, rate: Fraction, tick: Callable[[], object]
) -> Iterator[tuple[float, Any]]:
    number = 0
    for part in parts:
        with av.open(str(part)) as container:
            for packet in container.demux(container.streams.video[0]):
                if not packet.size:
                    continue
                packet.stream, packet.time_base = stream, 1 / rate
                packet.pts = packet.dts = number
                packet.duration = 1
                yield float(number / rate), packet
                number += 1
                tick()


def _sounds(output: Any, row: VideoFormat, sound: Sound | None) -> list[Iterator[tuple[float, Any]]]:
    if sound is None or not row.audio:
        return []
    found = []
    for number in range(tracks_of(sound.path, sound.max_pixels)):
        stream, is_carried = add_track(output, row, sound.path, number, sound.max_pixels)
        found.append(packets(stream, sound.path, number, sound.span, sound.max_pixels, is_carried=is_carried))
    return found


def _join_gif(parts: Sequence[Path], row: VideoFormat, rate: Fraction, path: Path, tick: Callable[[], object]) -> None:
    palette = _palette(parts, row, tick)
    with av.open(str(path), "w", format="gif", options={"loop": "0"}) as output:
        stream: Any = output.add_stream("gif", rate=rate)
        with ExitStack() as opened:
            graph = None
            for number, frame in enumerate(_frames(parts, opened)):
                tick()
                if graph is None:
                    stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "pal8"
                    stream.codec_context.time_base = GIF_CENTISECONDS
                    graph = _using(frame, palette)
                frame.pts, frame.time_base = number, 1 / rate
                graph.push(frame)
                shown = graph.pull()
                shown.pts, shown.time_base = round(number / rate / GIF_CENTISECONDS), GIF_CENTISECONDS
                output.mux(stream.encode(shown))
            output.mux(stream.encode())


def _frames(parts: Sequence[Path], opened: ExitStack) -> Iterator[Any]:
    for part in parts:
        container = opened.enter_context(av.open(str(part)))
        yield from container.decode(video=0)


def _palette(parts: Sequence[Path], row: VideoFormat, tick: Callable[[], object]) -> Any:
    """256 colours for all frames; with alpha one of them is transparent."""
    reserved = "1" if row.has_alpha else "0"
    with ExitStack() as opened:
        graph = None
        for number, frame in enumerate(_frames(parts, opened)):
            tick()
            if graph is None:
                graph = av.filter.Graph()
                source = _source(graph, frame)
                made = graph.add("palettegen", f"reserve_transparent={reserved}:stats_mode=full")
                sink = graph.add("buffersink")
                source.link_to(made)
                made.link_to(sink)
                graph.configure()
            frame.pts = number
            graph.push(frame)
        if graph is None:
            raise ValueError("a clip without frames has no palette")
        graph.push(None)
        return graph.pull()


def _using(frame: Any, palette: Any) -> Any:
    graph = av.filter.Graph()
    pictures, colours = _source(graph, frame), _source(graph, palette)
    used = graph.add("paletteuse", "dither=sierra2_4a:alpha_threshold=128")
    sink = graph.add("buffersink")
    pictures.link_to(used, 0, 0)
    colours.link_to(used, 0, 1)
    used.link_to(sink)
    graph.configure()
    palette.pts, palette.time_base = 0, Fraction(1, 1)
    colours.push(palette)
    colours.push(None)
    return _Pictures(graph, pictures)


class _Pictures:
    """A graph of which only one source is still fed."""

    def __init__(self, graph: Any, source: Any) -> None:
        self._graph, self._source = graph, source

    def push(self, frame: Any) -> None:
        self._source.push(frame)

    def pull(self) -> Any:
        return self._graph.pull()


def _source(graph: Any, frame: Any) -> Any:
    return graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1000))
