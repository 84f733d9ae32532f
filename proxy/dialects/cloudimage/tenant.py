"""Which account a request belongs to, and where that account's names lead."""

from proxy.dialects.cloudimage import origins
from proxy.dialects.cloudimage.grammar import DeliveryUrl, is_true
from proxy.dialects.cloudimage.origins import Naming
from proxy.dialects.cloudimage.settings import Cloudimage, CloudimageToken


def find_token(settings: Cloudimage, host: str) -> CloudimageToken:
    """The account behind a ``Host`` header; the settings themselves are the account of all other hosts."""
    name = settings.hosts.get(host_name(host), "")
    return settings.tokens.get(name, settings)


def host_name(header: str) -> str:
    """A ``Host`` header without its port."""
    return header.lower().partition(":")[0]


def _naming(token: CloudimageToken) -> Naming:
    return Naming(token.aliases, token.origin_prefix, token.default_scheme)


def locate(url: DeliveryUrl, token: CloudimageToken) -> tuple[str, ...]:
    """The addresses the source may be fetched from, the likeliest first."""
    is_encoded = is_true(url.parameters.get("ci_url_encoded"))
    return origins.addresses(url.origin, url.foreign, _naming(token), encoded=is_encoded)


def locate_watermark(address: str, token: CloudimageToken) -> tuple[str, ...]:
    """The same for ``wat_url``, which may use every form of an origin."""
    return origins.addresses(origins.escape(address), (), _naming(token), encoded=False)
