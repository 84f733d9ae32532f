"""Names in fixed memory: members are always found, strangers seldom."""

from media.retention.ages import BUCKET_SECONDS, Ages, weight
from media.retention.names import Names
from media.retention.rules import excess


def test_every_member_is_found_and_few_strangers_are_taken_for_one() -> None:
    names = Names(bits=1 << 17)
    for number in range(10_000):
        names.add(f"member {number}")
    assert all(f"member {number}" in names for number in range(10_000))
    assert sum(f"stranger {number}" in names for number in range(10_000)) < 500


def test_what_one_set_mistakes_another_one_does_not() -> None:
    sets = [Names(bits=1 << 12) for _ in range(2)]
    for names in sets:
        for number in range(1000):
            names.add(f"member {number}")
    mistaken = [{number for number in range(10_000) if f"stranger {number}" in names} for names in sets]
    assert mistaken[0] != mistaken[1]


def test_ages_tell_the_moment_before_which_enough_bytes_lie() -> None:
    ages = Ages()
    for bucket in (3, 1, 2):
        ages.add(bucket * BUCKET_SECONDS + 5, 100)
    assert ages.total == 300
    assert ages.cutoff(0) <= BUCKET_SECONDS
    assert ages.cutoff(100) == 2 * BUCKET_SECONDS
    assert ages.cutoff(101) == 3 * BUCKET_SECONDS
    assert ages.cutoff(1000) == float("inf")


def test_a_small_object_weighs_what_a_disk_takes_for_it() -> None:
    assert [weight(size) for size in (0, 1, 4096, 4097)] == [4096, 8192, 8192, 12288]


def test_a_sweep_takes_nothing_while_there_is_room_and_then_makes_some() -> None:
    assert [excess(total, 1000) for total in (0, 900, 901, 2000)] == [0, 0, 101, 1200]
    assert excess(10**12, 0) == 0
