"""Every address that clients were seen to write, answered over HTTP."""

import re
from pathlib import Path

import pytest

from tests.pictures import opened, photo
from tests.proxy.apis import Site
from tests.proxy.uploadcare.cdn.conftest import Cdn
from tests.proxy.uploadcare.conftest import Uploads

VECTORS = Path(__file__).parents[3] / "vectors" / "uploadcare_urls.tsv"
SEEN = [line.split("\t")[1] for line in VECTORS.read_text().splitlines()[2:]]
#: They answer JSON, or no more than a refusal that names them.
JSON, REFUSED = re.compile("/-/jsonp?/|/-/main_colors/"), "gif2video"


@pytest.mark.parametrize("seen", [seen for seen in SEEN if "detect_faces" not in seen])
def test_a_real_address_is_answered(cdn: Cdn, uploads: Uploads, site: Site, seen: str) -> None:
    # The addresses are of any picture: every path of another server shows one.
    proxied = re.search(r"https?:/+example\.com(/\S+)", seen)
    if proxied:
        site.pages[proxied[1]] = photo()
        seen = seen.replace(proxied[0], f"http://{site.host}{proxied[1]}")
    answer = cdn.get("/" + seen.replace("{u}", uploads.upload()))
    if REFUSED in seen:
        assert (answer.status_code, REFUSED in answer.text) == (400, True)
        return
    assert answer.status_code == 200, answer.text
    if not JSON.search(seen):
        assert min(opened(answer.content).width, opened(answer.content).height) > 0
