"""Mutations of a file: each takes a random number generator and bytes, and answers bytes gone wrong."""

from collections.abc import Callable
from random import Random

from media.formats import png

Mutation = Callable[[Random, bytes], bytes]

#: Numbers that a parser may have forgotten.
EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 2**63, 2**64 - 1)
#: A file never grows beyond this.
MOST_BYTES = 1 << 20


def place(random: Random, body: bytes) -> int:
    """Anywhere, and half of the time near the start, where headers are."""
    near = min(len(body), 128) if random.random() < 0.5 else len(body)
    return random.randrange(max(1, near))


def span(random: Random, body: bytes) -> tuple[int, int]:
    start = place(random, body)
    return start, min(len(body), start + 2 ** random.randrange(12))


def flip_bits(random: Random, body: bytes) -> bytes:
    changed = bytearray(body)
    for _ in range(2 ** random.randrange(6)):
        changed[place(random, body)] ^= 1 << random.randrange(8)
    return bytes(changed)


def overwrite(random: Random, body: bytes) -> bytes:
    start, end = span(random, body)
    return body[:start] + random.choice((random.randbytes(end - start), bytes(end - start))) + body[end:]


def truncate(random: Random, body: bytes) -> bytes:
    return body[: place(random, body)]


def cut(random: Random, body: bytes) -> bytes:
    start, end = span(random, body)
    return body[:start] + body[end:]


def repeat(random: Random, body: bytes) -> bytes:
    start, end = span(random, body)
    return (body[:end] + body[start:end] * 2 ** random.randrange(8) + body[end:])[:MOST_BYTES]


def swap(random: Random, body: bytes) -> bytes:
    (first, end), (second, last) = sorted((span(random, body), span(random, body)))
    second, last = max(second, end), max(last, end)
    return body[:first] + body[second:last] + body[end:second] + body[first:end] + body[last:]


def extreme_number(random: Random, body: bytes) -> bytes:
    width, start = random.choice((1, 2, 4, 8)), place(random, body)
    value = random.choice(EXTREMES) % 2 ** (8 * width)
    return body[:start] + value.to_bytes(width, random.choice(("big", "little"))) + body[start + width :]


def wrong_length(random: Random, body: bytes) -> bytes:
    """Find what may be a length or an offset, and let it be a little or very wrong."""
    width, order = random.choice((2, 4)), random.choice(("big", "little"))
    first = place(random, body)
    for start in range(first, min(first + 256, len(body) - width)):
        value = int.from_bytes(body[start : start + width], order)
        if 0 < value <= len(body):
            wrong = random.choice(
                (value - 1, value + 1, value * 2, len(body), len(body) - start, 0, 2 ** (8 * width) - 1)
            )
            return body[:start] + (wrong % 2 ** (8 * width)).to_bytes(width, order) + body[start + width :]
    return extreme_number(random, body)


def move_chunks(random: Random, body: bytes) -> bytes:
    """Repeat, drop or reorder what the file consists of."""
    head, *chunks = pieces(body)
    chosen = random.randrange(len(chunks)) if chunks else 0
    moved = random.choice((
        [*chunks[: chosen + 1], *chunks[chosen : chosen + 1] * 2 ** random.randrange(9), *chunks[chosen + 1 :]],
        [*chunks[:chosen], *chunks[chosen + 1 :]],
        random.sample(chunks, len(chunks)),
        [*chunks, *chunks],
    ))  # fmt: skip
    return b"".join((head, *moved))[:MOST_BYTES]


def change_chunk(random: Random, body: bytes) -> bytes:
    """A PNG's chunk, under a checksum that is right again; of other files anything."""
    found = png_chunks(body)
    change = random.choice(PLAIN)
    if not found:
        return change(random, body)
    chosen = random.randrange(len(found))
    kind, content = found[chosen]
    found[chosen] = kind, change(random, content) if content else content
    return png.joined(found)


PLAIN: tuple[Mutation, ...] = (
    flip_bits, overwrite, truncate, cut, repeat, swap, extreme_number, extreme_number, wrong_length, wrong_length,
)  # fmt: skip
MUTATIONS: tuple[Mutation, ...] = (*PLAIN, move_chunks, move_chunks, change_chunk, change_chunk, change_chunk)


def mutate(random: Random, body: bytes) -> bytes:
    """One mutation, or a few on top of each other."""
    for _ in range(random.choice((1, 1, 2, 3, 6))):
        body = random.choice(MUTATIONS)(random, body) if body else body
    return body


def pieces(body: bytes) -> list[bytes]:
    """The head of a file and its chunks, by the kind of container it is; else pieces of any length."""
    if found := png_chunks(body):
        return [png.SIGNATURE, *(png.joined([chunk])[len(png.SIGNATURE) :] for chunk in found)]
    for magic, offset, head, length_at, order, extra in CONTAINERS:
        if body[offset:].startswith(magic):
            return [body[:head], *walked(body, head, length_at, order, extra)]
    return [body[start : start + 64] for start in range(0, len(body), 64)]


#: Magic, its place, length of the head, place of a chunk's length, its order, and what it does not count.
CONTAINERS = (
    (b"WEBP", 8, 12, 4, "little", 8),
    (b"ftyp", 4, 0, 0, "big", 0),
    (b"jP  ", 4, 0, 0, "big", 0),
)


def walked(body: bytes, start: int, length_at: int, order: str, extra: int) -> list[bytes]:
    chunks = []
    while start < len(body):
        field = body[start + length_at : start + length_at + 4]
        end = start + max(8, int.from_bytes(field, "big" if order == "big" else "little") + extra)
        chunks.append(body[start:end])
        start = end
    return chunks


def png_chunks(body: bytes) -> list[png.Chunk]:
    try:
        return list(png.chunks(body)) if body.startswith(png.SIGNATURE) else []
    except ValueError:
        return []
