"""docs/migrating.md: every snippet under "after" runs, and differs from the one before in its host."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Server
from tests.proxy.apis import Site

PAGE = (Path(__file__).parent.parent.parent / "docs" / "migrating.md").read_text()
OURS = "https://images.example.com"
HOSTED = (
    "https://api.img-processing.com",
    "https://api.remove.bg",
    "https://doc.cloudimg.io",
    "http://localhost:7000",
    "https://api.uploadcare.com",
    "https://upload.uploadcare.com",
    "https://ucarecdn.com",
    "https://api.backgroundremoverai.com",
)
RUN = {"python": [sys.executable], "sh": ["sh", "-e"]}
SECTIONS = {text.partition("\n")[0]: text for text in PAGE.split("\n## ")[1:]}
FENCE = re.compile(r"^```(\w+)( after)?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def snippets(section: str) -> tuple[str, str, str]:
    """Language, text before and text after."""
    (language, _, before), (same, is_after, after) = FENCE.findall(SECTIONS[section])
    assert (language, bool(is_after)) == (same, True)
    return language, before, after


@pytest.mark.parametrize("section", SECTIONS)
def test_a_snippet_runs_after_the_move(
    open_server: Server, photographs: Site, cat: bytes, tmp_path: Path, section: str
) -> None:
    language, _, after = snippets(section)
    photographs.pages["/cat.jpg"] = cat
    (tmp_path / "cat.jpg").write_bytes(cat)
    text = after.replace(OURS, open_server.address).replace("https://photos.example.org", f"http://{photographs.host}")
    done = subprocess.run(
        RUN[language], input=text, text=True, capture_output=True, cwd=tmp_path, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr
    made = [path for path in tmp_path.iterdir() if path.name != "cat.jpg"]
    assert done.stdout or all(path.stat().st_size > 100 for path in made)
    assert done.stdout or made


@pytest.mark.parametrize("section", [name for name in SECTIONS if name != "Cloudinary"])
def test_only_the_host_changes(section: str) -> None:
    _, before, after = snippets(section)
    for host in HOSTED:
        before = before.replace(host, OURS)
    assert before.strip() in after
