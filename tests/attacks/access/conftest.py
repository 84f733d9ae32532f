"""A stage for each restriction: an asset ``secret`` under it, and a ``logo`` that everybody may have."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from media.config import Settings
from proxy.dialects.cloudimage.settings import Cloudimage, CloudimageToken
from tests.attacks.access.restrictions import KEY, RESTRICTIONS, SALT, fill
from tests.conftest import MakeStage
from tests.pictures import photo
from tests.proxy.cloudinary.api.conftest import Api
from tests.stage import Stage


@pytest.fixture(params=RESTRICTIONS)
def restriction(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def restricted(make_stage: MakeStage, settings: Settings, restriction: str) -> Iterator[Stage]:
    delivery_type, rules, strict = RESTRICTIONS[restriction]
    cloud = replace(settings.clouds["demo"], strict=strict, token_key=KEY)
    account = Cloudimage(
        aliases={"ours": "cloud://demo"},
        hosts={"signed.test": "signed", "sealed.test": "sealed"},
        tokens={
            "signed": CloudimageToken(aliases={"ours": "cloud://demo"}, sign_salts=(SALT,)),
            "sealed": CloudimageToken(aliases={"ours": "cloud://demo"}, seal_salts=(SALT,)),
        },
    )
    with make_stage(account, clouds={"demo": cloud}) as made:
        api = Api(made)
        fields = {"type": delivery_type, **({"access_control": rules} if rules else {})}
        made.upload(photo(), "secret", **fields)
        made.upload(photo(40, 30, shade=9), "logo")
        for kind, name in (("raw", "secret.txt"), ("video", "secret")):
            api.call(f"{kind}/upload", public_id=name, **fields, file="data:text/plain;base64,c2VjcmV0")
        named = {
            "nothing": "c_limit,w_9999",
            "small": "c_scale,w_9",
            f"with_{delivery_type}": fill("l_{typed}", restriction),
        }
        for name, definition in named.items():
            api.admin("POST", "transformations", name=name, transformation=definition)
            api.admin("PUT", "transformations", transformation=name, allowed_for_strict=False)
        yield made
