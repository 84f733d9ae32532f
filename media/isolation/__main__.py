"""The child: `python -m media.isolation LINE SECONDS BYTES` answers tasks, within its bounds, until the line closes."""

import resource
import sys
from multiprocessing.connection import Connection

from media.isolation.messages import receive, send
from media.isolation.tasks import answer


def main() -> None:
    number, seconds, memory_bytes = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    line = Connection(number)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _bound(resource.RLIMIT_DATA, memory_bytes)
    while True:
        try:
            message = receive(line)
        except (EOFError, OSError):
            return
        _bound(resource.RLIMIT_CPU, int(_used_seconds() + seconds) + 1)
        send(line, answer(message))


def _bound(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _used_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
