"""What parent and child say to each other: a head as JSON, then blobs. Never pickle: a child may be in other hands."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from media.json_text import read_json

#: Blobs of one message at most: the frames of an animation.
MAX_BLOBS = 10_000
MAX_HEAD_BYTES = 4 << 20


class BrokenMessage(Exception):
    """The other side said something that is no message."""


@dataclass(frozen=True, slots=True)
class Message:
    head: Mapping[str, Any]
    blobs: Sequence[Any] = ()


def send(connection: Connection, message: Message) -> None:
    connection.send_bytes(json.dumps({"head": message.head, "blobs": len(message.blobs)}).encode())
    for blob in message.blobs:
        connection.send_bytes(blob)


def receive(connection: Connection) -> Message:
    """Raises EOFError or OSError if the other side is gone, BrokenMessage for anything but a message."""
    try:
        spoken = read_json(connection.recv_bytes(MAX_HEAD_BYTES))
        head, count = dict(spoken["head"]), int(spoken["blobs"])
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenMessage("no head") from error
    if not 0 <= count <= MAX_BLOBS:
        raise BrokenMessage(f"{count} blobs")
    return Message(head, [connection.recv_bytes() for _ in range(count)])
