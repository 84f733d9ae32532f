"""The memory of derived assets stays within its bytes."""

from media.derived.derived_assets import Derived
from proxy.runtime.memory_cache import HotCache


def test_the_least_recently_used_goes_first() -> None:
    hot = HotCache(10)
    for key in "abc":
        hot.put(key, Derived(b"1234"))
        hot.get("a")
    assert [key for key in "abc" if hot.get(key)] == ["a", "c"]


def test_what_is_larger_than_the_memory_is_not_kept() -> None:
    hot = HotCache(3)
    hot.put("a", Derived(b"1234"))
    hot.put("b", Derived(b"12"))
    hot.put("b", Derived(b"12"))
    assert (hot.get("a"), hot.get("b")) == (None, Derived(b"12"))
