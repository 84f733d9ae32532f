"""A WebM with alpha as Chromium shows it: what is around the subject is the page."""

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from media.config import Settings
from media.stores.memory import MemoryStore
from tests.browser.page import Page
from tests.fakes import DiscMatter, services_of
from tests.video_clips import HEIGHT, WIDTH, Scene, clip
from tests.worker.video.conftest import Shop

pytestmark = pytest.mark.browser

MAGENTA = (255, 0, 255)
_PAGE = "data:text/html,<body style='margin:0;background:rgb(255,0,255)'>"
_SHOW = """
const [text, done] = arguments;
const video = document.createElement("video");
video.muted = true;
video.style.display = "block";
video.src = "data:video/webm;base64," + text;
video.onerror = () => done(String(video.error.message));
video.onloadeddata = () => { video.currentTime = 0.3; };
const tell = () => done([video.videoWidth, video.videoHeight]);
video.onseeked = () => requestAnimationFrame(() => requestAnimationFrame(tell));
document.body.append(video);
"""


def test_a_webm_is_transparent_around_its_subject(page: Page, settings: Settings, tmp_path: Path) -> None:
    shop = Shop(services_of(settings, MemoryStore(), DiscMatter()), tmp_path, DiscMatter())
    made = shop.make(clip(tmp_path / "a.mp4"), "webm").read_bytes()
    page.driver.get(_PAGE)
    shown = page.driver.execute_async_script(_SHOW, base64.b64encode(made).decode())
    assert shown == [WIDTH, HEIGHT]
    pixels: Any = np.asarray(Image.open(io.BytesIO(page.driver.get_screenshot_as_png())).convert("RGB")).astype(int)
    assert np.abs(pixels[2, 2] - MAGENTA).max() < 8
    assert np.abs(pixels[HEIGHT - 3, WIDTH - 3] - MAGENTA).max() < 8
    subject = Scene().rgb(3)[HEIGHT // 2, WIDTH // 2]
    assert np.abs(pixels[HEIGHT // 2, WIDTH // 2] - subject).max() < 30
