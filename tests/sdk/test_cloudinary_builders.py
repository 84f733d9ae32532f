"""The URL builders of Cloudinary's packages for pages: whatever they build is rendered, or refused on purpose.

The rows are made when the test runs, by the packages themselves; written down here is what is refused, and why.
"""

import json
import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from media.config import Origin
from tests.benchmarks.flat_and_photographic import logo
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.proxy.apis import Site
from tests.proxy.cloudinary.api.conftest import CREDENTIALS
from tests.sdk.conftest import Npm
from tests.signing import signed
from tests.stage import Stage

URL_GEN, URL_LOADER, HTML = "@cloudinary/url-gen@1.22.0", "@cloudinary-util/url-loader@6.3.1", "@cloudinary/html@1.13.5"
SCRIPTS = {
    "cloudinary_builders.mjs": (URL_GEN,),
    "cloudinary_pages.mjs": (URL_LOADER,),
    "cloudinary_placeholders.mjs": (HTML, URL_GEN),
}
NODE_SECONDS = 60
BROWSER = {"Accept": "image/avif,image/webp,*/*"}
GENERATIVE = "needs a generative model, of which none is bundled: an honest 403"
MOVING = "is for videos and animations: sound, transitions, changes of tempo"
#: What stands in a URL → the status, and why it is refused.
REFUSED: dict[str, tuple[int, str]] = {
    r"e_gen_\w+|e_upscale|e_enhance|e_extract|e_style_transfer|b_gen_fill": (403, GENERATIVE),
    r"e_viesus_correct|e_adv_redeye": (403, "belongs to an add-on of another company"),
    r"e_(accelerate|boomerang|deshake|fade|reverse|transition|preview|volume|noise)\b": (400, MOVING),
    r"/(ac|af|br|sp|vc)_": (400, "codecs, bit rates and streams of videos"),
    r"/fn_": (400, "runs the caller's code"),
    r"/l_lut:": (400, "colour tables are no pictures"),
    r"/pg_embedded": (400, "objects inside a Photoshop file are not taken out"),
    r"/pg_name": (400, "the asset of these rows is a photograph, which has no layers with names"),
}


def built(folder: Path, script: str, origin: str = "") -> dict[str, list[str]]:
    """Name → URLs; the packages are found from the folder that node runs in."""
    text = (Path(__file__).parent / script).read_text()
    done = subprocess.run(
        ["node", "--input-type=module"], input=text, cwd=folder, env={**os.environ, "ORIGIN": origin},
        capture_output=True, text=True, timeout=NODE_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["failed"], said.get("missing", []), said.get("unknown", [])) == ({}, [], [])
    found: dict[str, list[str]] = said["built"]
    return found


def ask(stage: Stage, url: str) -> httpx.Response:
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    answer = stage.client.get(path, headers=BROWSER)
    if answer.status_code == 423:
        stage.work()
        answer = stage.client.get(path, headers=BROWSER)
    return answer


def shelve(stage: Stage) -> None:
    """What the rows name: pictures, a colour profile, a named transformation."""
    stage.upload(photo(200, 140), "shoe", context="alt=30")
    stage.upload(bytes(logo().write_to_buffer(".png")), "logo")
    profile = logo().icc_export(output_profile="p3").get("icc-profile-data")
    fields = signed({"public_id": "ours.icc"})
    stage.client.post("/v1_1/demo/raw/upload", data=fields, files={"file": bytes(profile)}).raise_for_status()
    card = {"name": "card", "transformation": "w_30"}
    stage.client.post("/v1_1/demo/transformations", data=card, auth=CREDENTIALS).raise_for_status()


def expected(url: str) -> int:
    return next((status for pattern, (status, _) in REFUSED.items() if re.search(pattern, url)), 200)


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_is_built_is_rendered_or_refused_on_purpose(
    npm: Npm, make_stage: MakeStage, photographs: Site, script: str
) -> None:
    rows = built(npm(*SCRIPTS[script]), script, photographs.url("").rstrip("/"))
    with make_stage(origin=Origin(allow_private=True)) as stage:
        shelve(stage)
        wrong = []
        for name, url in ((name, url) for name, urls in rows.items() for url in urls):
            answer = ask(stage, url)
            is_picture = answer.headers.get("content-type", "").startswith("image/")
            if answer.status_code != expected(url) or is_picture != (answer.status_code == 200):
                wrong.append((name, url, answer.status_code, answer.headers.get("x-cld-error")))
    assert wrong == []


def test_every_reason_is_needed(npm: Npm) -> None:
    urls = [
        url for script, packages in SCRIPTS.items() for each in built(npm(*packages), script).values() for url in each
    ]
    assert [pattern for pattern in REFUSED if not any(re.search(pattern, url) for url in urls)] == []


def test_the_default_placeholder_is_a_drawing(npm: Npm, stage: Stage) -> None:
    stage.upload(photo(200, 140), "shoe")
    first = built(npm(*SCRIPTS["cloudinary_placeholders.mjs"]), "cloudinary_placeholders.mjs")["placeholder"][0]
    answer = ask(stage, first)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.text.count("<path") > 1
