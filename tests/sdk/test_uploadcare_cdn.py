"""Every builder method of Uploadcare's Python SDK, unmodified, with every choice it names: rendered by our host."""

import re
import time
from collections.abc import Callable, Iterator
from enum import Enum

import httpx
import pytest
from pyuploadcare import File, Uploadcare
from pyuploadcare.transformations import image
from pyuploadcare.transformations.image import ImageTransformation

from tests.conftest import Server, running_server
from tests.pictures import opened, photo

PUBLIC, SECRET = "demopublickey", "demo-project-secret"
PATIENCE_SECONDS = 60
#: The photograph's sides.
WIDTH, HEIGHT = 96, 64
WHOLE = (WIDTH, HEIGHT)
JPEG = image.ImageFormat.jpeg

Build = Callable[[ImageTransformation], ImageTransformation]
#: How a picture is asked for, and the size that it must have.
ROWS: list[tuple[Build, tuple[int, int]]] = [
    (lambda made: made.preview(), WHOLE),
    (lambda made: made.preview(30, 30), (30, 20)),
    (lambda made: made.preview(width=48), (48, 32)),
    (lambda made: made.resize(48), (48, 32)),
    (lambda made: made.resize(height=32), (48, 32)),
    (lambda made: made.resize(30, 30), (30, 30)),
    *((lambda made, mode=mode: made.stretch(mode).resize(192, 32), size) for mode, size in (
        (image.StretchMode.on, (192, 32)), (image.StretchMode.off, (96, 32)), (image.StretchMode.fill, (192, 32)),
    )),
    (lambda made: made.smart_resize(60, 60), (60, 60)),
    (lambda made: made.crop(40, 30), (40, 30)),
    (lambda made: made.crop(40, 30, 5, 6), (40, 30)),
    (lambda made: made.crop("50p", "50p", "10p", "10p"), (48, 32)),
    *((lambda made, side=side: made.crop(40, 30, alignment=side), (40, 30)) for side in image.CropAlignment),
    (lambda made: made.scale_crop(30, 30), (30, 30)),
    (lambda made: made.scale_crop(30, 30, 10, 90), (30, 30)),
    *((lambda made, mode=mode: made.scale_crop(30, 30, mode=mode), (30, 30)) for mode in image.ScaleCropMode),
    (lambda made: made.border_radius(10), WHOLE),
    (lambda made: made.border_radius([10, "20%"], [5, "50%"]).setfill("ff0000"), WHOLE),
    (lambda made: made.setfill("ff000080").crop(200, 100), (200, 100)),
    (lambda made: made.zoom_objects(50), WHOLE),
    *((lambda made, name=name: made.format(name).preview(), WHOLE) for name in image.ImageFormat),
    *((lambda made, name=name: made.quality(name).format(JPEG), WHOLE) for name in image.ImageQuality),
    (lambda made: made.rasterize(), WHOLE),
    (lambda made: made.progressive().format(JPEG), WHOLE),
    (lambda made: made.progressive(False), WHOLE),
    *((lambda made, mode=mode: made.strip_meta(mode), WHOLE) for mode in image.StripMetaMode),
    *((lambda made, name=name: made.adjust_color(name), WHOLE) for name in image.ColorAdjustment),
    *((lambda made, name=name: made.adjust_color(name, 50), WHOLE) for name in image.ColorAdjustment),
    (lambda made: made.enhance(), WHOLE),
    (lambda made: made.enhance(80), WHOLE),
    (lambda made: made.grayscale(), WHOLE),
    (lambda made: made.invert(), WHOLE),
    *((lambda made, name=name: made.filter(name), WHOLE) for name in image.ImageFilter),
    (lambda made: made.filter(image.ImageFilter.adaris, -50), WHOLE),
    *((lambda made, name=name: made.srgb(name), WHOLE) for name in image.SRGBConversion),
    (lambda made: made.max_icc_size(10), WHOLE),
    (lambda made: made.blur(), WHOLE),
    (lambda made: made.blur(20), WHOLE),
    (lambda made: made.blur(20, -50), WHOLE),
    (lambda made: made.blur_region(20, 20, 5, 5), WHOLE),
    (lambda made: made.blur_region("50p", "50p", "10p", "10p", 30), WHOLE),
    (lambda made: made.blur_faces(), WHOLE),
    (lambda made: made.blur_faces(30), WHOLE),
    (lambda made: made.sharp(), WHOLE),
    (lambda made: made.sharp(20), WHOLE),
    (lambda made: made.overlay("{file}"), WHOLE),
    (lambda made: made.overlay("{file}", "50%", "50%", offset_x="10%", offset_y="20%", strength=40), WHOLE),
    *((lambda made, side=side: made.overlay_self(20, 20, side, strength=40), WHOLE) for side in image.OverlayOffset),
    (lambda made: made.overlay_self(), WHOLE),
    (lambda made: made.text("a/b ~ c\nd", "80%", "80%", image.OverlayOffset.center), WHOLE),
    (lambda made: made.text("Hi", 80, 40, offset_x="10%", offset_y="20%", font_size=20, font_color="ff0000"), WHOLE),
    *(
        (lambda made, across=across, down=down: made.text(
            "Hi", 80, 40, image.OverlayOffset.top, horizontal_alignment=across, vertical_alignment=down,
        ), WHOLE)
        for across in image.HorizontalTextAlignment for down in image.VerticalTextAlignment
    ),
    *((lambda made, mode=mode: made.text(
        "Hi", 80, 40, image.OverlayOffset.left, box_mode=mode, box_color="00ff00", box_padding=5,
    ), WHOLE) for mode in image.TextBoxMode),
    (lambda made: made.rect("ff000080", "50%", "50%", image.OverlayOffset.bottom), WHOLE),
    (lambda made: made.rect("ff0000", 20, 10, offset_x="50%", offset_y="50%"), WHOLE),
    (lambda made: made.autorotate(), WHOLE),
    (lambda made: made.autorotate(False), WHOLE),
    (lambda made: made.rotate(90), (HEIGHT, WIDTH)),
    (lambda made: made.flip(), WHOLE),
    (lambda made: made.mirror(), WHOLE),
]  # fmt: skip
#: They answer no picture.
ELSEWHERE = ("detect_faces", "gif2video", "gif2video_format", "gif2video_quality")
#: The base's own.
OTHERS = ("set", "path", "effects")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("uploadcare")) as running:
        yield running


