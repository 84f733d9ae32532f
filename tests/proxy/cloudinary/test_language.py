"""Variables, conditions, layers and texts from URL to pixels (tests/vectors/cloudinary_sizes.tsv)."""

from tests.pictures import opened, photo
from tests.proxy.cloudinary.vectors import read_tsv
from tests.stage import Stage


def test_pictures_have_the_sizes_their_authors_expect(stage: Stage) -> None:
    stage.upload(photo(400, 300), "shoe")
    stage.upload(photo(40, 20), "docs/logo")
    rows = read_tsv("cloudinary_sizes.tsv")
    found = {row["transformation"]: _size(stage, row["transformation"]) for row in rows}
    assert found == {row["transformation"]: row["size"] for row in rows}


def _size(stage: Stage, transformation: str) -> str:
    answer = stage.client.get(f"/demo/image/upload/{transformation}/v1/shoe.png")
    if answer.status_code != 200:
        return f"{answer.status_code} {answer.headers.get('x-cld-error')}"
    picture = opened(answer.content)
    return f"{picture.width}x{picture.height}"
