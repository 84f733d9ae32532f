"""The playground against `cutout dev`: what the fake only plays, the proxy and the worker do."""

from pathlib import Path

import pytest

from tests.browser.page import Page
from tests.conftest import Server

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