@pytest.fixture(scope="module")
def uploadcare(server: Server) -> Uploadcare:
    base = f"{server.address}/"
    return Uploadcare(PUBLIC, SECRET, api_base=base, upload_base=base, cdn_base=base)


@pytest.fixture(scope="module")
def file(uploadcare: Uploadcare, tmp_path_factory: pytest.TempPathFactory) -> File:
    path = tmp_path_factory.mktemp("pictures") / "cat.jpg"
    path.write_bytes(photo(WIDTH, HEIGHT))
    with path.open("rb") as opened_file:
        return uploadcare.upload(opened_file, store=True)


def effects_of(build: Build) -> str:
    return str(build(ImageTransformation()))


@pytest.mark.parametrize(("build", "size"), ROWS, ids=[effects_of(build) for build, _ in ROWS])
def test_what_the_sdk_builds_is_rendered(
    uploadcare: Uploadcare, file: File, build: Build, size: tuple[int, int]
) -> None:
    effects = effects_of(build).replace("{file}", file.uuid)
    asked = uploadcare.file(file.uuid)
    asked.set_effects(effects)
    answer = httpx.get(asked.cdn_url, timeout=PATIENCE_SECONDS)
    assert answer.status_code == 200, answer.text
    picture = opened(answer.content)
    assert (picture.width, picture.height) == size


def test_every_method_and_every_choice_of_the_sdk_is_among_them() -> None:
    called = {name for build, _ in ROWS for name in build.__code__.co_names}
    methods = {name for name in dir(ImageTransformation) if not name.startswith("_")}
    assert methods - called - {*ELSEWHERE, *OTHERS} == set()
    written = " ".join(effects_of(build) for build, _ in ROWS)
    kinds = [kind for kind in vars(image).values() if isinstance(kind, type) and issubclass(kind, Enum)]
    choices = {str(each) for kind in kinds if "Gif2Video" not in kind.__name__ for each in kind}
    assert {choice for choice in choices if not re.search(rf"\b{choice}\b", written)} == set()


def test_faces_are_told(file: File, uploadcare: Uploadcare) -> None:
    url = uploadcare.cdn_base + ImageTransformation().detect_faces().path(file.uuid)
    answer, until = httpx.get(url, timeout=PATIENCE_SECONDS), time.monotonic() + PATIENCE_SECONDS
    while answer.status_code == 503 and time.monotonic() < until:
        time.sleep(0.2)
        answer = httpx.get(url, timeout=PATIENCE_SECONDS)
    assert answer.json()["faces"] == []


def test_a_photograph_becomes_no_video(file: File, uploadcare: Uploadcare) -> None:
    built = ImageTransformation().gif2video(image.Gif2VideoFormat.webm, image.Gif2VideoQuality.best)
    answer = httpx.get(uploadcare.cdn_base + built.path(file.uuid))
    assert (answer.status_code, "gif2video" in answer.text) == (400, True)
