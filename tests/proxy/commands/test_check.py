"""Settings that must not serve are refused with a sentence: everywhere, and more of them in production."""

from dataclasses import replace
from typing import Any

import pytest

from media.config import Cloud, ConfigError, Origin, Project, Server, Settings, Token
from proxy.commands.check import APIS, PUBLISHED, SERVER_FORM, check
from proxy.commands.dev import DEMO
from proxy.dialects.cloudimage.settings import Cloudimage, CloudimageToken
from proxy.dialects.rembg.settings import Rembg
from proxy.runtime.secret_tokens import hashed, new_token

SECRET = "k3m9x-7Qw2_Zt5Ra8Lp1Vb"
GOOD = Cloud(
    keys={"4711": SECRET},
    tokens={"shop": Token((hashed(new_token()), hashed(new_token())), ("remove_bg", "img_processing"))},
)
PRODUCTION = Settings(
    server=Server(environment="production"),
    origin=Origin(allowed_hosts=("img.example.com",)),
    clouds={"shop": GOOD},
    vendors={Rembg: Rembg(needs_key=True)},
)


def with_cloud(**fields: Any) -> Settings:
    return replace(PRODUCTION, clouds={"shop": replace(GOOD, **fields)})


def with_server(**fields: Any) -> Settings:
    return replace(PRODUCTION, server=replace(PRODUCTION.server, **fields))


def with_vendor(section: object, **fields: Any) -> Settings:
    return replace(PRODUCTION, vendors={**PRODUCTION.vendors, type(section): section}, **fields)


#: Refused wherever they stand.
EVERYWHERE = {
    "an unknown environment": (with_server(environment="prod"), "development or production, got 'prod'"),
    "an unknown API": (with_server(apis=("cloudinary", "removebg")), "server.apis may hold .*; got 'removebg'"),
    "an unknown exception": (
        with_server(open_to_all=("uploads",)),
        "open_to_all may hold .*; got 'uploads'",
    ),
    "an empty secret": (with_cloud(keys={"4711": ""}), "'4711' of the cloud shop has an empty id or secret"),
    "an empty id": (with_cloud(keys={"": SECRET}), "'' of the cloud shop has an empty id or secret"),
    "a token key in letters": (with_cloud(token_key="secret"), "token_key of the cloud shop must be hexadecimal"),
    "half a hash": (with_cloud(tokens={"a": Token(("sha256:12ab",), ("rembg",))}), "must be sha256: and 64"),
    "a token for nothing": (with_cloud(tokens={"a": Token((hashed("x"),))}), "apis of The token a .* got none"),
    "a token for Cloudinary": (
        with_cloud(tokens={"a": Token((hashed("x"),), ("cloudinary",))}),
        "apis of .* may hold remove_bg, rembg, cloudimage, img_processing, background_remover; got cloudinary",
    ),
    "a project without a secret": (with_cloud(projects={"pub": Project()}), "'pub' of the cloud shop has .* no secret"),
    "a project without a key": (
        with_cloud(projects={"": Project((SECRET,))}),
        "'' of the cloud shop has an empty public key",
    ),
    "one public key for two": (
        replace(
            PRODUCTION, clouds={name: replace(GOOD, tokens={}, projects={"pub": Project((SECRET,))}) for name in "ab"}
        ),
        "clouds a and b have a project of the same public key 'pub'",
    ),
    "one secret for two": (
        with_cloud(tokens={"a": Token((hashed("x"),), ("rembg",)), "b": Token(("x",), ("rembg",))}),
        "token b .* and The token a .* have the same secret",
    ),
}
#: Refused in production.
IN_PRODUCTION = {
    "no cloud": (replace(PRODUCTION, clouds={}), "There is no cloud"),
    "a cloud without keys": (with_cloud(keys={}), "The cloud shop has no keys"),
    "the development cloud": (replace(PRODUCTION, clouds={"demo": DEMO}), "demo uses a published development secret"),
    "a published token": (with_cloud(tokens={"a": Token(("demo-token",), ("rembg",))}), "published"),
    "the hash of a published token": (with_cloud(tokens={"a": Token((hashed("live_demo"),), ("rembg",))}), "published"),
    "a short secret": (with_cloud(keys={"4711": "short"}), "key 4711 .* a secret of 5 characters; .* asks for 16"),
    "a short secret of a project": (with_cloud(projects={"pub": Project(("short",))}), "project pub .* 5 characters"),
    "a published secret of a project": (with_cloud(projects={"pub": Project(("demo-project-secret",))}), "published"),
    "one short secret of two": (with_cloud(keys={"1": SECRET, "2": "12345678"}), "key 2 of the cloud shop"),
    "a short token key": (with_cloud(token_key="00112233"), "token_key .* 8 characters; production asks for 32"),
    "a token as it is": (with_cloud(tokens={"a": Token((new_token(),), ("rembg",))}), "put its hash in its place"),
    "a short salt": (with_vendor(Cloudimage(sign_salts=("abc",))), "salt of cloudimage .* 3 characters"),
    "a short salt of an account": (
        with_vendor(Cloudimage(tokens={"a": CloudimageToken(seal_salts=("abc",))})), "salt of cloudimage",
    ),
    "a short client key": (with_vendor(Cloudimage(client_keys=("abc",))), "client key of cloudimage"),
    "open rembg": (with_vendor(Rembg()), "rembg answers anybody"),
    "open server form": (with_server(apis=(SERVER_FORM, "remove_bg")), f"{SERVER_FORM} answers anybody"),
    "open fetch": (replace(PRODUCTION, origin=Origin()), "any public host"),
}  # fmt: skip
#: Named on purpose, or not offered.
FINE = {
    "as it should be": PRODUCTION,
    "rembg open on purpose": replace(with_server(open_to_all=("rembg",)), vendors={}),
    "no rembg": replace(with_server(apis=tuple(api for api in APIS if api not in ("rembg", SERVER_FORM))), vendors={}),
    "fetch open on purpose": replace(with_server(open_to_all=("fetch",)), origin=Origin()),
    "every host named on purpose": replace(PRODUCTION, origin=Origin(allowed_hosts=("*",))),
    "nothing that fetches": replace(
        with_server(apis=("remove_bg", "cloudinary_api", "img_processing")), origin=Origin(), vendors={}
    ),
    "no keys where nobody asks for them": replace(
        with_server(apis=("remove_bg",)), clouds={"shop": replace(GOOD, keys={})}
    ),
}


@pytest.mark.parametrize("name", EVERYWHERE)
@pytest.mark.parametrize("environment", ["development", "production"])
def test_what_can_never_work_is_refused_everywhere(name: str, environment: str) -> None:
    settings, message = EVERYWHERE[name]
    if settings.server.environment in ("development", "production"):
        settings = replace(settings, server=replace(settings.server, environment=environment))
    with pytest.raises(ConfigError, match=message):
        check(settings)


@pytest.mark.parametrize("name", IN_PRODUCTION)
def test_production_refuses_what_development_may_do(name: str) -> None:
    settings, message = IN_PRODUCTION[name]
    with pytest.raises(ConfigError, match=message):
        check(settings)
    check(replace(settings, server=replace(settings.server, environment="development")))


@pytest.mark.parametrize("name", FINE)
def test_what_is_named_on_purpose_is_served(name: str) -> None:
    check(FINE[name])


def test_no_sentence_shows_a_secret() -> None:
    for settings, _ in (*EVERYWHERE.values(), *IN_PRODUCTION.values()):
        with pytest.raises(ConfigError) as refusal:
            check(settings)
        assert not [secret for secret in (SECRET, *PUBLISHED, "12345678") if secret in str(refusal.value)]
