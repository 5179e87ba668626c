"""The order in which a batch may go out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from publish.outbox.waves import place_of, split_into_waves
from store.outbox import Message, Unsent

messages = st.lists(st.tuples(st.sampled_from(["a", "b"]), st.sampled_from([None, b"1", b"2", b"3"])))


@given(messages)
def test_a_key_is_once_in_a_wave_and_its_order_is_that_of_the_batch(batch) -> None:
    unsent = [Unsent(i, Message(topic, key, b"")) for i, (topic, key) in enumerate(batch)]
    ordered = split_into_waves(unsent)
    assert sorted(u.outbox_id for wave in ordered for u in wave) == list(range(len(batch)))
    for wave in ordered:
        keyed = [place_of(u) for u in wave if u.message.key is not None]
        assert len(keyed) == len(set(keyed))
    for place in {place_of(u) for u in unsent if u.message.key is not None}:
        ids = [u.outbox_id for wave in ordered for u in wave if place_of(u) == place]
        assert ids == sorted(ids)


@given(messages)
def test_messages_without_a_key_wait_for_nobody(batch) -> None:
    unsent = [Unsent(i, Message(topic, None, b"")) for i, (topic, _) in enumerate(batch)]
    assert len(split_into_waves(unsent)) == bool(unsent)
