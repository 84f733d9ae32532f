"""What finds an asset beside its name: the indexes of the catalog, and the terms an asset has in them."""

from collections.abc import Callable, Mapping, Sequence

from media.records.asset import Asset

#: Index, term.
Term = tuple[str, str]


def context_term(name: str, value: str) -> str:
    """What finds an asset by a context pair; the name alone finds it whatever the value."""
    return f"{name}={value}"


#: Index → the terms under which it has an asset.
INDEXES: Mapping[str, Callable[[Asset], Sequence[str]]] = {
    "tags": lambda asset: asset.tags,
    "contexts": lambda asset: [
        *asset.context,
        *(context_term(name, value) for name, value in asset.context.items()),
    ],
    "folders": lambda asset: [asset.asset_folder] if asset.asset_folder else [],
    "moderations": lambda asset: [asset.moderation] if asset.moderation else [],
}


def terms_of(asset: Asset | None) -> set[Term]:
    if asset is None:
        return set()
    return {(index, term) for index, terms in INDEXES.items() for term in terms(asset)}
