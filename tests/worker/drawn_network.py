"""Networks of one or two nodes, written as ONNX files by hand: what is redder than blue is their subject."""

import struct
from pathlib import Path

FLOAT, IR_VERSION, OPSET = 1, 8, 13
#: What comes behind the difference of red and blue, and by what that is multiplied.
GRAPHS = {
    "sigmoid": ("Sigmoid", 3.0, "S"),
    "same": ("Identity", 3.0, "S"),
    "nothing": ("Sigmoid", 0.0, "S"),
    "not a number": ("Sqrt", 3.0, "S"),
    "fixed": ("Sigmoid", 3.0, 64),
}


def network(path: Path, graph: str) -> Path:
    path.write_bytes(_model(*GRAPHS[graph]) if graph in GRAPHS else b"no network")
    return path


def _model(operator: str, factor: float, side: str | int) -> bytes:
    weights = _message(
        *((1, size) for size in (1, 3, 1, 1)), (2, FLOAT), (8, "w"), (9, struct.pack("<3f", factor, 0, -factor))
    )
    nodes = [_node("Conv", ("x", "w"), "difference"), _node(operator, ("difference",), "y")]
    graph = _message(
        *((1, node) for node in nodes), (2, "drawn"), (5, weights),
        (11, _value("x", ("N", 3, side, side))), (12, _value("y", ("N", 1, side, side))),
    )  # fmt: skip
    return _message((1, IR_VERSION), (7, graph), (8, _message((1, ""), (2, OPSET))))


def _node(operator: str, inputs: tuple[str, ...], output: str) -> bytes:
    return _message(*((1, name) for name in inputs), (2, output), (4, operator))


def _value(name: str, sides: tuple[str | int, ...]) -> bytes:
    dimensions = [_message((1, side) if isinstance(side, int) else (2, side)) for side in sides]
    shape = _message(*((1, dimension) for dimension in dimensions))
    return _message((1, name), (2, _message((1, _message((1, FLOAT), (2, shape))))))


def _message(*fields: tuple[int, int | str | bytes]) -> bytes:
    """Protocol Buffers: a number is a varint, everything else has its length in front."""
    return b"".join(_field(number, value) for number, value in fields)


def _field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    body = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def _varint(value: int) -> bytes:
    parts = []
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])
