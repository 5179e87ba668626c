from __future__ import annotations

from ingest.kafka.confluent.stall_watch import StallWatch


def test_a_partition_is_named_once_per_limit_of_standing_still() -> None:
    now = 0.0
    watch = StallWatch(3.0, lambda: now)
    one, other, unheard = ("t", 1), ("t", 2), ("t", 3)
    watch.moved([one, other])
    now = 2.0
    watch.moved([other])
    now = 3.0
    assert watch.standing([one, other, unheard]) == [one]
    assert watch.standing([one, other, unheard]) == []
    now = 6.0
    assert watch.standing([one, other, unheard]) == [one, other, unheard]
