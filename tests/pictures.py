"""Small pictures made on the spot."""

import pyvips


def photo(width: int = 96, height: int = 64, format_name: str = "jpg", *, shade: int = 0) -> bytes:
    """A colourful gradient; another ``shade`` is another source."""
    across = pyvips.Image.xyz(width, height)
    bands = across[0] * (255 / width), across[1] * (255 / height), across[0] * 0 + 40 + shade
    picture = bands[0].bandjoin(list(bands[1:])).cast("uchar").copy(interpretation="srgb")
    return bytes(picture.write_to_buffer(f".{format_name}"))


def opened(body: bytes) -> pyvips.Image:
    return pyvips.Image.new_from_buffer(body, "")
