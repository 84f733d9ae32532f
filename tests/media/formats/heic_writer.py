"""HEIC files written by pillow-heif, which carries an encoder for tests."""

import io

import numpy as np
import pillow_heif
import pyvips


def heic(image: pyvips.Image, *, mode: str = "", **options: object) -> bytes:
    deep = image.format == "ushort"
    modes = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
    values = np.asarray(image.numpy()).astype("<u2" if deep else "u1")
    name = mode or modes[image.bands] + (";16" if deep else "")
    file = pillow_heif.from_bytes(mode=name, size=(image.width, image.height), data=values.tobytes())
    body = io.BytesIO()
    file.save(body, quality=95, chroma=444, **options)
    return body.getvalue()
