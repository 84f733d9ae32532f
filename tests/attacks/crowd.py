"""Browsers that load images: ``python -m tests.attacks.crowd PORT FIRST COUNT`` in a process of its own.

Each has a connection, asks for a cutout of its own number (from ``FIRST`` on), and says that it loads an image. Says
``waiting`` once all have asked, then the statuses they got, as JSON.
"""

import asyncio
import itertools
import json
import sys
from collections import Counter

from media.scene.classes import OBJECTS

AT_ONCE = 100
#: Of 20 objects so many make 4,845 different jobs.
HINTS = 4


async def ask(port: int, hints: tuple[str, ...]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    path = f"/demo/image/upload/e_background_removal:hints_({';'.join(hints)})/hot.png"
    head = ("Host: 127.0.0.1", "Accept: image/avif,image/webp,*/*;q=0.8", "Sec-Fetch-Dest: image")
    writer.write("\r\n".join([f"GET {path} HTTP/1.1", *head, "", ""]).encode())
    await writer.drain()
    return reader, writer


async def status(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    line = await reader.readline()
    writer.close()
    return int(line.split()[1])


async def crowd(port: int, first: int, count: int) -> None:
    each_own = list(itertools.islice(itertools.combinations(OBJECTS, HINTS), first, first + count))
    asked = []
    for start in range(0, count, AT_ONCE):
        asked += await asyncio.gather(*(ask(port, hints) for hints in each_own[start : start + AT_ONCE]))
    print("waiting", flush=True)
    print(json.dumps(Counter(await asyncio.gather(*(status(*one) for one in asked)))), flush=True)


if __name__ == "__main__":
    asyncio.run(crowd(*(int(text) for text in sys.argv[1:])))
