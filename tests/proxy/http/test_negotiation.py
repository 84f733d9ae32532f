"""Headers → a concrete output and what it varies by."""

import pytest

from media.language.chain import Chain, Output
from proxy.http.negotiation import negotiate

FORMATS = ("avif", "webp")


@pytest.mark.parametrize(
    ("accept", "candidates"),
    [
        ("image/avif,image/webp,image/*;q=0.8,*/*", ("avif", "webp", "jpg", "png")),
        ("image/webp, */*", ("webp", "jpg", "png")),
        ("IMAGE/WEBP;q=0.5", ("webp", "jpg", "png")),
        ("image/avif;q=0, image/webp", ("webp", "jpg", "png")),
        ("image/avif; q=0.0", ("jpg", "png")),
        ("*/*", ("jpg", "png")),
        ("", ("jpg", "png")),
        (",,;;q=,\x00", ("jpg", "png")),
    ],
)
def test_the_format_is_chosen_by_accept_alone(accept: str, candidates: tuple[str, ...]) -> None:
    chosen = negotiate(Chain(output=Output(candidates=("auto",))), {"accept": accept}, FORMATS)
    assert (chosen.chain.output.candidates, chosen.vary) == (candidates, ("Accept",))


def test_what_is_to_move_may_be_a_gif_for_who_takes_nothing_newer() -> None:
    chosen = negotiate(Chain(output=Output(candidates=("auto", "gif"))), {"accept": "*/*"}, FORMATS)
    assert chosen.chain.output.candidates == ("jpg", "png", "gif")


def test_a_named_format_asks_nobody() -> None:
    chain = Chain(output=Output(candidates=("png",), quality=80))
    assert negotiate(chain, {"accept": "image/webp", "save-data": "on"}, FORMATS).chain == chain
    assert negotiate(chain, {}, FORMATS).vary == ()


@pytest.mark.parametrize(
    ("quality", "save_data", "expected"),
    [
        ("auto:good", "on", "auto:eco"),
        ("auto:best", "ON", "auto:eco"),
        ("auto:low", "on", "auto:low"),
        ("auto:good", "off", "auto:good"),
        ("auto:good", "", "auto:good"),
    ],
)
def test_save_data_lowers_an_automatic_quality(quality: str, save_data: str, expected: str) -> None:
    chosen = negotiate(Chain(output=Output(quality=quality)), {"save-data": save_data}, FORMATS)
    assert (chosen.chain.output.quality, chosen.vary) == (expected, ("Save-Data",))
