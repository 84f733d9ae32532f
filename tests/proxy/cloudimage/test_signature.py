"""Signed and sealed URLs: the vectors of the vendor's Ruby client, and what must not pass."""

import csv
from pathlib import Path

import pytest

from media.errors import BadSignature
from proxy.dialects.cloudimage.signature import authorize, seal, sign

VECTORS = Path(__file__).parents[2] / "vectors" / "cloudimage_signatures.tsv"


def rows() -> list[object]:
    with VECTORS.open(newline="") as file:
        return [
            pytest.param(row, id=f"{row['kind']}-{row['path']}?{row['query']}-{row['salt']}")
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


def passes(path: str, query: str, *, sign_salts: tuple[str, ...] = (), seal_salts: tuple[str, ...] = ()) -> bool:
    try:
        authorize(path, query, sign_salts=sign_salts, seal_salts=seal_salts, min_length=8)
    except BadSignature:
        return False
    return True


@pytest.mark.parametrize("row", rows())
def test_only_what_the_salt_made_passes(row: dict[str, str]) -> None:
    salts = {f"{row['kind']}_salts": (row["salt"],)}
    assert passes(row["path"], row["query"], **salts) == (row["valid"] == "yes")


def test_without_salts_everything_passes() -> None:
    assert passes("/assets/image.jpg", "w=1&ci_sign=nonsense")


def test_the_path_may_be_signed_without_its_leading_slash() -> None:
    assert passes("/a.b/c.jpg", f"w=1&ci_sign={sign('a.b/c.jpg?w=1', 'salt')}", sign_salts=("salt",))
    assert passes("/a.b/c.jpg", f"ci_seal={seal('a.b/c.jpg', '', 'salt')}", seal_salts=("salt",))


def test_while_a_salt_is_rotated_the_old_one_passes_too() -> None:
    query = f"w=1&ci_sign={sign('/a.b/c.jpg?w=1', 'old')}"
    assert passes("/a.b/c.jpg", query, sign_salts=("new", "old"))
    assert not passes("/a.b/c.jpg", query, sign_salts=("new",))


def test_a_signature_does_not_pass_for_a_seal() -> None:
    query = f"ci_seal={sign('/a.b/c.jpg', 'salt')}"
    assert not passes("/a.b/c.jpg", query, sign_salts=("salt",), seal_salts=("other",))
