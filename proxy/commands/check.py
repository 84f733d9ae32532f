"""Refuse settings that must not serve: what is no secret, what nobody could use, what is open to anybody by mistake.

Some rules hold everywhere, the others in production; each yields sentences for the operator, the first one is told.
"""

import re
from collections.abc import Callable, Iterator

from media.config import ConfigError, Settings
from proxy.dialects import DIALECTS
from proxy.dialects.cloudimage.settings import Cloudimage
from proxy.dialects.rembg.settings import Rembg
from proxy.runtime.secret_tokens import HASHED, hashed, is_hash

ENVIRONMENTS = ("development", "production")
PLAYGROUND = "playground"
APIS = (*(dialect.name for dialect in DIALECTS), PLAYGROUND)
#: APIs that take tokens; Cloudinary's take keys.
TOKEN_APIS = ("remove_bg", "rembg", "cloudimage", "img_processing", "background_remover")
REMBG, FETCH, SERVER_FORM = "rembg", "fetch", "background_remover_server"
OPEN = (REMBG, SERVER_FORM, FETCH)

#: What `cutout dev` opens its cloud with; published, so never valid in production.
DEVELOPMENT_SECRET = "demo-secret"
DEVELOPMENT_PROJECT_SECRET = "demo-project-secret"
DEVELOPMENT_TOKENS = ("demo-token", "test_demo", "live_demo")
PUBLISHED = frozenset(
    {DEVELOPMENT_SECRET, DEVELOPMENT_PROJECT_SECRET, *DEVELOPMENT_TOKENS, *map(hashed, DEVELOPMENT_TOKENS)}
)
MIN_SECRET_LENGTH = 16
#: Salts come with the URLs of a vendor's account, which cannot be signed anew.
MIN_SALT_LENGTH = 8
_TOKEN_KEY = re.compile(r"(?:[0-9A-Fa-f]{2})+\Z")

Rule = Callable[[Settings], Iterator[str]]


def check(settings: Settings) -> None:
    """Raises ConfigError with the way out."""
    is_production = settings.server.environment == "production"
    for rule in (*EVERYWHERE, *(IN_PRODUCTION if is_production else ())):
        for sentence in rule(settings):
            raise ConfigError(sentence)


def _environment(settings: Settings) -> Iterator[str]:
    if settings.server.environment not in ENVIRONMENTS:
        yield f"server.environment must be {' or '.join(ENVIRONMENTS)}, got {settings.server.environment!r}."


def _names(settings: Settings) -> Iterator[str]:
    server = settings.server
    for setting, names, known in (("apis", server.apis, APIS), ("open_to_all", server.open_to_all, OPEN)):
        for name in set(names) - set(known):
            yield f"server.{setting} may hold {', '.join(known)}; got {name!r}."


def _keys(settings: Settings) -> Iterator[str]:
    for name, cloud in settings.clouds.items():
        for key, secret in cloud.keys.items():
            if not key or not secret:
                yield f"The key {key!r} of the cloud {name} has an empty id or secret."
        for key, project in cloud.projects.items():
            if not key or not project.secrets:
                yield f"The project {key!r} of the cloud {name} has an empty public key, or no secret."
            if not all(map(_TOKEN_KEY.match, project.delivery_secrets)):
                yield f"delivery_secrets of the project {key!r} of the cloud {name} must be hexadecimal."
        if cloud.token_key and not _TOKEN_KEY.match(cloud.token_key):
            yield f"token_key of the cloud {name} must be hexadecimal."


def _projects(settings: Settings) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name, cloud in settings.clouds.items():
        for key in cloud.projects:
            if seen.setdefault(key, name) != name:
                yield f"The clouds {seen[key]} and {name} have a project of the same public key {key!r}."


def _tokens(settings: Settings) -> Iterator[str]:
    seen: dict[str, str] = {}
    for where, written, apis in _each_token(settings):
        if written.startswith(HASHED) and not is_hash(written):
            yield f"A secret of {where} must be {HASHED} and 64 hexadecimal digits; `cutout key hash` prints it."
        if not apis or not set(apis) <= set(TOKEN_APIS):
            yield f"apis of {where} may hold {', '.join(TOKEN_APIS)}; got {', '.join(apis) or 'none'}."
        digest = written if is_hash(written) else hashed(written)
        if seen.setdefault(digest, where) != where:
            yield f"{where} and {seen[digest]} have the same secret: nobody could tell who asks."


