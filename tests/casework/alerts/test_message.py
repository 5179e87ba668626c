"""The message of an alert revision."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from casework.alerts.actions import close
from casework.alerts.message import ClientFacts, alert_message
from schemas.messages import AlertMessage, encode_message
from schemas.verdicts import Grade
from schemas.weeks import parse_week

W = parse_week("2025-W31")
CLIENT = ClientFacts("C000123", "Client 000123 Trading", "B014", "A")


def test_a_message_tells_the_episode_and_the_newest_weeks_arithmetic(book, verdict) -> None:
    history = book()
    history.judge_all({W: verdict(W), W + 1: verdict(W + 1, Grade.ALARM)}, range(W, W + 3))
    message = alert_message(history.only(), CLIENT, "HKD")
    assert (message.week, message.opened_week, message.grade, message.state) == (
        "2025-W32",
        "2025-W31",
        "alarm",
        "open",
    )
    assert (message.branch_id, message.currency, message.value_at_risk) == ("B014", "HKD", "1200000.00")
    (worst,) = message.comparisons
    assert (worst.series, worst.baseline, worst.actual, worst.expected) == (
        "credit",
        "week_vs_recent",
        "310000.00",
        "500000.00",
    )
    assert worst.deviation_pct == -38.0
    assert message.summary.en.startswith("Credits of HK$310K in the week are 38% below")


def test_a_withdrawn_alert_still_makes_a_message(book, verdict) -> None:
    history = book()
    history.judge(W, verdict(W))
    message = alert_message(history.judge(W, None), CLIENT, "HKD")
    assert (message.state, message.outcome, message.comparisons) == ("closed", "withdrawn", ())
    assert message.value_at_risk == "0.00"


@given(actual_minor=st.integers(-(10**15), 10**15), value=st.integers(0, 10**17))
def test_the_same_episode_gives_the_same_bytes_and_they_read_back(book, verdict, actual_minor, value) -> None:
    def made() -> bytes:
        opened = book().judge(W, verdict(W, actual_minor=actual_minor, value_at_risk_minor=value))
        return encode_message(alert_message(close(opened, "new_normal", None), CLIENT, "HKD"))

    first = made()
    assert made() == first
    assert encode_message(msgspec.json.decode(first, type=AlertMessage)) == first
