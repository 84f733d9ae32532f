"""Restrictions of an asset, and who may have what under each: the table of proxy/delivery/gate.py as data."""

import time

KEY = "00112233FF99"
SALT = "salt"
NOW = int(time.time())
#: Longer than any run of the suite, since rows are written as it begins.
LIFE = 6 * 3600


def moment(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW + seconds))


#: Restriction → delivery type, access rules, and whether the cloud is strict.
RESTRICTIONS: dict[str, tuple[str, str, bool]] = {
    "open": ("upload", "", False),
    "private": ("private", "", False),
    "authenticated": ("authenticated", "", False),
    "closed": ("upload", '[{"access_type": "token"}]', False),
    "not yet": ("upload", f'[{{"access_type": "anonymous", "start": "{moment(LIFE)}"}}]', False),
    "no more": ("upload", f'[{{"access_type": "anonymous", "end": "{moment(-LIFE)}"}}]', False),
    "now": ("upload", f'[{{"access_type": "token"}}, {{"access_type": "anonymous", "end": "{moment(LIFE)}"}}]', False),
    "strict": ("upload", "", True),
}
OPEN = {"open", "now"}

#: What the way shows of the asset → the restrictions under which a stranger may have that.
SHOWN: dict[str, set[str]] = {
    "bytes": OPEN | {"strict"},
    "unchanged": OPEN,
    "changed": OPEN | {"private"},
    "layer": OPEN,
}


def fill(text: str, restriction: str) -> str:
    delivery_type, _, _ = RESTRICTIONS[restriction]
    typed = "secret" if delivery_type == "upload" else f"{delivery_type}:secret"
    return text.replace("{typed}", typed).replace("{type}", delivery_type)
