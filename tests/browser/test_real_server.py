"""The playground against `cutout dev`: what the fake only plays, the proxy and the worker do."""

from pathlib import Path

import httpx
import pytest

from tests.browser.page import Page
from tests.conftest import Server
from tests.pictures import photo as picture
from tests.video_clips import Scene, clip

pytestmark = pytest.mark.browser

_OPAQUE_SHARE = """
const image = document.getElementById("result");
const canvas = document.createElement("canvas");
[canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
const context = canvas.getContext("2d");
context.drawImage(image, 0, 0);
const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
let opaque = 0;
for (let at = 3; at < pixels.length; at += 4) opaque += pixels[at] > 200;
return opaque / (pixels.length / 4);
"""

#: Twelve pictures, as a page has them; told apart by nothing but their names.
_LOAD_ALL = """
const [urls, done] = arguments;
const load = url => new Promise(end => {
  const image = document.createElement("img");
  image.onload = () => end(image.naturalWidth);
  image.onerror = () => end(0);
  image.src = url;
  document.body.append(image);
});
Promise.all(urls.map(load)).then(done);
"""
_FETCH = "const [url, done] = arguments; fetch(url).then(answer => done(answer.status))"
FRESH = 12
PAGE_SECONDS = 60


def test_sample_becomes_a_cutout_and_an_upload_a_new_photo(page: Page, server: Server, photo: Path) -> None:
    page.open(server.address, "#photo=coffee&chain=e_background_removal/f_webp")
    page.wait_for("ready", seconds=60)
    facts = page.facts
    assert facts["Format"] == "WEBP"
    assert 0 <= int(facts["Confidence"].removesuffix(" %")) <= 100
    assert 0.05 < page.driver.execute_script(_OPAQUE_SHARE) < 0.95
    page.type_chain("c_fill,g_auto,h_40,w_40/f_png")
    page.wait(lambda: page.facts.get("Dimensions") == "40 × 40 px")
    page.find("#file").send_keys(str(photo))
    page.wait(lambda: "is on the server" in page.text("#upload-state"))
    page.wait(lambda: page.state == "ready" and "/v" in page.links[0])


def test_effect_that_does_not_exist_is_refused_in_words(page: Page, server: Server) -> None:
    page.open(server.address, "#chain=e_nonsense")
    page.wait_for("refused")
    assert "nonsense" in page.text("#refusal-text")


def test_twelve_fresh_removals_load_at_the_first_try(page: Page, server: Server) -> None:
    page.driver.set_script_timeout(PAGE_SECONDS)
    page.open(server.address)
    urls = [_removal(server, number) for number in range(FRESH)]
    assert page.driver.execute_async_script(_LOAD_ALL, urls) == [96 + number for number in range(FRESH)]


def test_a_script_is_told_at_once_that_it_must_ask_again(page: Page, server: Server) -> None:
    page.open(server.address)
    assert page.driver.execute_async_script(_FETCH, _removal(server, FRESH)) == 423


def _removal(server: Server, number: int) -> str:
    """The address of the cutout of a photograph that nobody has asked for."""
    body = picture(width=96 + number)
    answer = httpx.post(
        f"{server.address}/v1_1/demo/image/upload", data={"upload_preset": "playground"}, files={"file": body}
    )
    return f"{server.address}/demo/image/upload/e_background_removal/{answer.json()['public_id']}.png"


def test_a_clip_is_uploaded_made_and_shown(page: Page, server: Server, tmp_path: Path) -> None:
    page.open(server.address)
    page.find("#file").send_keys(str(clip(tmp_path / "mine.mp4", Scene(frames=3))))
    page.wait(lambda: page.text("#clip-state") == "Ready.")
    script = "return [document.getElementById('clip').readyState, document.getElementById('clip').videoWidth]"
    page.wait(lambda: page.driver.execute_script(script)[1] == 96)
    labels = [each.text for each in page.driver.find_elements("css selector", "#clip-links button")]
    assert labels == ["WebM with alpha", "ProRes 4444 (MOV)", "GIF", "MP4 on green"]
