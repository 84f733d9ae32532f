"""What a render costs, as a ratio to plain libvips doing the same in the same run.

Run ``python -m tests.benchmarks.render``. Time is CPU time of the process, so that neighbours count little; absolute
numbers depend on the machine, ratios hardly.
"""

import time
from collections.abc import Callable

import pyvips

from media.cutout import StoredCutout
from media.language.chain import Output
from media.operations import step
from media.scene.scene import Scene
from tests.media import pictures
from tests.media.rendering import rendered

SECONDS_PER_ROW = 1.5
WIDTH, HEIGHT = 1936, 1288


def photograph() -> pyvips.Image:
    """2.5 megapixels with the detail of a photograph: a synthetic scene under fine noise."""
    scene = pictures.colours(WIDTH, HEIGHT)
    grain = pyvips.Image.gaussnoise(WIDTH, HEIGHT, mean=0, sigma=6, seed=1)
    return (scene + grain).cast("uchar").copy(interpretation="srgb").copy_memory()


def per_second(work: Callable[[], object]) -> float:
    work()
    count, start = 0, time.process_time()
    while time.process_time() - start < SECONDS_PER_ROW:
        work()
        count += 1
    return count / (time.process_time() - start)


def rows() -> list[tuple[str, Callable[[], object], Callable[[], object]]]:
    """Name, ours, the reference."""
    picture = photograph()
    jpeg = bytes(picture.write_to_buffer(".jpg", Q=88))
    png = bytes(picture.write_to_buffer(".png"))
    matte = pictures.matte(WIDTH, HEIGHT)
    cutout = StoredCutout(bytes(picture.write_to_buffer(".jpg", Q=95)), bytes(matte.write_to_buffer(".png")), 1.0)
    rgba = bytes(picture.bandjoin(matte).copy(interpretation="srgb").write_to_buffer(".png"))
    fit = step("fit", width="400", height="400")
    square = step("fill", width="400", height="400", gravity="auto")
    removal, turn = step("background_removal"), step("rotate", angle="90")
    scene = Scene(matte.thumbnail_image(192, height=192, size="force").numpy())

    def thumbnail(body: bytes, suffix: str, **options: object) -> Callable[[], object]:
        return lambda: pyvips.Image.thumbnail_buffer(body, 400, height=400).write_to_buffer(suffix, **options)

    def smart(body: bytes) -> Callable[[], object]:
        return lambda: pyvips.Image.thumbnail_buffer(body, 400, height=400, crop="attention").write_to_buffer(".jpg")

    webp, avif = Output(("webp",)), Output(("avif",))
    return [
        ("JPEG 2.5 MP → 400 px JPEG", lambda: rendered(jpeg, fit), thumbnail(jpeg, ".jpg", optimize_coding=True)),
        ("JPEG → 400×400, attention", lambda: rendered(jpeg, square), smart(jpeg)),
        ("JPEG → 400×400, saliency", lambda: rendered(jpeg, square, scene=scene), smart(jpeg)),
        ("turned, then saliency", lambda: rendered(jpeg, turn, square, scene=scene), lambda: _turned(jpeg)),
        ("JPEG → 400 px WebP", lambda: rendered(jpeg, fit, output=webp), thumbnail(jpeg, ".webp")),
        ("JPEG → 400 px AVIF", lambda: rendered(jpeg, fit, output=avif), thumbnail(jpeg, ".avif")),
        ("PNG 2.5 MP → 400 px PNG", lambda: rendered(png, fit), thumbnail(png, ".png")),
        ("stored cutout → 400 px WebP", lambda: rendered(cutout, removal, fit, output=webp), thumbnail(rgba, ".webp")),
        ("JPEG → full size, blur", lambda: rendered(jpeg, step("blur")), lambda: _blurred(jpeg)),
        ("q_auto: JPEG → 400 px", lambda: rendered(jpeg, fit, output=Output(quality="auto")), thumbnail(jpeg, ".jpg")),
    ]


def _turned(body: bytes) -> bytes:
    turned = pyvips.Image.new_from_buffer(body, "").rot90()
    return bytes(turned.thumbnail_image(400, height=400, crop="attention").write_to_buffer(".jpg"))


def _blurred(body: bytes) -> bytes:
    soft = pyvips.Image.new_from_buffer(body, "").gaussblur(5, min_ampl=0.05)
    return bytes(soft.write_to_buffer(".jpg", optimize_coding=True))


def main() -> None:
    print(f"{'':34}{'ours /s':>10}{'libvips /s':>12}{'ratio':>8}")
    for name, ours, reference in rows():
        mine, theirs = per_second(ours), per_second(reference)
        print(f"{name:34}{mine:10.1f}{theirs:12.1f}{mine / theirs:8.2f}")


if __name__ == "__main__":
    main()
