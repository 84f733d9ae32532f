"""GIFs block by block, and what browsers show of them: every kind of disposal, place, palette and delay.

Frames are written as rows of letters: R G B W K are colours, a point is transparent. tests/browser/test_pictures.py
asks Chromium whether the letters are right.
"""

import struct
from dataclasses import dataclass

import numpy as np

TABLE = bytes((255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255))
COLORS = {
    "R": (255, 0, 0, 255), "G": (0, 255, 0, 255), "B": (0, 0, 255, 255), "W": (255, 255, 255, 255),
    "K": (0, 0, 0, 255), ".": (0, 0, 0, 0),
}  # fmt: skip
R, G, B, W = range(4)
NONE, KEEP, BACKGROUND, PREVIOUS = range(4)
WIDTH, HEIGHT = 4, 2
CENTISECONDS = 10


def gif(
    *blocks: bytes, width: int = WIDTH, height: int = HEIGHT, table: bytes = TABLE, version: bytes = b"89a"
) -> bytes:
    flags = 0x70 | _table_flags(table)
    return b"GIF" + version + struct.pack("<HHBBB", width, height, flags, B, 0) + table + b"".join(blocks) + b"\x3b"


def control(disposal: int = NONE, delay: int = CENTISECONDS, transparent: int | None = None) -> bytes:
    flags = disposal << 2 | (transparent is not None)
    return b"\x21\xf9" + struct.pack("<BBHBB", 4, flags, delay, transparent or 0, 0)


def repeated(count: int, who: bytes = b"NETSCAPE2.0") -> bytes:
    return b"\x21\xff\x0b" + who + struct.pack("<BBHB", 3, 1, count, 0)


def part(
    left: int, top: int, width: int, height: int, colours: int | list[int], *,
    table: bytes = b"", interlaced: bool = False, bits: int = 2,
) -> bytes:  # fmt: skip
    """A frame of one colour, or of these colours row by row."""
    values = np.broadcast_to(colours, width * height) if isinstance(colours, int) else np.array(colours, int)
    rows = values.reshape(height, width)
    if interlaced:
        rows = np.concatenate([rows[0::8], rows[4::8], rows[2::4], rows[1::2]])
    flags = 0x40 * interlaced | _table_flags(table)
    return (
        struct.pack("<BHHHHB", 0x2C, left, top, width, height, flags) + table + compressed(rows.ravel().tolist(), bits)
    )


