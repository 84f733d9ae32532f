"""One derivation in three acts, over a store that notes what is asked of it."""

import hashlib
import json
from collections import Counter
from dataclasses import replace

import pytest

from media.config import Limits
from media.cutout import CutoutOptions, StoredCutout
from media.derived.cutouts import save_cutout
from media.derived.derived_assets import load_derived
from media.derived.keys import RENDER_VERSION, concrete, cutout_key, digest
from media.derived.paths import cutout_colour_path, cutout_matte_path
from media.errors import NotFound
from media.language.chain import Chain, Output, Step, format_output
from media.operations import format_steps, step
from media.records.catalog import Catalog
from media.records.sources import source_path
from media.render.derivation import Listing, Order, derive, is_ready, keep, load, order_for
from media.stores.memory import MemoryStore
from media.stores.store import Blob, Stat
from tests.media import pictures
from tests.media.pictures import colours, matte

NETWORK = "4/cutout"
SOURCE = pictures.jpeg(60, 40)
REMOVAL, SMALL = step("background_removal"), step("scale", width="30")
SEEKING = step("fill", width="20", height="40", gravity="cat")


class NotedStore(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self.gets: Counter[str] = Counter()
        self.stats: Counter[str] = Counter()
        self.put(source_path(digest(SOURCE)), SOURCE)

    def get(self, key: str) -> Blob | None:
        self.gets[key] += 1
        return super().get(key)

    def stat(self, key: str) -> Stat | None:
        self.stats[key] += 1
        blob = super().get(key)
        return blob.stat if blob else None


@pytest.fixture
def store() -> NotedStore:
    return NotedStore()


def order(*steps: Step, listing: Listing | None = None) -> Order:
    return order_for(digest(SOURCE), concrete(Chain(steps, Output(("png",)))), {}, NETWORK, listing)


def with_cutout(store: MemoryStore) -> None:
    colour, alpha = colours(60, 40).write_to_buffer(".jpg"), matte(60, 40).write_to_buffer(".png")
    save_cutout(store, cutout_key(digest(SOURCE), NETWORK, CutoutOptions()), StoredCutout(colour, alpha, 0.875))


@pytest.mark.parametrize("steps", [(), (SMALL,), (REMOVAL, SMALL), (SEEKING,)], ids=len)
@pytest.mark.parametrize("layers", [{}, {"b": "2" * 64, "a": "1" * 64}], ids=len)
def test_a_derived_key_is_the_digest_of_one_canonical_document(steps: tuple[Step, ...], layers: dict[str, str]) -> None:
    chain = Chain(steps, Output(("webp", "png"), quality=80))
    network = NETWORK if REMOVAL in steps or SEEKING in steps else ""
    chosen = format_steps(chain.steps), format_output(chain.output)
    document = [RENDER_VERSION, "f" * 64, *chosen, sorted(layers.items()), network]
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    made = order_for("f" * 64, concrete(chain), layers, NETWORK)
    assert made.key == hashlib.sha256(text.encode()).hexdigest()


def test_a_cutout_that_is_there_is_read_once_and_asked_for_no_second_time(store: NotedStore) -> None:
    with_cutout(store)
    store.stats.clear()
    inputs = load(store, order(REMOVAL, SMALL))
    assert inputs is not None
    key = cutout_key(digest(SOURCE), NETWORK, CutoutOptions())
    assert store.gets == {cutout_matte_path(key): 1, cutout_colour_path(key): 1}
    assert not store.stats
    assert derive(order(REMOVAL, SMALL), inputs, Limits()).confidence == 0.875


@pytest.mark.parametrize("missing", [REMOVAL, SEEKING], ids=["cutout", "scene"])
def test_nothing_is_loaded_before_what_takes_a_network_is_made(store: NotedStore, missing: Step) -> None:
    wanted = order(missing)
    assert not is_ready(store, wanted)
    assert load(store, wanted) is None
    assert source_path(digest(SOURCE)) not in store.gets


def test_without_its_scene_a_result_is_not_final_and_not_kept(store: NotedStore) -> None:
    inputs = load(store, order(SEEKING), scene_required=False)
    assert inputs is not None
    made = derive(order(SEEKING), inputs, Limits())
    assert not made.is_final
    keep(store, Catalog(store), order(SEEKING), made)
    assert load_derived(store, order(SEEKING).key) is None


@pytest.mark.parametrize("listing", [None, Listing("a" * 32, "w_30", "png")], ids=["unlisted", "listed"])
def test_what_is_kept_is_listed_if_the_order_says_where(store: NotedStore, listing: Listing | None) -> None:
    wanted, catalog = order(SMALL, listing=listing), Catalog(store)
    inputs = load(store, wanted)
    assert inputs is not None
    made = derive(wanted, inputs, Limits())
    keep(store, catalog, wanted, made)
    assert load_derived(store, wanted.key) == made
    entries, _ = catalog.list_derived("a" * 32, digest(SOURCE))
    assert [(each.key, each.transformation, each.format) for each in entries] == (
        [(wanted.key, "w_30", "png")] if listing else []
    )


def test_a_source_that_is_gone_is_not_found(store: NotedStore) -> None:
    with pytest.raises(NotFound, match="no longer in the store"):
        load(store, replace(order(SMALL), source_digest="0" * 64))