def _published(settings: Settings) -> Iterator[str]:
    for name, cloud in settings.clouds.items():
        tokens = [secret for token in cloud.tokens.values() for secret in token.secrets]
        secrets = [*cloud.keys.values(), *tokens, *(each for one in cloud.projects.values() for each in one.secrets)]
        if PUBLISHED & set(secrets):
            yield (
                f"The cloud {name} uses a published development secret; make one of your own by `cutout key new`, "
                "or set environment: development."
            )


def _short(settings: Settings) -> Iterator[str]:
    for where, secret, least in _each_secret(settings):
        if len(secret) < least:
            yield f"{where} has a secret of {len(secret)} characters; production asks for {least} or more."


def _plain_tokens(settings: Settings) -> Iterator[str]:
    for where, written, _ in _each_token(settings):
        if not is_hash(written):
            yield f"{where} is written as it is; put its hash in its place (`cutout key hash`)."


def _keyless(settings: Settings) -> Iterator[str]:
    if not settings.clouds:
        yield "There is no cloud: name one under clouds, with a key or a token."
    takes_keys = {"cloudinary", "cloudinary_api"} & set(settings.server.apis)
    for name, cloud in settings.clouds.items():
        if takes_keys and not cloud.keys:
            apis = " and ".join(sorted(takes_keys))
            yield f"The cloud {name} has no keys; give it one, or take {apis} out of server.apis."


def _open_rembg(settings: Settings) -> Iterator[str]:
    is_open = REMBG in settings.server.apis and not settings.vendor(Rembg).needs_key
    if is_open and REMBG not in settings.server.open_to_all:
        yield (
            "rembg answers anybody; set rembg.needs_key, take rembg out of server.apis, or name it in "
            "server.open_to_all if that is meant."
        )


def _open_server_form(settings: Settings) -> Iterator[str]:
    if SERVER_FORM in settings.server.apis and SERVER_FORM not in settings.server.open_to_all:
        yield f"{SERVER_FORM} answers anybody; take it out of server.apis, or name it in server.open_to_all."


def _open_fetch(settings: Settings) -> Iterator[str]:
    fetching = {"cloudinary", "cloudimage", "uploadcare_cdn", "uploadcare_upload", REMBG, SERVER_FORM} & set(
        settings.server.apis
    )
    if fetching and not settings.origin.allowed_hosts and FETCH not in settings.server.open_to_all:
        yield (
            "Anybody may have pictures of any public host fetched; name the hosts in origin.allowed_hosts, or fetch in "
            "server.open_to_all if that is meant."
        )


EVERYWHERE: tuple[Rule, ...] = (_environment, _names, _keys, _projects, _tokens)
IN_PRODUCTION: tuple[Rule, ...] = (
    _published, _short, _plain_tokens, _keyless, _open_rembg, _open_server_form, _open_fetch,
)  # fmt: skip


def _each_token(settings: Settings) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for cloud, each in settings.clouds.items():
        for name, token in each.tokens.items():
            for written in token.secrets:
                yield f"The token {name} of the cloud {cloud}", written, token.apis


def _each_secret(settings: Settings) -> Iterator[tuple[str, str, int]]:
    """Where it stands, the secret, and how long it must be at least; a hash hides how long it is."""
    for name, cloud in settings.clouds.items():
        yield from ((f"The key {key} of the cloud {name}", each, MIN_SECRET_LENGTH) for key, each in cloud.keys.items())
        for key, project in cloud.projects.items():
            yield from ((f"The project {key} of the cloud {name}", each, MIN_SECRET_LENGTH) for each in project.secrets)
            where = f"Delivery of the project {key} of the cloud {name}"
            yield from ((where, each, 2 * MIN_SECRET_LENGTH) for each in project.delivery_secrets)
        if cloud.token_key:
            yield f"token_key of the cloud {name}", cloud.token_key, 2 * MIN_SECRET_LENGTH
    own = settings.vendor(Cloudimage)
    for account in (own, *own.tokens.values()):
        salts = (*account.sign_salts, *account.seal_salts)
        yield from (("A salt of cloudimage", salt, MIN_SALT_LENGTH) for salt in salts)
        yield from (("A client key of cloudimage", key, MIN_SECRET_LENGTH) for key in account.client_keys)
