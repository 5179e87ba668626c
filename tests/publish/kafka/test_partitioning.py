from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner import murmur2 as kafka_python_murmur2

from publish.kafka.partitioning import COUNT_VALID_S, Partitioning, murmur2


@given(st.binary(max_size=40))
def test_murmur2_agrees_with_kafka_pythons(key: bytes) -> None:
    assert murmur2(key) == kafka_python_murmur2(key)


def test_murmur2_agrees_with_the_values_of_the_java_clients_own_test() -> None:
    known = {b"21": -973932308, b"foobar": -790332482, b"a-little-bit-long-string": -985981536, b"abc": 479470107}
    assert {key: murmur2(key) for key in known} == {key: value % (1 << 32) for key, value in known.items()}


def test_the_partition_count_is_asked_once_a_minute() -> None:
    now, counts = 0.0, iter([4, 8])
    partitioning = Partitioning(lambda: now)
    first = partitioning.partition_for("t", b"C1", lambda _topic: next(counts))
    assert first == partitioning.partition_for("t", b"C1", lambda _topic: next(counts))
    now = COUNT_VALID_S
    later = partitioning.partition_for("t", b"C1", lambda _topic: next(counts))
    assert (first, later) == ((murmur2(b"C1") & 0x7FFFFFFF) % 4, (murmur2(b"C1") & 0x7FFFFFFF) % 8)