def compressed(values: list[int], bits: int) -> bytes:
    """LZW that starts anew before its codes grow: longer than need be, and easy to see through."""
    clear = 1 << bits
    codes: list[int] = []
    for start in range(0, len(values), clear - 2):
        codes += [clear, *values[start : start + clear - 2]]
    number = sum(code << (bits + 1) * place for place, code in enumerate([*codes, clear + 1]))
    packed = number.to_bytes((len(codes) + 1) * (bits + 1) // 8 + 1, "little")
    chunks = [packed[start : start + 255] for start in range(0, len(packed), 255)]
    return bytes([bits]) + b"".join(bytes([len(chunk)]) + chunk for chunk in chunks) + b"\0"


def _table_flags(table: bytes) -> int:
    return 0x80 | (len(table) // 3).bit_length() - 2 if table else 0


@dataclass(frozen=True, slots=True)
class Case:
    """``frames`` are rows of letters with a stroke between them, ``plays`` 0 for ever."""

    body: bytes
    frames: tuple[str, ...]
    delays: tuple[int, ...] = ()
    plays: int = 1


def full(colour: int) -> bytes:
    return part(0, 0, WIDTH, HEIGHT, colour)


FULL_R, DOT, MIDDLE = full(R), part(0, 1, 1, 1, B), part(1, 0, 2, 1, G)
ALL_R, ALL_G = "RRRR/RRRR", "GGGG/GGGG"
CASES: dict[str, Case] = {
    **{
        f"a second frame disposed of by {disposal}": Case(
            gif(control(), FULL_R, control(disposal), MIDDLE, control(), DOT), (ALL_R, "RGGR/RRRR", third)
        )
        for disposal, third in enumerate(
            ("RGGR/BRRR", "RGGR/BRRR", "R..R/BRRR", "RRRR/BRRR", "RRRR/BRRR", "RGGR/BRRR", "RGGR/BRRR", "RGGR/BRRR")
        )
    },
    **{
        f"a first frame disposed of by {disposal}": Case(
            gif(control(disposal), FULL_R, control(), MIDDLE, control(), DOT), (ALL_R, second, third)
        )
        for disposal, second, third in (
            (NONE, "RGGR/RRRR", "RGGR/BRRR"), (KEEP, "RGGR/RRRR", "RGGR/BRRR"),
            (BACKGROUND, ".GG./....", ".GG./B..."), (PREVIOUS, ".GG./....", ".GG./B..."),
        )
    },
    "all taken back, then cleared": Case(
        gif(control(), FULL_R, control(PREVIOUS), MIDDLE, control(PREVIOUS), DOT, control(BACKGROUND), full(W), DOT),
        (ALL_R, "RGGR/RRRR", "RRRR/BRRR", "WWWW/WWWW", "..../B..."),
    ),
    "transparent colours over what was there": Case(
        gif(control(), FULL_R, control(transparent=G), part(0, 0, 4, 2, [G, B] * 4)), (ALL_R, "RBRB/RBRB")
    ),
    "transparent colours where all was cleared": Case(
        gif(control(BACKGROUND), FULL_R, control(BACKGROUND, transparent=G), part(0, 0, 4, 2, [G, B] * 4),
            control(transparent=G), part(0, 0, 1, 1, G)),
        (ALL_R, ".B.B/.B.B", "..../...."),
    ),
    "a transparent colour beyond the table": Case(
        gif(control(transparent=3), part(0, 0, 4, 2, [0, 1, 2, 3] * 2), table=TABLE[:6]), ("RGK./RGK.",)
    ),
    "a first frame smaller than the canvas": Case(
        gif(control(), part(1, 0, 2, 1, R), control(), part(3, 1, 1, 1, B)), (".RR./....", ".RR./...B")
    ),
    "a still with an offset": Case(gif(part(1, 0, 2, 1, R)), (".RR./....",)),
    "a still of 1987": Case(gif(FULL_R, version=b"87a"), (ALL_R,)),
    "an animation of 1987": Case(gif(FULL_R, part(1, 0, 1, 1, B), version=b"87a"), (ALL_R, "RBRR/RRRR")),
    "rows in four passes": Case(
        gif(part(0, 0, 2, 9, [row % 4 for row in range(9) for _ in range(2)], interlaced=True), width=2, height=9),
        ("RR/GG/BB/WW/RR/GG/BB/WW/RR",),
    ),
    "a frame in four passes with an offset": Case(
        gif(FULL_R, part(1, 0, 1, 2, [G, B], interlaced=True)), (ALL_R, "RGRR/RBRR")
    ),
    "a table of its own": Case(gif(FULL_R, part(0, 0, 4, 1, 1, table=TABLE[9:] + TABLE[6:9])), (ALL_R, "BBBB/RRRR")),
    "only tables of its own": Case(gif(part(0, 0, 4, 2, 1, table=TABLE), table=b""), (ALL_G,)),
    "no table at all": Case(gif(part(0, 0, 4, 2, [0, 1, 2, 3] * 2), table=b""), ("KKKK/KKKK",)),
    "colours beyond the table": Case(gif(part(0, 0, 4, 2, [0, 1, 2, 3] * 2), table=TABLE[:6]), ("RGKK/RGKK",)),
    "more bits than the table needs": Case(gif(part(0, 0, 4, 2, W, bits=8)), ("WWWW/WWWW",)),
    "an empty first frame": Case(gif(part(0, 0, 0, 2, []), full(G)), ("..../....", ALL_G)),
    "nothing but an empty frame": Case(gif(part(0, 0, 0, 0, [])), ("..../....",)),
    "an empty frame in between": Case(gif(full(G), control(BACKGROUND), part(0, 0, 0, 0, []), part(0, 0, 1, 1, B)),
        (ALL_G, ALL_G, "BGGG/GGGG")),
    "a frame over the edge": Case(gif(FULL_R, part(3, 1, 3, 3, [G, B, W] * 3)), (ALL_R, "RRRR/RRRG")),
    "a frame beyond the edge": Case(gif(FULL_R, part(9, 9, 2, 2, G), DOT), (ALL_R, ALL_R, "RRRR/BRRR")),
    "a first frame over the edge": Case(
        gif(part(2, 1, 4, 2, G), full(B)), ("....../..GGGG/..GGGG", "BBBB../BBBBGG/..GGGG")
    ),
    "no canvas but the first frame": Case(
        gif(part(0, 0, 2, 2, G), part(0, 0, 3, 1, B), width=0, height=0), ("GG/GG", "BB/GG")
    ),
    "delays that browsers lengthen": Case(
        gif(control(delay=0), FULL_R, control(delay=1), FULL_R, control(delay=2), FULL_R, control(delay=65535), FULL_R),
        (ALL_R,) * 4, (100, 100, 20, 655_350),
    ),
    "a delay for one frame only": Case(gif(control(delay=50), FULL_R, full(G)), (ALL_R, ALL_G), (500, 100)),
    "two words on one frame": Case(
        gif(FULL_R, control(BACKGROUND, 50), control(KEEP, 70), DOT, full(G)), (ALL_R, "RRRR/BRRR", ALL_G),
        (100, 700, 100),
    ),
    "a text between a frame and its control": Case(
        gif(FULL_R, control(BACKGROUND, 50, G), b"\x21\x01\x0c" + bytes(13), part(0, 0, 1, 1, G), DOT),
        (ALL_R, ALL_R, ".RRR/BRRR"), (100, 500, 100),
    ),
    "no word on repetition": Case(gif(FULL_R, full(G)), (ALL_R, ALL_G), plays=1),
    **{
        f"repeated {count} times": Case(gif(repeated(count), FULL_R, full(G)), (ALL_R, ALL_G), plays=plays)
        for count, plays in ((0, 0), (1, 2), (5, 6), (65535, 65536))
    },
    "repetition behind the frames": Case(gif(FULL_R, full(G), repeated(3)), (ALL_R, ALL_G), plays=4),
    "two words on repetition": Case(gif(repeated(4), repeated(2), FULL_R, full(G)), (ALL_R, ALL_G), plays=3),
    "repetition by another program": Case(gif(repeated(4, b"ANIMEXTS1.0"), FULL_R, full(G)), (ALL_R, ALL_G), plays=5),
    "repetition by nobody": Case(gif(repeated(4, b"SOMEBODY1.0"), FULL_R, full(G)), (ALL_R, ALL_G), plays=1),
    "bytes behind the end": Case(gif(FULL_R, DOT) + b"junk", (ALL_R, "RRRR/BRRR")),
    "longer pixels than the frame": Case(
        gif(FULL_R, struct.pack("<BHHHHB", 0x2C, 0, 0, 1, 1, 0) + compressed([G] * 9, 2), part(3, 0, 1, 1, B)),
        (ALL_R, "GRRR/RRRR", "GRRB/RRRR"),
    ),
}  # fmt: skip


def letters(pixels: np.ndarray) -> str:
    """Rows of RGBA as a case has them; what is no colour of ours as numbers."""
    names = {colour: letter for letter, colour in COLORS.items()}
    rows = [[tuple(int(value) for value in pixel) for pixel in row] for row in pixels]
    return "/".join("".join(names.get(pixel, str(pixel)) for pixel in row) for row in rows)


def drawn_by_lot(seed: int) -> bytes:
    """Frames of any place, size, disposal and transparency."""
    chance = np.random.default_rng(seed)
    width, height = chance.integers(2, 7, 2).tolist()
    blocks = []
    for _ in range(chance.integers(1, 7)):
        if chance.random() < 0.8:
            transparent = int(chance.integers(4)) if chance.random() < 0.5 else None
            blocks.append(control(int(chance.integers(8)), int(chance.integers(20)), transparent))
        box = chance.integers((0, 0, 1, 1), (width + 1, height + 1, width + 3, height + 3)).tolist()
        left, top, across, down = [0, 0, width, height] if chance.random() < 0.3 else box
        colours, is_interlaced = chance.integers(4, size=across * down).tolist(), bool(chance.random() < 0.3)
        table = TABLE[::-1] if chance.random() < 0.3 else b""
        blocks.append(part(left, top, across, down, colours, table=table, interlaced=is_interlaced))
    return gif(*blocks, width=width, height=height)
