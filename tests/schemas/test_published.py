"""The published contract is what the types say, and what is really sent keeps to it."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from casework.alerts.actions import close
from casework.alerts.episodes import EpisodeRules
from casework.alerts.judging import judge
from casework.alerts.message import ClientFacts, alert_message
from schemas import events, messages
from schemas.messages import encode_message
from schemas.publish import PUBLISHED, published_files, write_files
from schemas.topics import TOPICS
from schemas.verdicts import Baseline, Comparison, Direction, Grade, Series, Verdict
from schemas.weeks import Week

TYPES = {
    events.TOPIC_ACTIVITY: events.Event,
    events.TOPIC_CLIENTS: events.ClientRecord,
    events.TOPIC_RATES: events.Rate,
}
comparisons = st.builds(
    Comparison,
    series=st.sampled_from(list(Series)),
    baseline=st.sampled_from(list(Baseline)),
    weeks=st.sampled_from([1, 13]),
    base_weeks=st.sampled_from([8, 13, 52]),
    actual_minor=st.integers(-(10**17), 10**17),
    expected_minor=st.integers(1, 10**17),
    deviation_pct=st.floats(-1000, 1e9),
    preset_pct=st.floats(-100, 1000),
    grade=st.sampled_from([Grade.PROMPT, Grade.ALARM]),
)


def test_the_published_files_are_those_the_types_give_now() -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in PUBLISHED.iterdir()}
    assert there == published_files(), "stale: run `make schemas`"


def test_writing_them_elsewhere_writes_the_same(tmp_path) -> None:
    write_files(tmp_path / "contract")
    assert {path.name for path in (tmp_path / "contract").iterdir()} == set(published_files())


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.topic)
def test_every_schema_is_a_json_schema_and_its_examples_keep_to_it(validator, topic) -> None:
    check = validator(topic.topic)
    Draft202012Validator.check_schema(check.schema)
    assert len(check.schema["examples"]) == len(topic.messages)
    for example in check.schema["examples"]:
        check.validate(example)


@given(data=st.data())
@pytest.mark.parametrize("topic", TYPES)
def test_what_the_types_can_say_the_schema_allows(validator, inbound, topic, data) -> None:
    encoded = msgspec.json.encode(data.draw(inbound[topic]))
    validator(topic).validate(json.loads(encoded))


@given(data=st.data())
@pytest.mark.parametrize("topic", TYPES)
def test_what_the_schema_allows_the_types_take_in(validator, inbound, anything, topic, data) -> None:
    message = msgspec.to_builtins(data.draw(inbound[topic]))
    field = data.draw(st.sampled_from([*message, "a_new_field"]))
    if data.draw(st.booleans()):
        message.pop(field, None)
    else:
        message[field] = data.draw(anything)
    if validator(topic).is_valid(message):
        decoded = msgspec.json.decode(json.dumps(message), type=TYPES[topic])
        assert isinstance(decoded, TYPES[topic])


@given(
    compared=st.lists(comparisons, max_size=4).map(tuple),
    direction=st.sampled_from(list(Direction)),
    value=st.integers(0, 10**17),
    currency=st.sampled_from(["HKD", "JPY", "KWD"]),
    closed=st.booleans(),
)
def test_every_alert_keeps_to_its_schema(validator, compared, direction, value, currency, closed) -> None:
    week = Week(2900)
    verdict = Verdict("C000123", week, direction, Grade.ALARM, compared, value, "standard-1", 3)
    episode = judge(None, None, verdict, week, EpisodeRules())
    episode = close(episode, "inconclusive", None) if closed else episode
    client = ClientFacts("C000123", "Client 000123 Trading", "B014", "A")
    validator(messages.TOPIC_ALERTS).validate(json.loads(encode_message(alert_message(episode, client, currency))))


@pytest.mark.parametrize(
    "change", [{"alert_id": "1"}, {"state": "lost"}, {"value_at_risk": "1e5"}, {"revision": 0}]
)
def test_the_validator_sees_an_alert_that_breaks_the_contract(validator, change) -> None:
    check = validator(messages.TOPIC_ALERTS)
    assert not check.is_valid({**check.schema["examples"][0], **change})


def test_a_booking_time_without_offset_breaks_the_contract(validator) -> None:
    check = validator(events.TOPIC_ACTIVITY)
    booking = check.schema["examples"][0]
    assert not check.is_valid({**booking, "booked_at": "2026-01-05T10:00:00.000"})
