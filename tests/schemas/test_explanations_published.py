"""The explanation in an alert keeps to the contract, and consumers that do not know it go on as before."""

from __future__ import annotations

import json

import msgspec

from schemas.examples import ALERT
from schemas.messages import TOPIC_ALERTS, AlertMessage, encode_message
from schemas.weeks import parse_week


class OldAlert(msgspec.Struct):
    """What a consumer of the first version reads."""

    alert_id: str
    revision: int
    summary: dict[str, str]
    value_at_risk: str


def test_an_alert_with_and_without_explanation_keeps_to_the_schema(validator) -> None:
    for alert in (ALERT, msgspec.structs.replace(ALERT, explanation=None)):
        validator(TOPIC_ALERTS).validate(json.loads(encode_message(alert)))


def test_a_message_from_before_there_were_explanations_is_read_and_is_valid(validator) -> None:
    old = json.loads(encode_message(ALERT))
    del old["explanation"]
    validator(TOPIC_ALERTS).validate(old)
    assert msgspec.json.decode(json.dumps(old), type=AlertMessage).explanation is None


def test_an_old_consumer_reads_a_new_message() -> None:
    assert msgspec.json.decode(encode_message(ALERT), type=OldAlert).revision == ALERT.revision


def test_the_example_agrees_with_itself() -> None:
    told = ALERT.explanation
    gone = parse_week(ALERT.week) - parse_week(told.onset_week) + 1
    assert (told.weeks_left_least, told.weeks_left_most) == (13 - gone, 26 - gone)
