"""Paths and queries to origin addresses and parameters, from rows and from any text."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from media.errors import NotFound, RequestError
from proxy.dialects.cloudimage.grammar import DeliveryUrl, is_true, parse, unseal
from proxy.dialects.cloudimage.origins import Naming, addresses
from tests.growth import grows_linearly

VECTORS = Path(__file__).parents[2] / "vectors"
NAMING = Naming(
    {"shop": "shop.example/images/", "_play-bucket.v2_": "https://bucket.example", "two_words": "http://two.example"},
    prefix="https://prefix.example/base/",
    scheme="https",
)
UNPREFIXED = Naming({}, prefix="", scheme="http")


def rows(name: str) -> list[Any]:
    return [pytest.param(row, id=row["url"]) for row in yaml.safe_load((VECTORS / name).read_text())]


def read(url: str, presets: dict[str, str] | None = None) -> DeliveryUrl:
    path, _, query = url.partition("?")
    return parse(path, query, presets or {})


def located(url: str, naming: Naming = NAMING) -> tuple[str, ...]:
    url = read(url)
    return addresses(url.origin, url.foreign, naming, encoded=is_true(url.parameters.get("ci_url_encoded")))


@pytest.mark.parametrize("row", rows("cloudimage_origins.yaml"))
def test_a_path_names_its_origin(row: dict[str, Any]) -> None:
    assert list(located(row["url"])) == row["to"]


@pytest.mark.parametrize("row", rows("cloudimage_refused.yaml"))
def test_a_path_that_names_none_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(RequestError) as refused:
        located(row["url"])
    assert type(refused.value).__name__ == row["error"]


def test_without_a_prefix_an_unknown_alias_is_not_found_and_a_bare_path_is_refused() -> None:
    with pytest.raises(NotFound):
        located("/v7/_sl_/test.png", UNPREFIXED)
    with pytest.raises(RequestError):
        located("/v7/assets/image.jpg", UNPREFIXED)


def test_the_default_scheme_comes_first() -> None:
    assert located("/v7/host.example/a.jpg", UNPREFIXED) == ("http://host.example/a.jpg", "https://host.example/a.jpg")


def test_synonyms_and_repeated_keys_become_one_parameter() -> None:
    url = read("/v7/host.example/a.jpg?width=1&bg_colour=red&w=2&wat_colour%5B1%5D=blue&wat_url[2]=a%2Fb")
    assert url.parameters == {"w": "2", "bg_color": "red", "wat_color[1]": "blue", "wat_url[2]": "a/b"}
    assert url.foreign == ()


def test_explicit_parameters_win_over_a_preset_and_sealed_ones_over_both() -> None:
    presets = {"card": "w=300&h=200&gray=1"}
    assert read("/v7/a.b/c?p=card&w=5", presets).parameters == {"w": "5", "h": "200", "gray": "1", "p": "card"}
    sealed = read("/v7/a.b/c?ci_eqs=Ymx1cj0yMCZoPTMwMA&h=1&w=100&p=card", presets).parameters
    assert (sealed["h"], sealed["blur"], sealed["w"]) == ("300", "20", "100")


def test_a_seal_in_disguise_overrides_nothing() -> None:
    url = read("/v7/a.b/c?ci_eqs=Ymx1cj0yMCZoPTMwMA&ci%5Feqs=dz0x&%77=5")
    assert "w" not in url.parameters
    assert url.foreign == ("ci%5Feqs=dz0x", "%77=5")


@pytest.mark.parametrize("text", ["PDw_Pz4-", "PDw/Pz4+", "PDw/Pz4 ", "PDw_Pz4-=="])
def test_sealed_pairs_may_be_url_safe_or_standard_base64(text: str) -> None:
    assert unseal(text) == "<<??>>"


@given(st.text(alphabet=st.characters(max_codepoint=0x7E, min_codepoint=0x20), max_size=300), st.text(max_size=300))
def test_any_text_names_origins_or_is_refused(path: str, query: str) -> None:
    for naming in (NAMING, UNPREFIXED):
        try:
            url = parse(f"/v7/{path}", query, {})
            found = addresses(url.origin, url.foreign, naming, encoded="%" in path)
        except RequestError:
            continue
        assert all(address.startswith(("http://", "https://")) for address in found)


def test_a_long_query_is_read_in_linear_time() -> None:
    def read_long(size: int) -> str | None:
        return read("/v7/a.b/c?" + "x?" * size + "&" * size + "w=1?" * size + "w=2").parameters["w"]

    assert read_long(20_000) == "2"
    assert grows_linearly(read_long, 20_000)
