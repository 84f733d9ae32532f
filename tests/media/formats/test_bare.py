"""A stored file that is answered in place of a derived one says no more about its making than that would."""

import pytest
import pyvips

from media.formats.automatic.bare import bare
from media.language.chain import Output
from tests.media import pictures
from tests.media.rendering import rendered

SECRETS = {"xmp-data": b"<x:xmpmeta secret/>", "iptc-data": b"secret", "png-comment-0-Author": "secret"}


def saying(suffix: str, orientation: int = 1, *, profile: bool = False, **options: object) -> bytes:
    image = pictures.colours(120, 80)
    image = (image.icc_export(output_profile="p3") if profile else image).copy()
    image.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    image.set_type(pyvips.GValue.gstr_type, "exif-ifd0-Artist", "secret")
    for name, value in SECRETS.items():
        image.set_type(pyvips.GValue.gstr_type if isinstance(value, str) else pyvips.GValue.blob_type, name, value)
    return bytes(image.write_to_buffer(suffix, **options))


SUFFIXES = [".jpg", ".png", ".webp"]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("profile", [False, True])
def test_pixels_profile_and_orientation_stay_and_nothing_else(suffix: str, orientation: int, profile: bool) -> None:
    body = saying(suffix, orientation, profile=profile) + b"secret"
    assert b"secret" in body
    found = bare(body, suffix[1:], orientation)
    assert found is not None
    assert b"secret" not in found
    before, after = (pictures.opened(each) for each in (body, found))
    assert (before - after).abs().max() == 0
    assert bool(after.get_typeof("icc-profile-data")) == profile
    turned = after.get("orientation") if after.get_typeof("orientation") else 1
    assert turned == orientation


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("length", [0, 3, 20, 200, 900])
def test_half_a_file_is_none(suffix: str, length: int) -> None:
    found = bare(saying(suffix)[:length], suffix[1:], 1)
    assert found is None or b"secret" not in found


def test_progressive_files_and_several_scans_are_kept_whole() -> None:
    body = saying(".jpg", interlace=True)
    found = bare(body, "jpg", 1)
    assert found is not None
    assert (pictures.opened(found) - pictures.opened(body)).abs().max() == 0


def test_what_is_not_taken_apart_must_say_nothing() -> None:
    plain = bytes(pictures.colours().write_to_buffer(".avif", keep="none"))
    assert bare(plain, "avif", 1) == plain
    assert bare(saying(".avif"), "avif", 1) is None


def test_an_answer_in_place_of_a_derived_one_keeps_metadata_only_if_asked() -> None:
    source = saying(".jpg", 6, Q=8)
    made = rendered(source, output=Output(("jpg", "png"), "auto:best", smallest=True))
    assert (made.format_name, made.width, made.height) == ("jpg", 80, 120)
    assert b"secret" not in made.body
    kept = rendered(source, output=Output(("jpg", "png"), 95, keep_metadata=True, smallest=True))
    assert kept.body == source
