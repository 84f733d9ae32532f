"""Delivery URLs fall apart as tests/vectors/cloudinary_urls.yaml says."""

from typing import Any

import pytest

from media import errors
from media.config import Limits
from media.errors import RequestError
from proxy.dialects.cloudinary.syntax import url
from tests.conftest import MakeStage
from tests.proxy.cloudinary.vectors import read_yaml

ROWS = read_yaml("cloudinary_urls.yaml")


@pytest.mark.parametrize("row", [row for row in ROWS if "error" not in row], ids=lambda row: row["path"])
def test_path_falls_apart_as_written(row: dict[str, Any]) -> None:
    parsed = url.parse(row["path"], cloud=row.get("host_cloud"))
    found = {
        "cloud": parsed.cloud,
        "type": f"{parsed.resource_type}/{parsed.delivery_type}",
        "chain": [[str(each) for each in component.parameters] for component in parsed.components],
        "version": parsed.version,
        "ids": [candidate.public_id for candidate in parsed.candidates],
        "extension": parsed.extension,
        "signature": parsed.signature,
        "remote": parsed.remote,
        "to_sign": parsed.to_sign[0],
    }
    assert {name: found[name] for name in found if name in row} == {name: row[name] for name in found if name in row}
    if "doubt" in row:
        assert (parsed.doubt is None) == (row["doubt"] is None)
        assert (row["doubt"] or "") in (parsed.doubt or "")


@pytest.mark.parametrize("row", [row for row in ROWS if "error" in row], ids=lambda row: row["path"])
def test_bad_path_is_refused_with_its_reason(row: dict[str, Any]) -> None:
    with pytest.raises(getattr(errors, row["error"]), match=row.get("says")):
        url.parse(row["path"])


@pytest.mark.parametrize("most", [100, 8192])
def test_a_url_may_be_as_long_as_is_configured(make_stage: MakeStage, most: int) -> None:
    start = "/demo/image/upload/w_10/"
    with make_stage(limits=Limits(max_url_bytes=most)) as stage:
        allowed = stage.client.get(start + "a" * (most - len(start)))
        longer = stage.client.get(start + "a" * (most - len(start)) + "?x")
    assert f"at most {most} bytes" not in allowed.headers["x-cld-error"]
    assert (longer.status_code, f"at most {most} bytes" in longer.headers["x-cld-error"]) == (400, True)


def test_too_many_components_are_refused() -> None:
    with pytest.raises(RequestError, match="at most 100"):
        url.parse("/demo/image/upload/" + "w_1/" * 150 + "sample")
