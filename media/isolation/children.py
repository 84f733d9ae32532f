"""A small pool of child processes, each doing one task at a time.

Walk of :meth:`Children.run`::

    _take                     an idle child that serves this key, or a new one
      └ send · _await         the child works (media/isolation/__main__.py)
          ├ answered          → back to the idle ones
          └ late or gone      → killed, this request alone fails

A child that has worked for one key serves no other, so that what a task leaves behind in its process (a font) is seen
by nobody else.
"""

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

from media.deadline import checkpoint, remaining
from media.errors import MediaError, SourceError, Unavailable
from media.isolation.messages import BrokenMessage, Message, receive, send
from media.isolation.tasks import answer

#: A picture of 100 megapixels is decoded within both; what takes more is refused.
SECONDS = 30.0
MEMORY_BYTES = 3 << 30
#: Idle children kept beyond one request.
IDLE = max(2, os.cpu_count() or 1)
#: A task waits this long for a place before the server is called busy.
PLACE_SECONDS = 60.0
ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Child:
    """One process and the line to it."""

    key: str
    process: subprocess.Popen[bytes]
    line: Connection

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.line.close()


class Children:
    """At most ``most`` tasks at once; a task may take ``seconds`` and its process ``memory_bytes``."""

    def __init__(self, most: int = IDLE, seconds: float = SECONDS, memory_bytes: int = MEMORY_BYTES) -> None:
        self._places = threading.BoundedSemaphore(most)
        self._seconds, self._memory_bytes, self._most = seconds, memory_bytes, most
        self._idle: list[Child] = []
        self._lock = threading.Lock()

    def run(self, task: str, arguments: dict[str, Any], blobs: Sequence[Any] = (), *, key: str = "") -> Message:
        """What the child answers.

        Raises the MediaError that the task raised there, SourceError if the child crashed, hung or grew too large,
        Unavailable if no child came free.
        """
        if not self._places.acquire(timeout=max(0.0, min(PLACE_SECONDS, remaining()))):
            checkpoint()
            raise Unavailable("The server is busy decoding; try again in a moment.", retry_after=2)
        try:
            return self._run(Message({"task": task, **arguments}, blobs), key)
        finally:
            self._places.release()

    def _run(self, message: Message, key: str) -> Message:
        try:
            child = self._take(key)
        except OSError as error:
            raise Unavailable("No process can be started to decode the image; try again.", retry_after=5) from error
        try:
            send(child.line, message)
            answer = self._await(child)
        except (EOFError, OSError, BrokenMessage) as error:
            child.kill()
            raise SourceError("The image cannot be read: its decoder gave up on it.") from error
        except BaseException:
            child.kill()
            raise
        self._give_back(child)
        return _opened(answer)

    def _await(self, child: Child) -> Message:
        if not child.line.poll(max(0.0, min(self._seconds, remaining()))):
            checkpoint()
            raise SourceError(f"The image cannot be read: decoding it takes longer than {self._seconds:g} seconds.")
        return receive(child.line)

    def _take(self, key: str) -> Child:
        with self._lock:
            # The one that was used last may still hold what it opened.
            child = next((each for each in reversed(self._idle) if each.key == key), None)
            if child is not None:
                self._idle.remove(child)
        if child is not None and child.process.poll() is None:
            return child
        if child is not None:
            child.kill()
        return start(key, self._seconds, self._memory_bytes)

    def _give_back(self, child: Child) -> None:
        with self._lock:
            self._idle.append(child)
            surplus = [self._idle.pop(0)] if len(self._idle) > self._most else []
        for each in surplus:
            each.kill()

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for each in idle:
            each.kill()


def start(key: str, seconds: float, memory_bytes: int) -> Child:
    """A new process, told its bounds on its command line; it knows nothing of our environment's secrets."""
    ours, theirs = socket.socketpair()
    with theirs:
        bounds = [str(theirs.fileno()), str(seconds), str(memory_bytes)]
        process = subprocess.Popen(
            [sys.executable, "-m", "media.isolation", *bounds],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            # A terminal's interrupt is for the server, which closes the line.
            start_new_session=True,
        )
    return Child(key, process, Connection(ours.detach()))


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    fonts = {
        name: value for name, value in os.environ.items() if name.startswith(("FONTCONFIG_", "XDG_", "LC_", "LANG"))
    }
    paths = os.pathsep.join([str(ROOT), *(path for path in sys.path if path)])
    return {**kept, **fonts, "PYTHONPATH": paths, "VIPS_CONCURRENCY": "1", "OMP_NUM_THREADS": "1"}


def _opened(answer: Message) -> Message:
    """The answer, or the error that the task raised."""
    code = answer.head.get("error")
    if code is None:
        return answer
    kinds = {kind.__name__: kind for kind in _kinds(MediaError)}
    raise kinds.get(str(code), SourceError)(str(answer.head.get("message", "")))


def _kinds(kind: type[MediaError]) -> list[type[MediaError]]:
    return [kind, *(below for each in kind.__subclasses__() for below in _kinds(each))]


class Runner(Protocol):
    def run(self, task: str, arguments: dict[str, Any], blobs: Sequence[Any] = (), *, key: str = "") -> Message: ...


class InProcess:
    """Does the same tasks in this process: for counting and profiling what a child does."""

    def run(self, task: str, arguments: dict[str, Any], blobs: Sequence[Any] = (), *, key: str = "") -> Message:
        return _opened(answer(Message({"task": task, **arguments}, blobs)))


#: Those of this process; a child is started when it is first needed.
_RUNNERS: list[Runner] = [Children()]


def children() -> Runner:
    return _RUNNERS[-1]


@contextlib.contextmanager
def instead(runner: Runner) -> Iterator[None]:
    """``runner`` does the tasks meanwhile."""
    _RUNNERS.append(runner)
    try:
        yield
    finally:
        _RUNNERS.remove(runner)


def warm() -> None:
    """Start a child ahead of the first request."""
    with contextlib.suppress(MediaError):
        children().run("ready", {})
