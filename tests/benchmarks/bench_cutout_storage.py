"""Two ways to store a cutout (`make bench`): JPEG colours with a grey PNG matte, or one lossless RGBA file.

The colours go on smoothly under the matte, so the JPEG has no hard edge to ring at, and libvips decodes a JPEG at a
half, a quarter or an eighth of its size for a fraction of the work. A lossless file is always decoded whole.
"""

import time
from collections.abc import Callable

import pyvips

from media.config import Matting
from media.cutout import CutoutOptions
from tests.worker.matting.pictures import picture
from worker.matting.maps import Maps
from worker.matting.matter import Cutout, cut
from worker.matting.photo import Photo
from worker.matting.raster import from_vips, resize, to_vips

SIDE = 2048
TARGET = 400
MAP_SIDE = 144
Files = dict[str, bytes]


def four_megapixels() -> Cutout:
    """The generated fur ball at 4 MP, grained like a photo: without grain every lossless file would look too good."""
    truth = picture("fur")
    large = pyvips.Image.new_from_array(truth.rgb).resize(SIDE / truth.rgb.shape[1], kernel="cubic")
    grain = pyvips.Image.gaussnoise(SIDE, SIDE, sigma=4, mean=0)
    photo = Photo(from_vips((large + grain).rint().cast("uchar")))
    maps = Maps(resize(truth.alpha, MAP_SIDE, MAP_SIDE), None)
    return cut(photo, maps, CutoutOptions(), Matting())


def two_files(cutout: Cutout) -> Files:
    colour, matte = to_vips(cutout.colour), to_vips(cutout.matte)
    return {
        "jpg": colour.copy(interpretation="srgb").jpegsave_buffer(Q=95, subsample_mode="off", keep="none"),
        "png": matte.copy(interpretation="b-w").pngsave_buffer(compression=4, filter="up", keep="none"),
    }


def rgba(cutout: Cutout) -> pyvips.Image:
    """With the hidden colours gone, as a cutout stored whole would have them: the smallest lossless form."""
    visible = to_vips(cutout.colour * (cutout.matte > 0)[..., None])
    return visible.bandjoin(to_vips(cutout.matte)).copy(interpretation="srgb")


FORMS: dict[str, Callable[[Cutout], Files]] = {
    "JPEG + PNG": two_files,
    "RGBA PNG": lambda cutout: {"png": rgba(cutout).pngsave_buffer(compression=6, keep="none")},
    "RGBA WebP": lambda cutout: {"webp": rgba(cutout).webpsave_buffer(lossless=True, effort=2, keep="none")},
}


def decoded(files: Files) -> float:
    """Processor seconds to have every part at ``TARGET`` pixels."""
    started = time.process_time()
    for suffix, body in files.items():
        shrink = "shrink=4" if suffix == "jpg" else ""
        image = pyvips.Image.new_from_buffer(body, shrink)
        image.resize(TARGET / image.width).write_to_memory()
    return time.process_time() - started


def test_two_files_are_smaller_and_faster_than_one() -> None:
    cutout = four_megapixels()
    sizes, times = {}, {}
    for name, encode in FORMS.items():
        started = time.process_time()
        files = encode(cutout)
        encoding = time.process_time() - started
        sizes[name] = sum(map(len, files.values()))
        times[name] = min(decoded(files) for _ in range(3))
        size, decoding = f"{sizes[name] / 1e6:.2f} MB", f"{times[name] * 1000:.0f} ms"
        print(f"\n{name}: {size}, encoded in {encoding:.2f} s, decoded at {TARGET} px in {decoding}")
    assert sizes["JPEG + PNG"] < min(sizes["RGBA PNG"], sizes["RGBA WebP"])
    assert times["JPEG + PNG"] < min(times["RGBA PNG"], times["RGBA WebP"])
